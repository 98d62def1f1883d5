use super::*;

#[track_caller]
fn check(text: &str, expected: Value) {
    let message = read(text.as_bytes()).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&message.body).unwrap(), expected);
}

#[test]
fn only_the_fields_of_json_rpc_are_left() {
    check(
        r#"{"id": 1, "jsonrpc": "2.0", "extra": 1, "method": "m", "result": 2, "params": [1]}"#,
        json!({ "jsonrpc": "2.0", "method": "m", "id": 1, "params": [1] }),
    );
    check(
        r#"{"jsonrpc": "2.0", "id": "a", "error": {"code": 5, "message": "m", "more": 1}}"#,
        json!({ "jsonrpc": "2.0", "id": "a", "error": { "code": 5, "message": "m" } }),
    );
    check(
        r#"{"jsonrpc": "2.0", "id": 1, "result": [], "error": null}"#,
        json!({ "jsonrpc": "2.0", "id": 1, "result": [] }),
    );
    check(r#"{"jsonrpc": "2.0", "id": 1}"#, json!({ "jsonrpc": "2.0", "id": 1, "result": null }));
    check(
        r#"{"jsonrpc": "2.0", "id": 1, "error": 5}"#,
        json!({ "jsonrpc": "2.0", "id": 1, "error": { "code": -32603, "message": "" } }),
    );
}

#[test]
fn parameters_where_there_are_none() {
    for params in ["", r#", "params": null"#, r#", "params": {}"#, r#", "params": []"#] {
        check(
            &format!(r#"{{"jsonrpc": "2.0", "id": 1, "method": "shutdown"{params}}}"#),
            json!({ "jsonrpc": "2.0", "id": 1, "method": "shutdown" }),
        );
    }
    check(
        r#"{"jsonrpc": "2.0", "method": "initialized", "params": null}"#,
        json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} }),
    );
}

#[test]
fn the_kinds() {
    let kind = |text: &str| read(text.as_bytes()).unwrap().kind;
    let initialize = r#"{"jsonrpc": "2.0", "id": "a", "method": "initialize", "params": {}}"#;
    assert_eq!(kind(initialize), Kind::Initialize(Id::String("a".to_owned())));
    assert_eq!(kind(r#"{"jsonrpc": "2.0", "method": "exit"}"#), Kind::Exit);
    // A request of that name is none that LSP knows.
    assert_eq!(kind(r#"{"jsonrpc": "2.0", "id": 1, "method": "exit"}"#), Kind::Other);
    assert_eq!(kind(r#"{"jsonrpc": "2.0", "id": 1, "result": null}"#), Kind::Other);
}

#[test]
fn responses_are_not_answered() {
    for id in ["null", "1.5", "{}"] {
        let response = format!(r#"{{"jsonrpc": "2.0", "id": {id}, "result": null}}"#);
        assert_eq!(read(response.as_bytes()).unwrap_err().id, None);
    }
}

#[test]
fn halves_of_surrogate_pairs() {
    let replace = |text| replace_lone_surrogates(text);
    assert_eq!(replace(r"a\ud83d b").unwrap(), r"a\uFFFD b");
    assert_eq!(replace(r"\uDE00\ud83d\ude00\ud83d").unwrap(), r"\uFFFD\ud83d\ude00\uFFFD");
    assert_eq!(replace(r"\ud83d\ud83d\ude00").unwrap(), r"\uFFFD\ud83d\ude00");
    assert_eq!(replace(r"\ud83d\n").unwrap(), r"\uFFFD\n");
    for right in [r"\ud83d\ude00", r"\\ud83d", r"\u00e9", r"é\", r"\", "", r"\é", r"\u12"] {
        assert_eq!(replace(right), None, "{right}");
    }
}

#[test]
fn a_split_character_keeps_its_length() {
    let text = r#"{"jsonrpc": "2.0", "method": "m", "params": ["a\ud83d", "\ude00b"]}"#;
    let message = read(text.as_bytes()).unwrap();
    let value: Value = serde_json::from_slice(&message.body).unwrap();
    assert_eq!(value["params"], json!(["a\u{FFFD}", "\u{FFFD}b"]));
}

/// Whatever comes, tower-lsp can decode what it gets. These are the types that it decodes with.
#[test]
fn what_is_passed_on_can_be_decoded() {
    let values = ["null", "1", "1.5", "-7", "1e300", "true", "\"2.0\"", "\"\"", "[]", "{}"];
    let mut passed = 0;
    for jsonrpc in values {
        for id in values {
            for (field, value) in
                ["method", "result", "error", "params"].iter().flat_map(|f| values.map(|v| (f, v)))
            {
                let text = format!(r#"{{"jsonrpc": {jsonrpc}, "id": {id}, "{field}": {value}}}"#);
                let Ok(message) = read(text.as_bytes()) else { continue };
                passed += 1;
                let request = serde_json::from_slice::<tower_lsp::jsonrpc::Request>(&message.body);
                let response =
                    serde_json::from_slice::<tower_lsp::jsonrpc::Response>(&message.body);
                assert!(request.is_ok() || response.is_ok(), "{text}");
            }
        }
    }
    assert!(passed > 50, "{passed}");
}
