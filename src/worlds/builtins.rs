//! The builtin namespace and what the machine knows of it.

mod aggregates;
pub(super) mod c_functions;
mod classes;
mod code;
pub(super) mod functions;
mod harmless;
mod methods;
pub(super) mod regexes;
mod times;
pub(crate) mod types;
