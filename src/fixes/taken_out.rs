//! What the last run has put into a list of another module, taken out before it is put in anew.

use super::layout::Layout;
use super::{Candidate, Subject};
use crate::comparison::KeptEntry;
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{Alias, Ast, ImportNames, Name, StmtId, StmtKind};

/// `if "moved" in globals() and moved in HANDLERS:` with `HANDLERS.remove(moved)` under it, before
/// the statement.
pub(super) fn before(subject: &Subject<'_>, diagnostic: &Diagnostic) -> Option<Candidate> {
    let layout = subject.layout()?;
    let place = diagnostic.location.span;
    let repeat = subject.comparison.repeats.iter().find(|repeat| repeat.span == place)?;
    let entry = repeat.kept.as_ref()?;
    let (index, id) = layout.top_level(place)?;
    if !layout.stands_alone(id) {
        return None;
    }
    let (list, import) = list_in(layout, index, entry)?;
    let (name, step) = (&entry.name, layout.indent_step());
    let method = if entry.is_set { "discard" } else { "remove" };
    let removal = format!("{list}.{method}({name})");
    let guard = format!("if \"{name}\" in globals() and {name} in {list}:");
    let mut lines = vec![guard.clone(), format!("{step}{removal}")];
    let start = layout.with_comments(id);
    lines.extend(vec![String::new(); layout.blanks_above(start).max(1)]);
    let mut edits = vec![subject.edit(layout.insert(start, &lines))];
    if let Some((beside, import)) = &import {
        edits.push(subject.edit(layout.insert_after(*beside, std::slice::from_ref(import))?));
    }
    let title = format!("Take the old `{name}` out of `{list}` first");
    let mut candidate = Candidate::new(diagnostic, title, edits).preferred();
    candidate.checked = Some(format!("{guard}\n{removal}"));
    Some(if import.is_some() { candidate.gaining(&entry.list) } else { candidate })
}

/// How the module can write the list before a statement of its body; and the import that it lacks
/// for that, with the one to put it beside.
fn list_in(
    layout: Layout<'_>,
    index: usize,
    entry: &KeptEntry,
) -> Option<(String, Option<(StmtId, String)>)> {
    let ast = layout.ast();
    let imports = &ast.body[..index];
    if let Some(known) = imports.iter().find_map(|&id| written(ast, id, entry)) {
        return Some((known, None));
    }
    if layout.source().text().contains(&*entry.list) {
        return None;
    }
    let (beside, from) =
        imports.iter().find_map(|&id| Some((id, named(ast, id, &entry.module)?)))?;
    Some((entry.list.to_string(), Some((beside, format!("from {from} import {}", entry.list)))))
}

/// How the list is written where an import has bound it, or its module.
fn written(ast: &Ast, id: StmtId, entry: &KeptEntry) -> Option<String> {
    let bound = |alias: &Alias| alias.asname.as_ref().map_or(&alias.name, |own| &own.name).clone();
    let (module, list) = (&*entry.module, &entry.list);
    match &ast.stmt(id).kind {
        StmtKind::Import(aliases) => {
            let alias = aliases.iter().find(|alias| *alias.name == *module)?;
            Some(format!("{}.{list}", bound(alias)))
        }
        StmtKind::ImportFrom { level, module: from, names: ImportNames::Names(aliases) } => {
            let from = from.as_deref().unwrap_or_default();
            let is_it = |alias: &Alias| {
                let whole = format!("{from}.{}", alias.name);
                is_meant(*level, whole.trim_start_matches('.'), module)
            };
            if is_meant(*level, from, module) {
                let alias = aliases.iter().find(|alias| alias.name == *list)?;
                return Some(bound(alias).to_string());
            }
            let alias = aliases.iter().find(|alias| is_it(alias))?;
            Some(format!("{}.{list}", bound(alias)))
        }
        _ => None,
    }
}

/// How a `from` import writes the module, where it names that.
fn named(ast: &Ast, id: StmtId, module: &Name) -> Option<String> {
    match &ast.stmt(id).kind {
        StmtKind::ImportFrom { level, module: Some(from), .. }
            if is_meant(*level, from, module) =>
        {
            Some(format!("{}{from}", ".".repeat(*level as usize)))
        }
        _ => None,
    }
}

/// Whether an import names a module; of a relative one it is the end that is compared.
fn is_meant(level: u32, from: &str, module: &str) -> bool {
    match level {
        0 => from == module,
        _ => module.strip_suffix(from).is_some_and(|rest| rest.ends_with('.')),
    }
}
