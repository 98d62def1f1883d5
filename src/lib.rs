//! reloadsafe: what `importlib.reload` would leave behind, break or tear.
//!
//! Data flows one way, and each module below may use only those above it:
//!
//! 1. [`text`]: decoded source, lines and columns.
//! 2. [`syntax`]: text to [`syntax::ast`]; the only place that knows tree-sitter.
//! 3. [`simulation`], [`diagnostic`]: what is computed and what is said, as plain data.

pub mod diagnostic;
pub mod modules;
pub mod program;
pub mod python;
pub mod simulation;
pub mod syntax;
pub mod text;
