//! A language client for tests, over a real process or one in this process. It is strict: a frame that is not exactly
//! what LSP says fails the test, and so does a message that the test did not take.

#![allow(dead_code, unreachable_pub, reason = "each test program uses its own part")]

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use reloadsafe::server::{Ending, serve};
use serde_json::{Value, json};

/// How long anything may take that is expected to happen. Machines are slow when they build.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How a server is started.
pub struct Builder {
    arguments: Vec<String>,
    environment: Vec<(&'static str, String)>,
    ignored: Vec<&'static str>,
    reads_output: bool,
    reads_errors: bool,
    is_here: bool,
}

impl Builder {
    /// In a thread of this process; arguments and environment are this process's then.
    pub fn here(mut self) -> Builder {
        self.is_here = true;
        self
    }

    pub fn argument(mut self, argument: &str) -> Builder {
        self.arguments.push(argument.to_owned());
        self
    }

    pub fn environment(mut self, name: &'static str, value: &str) -> Builder {
        self.environment.push((name, value.to_owned()));
        self
    }

    /// Notifications with this method are dropped when they come in.
    pub fn ignoring(mut self, method: &'static str) -> Builder {
        self.ignored.push(method);
        self
    }

    /// Reads nothing until [`Server::read_output`].
    pub fn without_reading(mut self) -> Builder {
        self.reads_output = false;
        self
    }

    /// Leaves standard error open and never reads it.
    pub fn without_reading_errors(mut self) -> Builder {
        self.reads_errors = false;
        self
    }

    pub fn start(self) -> Server {
        if self.is_here {
            return self.start_here();
        }
        let mut child = Command::new(program())
            .arg("server")
            .args(&self.arguments)
            .envs(self.environment)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let errors = Arc::new(Mutex::new(String::new()));
        let (mut unread_errors, mut reading_errors) = (None, None);
        let stderr = child.stderr.take().unwrap();
        if self.reads_errors {
            let errors = Arc::clone(&errors);
            reading_errors = Some(thread::spawn(move || {
                for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                    errors.lock().unwrap().push_str(&(line + "\n"));
                }
            }));
        } else {
            unread_errors = Some(stderr);
        }
        let running = Running::Process { child, unread_errors, reading_errors };
        let mut server = Server::new(running, Box::new(input), Box::new(output), errors);
        server.ignored = self.ignored;
        if self.reads_output {
            server.read_output();
        }
        server
    }

    fn start_here(self) -> Server {
        let (server_input, input) = std::io::pipe().unwrap();
        let (output, server_output) = std::io::pipe().unwrap();
        let serving = thread::spawn(move || serve(server_input, server_output).unwrap());
        let running = Running::Here { serving: Some(serving), ending: None };
        let errors = Arc::new(Mutex::new("it has none of its own".to_owned()));
        let mut server = Server::new(running, Box::new(input), Box::new(output), errors);
        server.ignored = self.ignored;
        if self.reads_output {
            server.read_output();
        }
        server
    }
}

/// What serves.
enum Running {
    Process {
        child: Child,
        unread_errors: Option<ChildStderr>,
        reading_errors: Option<JoinHandle<()>>,
    },
    Here {
        serving: Option<JoinHandle<Ending>>,
        ending: Option<i32>,
    },
}

impl Running {
    /// The exit code, where it has ended; for a server in this process what it would be.
    fn ended(&mut self) -> Option<Option<i32>> {
        match self {
            Running::Process { child, .. } => child.try_wait().unwrap().map(|status| status.code()),
            Running::Here { serving, ending } => {
                if let Some(ended) = serving.take_if(|serving| serving.is_finished()) {
                    *ending = Some(match ended.join().expect("it does not panic") {
                        Ending::Orderly => 0,
                        Ending::Abrupt => 1,
                    });
                }
                ending.map(Some)
            }
        }
    }
}

/// A running server and the client that talks to it.
pub struct Server {
    running: Running,
    input: Option<Box<dyn Write + Send>>,
    output: Option<(Box<dyn Read + Send>, Sender<Value>)>,
    incoming: Receiver<Value>,
    /// What has come in and was not taken.
    unread: VecDeque<Value>,
    /// The parameters of the `window/logMessage` that have come in.
    logs: Vec<Value>,
    ignored: Vec<&'static str>,
    errors: Arc<Mutex<String>>,
    last_id: i64,
    minds_unread: bool,
    minds_refreshes: bool,
}

impl Server {
    fn new(
        running: Running,
        input: Box<dyn Write + Send>,
        output: Box<dyn Read + Send>,
        errors: Arc<Mutex<String>>,
    ) -> Server {
        let (sender, incoming) = channel();
        Server {
            running,
            input: Some(input),
            output: Some((output, sender)),
            incoming,
            unread: VecDeque::new(),
            logs: Vec::new(),
            ignored: Vec::new(),
            errors,
            last_id: 0,
            minds_unread: true,
            minds_refreshes: true,
        }
    }

