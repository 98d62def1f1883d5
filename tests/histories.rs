//! Random histories of one module, through CPython and through the engine: nothing that the
//! engine is sure of may be wrong, and it must be sure of most.
//!
//! More of them than a test should run: `python3 tests/histories/compare.py --help`.
//! `RELOADSAFE_REQUIRE_PYTHON=1` makes a missing python3 a failure.

#[path = "histories/batch.rs"]
mod batch;

use std::fs;
use std::io::BufReader;
use std::path::Path;
use std::process::Command;

const SEED: &str = "1";
const COUNT: &str = "1500";

/// Shares that the engine must decide, in per cent: how versions end, which names there are.
const OUTCOMES: &str = "60";
const NAMES: &str = "85";

#[test]
#[allow(clippy::print_stderr)]
fn nothing_certain_is_wrong_and_most_is_certain() {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/histories");
    let scratch =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("histories-{}", std::process::id()));
    fs::create_dir_all(&scratch).unwrap();
    let (truth, simulated) = (scratch.join("truth.jsonl"), scratch.join("simulated.jsonl"));
    if Command::new("python3").arg("--version").output().is_err() {
        assert!(
            std::env::var_os("RELOADSAFE_REQUIRE_PYTHON").is_none(),
            "python3 is required and cannot be run"
        );
        eprintln!(
            "\n*** SKIPPED: python3 cannot be run; no history is compared with CPython ***\n"
        );
        return;
    }
    let generated = Command::new("python3")
        .arg(scripts.join("generate.py"))
        .args(["--seed", SEED, "--count", COUNT, "--out"])
        .arg(&truth)
        .status();
    assert!(generated.unwrap().success());
    let input = BufReader::new(fs::File::open(&truth).unwrap());
    batch::run(input, fs::File::create(&simulated).unwrap(), None).unwrap();
    let compared = Command::new("python3")
        .arg(scripts.join("compare.py"))
        .arg("--truth")
        .arg(&truth)
        .arg("--simulated")
        .arg(&simulated)
        .args(["--min-outcomes", OUTCOMES, "--min-names", NAMES])
        .output()
        .unwrap();
    let _ = fs::remove_dir_all(&scratch);
    let said = String::from_utf8_lossy(&compared.stdout);
    assert!(compared.status.success(), "\n{said}{}", String::from_utf8_lossy(&compared.stderr));
    eprintln!("{said}");
}
