//! From `didChange` to `publishDiagnostics`: our server against `ruff server`, turn by turn, over
//! the same files and the same edits.
//!
//! ruff is `RUFF` or what `ruff` is on the path. What cannot be measured is said.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use reloadsafe::python::PythonVersion;
use reloadsafe::syntax::parse::{ParseOptions, parse};
use reloadsafe::text::source::{Revision, Source};
use reloadsafe_benches::client::{Client, Spot};
use reloadsafe_benches::module::{Shape, generate};
use reloadsafe_benches::ratio;

/// Modules of the standard library, from 2,000 to 6,000 lines.
const REAL: [&str; 3] = ["typing", "tkinter/__init__", "_pydecimal"];

/// How many modules the made-up workspace has, and how long they are.
const MODULES: u64 = 300;
const LINES: usize = 200;

fn main() {
    let ruff = std::env::var_os("RUFF").unwrap_or_else(|| OsString::from("ruff"));
    let Ok(version) = Command::new(&ruff).arg("--version").output() else {
        eprintln!("*** SKIPPED: there is no ruff to measure against (set RUFF to one) ***");
        return;
    };
    println!("against {}", String::from_utf8_lossy(&version.stdout).trim());
    let scratch = std::env::temp_dir().join(format!("reloadsafe-latency-{}", std::process::id()));
    let mut bench = Bench { criterion: ratio::criterion(), ruff, scratch: scratch.clone() };
    for name in REAL {
        match library(name) {
            Some(text) => bench.one(&name.replace('/', "."), &text),
            None => eprintln!("*** SKIPPED: no python3 with {name}.py in its library ***"),
        }
    }
    bench.one("generated", &generate(&Shape { lines: 3_000, ..Shape::default() }));
    bench.one("comments", &"# a comment\n".repeat(8_000));
    bench.one("statements", &(0..40_000).map(|n| format!("x{n} = {n}\n")).collect::<String>());
    bench.workspace();
    bench.criterion.final_summary();
    let _ = std::fs::remove_dir_all(scratch);
}

struct Bench {
    criterion: criterion::Criterion<ratio::Ratio>,
    ruff: OsString,
    scratch: PathBuf,
}

impl Bench {
    /// One file in a workspace of its own.
    fn one(&mut self, name: &str, text: &str) {
        let options = ParseOptions::new(PythonVersion::DEFAULT);
        let source = Source::new(name, Revision::Current, text.to_owned());
        // What does not compile is parsed again and again, and nothing of it is executed.
        assert!(parse(&source, &options).is_ok(), "{name} does not compile");
        let folder = self.scratch.join(name);
        let file = folder.join(format!("{}.py", name.replace('.', "_")));
        write(&file, text);
        let lines = text.lines().count();
        for (spot, place) in [(Spot::End, "at the end"), (Spot::Function, "in a function")] {
            if spot.find(text).is_some() {
                self.measure(&format!("{name} ({lines} lines) {place}"), &folder, &file, spot, &[]);
            }
        }
    }

    /// The module that others import, and one that imports another, among some hundred.
    fn workspace(&mut self) {
        let folder = self.scratch.join("workspace");
        write(&folder.join("project/__init__.py"), "");
        let file = |number: u64| folder.join(format!("project/m{number}.py"));
        for number in 0..MODULES {
            let mut text = generate(&Shape { lines: LINES, seed: number + 1, is_edited: false });
            if number > 0 {
                // After `from __future__`, which must come first.
                let earlier = number - 1;
                let imports =
                    format!("from project.m{earlier} import Base as Earlier, register\n\n\nclass");
                text = text.replacen("\n\nclass", &imports, 1);
            }
            write(&file(number), &text);
        }
        let open: Vec<PathBuf> = (0..20).map(file).collect();
        for number in [0, MODULES / 2] {
            let name = format!("one of {MODULES} modules, 20 open (m{number})");
            self.measure(&name, &folder, &file(number), Spot::End, &open);
        }
    }

    fn measure(&mut self, name: &str, folder: &Path, file: &Path, spot: Spot, open: &[PathBuf]) {
        let own = Command::new(env!("CARGO_BIN_EXE_reloadsafe"));
        let mut own = Client::start(own, folder);
        let mut other = Client::start(Command::new(&self.ruff), folder);
        for client in [&mut own, &mut other] {
            for path in open.iter().filter(|path| *path != file) {
                client.open(path, Spot::End);
            }
            client.open(file, spot);
        }
        let (mut number, mut other_number) = (0, 0);
        ratio::compare(
            &mut self.criterion,
            &format!("{name}: didChange to diagnostics / ruff server"),
            || {
                number += 1;
                own.edit(number)
            },
            || {
                other_number += 1;
                other.edit(other_number)
            },
        );
    }
}

fn write(path: &Path, text: &str) {
    let folder = path.parent().expect("it lies in a folder");
    std::fs::create_dir_all(folder).expect("the scratch directory can be written");
    std::fs::write(path, text).expect("the scratch directory can be written");
}

/// A module of the library of the `python3` at hand.
fn library(name: &str) -> Option<String> {
    let ask = "import sysconfig; print(sysconfig.get_path('stdlib'))";
    let said = Command::new("python3").args(["-c", ask]).output().ok()?;
    let folder = String::from_utf8(said.stdout).ok()?;
    std::fs::read_to_string(Path::new(folder.trim()).join(format!("{name}.py"))).ok()
}
