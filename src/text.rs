//! Decoded source text, its lines and its columns.
//!
//! Knows nothing of Python's grammar and nothing of the language server protocol.

pub mod decode;
pub mod edits;
pub mod position;
pub mod source;
pub mod span;
