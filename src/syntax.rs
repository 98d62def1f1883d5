//! Source text to syntax tree. The only place that knows tree-sitter.

pub mod ast;
pub mod parse;
