//! Who decides whether something raises.

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