    pub fn build() -> Builder {
        Builder {
            arguments: Vec::new(),
            environment: Vec::new(),
            ignored: Vec::new(),
            reads_output: true,
            reads_errors: true,
            is_here: false,
        }
    }

    /// A server that has been initialized, with the hooks of `src/server/hooks.rs`.
    pub fn with_hooks() -> Server {
        let builder = Server::build().environment("RELOADSAFE_TEST_HOOKS", "1");
        let mut server = builder.ignoring("textDocument/publishDiagnostics").start();
        server.initialize(json!({}));
        server
    }

    /// Begins to read what the server writes.
    pub fn read_output(&mut self) {
        let (output, sender) = self.output.take().expect("it is being read already");
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = read_message(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
    }

    // Sending

    pub fn send_bytes(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("standard input is closed");
        input.write_all(bytes).and_then(|()| input.flush()).expect("the server reads");
    }

    /// Sends a body with its header.
    pub fn send_body(&mut self, body: &[u8]) {
        self.send_bytes(&frame(body));
    }

    pub fn send(&mut self, message: &Value) {
        self.send_body(message.to_string().as_bytes());
    }

    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request and gives its id.
    pub fn request(&mut self, method: &str, params: Value) -> i64 {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        id
    }

    /// Answers a request of the server's.
    pub fn answer(&mut self, id: &Value, result: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": result }));
    }

    pub fn cancel(&mut self, id: i64) {
        self.notify("$/cancelRequest", json!({ "id": id }));
    }

    pub fn close_input(&mut self) {
        self.input = None;
    }

    /// Sends unless the server has closed its end; says whether it has not.
    pub fn try_send(&mut self, bytes: &[u8]) -> bool {
        let input = self.input.as_mut().expect("standard input is closed");
        input.write_all(bytes).and_then(|()| input.flush()).is_ok()
    }

    /// Closes standard output, which is not being read.
    pub fn close_output(&mut self) {
        self.output = None;
    }

    // Receiving

    /// The first message that is wanted, in order of arrival; the others stay unread.
    #[track_caller]
    pub fn take(&mut self, wanted: &str, is_wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.unread.iter().position(&is_wanted) {
                return self.unread.remove(at).unwrap();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.incoming.recv_timeout(left) {
                Ok(message) => self.sort_in(message),
                Err(error) => panic!(
                    "no {wanted}: {error}; unread: {:?}; standard error:\n{}",
                    self.unread,
                    self.errors()
                ),
            }
        }
    }

    /// The response to a request, as its result or its error.
    #[track_caller]
    pub fn response(&mut self, id: impl Into<Value>) -> Result<Value, Value> {
        let id = id.into();
        let is_it = |message: &Value| message.get("method").is_none() && message["id"] == id;
        let mut message = self.take(&format!("response to {id}"), is_it);
        match message.get_mut("error") {
            Some(error) => Err(error.take()),
            None => Ok(message["result"].take()),
        }
    }

    /// Sends a request and waits for its response.
    #[track_caller]
    pub fn call(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.request(method, params);
        self.response(id)
    }

    /// The parameters of a notification.
    #[track_caller]
    pub fn notification(&mut self, method: &str) -> Value {
        let is_it = |message: &Value| message["method"] == method && message.get("id").is_none();
        self.take(method, is_it)["params"].take()
    }

    /// The id and the parameters of a request of the server's.
    #[track_caller]
    pub fn server_request(&mut self, method: &str) -> (Value, Value) {
        let is_it = |message: &Value| message["method"] == method && message.get("id").is_some();
        let mut message = self.take(method, is_it);
        (message["id"].take(), message["params"].take())
    }

    /// Checks that nothing comes for a while.
    #[track_caller]
    pub fn expect_silence(&mut self, duration: Duration) {
        let deadline = Instant::now() + duration;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.incoming.recv_timeout(left) {
                Ok(message) => self.sort_in(message),
                Err(_) => break,
            }
        }
        assert!(self.unread.is_empty(), "not silent: {:?}", self.unread);
    }

    /// A `window/logMessage` whose text has this in it.
    #[track_caller]
    pub fn log(&mut self, text: &str) -> Value {
        let deadline = Instant::now() + PATIENCE;
        let mut looked_at = 0;
        loop {
            let has_it = |log: &Value| log["message"].as_str().unwrap().contains(text);
            if let Some(at) = self.logs[looked_at..].iter().position(has_it) {
                return self.logs.remove(looked_at + at);
            }
            looked_at = self.logs.len();
            let left = deadline.saturating_duration_since(Instant::now());
            match self.incoming.recv_timeout(left) {
                Ok(message) => self.sort_in(message),
                Err(error) => panic!("nothing logged about {text:?}: {error}: {:?}", self.logs),
            }
        }
    }

    fn sort_in(&mut self, mut message: Value) {
        let method = message["method"].as_str().unwrap_or_default();
        if method == "window/logMessage" {
            self.logs.push(message["params"].take());
        } else if !self.ignored.contains(&method) || message.get("id").is_some() {
            self.unread.push_back(message);
        }
    }

