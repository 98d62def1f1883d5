//! Submodules that a package does not import any more: they stay its attributes until the restart.

use super::meaning::each_statement;
use super::{Lost, absolute};
use crate::diagnostic::Certainty;
use crate::program::{Program, visit};
use crate::syntax::ast::{Ast, ImportNames, Name, StmtId, StmtKind};
use crate::worlds::live::Version;
use crate::worlds::pending::Executed;
use crate::worlds::resolve::{Presence, Resolver};
use crate::worlds::state::State;
use crate::worlds::value::Value;

impl Executed<'_> {
    /// Whether the last version's `__getattr__` serves a name in a fresh process.
    pub(super) fn serves(&mut self, name: &Name, fresh: &State) -> Presence {
        let machine = &mut self.machine;
        let Some(at) = machine.program.ast().any_expr() else { return Presence::Maybe };
        let symbol = machine.symbol(&Name::from("__getattr__"));
        let slot = fresh.global(symbol).filter(|slot| !slot.maybe_unbound);
        let Some(getattr @ Value::Function(_)) = slot.map(|slot| slot.value()) else {
            return Presence::Maybe;
        };
        machine.state = fresh.clone();
        let baseline = machine.baseline.take();
        machine.tries += 1;
        let answer = machine.call(&getattr, vec![Value::Str(name.clone())], at);
        machine.tries -= 1;
        machine.baseline = baseline;
        let raises = std::mem::take(&mut machine.raises);
        let is_refusal = |class: Option<&str>| class == Some("AttributeError");
        match answer {
            Ok(_) if raises.is_empty() => Presence::Yes,
            Err(_)
                if raises.iter().all(|raise| {
                    raise.risk.is_none() && is_refusal(raise.class_name.as_deref())
                }) =>
            {
                Presence::No
            }
            _ => Presence::Maybe,
        }
    }
}

/// The submodules that only older versions of a package have imported, where nobody else in the
/// workspace does.
pub(super) fn unbound(
    package: &Name,
    executed: &Executed<'_>,
    fresh: &State,
    restart: &Resolver<'_>,
) -> Vec<(Name, Lost)> {
    let Version::Healthy(program) = &executed.version else { return Vec::new() };
    let Some(reload) = &executed.reload else { return Vec::new() };
    let mut found = Vec::new();
    for (symbol, slot) in reload.state.globals() {
        let name = executed.machine.name(symbol);
        let submodule = format!("{package}.{name}");
        let is_it = |value: Value| matches!(value, Value::Module(module) if *module == *submodule);
        if fresh.global(symbol).is_some()
            || slot.maybe_unbound
            || !is_it(slot.value())
            || mentions(program, (package, true), package, name)
            || is_imported(package, name, restart)
        {
            continue;
        }
        // It may be imported in ways that no text shows.
        found.push((name.clone(), Lost { certainty: Certainty::Maybe, is_orphan: true }));
    }
    found
}

/// Whether any other module of the workspace imports a submodule of a package.
fn is_imported(package: &str, name: &str, resolver: &Resolver<'_>) -> bool {
    let files = resolver.importers(package, &[name]);
    files.iter().filter(|file| *file.name != *package).any(|file| {
        let program = resolver.program(file);
        program
            .is_none_or(|program| mentions(&program, (&file.name, file.is_package), package, name))
    })
}

/// Whether a text imports a submodule of a package, in a function or not.
fn mentions(
    program: &Program,
    (importer, is_package): (&str, bool),
    package: &str,
    name: &str,
) -> bool {
    let ast = program.ast();
    let submodule = format!("{package}.{name}");
    let is_below = |module: &str| crate::modules::leads_to(&submodule, module);
    let mut found = false;
    each_inner_statement(ast, &mut |id| match &ast.stmt(id).kind {
        StmtKind::Import(aliases) => {
            found |= aliases.iter().any(|alias| is_below(&alias.name));
        }
        StmtKind::ImportFrom { module, names, level } => {
            let base = absolute(importer, is_package, module.as_ref(), *level);
            let Some(base) = base else { return };
            found |= is_below(&base);
            found |= base == package
                && match names {
                    ImportNames::Names(aliases) => aliases.iter().any(|alias| *alias.name == *name),
                    ImportNames::Star(_) => false,
                };
        }
        _ => {}
    });
    found
}

/// Calls `f` with every statement of a text, those of functions and classes included.
fn each_inner_statement(ast: &Ast, f: &mut dyn FnMut(StmtId)) {
    let mut blocks = vec![ast.body.clone()];
    while let Some(block) = blocks.pop() {
        each_statement(ast, &block, &mut |id| {
            f(id);
            let is_definition =
                matches!(ast.stmt(id).kind, StmtKind::FunctionDef(_) | StmtKind::ClassDef(_));
            if is_definition {
                visit::child_blocks(ast, id, &mut |block| blocks.push(block.to_vec()));
            }
        });
    }
}
