//! Would CPython compile this? What its grammar lets pass and its symbol table and compiler
//! do not.

pub(super) mod recovery;

use super::ast::Ast;
use super::parse::ParseFailure;
use crate::python::PythonVersion;

/// Checks a tree that fits the grammar.
///
/// # Errors
///
/// What CPython's symbol table or compiler would refuse.
pub(super) fn check(_ast: &Ast, _python: PythonVersion) -> Result<(), ParseFailure> {
    Ok(())
}
