//! Mirrors `src/storage`.
