//! Mirrors `src/endpoints`.
