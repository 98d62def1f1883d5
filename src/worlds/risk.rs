//! Paths that end in exceptions, and who decides whether something raises.

use std::rc::Rc;

use super::state::State;
use super::value::Value;
use crate::text::span::Span;

/// Why something may raise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Risk {
    /// The module's own values decide, and they are not known well enough.
    Inside,
    /// Code outside the module decides.
    Outside,
    /// Files, the network, what is installed.
    Environment,
}

impl Risk {
    /// Of an operation on values of which some came from outside the module, or none did.
    pub(super) fn decided_by(outside: bool) -> Risk {
        if outside { Risk::Environment } else { Risk::Inside }
    }
}

/// The reason where a handler passes on what it has caught.
pub(super) const RAISED_AGAIN: &str = "the exception is raised again";

/// A path that ends in an exception.
#[derive(Debug, Clone)]
pub(super) struct Raise {
    /// None at module level, where nobody catches it and nothing of it goes on.
    pub(super) state: Option<State>,
    pub(super) exception: Value,
    /// The name of its class, where that is known.
    pub(super) class_name: Option<String>,
    /// None where it is raised for certain on its path.
    pub(super) risk: Option<Risk>,
    /// It ran in the version before with the same inputs.
    pub(super) unchanged: bool,
    /// The statement at module level stood in the version before and reads nothing that changed.
    pub(super) site_unchanged: bool,
    pub(super) reason: Rc<str>,
    /// It stands on a path that is taken only where a condition that is not known holds.
    pub(super) is_forked: bool,
    /// It is hardly ever raised.
    pub(super) is_unlikely: bool,
    /// Raised in a function that the module calls, not in its own frame.
    pub(super) in_function: bool,
    /// Where the module's own frame stands.
    pub(super) site: Span,
    /// How many global bindings had been made.
    pub(super) log: usize,
    /// It ran once and is certain not to get through again.
    pub(super) is_second_run: bool,
    /// The `raise` statement or assertion, with the version whose code it is in.
    pub(super) origin: Option<(u32, Span)>,
    /// It is known to get through, as it did, unless this has changed outside of the process.
    pub(super) depends: Option<Rc<str>>,
    /// The read that found no name, where that is the reason.
    pub(super) read: Option<Span>,
}
