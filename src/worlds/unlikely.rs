//! Names that are bound only where an environment variable is set that hardly anybody sets.

use std::rc::Rc;

use super::state::{State, Symbol};

impl State {
    /// The names that may be bound here and are not in another state.
    pub(super) fn bound_besides(&self, other: &State) -> Vec<Symbol> {
        let is_lacking = |symbol| other.global(symbol).is_none() || other.is_unlikely(symbol);
        self.globals().map(|(symbol, _)| symbol).filter(|&symbol| is_lacking(symbol)).collect()
    }

    /// These names are hardly ever bound.
    pub(super) fn hold_unlikely(&mut self, names: Vec<Symbol>) {
        if !names.is_empty() {
            Rc::make_mut(self.unlikely.get_or_insert_default()).extend(names);
        }
    }

    /// A name is bound, or unbound, whatever the environment.
    pub(super) fn hold_likely(&mut self, name: Symbol) {
        if let Some(names) = &mut self.unlikely
            && names.contains(&name)
        {
            Rc::make_mut(names).retain(|known| *known != name);
        }
    }

    /// Whether a name is bound only where an environment variable is set.
    pub(super) fn is_unlikely(&self, name: Symbol) -> bool {
        self.unlikely.as_ref().is_some_and(|names| names.contains(&name))
    }

    pub(super) fn join_unlikely(&mut self, other: &State) {
        if self.unlikely.is_none() && other.unlikely.is_none() {
            return;
        }
        let either = [&*self, other].map(|state| state.unlikely.as_deref().cloned());
        let mut names: Vec<Symbol> = either.into_iter().flatten().flatten().collect();
        names.sort_unstable();
        names.dedup();
        let is_unlikely =
            |state: &State, name| state.global(name).is_none() || state.is_unlikely(name);
        names.retain(|&name| is_unlikely(self, name) && is_unlikely(other, name));
        self.unlikely = (!names.is_empty()).then(|| Rc::new(names));
    }
}
