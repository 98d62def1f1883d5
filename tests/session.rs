//! The language server as an editor meets it: real processes, real files, one test file a theme.

#[path = "support/lsp.rs"]
mod lsp;

#[path = "support/editor.rs"]
mod editor;

#[path = "support/messages.rs"]
mod messages;

#[path = "support/random.rs"]
mod random;

#[path = "session/actions.rs"]
mod actions;
#[path = "session/clearing.rs"]
mod clearing;
#[path = "session/clients.rs"]
mod clients;
#[path = "session/faults.rs"]
mod faults;
#[path = "session/histories.rs"]
mod histories;
#[path = "session/orders.rs"]
mod orders;
#[path = "session/property.rs"]
mod property;
#[path = "session/settings.rs"]
mod settings;
#[path = "session/typing.rs"]
mod typing;
#[path = "session/views.rs"]
mod views;
