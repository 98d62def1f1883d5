//! What the session does for each message of the protocol: one file a feature.

mod code_action;
mod code_lens;
mod commands;
mod configuration;
mod diagnostics;
mod documents;
mod files;
mod hover;
mod initialize;
mod inlay_hint;
mod plan;
mod suppression;
mod virtual_documents;
