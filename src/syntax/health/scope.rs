//! Scopes, and the names that `global` and `nonlocal` are about.

use rustc_hash::FxHashMap;

use super::{Checker, Outcome, syntax};
use crate::syntax::ast::*;
use crate::text::span::Span;

pub(super) const USED: u16 = 1;
pub(super) const BOUND: u16 = 2;
pub(super) const PARAM: u16 = 4;
pub(super) const ANNOTATED: u16 = 8;
pub(super) const GLOBAL: u16 = 16;
pub(super) const NONLOCAL: u16 = 32;
/// The target of a comprehension's `for`.
pub(super) const ITERATED: u16 = 64;
/// Bound by a `:=` in a comprehension of this scope.
pub(super) const WALRUS: u16 = 128;
pub(super) const IMPORTED: u16 = 256;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScopeKind {
    Module,
    Class,
    Function {
        is_async: bool,
    },
    Lambda,
    Comprehension,
    /// Type parameters, their bounds, the value of a type alias, a lazy annotation.
    Annotation,
}

/// What a statement is in, within one function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    Loop,
    /// The handler of an `except*`.
    StarHandler,
    Other,
}

#[derive(Debug)]
pub(super) struct Scope {
    pub(super) kind: ScopeKind,
    pub(super) symbols: FxHashMap<Name, u16>,
    /// Names that this scope takes from outside.
    pub(super) nonlocals: Vec<(Name, Span)>,
    /// Names that inner scopes take from outside, perhaps from here.
    pub(super) wanted: Vec<(Name, Span)>,
    pub(super) blocks: Vec<Block>,
    pub(super) yields: bool,
    pub(super) returns_value: Option<Span>,
    /// A comprehension that awaits.
    pub(super) awaits: bool,
    /// How many iterables of comprehensions surround the expression at hand.
    pub(super) in_iterable: u32,
}

impl Scope {
    pub(super) fn new(kind: ScopeKind, in_iterable: u32) -> Self {
        Scope {
            kind,
            symbols: FxHashMap::default(),
            nonlocals: Vec::new(),
            wanted: Vec::new(),
            blocks: Vec::new(),
            yields: false,
            returns_value: None,
            awaits: false,
            in_iterable,
        }
    }
}

impl Checker<'_> {
    pub(super) fn scope(&mut self) -> &mut Scope {
        let last = self.scopes.len() - 1;
        &mut self.scopes[last]
    }

    pub(super) fn enter(&mut self, kind: ScopeKind) {
        let in_iterable = self.scope().in_iterable;
        self.scopes.push(Scope::new(kind, in_iterable));
    }

    /// Ends the innermost scope. What its inner scopes want and it does not bind is looked for
    /// further out; only now is known what it binds.
    pub(super) fn leave(&mut self) -> Outcome {
        let Some(scope) = self.scopes.pop() else { return Ok(()) };
        let mut wanted = scope.nonlocals;
        for (name, span) in scope.wanted {
            let flags = scope.symbols.get(&name).copied().unwrap_or(0);
            let binds = flags & (BOUND | IMPORTED | PARAM) != 0 && flags & NONLOCAL == 0;
            match scope.kind {
                ScopeKind::Annotation if flags & PARAM != 0 => {
                    return syntax(span, format!("`nonlocal {name}` is a type parameter"));
                }
                ScopeKind::Class if &*name == "__class__" => {}
                ScopeKind::Function { .. } | ScopeKind::Lambda if flags & GLOBAL != 0 => {
                    return no_binding(&name, span);
                }
                ScopeKind::Function { .. } | ScopeKind::Lambda if binds => {}
                _ => wanted.push((name, span)),
            }
        }
        match self.scopes.last_mut() {
            Some(outer) => {
                outer.wanted.append(&mut wanted);
                Ok(())
            }
            // Whatever no function binds has no binding.
            None => wanted.first().map_or(Ok(()), |(name, span)| no_binding(name, *span)),
        }
    }

    pub(super) fn note(&mut self, name: &Name, flag: u16) {
        if self.track {
            *self.scope().symbols.entry(name.clone()).or_default() |= flag;
        }
    }

    /// A name is bound by a statement.
    pub(super) fn bind(&mut self, name: &Name, span: Span) -> Outcome {
        self.not_debug(name, span)?;
        self.note(name, BOUND);
        Ok(())
    }

    pub(super) fn not_debug(&self, name: &str, span: Span) -> Outcome {
        match name {
            "__debug__" => syntax(span, "`__debug__` cannot be assigned"),
            _ => Ok(()),
        }
    }

    /// `global` or `nonlocal`.
    pub(super) fn declare(&mut self, names: &[Ident], nonlocal: bool) -> Outcome {
        let keyword = if nonlocal { "nonlocal" } else { "global" };
        for Ident { name, span } in names {
            let flags = self.scope().symbols.get(name).copied().unwrap_or(0);
            let what = match flags {
                _ if flags & PARAM != 0 => "is a parameter",
                _ if flags & USED != 0 => "is used before",
                _ if flags & ANNOTATED != 0 => "is annotated before",
                _ if flags & BOUND != 0 => "is assigned before",
                _ if nonlocal && flags & GLOBAL != 0 => "is global as well",
                _ if !nonlocal && flags & NONLOCAL != 0 => "is nonlocal as well",
                _ => "",
            };
            if !what.is_empty() {
                return syntax(*span, format!("`{keyword} {name}`: the name {what}"));
            }
            if nonlocal {
                if self.scope().kind == ScopeKind::Module {
                    return syntax(*span, "`nonlocal` is not allowed at module level");
                }
                self.scope().nonlocals.push((name.clone(), *span));
            }
            self.note(name, if nonlocal { NONLOCAL } else { GLOBAL });
        }
        Ok(())
    }
}

fn no_binding(name: &Name, span: Span) -> Outcome {
    syntax(span, format!("`nonlocal {name}` finds no binding"))
}
