//! Pairing what has gone with what has come: renames, and the gap that a definition left.

use std::cell::OnceCell;

use rustc_hash::{FxHashMap, FxHashSet};

use super::changes::bound_names;
use super::history::SeenRename;
use crate::comparison::Rename;
use crate::program::Program;
use crate::simulation::BindingKind;
use crate::syntax::ast::{Name, StmtId, StmtKind};
use crate::text::span::Span;

/// Definitions at least this similar are taken for one that was renamed; git's default for
/// renamed files.
const SIMILAR: f64 = 0.5;
/// Shorter bodies, in tokens, are alike by chance.
const MIN_TOKENS: usize = 12;

/// Something that a module binds at its top level.
struct Definition<'a> {
    name: Name,
    span: Span,
    kind: BindingKind,
    /// Equal where nothing but the name differs.
    body: u64,
    text: &'a str,
    /// The token triples of the text, where they have been asked for.
    shingles: OnceCell<FxHashSet<[&'a str; 3]>>,
}

impl<'a> Definition<'a> {
    fn shingles(&self) -> &FxHashSet<[&'a str; 3]> {
        self.shingles.get_or_init(|| shingles(self.text))
    }
}

/// Finds what the definitions that are gone have become.
pub(super) struct Matcher<'a> {
    old: Vec<Definition<'a>>,
    /// Only what is new in the last version.
    new: Vec<Definition<'a>>,
    taken: FxHashSet<Name>,
    seen: &'a [SeenRename],
}

impl<'a> Matcher<'a> {
    /// Compares the definitions of two texts: what only the second binds may be a new name.
    pub(super) fn new(old: &'a Program, new: &'a Program, seen: &'a [SeenRename]) -> Matcher<'a> {
        let mut known: FxHashSet<Name> = FxHashSet::default();
        for &id in &old.ast().body {
            bound_names(old.ast(), id, &mut |name| {
                known.insert(name.clone());
            });
        }
        let mut added = definitions(new);
        added.retain(|definition| !known.contains(&definition.name));
        Matcher { old: definitions(old), new: added, taken: FxHashSet::default(), seen }
    }

    /// The rename of a name that is gone, each new name serving once.
    pub(super) fn rename(&mut self, name: &str, span: Span) -> Option<Rename> {
        let old = self.old.iter().find(|old| &*old.name == name && old.span == span)?;
        let free = |new: &&Definition<'_>| new.kind == old.kind && !self.taken.contains(&new.name);
        let exact = self.new.iter().filter(free).find(|new| new.body == old.body);
        let seen = self
            .seen
            .iter()
            .rev()
            .find(|seen| *seen.old == *name)
            .and_then(|seen| self.new.iter().filter(free).find(|new| new.name == seen.new));
        let (to, is_exact) = match seen.or(exact) {
            Some(new) => (new, new.body == old.body || seen.is_some()),
            None => {
                let candidates = self.new.iter().filter(free);
                let scored =
                    candidates.map(|new| (similarity(old.shingles(), new.shingles()), new));
                let best = scored.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
                if best.0 < SIMILAR {
                    return None;
                }
                (best.1, false)
            }
        };
        let rename = Rename { to: to.name.clone(), span: to.span, is_exact };
        self.taken.insert(to.name.clone());
        Some(rename)
    }
}

/// What a text binds at its top level by `def`, `class` or `=`, and where the names stand.
pub(super) fn definition_names(program: &Program) -> Vec<(Name, Span)> {
    definitions(program).into_iter().map(|found| (found.name, found.span)).collect()
}

fn definitions(program: &Program) -> Vec<Definition<'_>> {
    let ast = program.ast();
    let mut found = Vec::new();
    for &id in &ast.body {
        let stmt = ast.stmt(id);
        let (name, kind, body) = match &stmt.kind {
            StmtKind::FunctionDef(def) => {
                (&def.name, BindingKind::Function, def.unnamed_fingerprint)
            }
            StmtKind::ClassDef(def) => (&def.name, BindingKind::Class, def.unnamed_fingerprint),
            StmtKind::Assign { targets, value } => {
                let [target] = targets[..] else { continue };
                let crate::syntax::ast::ExprKind::Name(name) = &ast.expr(target).kind else {
                    continue;
                };
                found.push(Definition {
                    name: name.clone(),
                    span: ast.expr(target).span,
                    kind: BindingKind::Variable,
                    body: ast.expr(*value).fingerprint,
                    text: program.slice(ast.expr(*value).span),
                    shingles: OnceCell::new(),
                });
                continue;
            }
            _ => continue,
        };
        let text = program.slice(stmt.span);
        let (name, span) = (name.name.clone(), name.span);
        found.push(Definition { name, span, kind, body, text, shingles: OnceCell::new() });
    }
    found
}

