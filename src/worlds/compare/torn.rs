//! After an abort: new code above that would use something old below, and they do not fit.

mod fit;
mod uses;

use rustc_hash::FxHashSet;

use self::uses::{Definition, Use};
use super::{Worlds, is_own};
use crate::comparison::TornDependency;
use crate::program::Program;
use crate::simulation::{AbortCause, AbortPoint, TornKind};
use crate::syntax::ast::Name;
use crate::text::span::Span;

/// What a use meets instead of what it was written for.
struct Misfit {
    kind: TornKind,
    old: Option<(u32, Span)>,
    new: Span,
    why: String,
}

impl Worlds<'_, '_> {
    pub(super) fn torn_dependencies(&mut self, points: &[AbortPoint]) -> Vec<TornDependency> {
        let loud = |point: &AbortPoint| match point.cause {
            AbortCause::Environment => false,
            AbortCause::NewRisk => !point.unchanged,
            AbortCause::Certain | AbortCause::SecondRun => true,
        };
        let (Some(new), Some(reload)) = (self.program(self.last), self.reload) else {
            return Vec::new();
        };
        if !points.iter().any(loud) {
            return Vec::new();
        }
        let definitions = uses::definitions(new, &reload.trace);
        let mut found: Vec<TornDependency> = Vec::new();
        for (index, point) in points.iter().enumerate().filter(|(_, point)| loud(point)) {
            for torn in self.torn_at(new, &definitions, index, point) {
                // What an earlier stop tears already is told there.
                if !found.iter().any(|known| known.usage == torn.usage) {
                    found.push(torn);
                }
            }
        }
        found
    }

    fn torn_at(
        &mut self,
        new: &Program,
        definitions: &[Definition],
        abort: usize,
        point: &AbortPoint,
    ) -> Vec<TornDependency> {
        let above: Vec<&Definition> = definitions
            .iter()
            .filter(|definition| {
                definition.span.end <= point.span.start && point.updated.contains(&definition.name)
            })
            .collect();
        let mut found = Vec::new();
        for caller in &above {
            let old = self.old_statements(&caller.name);
            for used in &caller.uses {
                // What live does already, the torn module does no worse.
                if old.contains(&used.statement) || point.updated.contains(&used.name) {
                    continue;
                }
                let misfit = if point.stale.contains(&used.name) {
                    self.misfit(new, used)
                } else {
                    self.missing(used, point)
                };
                let Some(Misfit { kind, old, new: new_span, why }) = misfit else { continue };
                found.push(TornDependency {
                    abort,
                    kind,
                    caller: caller.name.clone(),
                    usage: used.span,
                    callee: used.name.clone(),
                    old,
                    new_span,
                    why,
                });
            }
        }
        if !found.is_empty() {
            let reached = self.reached(&above);
            found.retain(|torn| reached.contains(&torn.caller));
        }
        found
    }

    /// The statements of what live holds under the name of a definition.
    fn old_statements(&mut self, name: &Name) -> FxHashSet<u64> {
        let symbol = self.machine.symbol(name);
        let bindings = self.live.global(symbol).map_or(&[][..], |slot| &slot.bindings);
        let mut found = FxHashSet::default();
        for binding in bindings.iter().filter(|binding| binding.version < self.last) {
            if let Some(old) = self.program(binding.version) {
                uses::statements_at(old, binding.span, &mut found);
            }
        }
        found
    }

    /// The definitions that somebody may call in a torn module: those that replace what live has,
    /// those that a decorator has seen, and what these use.
    fn reached(&mut self, above: &[&Definition]) -> FxHashSet<Name> {
        let mut reached = FxHashSet::default();
        let mut pending: Vec<&Definition> = Vec::new();
        for &definition in above {
            let symbol = self.machine.symbol(&definition.name);
            let is_live = self.live.global(symbol).is_some_and(|slot| is_own(slot));
            if is_live || definition.is_decorated {
                pending.push(definition);
            }
        }
        while let Some(definition) = pending.pop() {
            if reached.insert(definition.name.clone()) {
                let is_used =
                    |other: &&Definition| definition.uses.iter().any(|u| u.name == other.name);
                pending.extend(above.iter().copied().filter(is_used));
            }
        }
        reached
    }

    /// A name that only the new text below the point binds.
    fn missing(&mut self, used: &Use, point: &AbortPoint) -> Option<Misfit> {
        let symbol = self.machine.symbol(&used.name);
        let is_there = self.live.unseen
            || self.live.global(symbol).is_some()
            || self.machine.builtin(&used.name).is_some();
        if is_there || used.is_guarded {
            return None;
        }
        let slot = self.reload?.intended.global(symbol)?;
        let below = |span: Span| span.start > point.span.end;
        let made = slot.bindings.iter().find(|binding| binding.version == self.last)?;
        let is_below = slot.bindings.iter().all(|binding| below(binding.span));
        is_below.then(|| Misfit {
            kind: TornKind::Missing,
            old: None,
            new: made.span,
            why: format!("`{}` is not there yet", used.name),
        })
    }
}
