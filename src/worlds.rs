//! Live, reload, restart: the namespaces that come of executing programs.
//!
//! An abstract machine executes a [`crate::program::Program`] over a namespace. It follows what
//! the module's own values decide, keeps apart what paths leave behind where they do not, and
//! takes what the outside decides as it went when the live code ran.

mod answers;
mod builtins;
mod c_modules;
mod cells;
mod changes;
mod checkpoint;
mod code;
mod compare;
mod cycles;
mod effort;
mod elsewhere;
mod eval;
mod exec;
mod function;
mod given;
mod guided;
mod handed_out;
mod history;
mod importers;
mod known_calls;
mod lent;
mod linked;
mod live;
mod loaded;
mod machine;
mod makers;
mod matching;
mod memory;
mod newer;
mod patches;
mod paths;
mod pending;
mod performed;
mod plain;
mod provenance;
mod purpose;
mod reading;
mod registered;
mod relocate;
mod resolve;
mod risk;
mod run;
mod second_runs;
mod signature;
mod state;
mod subclassing;
mod summaries;
mod sure;
mod target;
mod trace;
mod unlikely;
mod value;

pub(crate) use changes::{body_exprs, bound_names};
pub use compare::Compared;
pub use history::{Around, History, SeenRename, compare, follow};
pub use live::Live;
pub use reading::Reading;
pub use summaries::SummaryCache;
