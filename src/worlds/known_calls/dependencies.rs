//! Calls that got through and will again, unless something outside of the process has changed.

use std::rc::Rc;

use super::{Inputs, raised_of};
use crate::catalogue::{Entry, Undoing};
use crate::program::visit;
use crate::syntax::ast::{ExprId, ExprKind, Name, StmtKind};
use crate::worlds::machine::{Machine, Raise, Risk};
use crate::worlds::performed::{Deed, On};

impl Machine<'_> {
    /// A call raises where what it depends on has changed. Of what this run has found already,
    /// and of what is only asked for under a condition, nothing is said: it may be the condition
    /// that it is there.
    pub(super) fn depend(
        &mut self,
        number: usize,
        entry: &Entry,
        (what, raises): (&str, &[String]),
        inputs: &Inputs<'_>,
        at: ExprId,
    ) {
        let own = || Some(Rc::from([self.program.ast().expr(at).fingerprint.to_string()]));
        let keys = entry.key.iter().map(|key| self.input(key, inputs));
        let given: Option<Rc<[String]>> = keys.collect();
        let Some(key) = given.filter(|key| !key.is_empty()).or_else(own) else { return };
        let before = self.state.performed.find(number, &On::Anything, &key);
        let is_known = before.is_some_and(|before| before.version == self.stage)
            || self.lies_beside_the_module(at);
        if !is_known && self.baseline.is_some() && self.outside_forks == 0 && !self.shadow {
            self.may_raise_later(what, &entry.reason, raises);
        }
        self.note_deed(number, key);
    }

    /// Whether a call is about a path that is made of `__file__`: what comes with the module is as
    /// much there as the module itself.
    fn lies_beside_the_module(&self, at: ExprId) -> bool {
        const MAX_NAMES: usize = 8;
        let ast = self.program.ast();
        let assigned = |wanted: &Name| {
            ast.body.iter().find_map(|&id| match &ast.stmt(id).kind {
                StmtKind::Assign { targets, value } => {
                    let is_it = |target: &ExprId| {
                        matches!(&ast.expr(*target).kind, ExprKind::Name(name) if name == wanted)
                    };
                    targets.iter().any(is_it).then_some(*value)
                }
                _ => None,
            })
        };
        let (mut pending, mut seen) = (vec![at], Vec::new());
        while let Some(id) = pending.pop() {
            if let ExprKind::Name(name) = &ast.expr(id).kind {
                if matches!(&**name, "__file__" | "__path__" | "__spec__") {
                    return true;
                }
                if seen.len() < MAX_NAMES && !seen.contains(&name) {
                    seen.push(name);
                    pending.extend(assigned(name));
                }
            }
            visit::child_exprs(ast, id, &mut |child| pending.push(child));
        }
        false
    }

    /// What a call would find is there: this one has put it there.
    pub(super) fn assure(&mut self, number: usize, undoing: &Undoing, inputs: &Inputs<'_>) {
        let key = undoing.key.iter().map(|key| self.input(key, inputs));
        if let Some(key) = key.collect::<Option<Rc<[String]>>>() {
            self.note_deed(number, key);
        }
    }

    fn note_deed(&mut self, entry: usize, key: Rc<[String]>) {
        self.state.performed.set(Deed::new(entry, On::Anything, key, self.stage));
    }

    fn may_raise_later(&mut self, what: &str, reason: &str, raises: &[String]) {
        let (exception, class_name) = raised_of(raises);
        self.raises.push(Raise {
            state: (self.tries > 0).then(|| self.state.clone()),
            exception,
            class_name,
            risk: Some(Risk::Environment),
            unchanged: true,
            site_unchanged: true,
            reason: reason.into(),
            is_forked: false,
            in_function: self.in_function(),
            site: self.site,
            log: self.trace.log.len(),
            // What is done only then is not what the live code has done.
            is_unlikely: true,
            is_second_run: false,
            depends: Some(what.into()),
            origin: None,
            read: None,
        });
    }
}
