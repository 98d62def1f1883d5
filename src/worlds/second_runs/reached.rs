//! Which texts have anything outside of them that a reload does not reset.

use crate::modules::{Found, ModuleOrigin};
use crate::program::{Program, visit};
use crate::syntax::ast::{StmtId, StmtKind};
use crate::worlds::linked::holds_state;
use crate::worlds::machine::Identity;
use crate::worlds::resolve::Resolver;

/// Whether a text imports a module, outside of its functions, that can be followed: without one
/// there is nothing that a reload does not reset.
pub(in crate::worlds) fn reaches_others(
    resolver: &Resolver<'_>,
    identity: &Identity,
    program: &Program,
) -> bool {
    let ast = program.ast();
    let mut blocks: Vec<&[StmtId]> = vec![&ast.body];
    let text = program.source().text();
    let is_followed = |name: &str| match resolver.find(name) {
        Found::Source(file) if file.origin == ModuleOrigin::StandardLibrary => {
            holds_state(name, text)
        }
        Found::Source(_) => true,
        Found::Opaque => holds_state(name, text),
        _ => false,
    };
    while let Some(block) = blocks.pop() {
        for &id in block {
            match &ast.stmt(id).kind {
                StmtKind::Import(aliases) => {
                    if aliases.iter().any(|alias| is_followed(&alias.name)) {
                        return true;
                    }
                }
                StmtKind::ImportFrom { level: 0, module: Some(module), .. } => {
                    if is_followed(module) {
                        return true;
                    }
                }
                StmtKind::ImportFrom { .. } if identity.is_placed => return true,
                StmtKind::FunctionDef(_) => {}
                _ => visit::child_blocks(ast, id, &mut |block| blocks.push(block)),
            }
        }
    }
    false
}
