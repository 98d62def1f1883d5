//! The log, and where it must not go.

use serde_json::json;

use crate::lsp::Server;

#[test]
fn a_log_file_and_standard_error_and_the_client() {
    let directory = tempfile();
    let file = directory.join("server.log");
    let builder = Server::build().environment("RELOADSAFE_TEST_HOOKS", "1");
    let mut server =
        builder.argument("--stdio").argument("--log-file").argument(file.to_str().unwrap()).start();
    server.initialize(json!({}));
    server.send_body(b"{");
    server.response(serde_json::Value::Null).unwrap_err();
    assert_eq!(server.log("no JSON")["type"], 2);
    server.expect_alive();
    let errors = server.shut_down_with_errors();
    assert!(errors.contains("no JSON"), "{errors}");
    let logged = std::fs::read_to_string(&file).unwrap();
    assert!(logged.contains("no JSON"), "{logged}");
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn a_log_file_that_cannot_be_written() {
    let mut server = Server::build().argument("--log-file").argument("/no/such/folder/log").start();
    assert_eq!(server.wait(), Some(2));
}

#[test]
fn a_level_that_is_off() {
    let builder = Server::build().environment("RELOADSAFE_TEST_HOOKS", "1");
    let mut server = builder.argument("--log-level").argument("off").start();
    server.initialize(json!({}));
    server.send_body(b"{");
    server.response(serde_json::Value::Null).unwrap_err();
    server.expect_alive();
    assert_eq!(server.shut_down_with_errors(), "");
}

#[test]
fn a_client_that_does_not_read_standard_error() {
    let builder = Server::build().environment("RELOADSAFE_TEST_HOOKS", "1");
    let builder = builder.argument("--log-level").argument("trace");
    let builder = builder.ignoring("textDocument/publishDiagnostics");
    let mut server = builder.without_reading_errors().start();
    server.initialize(json!({}));
    server.open("untitled:a", "");
    // tower-lsp logs every message at this level.
    for version in 1..=2000 {
        server.edit("untitled:a", version);
    }
    assert_eq!(server.seen().len(), 2000);
    server.shut_down();
}

fn tempfile() -> std::path::PathBuf {
    let name = format!("reloadsafe-stdio-{}", std::process::id());
    let directory = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&directory).unwrap();
    directory
}
