//! The builtin namespace and what the machine knows of it.

mod classes;
mod functions;
mod harmless;
mod methods;
pub(crate) mod types;
