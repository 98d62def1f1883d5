//! The builtin namespace and what the machine knows of it.

mod aggregates;
mod classes;
mod code;
pub(super) mod functions;
mod harmless;
mod methods;
pub(crate) mod types;
