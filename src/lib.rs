//! reloadsafe: what `importlib.reload` would leave behind, break or tear.
//!
//! Data flows one way, and each module below may use only those above it:
//!
//! 1. [`text`]: decoded source, lines and columns.
//! 2. [`syntax`]: text to [`syntax::ast`]; the only place that knows tree-sitter.
//! 3. [`simulation`], [`diagnostic`]: what is computed and what is said, as plain data.
//! 4. [`config`]: what the user sets; [`rules`]: what there is to report;
//!    [`suppression`]: the comments that silence it; [`fixes`]: the edits that end it.
//! 5. [`workspace`]: files, environments and git, as answers to what analysis asks.
//! 6. [`simulate`], [`check`]: one module's versions, a workspace against its baseline.
//! 7. [`report`]: the outputs; [`server`]: the language server; [`cli`]: arguments to
//!    requests, results to exit codes.

mod bug;
pub mod catalogue;
pub mod check;
pub mod cli;
pub mod comparison;
pub mod config;
pub mod diagnostic;
pub mod fixes;
pub mod modules;
pub mod plan;
pub mod program;
pub mod python;
pub mod report;
pub mod rules;
pub mod server;
pub mod simulate;
pub mod simulation;
pub mod suppression;
pub mod syntax;
pub mod text;
pub mod workspace;
pub mod worlds;
