//! What is done with the value of an expression beside evaluating it.
//!
//! That `lib.attribute` was evaluated in the version before does not say that one can loop over
//! it, derive from it or assign to it.

use super::changes::hashed;
use super::machine::{Flow, Machine, Risk};
use super::value::Value;
use crate::syntax::ast::ExprId;

/// Why an expression is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Purpose {
    /// Its items are asked for.
    Iterated,
    /// It is unpacked into so many targets, one of them starred or not.
    Unpacked(usize, bool),
    /// `with`
    Entered,
    /// `except`
    Caught,
    /// A base or metaclass.
    Derived,
    /// The class of a pattern.
    Matched,
    /// Something is assigned to it.
    Assigned,
    /// `del`
    Deleted,
}

impl Machine<'_> {
    /// Notes that an expression is used for something that could have raised.
    pub(super) fn used_for(&mut self, purpose: Purpose, at: ExprId) {
        self.ran(at);
        let fingerprint = self.use_fingerprint(purpose, at);
        self.trace.ran.note(fingerprint);
    }

    /// As [`Machine::may_raise`], of what is done with the value of an expression.
    pub(super) fn may_refuse(
        &mut self,
        purpose: Purpose,
        class: &'static str,
        risk: Risk,
        at: ExprId,
        reason: impl FnOnce() -> String,
    ) {
        self.used_for(purpose, at);
        let fingerprint = self.use_fingerprint(purpose, at);
        let was_used =
            self.baseline.as_ref().is_some_and(|baseline| baseline.has_noted(fingerprint));
        let unchanged = was_used && self.is_unchanged(at);
        if !unchanged && (self.baseline.is_some() || risk == Risk::Inside) {
            self.trace.ran.take_back(fingerprint);
        }
        self.may_raise_if(class, risk, unchanged, reason);
    }

    /// As [`Self::may_refuse`], of something that is to be a class. What has the name of one is
    /// held to be one wherever it was evaluated before.
    pub(super) fn may_be_no_class(
        &mut self,
        class: &Value,
        purpose: Purpose,
        at: ExprId,
        reason: &'static str,
    ) {
        let risk = Risk::decided_by(class.is_outside());
        match is_named_as_class(class) {
            true => self.may_raise("TypeError", risk, at, || reason.to_owned()),
            false => self.may_refuse(purpose, "TypeError", risk, at, || reason.to_owned()),
        }
    }

    fn use_fingerprint(&self, purpose: Purpose, at: ExprId) -> u64 {
        hashed((self.program.ast().expr(at).fingerprint, purpose))
    }

    /// Passes on how an expression ended: one that raised has not run.
    pub(super) fn got_through<T>(&mut self, at: ExprId, end: Flow<T>) -> Flow<T> {
        if end.is_err() {
            let fingerprint = self.program.ast().expr(at).fingerprint;
            self.trace.ran.take_back(fingerprint);
        }
        end
    }
}

/// Whether something of another module has the name of a class: by convention what begins with a
/// small letter is rarely one.
pub(super) fn is_named_as_class(value: &Value) -> bool {
    match value {
        Value::External(external) => {
            let name = external.attribute.rsplit('.').next().unwrap_or_default();
            !name.starts_with(|c: char| c.is_ascii_lowercase())
        }
        Value::Returned(returned) => &*returned.callee.attribute == "namedtuple",
        _ => true,
    }
}
