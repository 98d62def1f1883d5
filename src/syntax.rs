//! Source text to syntax tree. The only place that knows tree-sitter.
//!
//! [`parse::parse`] is the way in. It lexes the text and rewrites it into one that the
//! grammar cannot misread, lets tree-sitter parse that, builds the [`ast`] in one pass and
//! asks whether CPython would compile it.

pub mod ast;
pub mod body_edit;
pub mod parse;
pub mod reparse;
pub mod versions;

mod build;
mod fingerprint;
mod grammar;
mod health;
mod lexer;
mod literal;
mod relocate;
