//! What LSP 3.18 has and the library's types, which end at 3.17, do not.

use serde_json::{Value, json};

use super::convert::SCHEME;

/// Whether a client that sends these parameters of `initialize` reads documents that exist only
/// here (`workspace/textDocumentContent`).
pub(super) fn reads_our_documents(initialize: &Value) -> bool {
    initialize.pointer("/capabilities/workspace/textDocumentContent").is_some_and(Value::is_object)
}

/// Adds to the result of `initialize` whose documents can be read. Said there and not registered
/// later: a client may understand the one without the other, and every client understands this.
pub(super) fn provide_our_documents(initialized: &mut Value) {
    if let Some(Value::Object(workspace)) = initialized.pointer_mut("/capabilities/workspace") {
        workspace.insert("textDocumentContent".to_owned(), json!({ "schemes": [SCHEME] }));
    }
}