/// The share of token triples that two texts have in common (Jaccard).
fn similarity(a: &FxHashSet<[&str; 3]>, b: &FxHashSet<[&str; 3]>) -> f64 {
    if a.len() < MIN_TOKENS || b.len() < MIN_TOKENS {
        return 0.0;
    }
    let share = |common: usize| common as f64 / (a.len() + b.len()) as f64 * 2.0;
    // Texts of very different lengths need not be compared.
    if share(a.len().min(b.len())) < SIMILAR {
        return 0.0;
    }
    share(a.intersection(b).count())
}

fn shingles(text: &str) -> FxHashSet<[&str; 3]> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut tokens: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(length);
        if !token.trim().is_empty() {
            tokens.push(token);
        }
        rest = after;
    }
    tokens.windows(3).map(|window| [window[0], window[1], window[2]]).collect()
}

/// Where, in the new text, people would look for something that stood in the old.
pub(super) struct Gaps<'a> {
    old: &'a Program,
    new: &'a Program,
    /// By statement of the old text, what is still there of it: the same text, or a statement
    /// that binds the same name.
    survivors: Vec<Option<StmtId>>,
}

impl<'a> Gaps<'a> {
    pub(super) fn new(old: &'a Program, new: &'a Program) -> Gaps<'a> {
        let mut same: FxHashMap<u64, StmtId> = FxHashMap::default();
        let mut binding: FxHashMap<Name, usize> = FxHashMap::default();
        for (at, &id) in new.ast().body.iter().enumerate() {
            same.entry(new.ast().stmt(id).fingerprint).or_insert(id);
            bound_names(new.ast(), id, &mut |name| {
                binding.entry(name.clone()).or_insert(at);
            });
        }
        let survivor = |&id: &StmtId| {
            same.get(&old.ast().stmt(id).fingerprint).copied().or_else(|| {
                let mut first: Option<usize> = None;
                bound_names(old.ast(), id, &mut |name| {
                    let at = binding.get(name).copied();
                    first = first.into_iter().chain(at).min();
                });
                first.map(|at| new.ast().body[at])
            })
        };
        let survivors = old.ast().body.iter().map(survivor).collect();
        Gaps { old, new, survivors }
    }

    /// The place for something that stood at `span` of the old text.
    pub(super) fn find(&self, span: Span) -> Span {
        let (old, new) = (self.old.ast(), self.new.ast());
        let holds = |&id: &StmtId| old.stmt(id).span.contains(span);
        let Some(at) = old.body.iter().position(holds) else {
            return first_line(self.new, new.body.first().copied());
        };
        // The statement itself, where only part of it is gone; else what came after it; where
        // nothing did, what came before.
        let after = self.survivors[at..].iter().find_map(|&survivor| survivor);
        if after.is_some() {
            return first_line(self.new, after);
        }
        match self.survivors[..at].iter().rev().find_map(|&survivor| survivor) {
            Some(id) => last_line(self.new, id),
            None => first_line(self.new, new.body.first().copied()),
        }
    }
}

/// The last line of a statement.
fn last_line(program: &Program, id: StmtId) -> Span {
    let span = program.ast().stmt(id).span;
    let source = program.source();
    let line = source.line_span(source.line(span.end.saturating_sub(1)));
    let text = source.slice(line);
    let indent = (text.len() - text.trim_start().len()) as u32;
    let start = (line.start + indent).max(span.start);
    Span::new(start, line.end.min(span.end).max(start))
}

/// The first line of a statement, decorators aside.
pub(super) fn first_line(program: &Program, id: Option<StmtId>) -> Span {
    let Some(id) = id else { return Span::default() };
    let stmt = program.ast().stmt(id);
    let start = match &stmt.kind {
        StmtKind::FunctionDef(def) => def.header.start,
        StmtKind::ClassDef(def) => def.header.start,
        _ => stmt.span.start,
    };
    let source = program.source();
    let line = source.line_span(source.line(start));
    Span::new(start, line.end.min(stmt.span.end).max(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similarity_is_one_for_the_same_text_and_none_for_short_ones() {
        let body = "def area(w, h):\n    size = w * h\n    return size * 2\n";
        let similarity = |a: &str, b: &str| similarity(&shingles(a), &shingles(b));
        assert!((similarity(body, body) - 1.0).abs() < 1e-9);
        let renamed = body.replace("area", "surface");
        assert!(similarity(body, &renamed) > SIMILAR);
        assert!(similarity("x = 1", "x = 1") < SIMILAR);
    }
}
