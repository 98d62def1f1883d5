//! Only messages that tower-lsp understands may reach it: after one that it cannot decode it
//! ends (`tokio_util`'s `FramedRead` stops at the first error; tokio issue 3976).

use serde_json::{Map, Value, json};
use tower_lsp::jsonrpc::{ErrorCode, Id};

/// A message as tower-lsp is to get it.
#[derive(Debug, PartialEq)]
pub(super) struct Message {
    /// One JSON object with the fields of JSON-RPC 2.0 and no others.
    pub(super) body: Vec<u8>,
    pub(super) kind: Kind,
}

/// What the transport itself has to know of a message.
#[derive(Debug, PartialEq)]
pub(super) enum Kind {
    Initialize(Id),
    Exit,
    Other,
}

/// A message that goes no further, and what the client is told (JSON-RPC 2.0, section 5.1).
#[derive(Debug, PartialEq)]
pub(super) struct Malformed {
    /// What the answer refers to. Nothing where it was a response: those are not answered.
    pub(super) id: Option<Id>,
    pub(super) code: ErrorCode,
    pub(super) reason: String,
}

/// Reads a message's body.
pub(super) fn read(body: &[u8]) -> Result<Message, Malformed> {
    let text = String::from_utf8_lossy(body);
    if matches!(text, std::borrow::Cow::Owned(_)) {
        tracing::warn!("a message is not valid UTF-8; what is not was replaced by U+FFFD");
    }
    let value = serde_json::from_str(&text).or_else(|error| {
        // An editor that counts in UTF-16 and splits a character between two edits sends half
        // of a surrogate pair. Replaced, the edit still has its length in UTF-16 units.
        let replaced = replace_lone_surrogates(&text).ok_or_else(|| not_json(&error))?;
        tracing::warn!("half of a surrogate pair in a message was replaced by U+FFFD");
        serde_json::from_str(&replaced).map_err(|error| not_json(&error))
    })?;
    match value {
        Value::Object(fields) => normalise(fields),
        Value::Array(_) => Err(invalid(Id::Null, "LSP has no batches of messages")),
        _ => Err(invalid(Id::Null, "a message is a JSON object")),
    }
}

fn not_json(error: &serde_json::Error) -> Malformed {
    refuse(Id::Null, ErrorCode::ParseError, &format!("a message is no JSON: {error}"))
}

fn invalid(id: Id, reason: &str) -> Malformed {
    refuse(id, ErrorCode::InvalidRequest, reason)
}

/// A refusal that the client hears of.
pub(super) fn refuse(id: Id, code: ErrorCode, reason: &str) -> Malformed {
    Malformed { id: Some(id), code, reason: reason.to_owned() }
}

/// Checks the fields and leaves those that JSON-RPC has.
fn normalise(mut fields: Map<String, Value>) -> Result<Message, Malformed> {
    let id = match fields.remove("id") {
        None => None,
        Some(Value::String(id)) => Some(Id::String(id)),
        Some(Value::Number(id)) if id.is_i64() => id.as_i64().map(Id::Number),
        Some(_) if fields.contains_key("method") => {
            return Err(invalid(Id::Null, "`id` is neither a string nor an integer"));
        }
        Some(_) => {
            let reason = "a response to nothing that was asked".to_owned();
            return Err(Malformed { id: None, code: ErrorCode::InvalidRequest, reason });
        }
    };
    let known = id.clone().unwrap_or(Id::Null);
    if fields.remove("jsonrpc").as_ref().and_then(Value::as_str) != Some("2.0") {
        return Err(invalid(known, "a message has `\"jsonrpc\": \"2.0\"`"));
    }
    match (fields.remove("method"), id) {
        (Some(Value::String(method)), id) => Ok(call(method, id, fields.remove("params"))),
        (Some(_), _) => Err(invalid(known, "`method` is a string")),
        (None, Some(id)) => Ok(response(&id, fields)),
        (None, None) => Err(invalid(Id::Null, "a message has a `method` or an `id`")),
    }
}

/// A request or a notification.
fn call(method: String, id: Option<Id>, params: Option<Value>) -> Message {
    let params = match (method.as_str(), params) {
        // Some clients send `null` or `{}` where there are no parameters, and tower-lsp has no
        // room for any.
        ("shutdown" | "exit", _) => None,
        ("initialized", None | Some(Value::Null)) => Some(json!({})),
        ("initialize", params) => params.map(with_known_names),
        (_, params) => params.filter(|params| !params.is_null()),
    };
    let kind = match (method.as_str(), &id) {
        ("initialize", Some(id)) => Kind::Initialize(id.clone()),
        ("exit", None) => Kind::Exit,
        _ => Kind::Other,
    };
    let mut fields = Map::new();
    fields.insert("jsonrpc".to_owned(), json!("2.0"));
    fields.insert("method".to_owned(), Value::String(method));
    fields.extend(id.map(|id| ("id".to_owned(), json!(id))));
    fields.extend(params.map(|params| ("params".to_owned(), params)));
    Message { body: Value::Object(fields).to_string().into_bytes(), kind }
}

/// lsp-types 0.94 reads `workspace.diagnostic` where the protocol (LSP 3.17,
/// `WorkspaceClientCapabilities`) has `workspace.diagnostics`.
fn with_known_names(mut params: Value) -> Value {
    if let Some(workspace) = params.pointer_mut("/capabilities/workspace")
        && let Some(workspace) = workspace.as_object_mut()
        && let Some(diagnostics) = workspace.remove("diagnostics")
    {
        workspace.insert("diagnostic".to_owned(), diagnostics);
    }
    params
}

/// A client's answer. One without a result is taken for `null`, as it is meant by clients whose
/// serialiser leaves out what is `null`.
fn response(id: &Id, mut fields: Map<String, Value>) -> Message {
    let error = fields.remove("error").filter(|error| !error.is_null());
    let body = match error {
        Some(error) => {
            let code = error.get("code").and_then(Value::as_i64);
            let message = error.get("message").and_then(Value::as_str).unwrap_or_default();
            let code = code.unwrap_or(ErrorCode::InternalError.code());
            json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
        }
        None => {
            let result = fields.remove("result").unwrap_or(Value::Null);
            json!({ "jsonrpc": "2.0", "id": id, "result": result })
        }
    };
    Message { body: body.to_string().into_bytes(), kind: Kind::Other }
}

/// Replaces each `\uD800` to `\uDFFF` that is no half of a pair by `\uFFFD`; nothing where there
/// is none.
fn replace_lone_surrogates(text: &str) -> Option<String> {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    let mut replaced = false;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        result.push_str(before);
        let length = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                result.push_str("\\uFFFD");
                replaced = true;
                rest = &escape[6..];
                continue;
            }
            (Some(_), _) => 6,
            // Another escape: two characters, of which the second may be a backslash.
            (None, _) => 1 + escape.chars().nth(1).map_or(0, char::len_utf8),
        };
        let (whole, after) = escape.split_at(length);
        result.push_str(whole);
        rest = after;
    }
    result.push_str(rest);
    replaced.then_some(result)
}

/// The UTF-16 unit of an escape such as `\u00e9` at the beginning of a text.
fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(())?;
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests;
