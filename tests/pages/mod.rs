//! Mirrors `src/pages`.
