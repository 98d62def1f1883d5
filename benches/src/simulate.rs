//! `simulate` against the floor: tree-sitter alone parsing the same texts.

use std::path::PathBuf;
use std::process::Command;

use criterion::Criterion;
use reloadsafe::config::Config;
use reloadsafe::simulate::{self, SimulateRequest, VersionInput};
use reloadsafe_benches::module::{Shape, edited, generate};
use reloadsafe_benches::ratio::{self, Ratio};
use reloadsafe_benches::yardstick::Floor;

/// Modules of the standard library that are about as long as the generated one.
const REAL: [&str; 6] = ["inspect", "tarfile", "argparse", "typing", "pydoc", "turtle"];

fn main() {
    let mut criterion = ratio::criterion();
    let generated = Shape { lines: 3_000, ..Shape::default() };
    let texts = [generate(&generated), generate(&Shape { is_edited: true, ..generated })];
    bench(&mut criterion, "generated", texts);
    match library() {
        Some(library) => {
            for name in REAL {
                let Ok(text) = std::fs::read_to_string(library.join(format!("{name}.py"))) else {
                    eprintln!("*** SKIPPED: there is no {name}.py in {} ***", library.display());
                    continue;
                };
                let after = edited(&text);
                bench(&mut criterion, name, [text, after]);
            }
        }
        None => eprintln!("*** SKIPPED: no python3, so no module of its library is measured ***"),
    }
    criterion.final_summary();
}

fn bench(criterion: &mut Criterion<Ratio>, name: &str, texts: [String; 2]) {
    let lines = texts[0].lines().count();
    let version = |(number, text): (usize, &String)| VersionInput {
        path: PathBuf::from(format!("{name}{number}.py")),
        bytes: text.clone().into_bytes(),
    };
    let request = SimulateRequest {
        versions: texts.iter().enumerate().map(version).collect(),
        root: None,
        module: name.to_owned(),
        config: Config::resolve(&[]),
        fixes: None,
    };
    let mut floor = Floor::new();
    ratio::compare(
        criterion,
        &format!("simulate {name} ({lines} lines) / parsing both versions"),
        || simulate::run(&request).expect("it can be analysed"),
        || floor.parse(&texts),
    );
}

/// Where the standard library of the `python3` at hand lies.
fn library() -> Option<PathBuf> {
    let ask = "import sysconfig; print(sysconfig.get_path('stdlib'))";
    let said = Command::new("python3").args(["-c", ask]).output().ok()?;
    let path = PathBuf::from(String::from_utf8(said.stdout).ok()?.trim());
    path.is_dir().then_some(path)
}
