//! `check --watch`, as a process.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::project::program;
use crate::scratch::Scratch;

const PATIENCE: Duration = Duration::from_secs(60);

/// A process that watches, and what it has printed.
struct Watching {
    child: Child,
    out: Arc<Mutex<String>>,
    err: Arc<Mutex<String>>,
}

impl Watching {
    fn start(scratch: &Scratch, more: &[&str]) -> Watching {
        let mut child = program(&scratch.path(""))
            .args(["check", "--watch", "--no-fixes"])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let collect = |reader: Box<dyn Read + Send>| {
            let text = Arc::new(Mutex::new(String::new()));
            let filled = Arc::clone(&text);
            std::thread::spawn(move || {
                for line in BufReader::new(reader).lines().map_while(Result::ok) {
                    *filled.lock().unwrap() += &(line + "\n");
                }
            });
            text
        };
        let out = collect(Box::new(child.stdout.take().unwrap()));
        let err = collect(Box::new(child.stderr.take().unwrap()));
        Watching { child, out, err }
    }

    /// How many runs have ended.
    fn runs(&self) -> usize {
        self.err.lock().unwrap().matches("watching for changes").count()
    }

    /// Does something, waits until a run has ended after it, and until `expected` is in what was
    /// printed since; what was printed.
    #[track_caller]
    fn after(&self, change: impl FnOnce(), expected: &str) -> String {
        let (out, err) = (self.out.lock().unwrap().len(), self.err.lock().unwrap().len());
        let runs = self.runs();
        change();
        let begin = Instant::now();
        loop {
            let printed = self.out.lock().unwrap()[out..].to_owned();
            let said = self.err.lock().unwrap()[err..].to_owned();
            let both = format!("{printed}{said}");
            if both.contains(expected) && self.runs() > runs {
                return both;
            }
            assert!(begin.elapsed() < PATIENCE, "no {expected:?} in:\n{both}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    #[track_caller]
    fn check_silent(&self, change: impl FnOnce()) {
        let runs = self.runs();
        change();
        std::thread::sleep(Duration::from_millis(700));
        assert_eq!(self.runs(), runs, "{}", self.out.lock().unwrap());
    }

    /// As Ctrl-C would; the exit code.
    fn interrupt(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        let kill = std::process::Command::new("kill").args(["-INT", &id]).status().unwrap();
        assert!(kill.success());
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("it goes on");
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn project() -> Scratch {
    Scratch::repository(&[
        ("reloadsafe.toml", "src = ['lib']\n"),
        (".gitignore", "/build/\n"),
        ("lib/m.py", "A = 1\nB = 2\n"),
        ("lib/user.py", "import m\nX = 1\n"),
        ("build/made.py", ""),
        ("notes.txt", ""),
    ])
}

#[cfg(unix)]
#[test]
fn each_change_is_checked_until_ctrl_c() {
    let scratch = project();
    let watching = Watching::start(&scratch, &[]);
    watching.after(|| (), "Nothing to reload in 2 modules.");
    watching.after(|| scratch.write("lib/m.py", "B = 2\n"), "`A` was removed");
    // As editors save: another file takes the place.
    let replace = || {
        scratch.write("lib/m.py.tmp", "A = 1\n");
        std::fs::rename(scratch.path("lib/m.py.tmp"), scratch.path("lib/m.py")).unwrap();
    };
    watching.after(replace, "`B` was removed");
    watching.check_silent(|| {
        scratch.write("notes.txt", "nothing");
        scratch.write("build/made.py", "x = 2\n");
        scratch.write("build/more/made.py", "x = 2\n");
        scratch.write(".venv/lib/x.py", "x = 1\n");
    });
    // Files and directories come and go.
    watching.after(|| scratch.remove("lib/m.py"), "Nothing to reload in 1 module.");
    watching.after(|| scratch.write("lib/new/deep/n.py", "x = 1\n"), "in 2 modules.");
    watching.after(|| scratch.write("lib/new/deep/o.py", "x = 1\n"), "in 3 modules.");
    let rename = || std::fs::rename(scratch.path("lib/new"), scratch.path("lib/old")).unwrap();
    watching.after(rename, "in 3 modules.");
    let away = || std::fs::remove_dir_all(scratch.path("lib/old")).unwrap();
    watching.after(away, "in 1 module.");
    watching.after(|| scratch.write("lib/old/n.py", "x = 1\n"), "in 2 modules.");
    watching.after(|| scratch.write("lib/old/n.py", "x = (\n"), "in 2 modules.");
    // The settings, too, also where they are wrong for a while.
    let broken = || scratch.write("reloadsafe.toml", "selekt = 1\n");
    watching.after(broken, "reloadsafe.toml:1:1: unknown key `selekt`");
    watching.after(|| scratch.write("lib/user.py", "import m\n"), "unknown key `selekt`");
    let mended = || scratch.write("reloadsafe.toml", "src = ['lib']\nexclude = ['old/']\n");
    let said = watching.after(mended, "Found 1 hazard");
    assert!(said.contains("`X` was removed"), "{said}");
    // What HEAD means.
    watching.after(|| scratch.commit("second"), "Nothing to reload in 1 module.");
    let (out, err) = (Arc::clone(&watching.out), Arc::clone(&watching.err));
    assert_eq!(watching.interrupt(), Some(0));
    // Nobody's screen is cleared where there is none.
    assert!(!out.lock().unwrap().contains('\u{1b}'), "{}", out.lock().unwrap());
    assert!(!err.lock().unwrap().contains('\u{1b}'));
}

#[cfg(unix)]
#[test]
fn a_target_may_go_and_come_again() {
    let scratch = project();
    scratch.write("lib/fresh.py", "A = 1\n");
    let watching = Watching::start(&scratch, &["lib/fresh.py"]);
    watching.after(|| (), "Nothing to reload in 1 module.");
    watching.after(|| scratch.remove("lib/fresh.py"), "`lib/fresh.py` does not exist");
    watching.after(|| scratch.write("lib/fresh.py", "A = 1\n"), "Nothing to reload in 1 module.");
    assert_eq!(watching.interrupt(), Some(0));
}

#[cfg(unix)]
#[test]
fn known_findings_and_json_for_whoever_reads_it() {
    let scratch = project();
    scratch.write("lib/m.py", "B = 2\n");
    scratch.run(&["baseline", "create", "--baseline-file", "known.json"]).expect(0);
    let more = ["--output-format", "json", "--baseline-file", "known.json"];
    let watching = Watching::start(&scratch, &more);
    watching.after(|| (), "\"silenced\": 1");
    let empty = "{\"schema\": 1, \"findings\": []}";
    let report = watching.after(|| scratch.write("known.json", empty), "\"silenced\": 0");
    assert!(report.contains("\"code\": \"RS102\""), "{report}");
    assert_eq!(watching.interrupt(), Some(0));
}

/// What a person sees: in a terminal of its own, which Python makes.
#[cfg(unix)]
#[test]
fn on_a_terminal_the_screen_is_cleared_and_ctrl_c_typed_ends_it() {
    const IN_A_TERMINAL: &str = r#"
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
text = b""
while b"watching for changes" not in text:
    text += os.read(fd, 4096)
os.write(fd, b"\x03")
try:
    while more := os.read(fd, 4096):
        text += more
except OSError:
    pass
sys.stdout.buffer.write(text)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#;
    let scratch = project();
    scratch.write("lib/m.py", "B = 2\n");
    let output = std::process::Command::new("python3")
        .args(["-c", IN_A_TERMINAL, env!("CARGO_BIN_EXE_reloadsafe"), "check", "--watch"])
        .current_dir(scratch.path(""))
        .env("TERM", "xterm-256color")
        .env_remove("NO_COLOR")
        .output();
    let Ok(output) = output else {
        assert!(std::env::var_os("RELOADSAFE_REQUIRE_PYTHON").is_none(), "there is no python3");
        return;
    };
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}");
    let cleared = text.find("\u{1b}[2J").unwrap_or_else(|| panic!("{text:?}"));
    assert!(text.find("`A` was removed").is_some_and(|found| found > cleared), "{text:?}");
}

#[test]
fn what_makes_no_sense_is_refused() {
    let scratch = project();
    for more in [&["--fix"][..], &["--head", "main"], &["--files-from", "-"]] {
        let run = scratch.run(&[&["check", "--watch"], more].concat()).expect(2);
        assert!(run.err.contains("cannot be used with") || run.err.contains("standard input"));
    }
}