    /// Drops notifications with this method from now on.
    pub fn ignore(&mut self, method: &'static str) {
        self.ignored.push(method);
    }

    /// Takes everything that has come in with this method so far, in order.
    pub fn take_all(&mut self, method: &str) -> Vec<Value> {
        while let Ok(message) = self.incoming.try_recv() {
            self.sort_in(message);
        }
        let unread = std::mem::take(&mut self.unread);
        let (taken, others) = unread.into_iter().partition(|message| message["method"] == method);
        self.unread = others;
        Vec::from(taken)
    }

    /// Drops what has come in with this method.
    pub fn forget_unread(&mut self, method: &str) {
        self.unread.retain(|message| message["method"] != method);
    }

    /// Does not mind what is not taken before the end.
    pub fn leave_unread(&mut self) {
        self.minds_unread = false;
    }

    /// Does not mind being asked to refresh something while the session ends: the server does not
    /// know yet that it will.
    pub fn leave_refreshes(&mut self) {
        self.minds_refreshes = false;
    }

    /// Ends the process and does not mind what was not taken.
    pub fn abandon(mut self) {
        self.leave_unread();
    }

    /// What has come on standard error so far.
    pub fn errors(&self) -> String {
        self.errors.lock().unwrap().clone()
    }

    // The course of a session

    /// `initialize` with these capabilities and `initialized`; gives the server's answer.
    #[track_caller]
    pub fn initialize(&mut self, capabilities: Value) -> Value {
        let params = json!({ "processId": null, "rootUri": null, "capabilities": capabilities });
        let result = self.call("initialize", params).expect("`initialize` is answered");
        self.notify("initialized", json!({}));
        result
    }

    /// The process in which it is.
    pub fn id(&self) -> u32 {
        match &self.running {
            Running::Process { child, .. } => child.id(),
            Running::Here { .. } => std::process::id(),
        }
    }

    /// Checks that the process goes on for a while.
    #[track_caller]
    pub fn expect_running(&mut self, duration: Duration) {
        thread::sleep(duration);
        assert!(self.running.ended().is_none(), "it has ended: {}", self.errors());
    }

    /// Waits until the process has ended; gives its exit code.
    #[track_caller]
    pub fn wait(&mut self) -> Option<i32> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(code) = self.running.ended() {
                return code;
            }
            let errors = self.errors();
            assert!(Instant::now() < deadline, "it is still running; standard error:\n{errors}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// `shutdown`, `exit`, with standard input open: the end that every client should bring.
    #[track_caller]
    pub fn shut_down(self) {
        self.shut_down_with_errors();
    }

    /// The same; gives what came on standard error.
    #[track_caller]
    pub fn shut_down_with_errors(mut self) -> String {
        let id = self.request("shutdown", Value::Null);
        assert_eq!(self.response(id), Ok(Value::Null));
        self.send(&json!({ "jsonrpc": "2.0", "method": "exit" }));
        assert_eq!(self.wait(), Some(0), "standard error:\n{}", self.errors());
        if let Running::Process { reading_errors, .. } = &mut self.running
            && let Some(reading) = reading_errors.take()
        {
            reading.join().unwrap();
        }
        self.errors()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        match &mut self.running {
            Running::Process { child, .. } => {
                let _ = child.kill();
                let _ = child.wait();
            }
            // It ends with its input.
            Running::Here { .. } => self.input = None,
        }
        self.output = None;
        if thread::panicking() || !self.minds_unread {
            return;
        }
        // It has ended or is about to, so there is an end to what it writes.
        while let Ok(message) = self.incoming.recv() {
            self.sort_in(message);
        }
        if !self.minds_refreshes {
            let is_refresh = |message: &Value| {
                message["method"].as_str().is_some_and(|method| method.ends_with("/refresh"))
            };
            self.unread.retain(|message| !is_refresh(message));
        }
        assert!(self.unread.is_empty(), "nobody expected {:?}", self.unread);
    }
}

/// The server to test: another build of it where the environment names one.
fn program() -> OsString {
    std::env::var_os("RELOADSAFE_SERVER").unwrap_or_else(|| env!("CARGO_BIN_EXE_reloadsafe").into())
}

/// A body with its header.
pub fn frame(body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// Reads a message, or nothing at the end.
fn read_message(output: &mut impl BufRead) -> Option<Value> {
    let mut header = String::new();
    if output.read_line(&mut header).unwrap() == 0 {
        return None;
    }
    let length = header.strip_prefix("Content-Length: ").and_then(|rest| rest.strip_suffix("\r\n"));
    let length = length.unwrap_or_else(|| panic!("not a header: {header:?}")).parse().unwrap();
    let mut empty = String::new();
    output.read_line(&mut empty).unwrap();
    assert_eq!(empty, "\r\n");
    let mut body = vec![0; length];
    // A server that was killed leaves half a message.
    output.read_exact(&mut body).ok()?;
    let message: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(message["jsonrpc"], "2.0", "{message}");
    Some(message)
}
