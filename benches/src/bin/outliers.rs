//! Which modules below the given folders cost most to simulate: what to profile next.
//!
//! Every module is loaded and an edited copy of it reloaded; a line says how many times as much
//! processor time that takes as parsing both does, and how much, worst first.

use std::path::{Path, PathBuf};
use std::time::Duration;

use cpu_time::ProcessTime;
use reloadsafe::config::Config;
use reloadsafe::simulate::{self, SimulateRequest, VersionInput};
use reloadsafe_benches::module::edited;
use reloadsafe_benches::yardstick::Floor;

/// Shorter ones are over before a clock can tell.
const MIN_LINES: usize = 200;
const SHOWN: usize = 40;

struct Row {
    path: PathBuf,
    lines: usize,
    simulated: Duration,
    parsed: Duration,
}

fn main() {
    let mut pending: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let mut floor = Floor::new();
    let mut rows = Vec::new();
    let mut failed = 0;
    while let Some(path) = pending.pop() {
        if let Ok(entries) = std::fs::read_dir(&path) {
            pending.extend(entries.flatten().map(|entry| entry.path()));
        } else if path.extension().is_some_and(|extension| extension == "py") {
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            if text.lines().count() >= MIN_LINES {
                match measure(&path, text, &mut floor) {
                    Some(row) => rows.push(row),
                    None => failed += 1,
                }
            }
        }
    }
    let ratio = |row: &Row| row.simulated.as_secs_f64() / row.parsed.as_secs_f64();
    rows.sort_by(|one, other| ratio(other).total_cmp(&ratio(one)));
    for row in rows.iter().take(SHOWN) {
        let Row { path, lines, simulated, parsed } = row;
        println!("{:6.2} {simulated:9.1?} {parsed:9.1?} {lines:6} {}", ratio(row), path.display());
    }
    let above = |limit: f64| rows.iter().filter(|row| ratio(row) > limit).count();
    println!(
        "{} modules, {failed} that cannot be analysed; above 1.5: {}, above 3: {}, above 10: {}",
        rows.len(),
        above(1.5),
        above(3.0),
        above(10.0)
    );
}

fn measure(path: &Path, text: String, floor: &mut Floor) -> Option<Row> {
    let texts = [edited(&text), text];
    let version =
        |text: &String| VersionInput { path: path.to_path_buf(), bytes: text.clone().into_bytes() };
    let request = SimulateRequest {
        versions: vec![version(&texts[1]), version(&texts[0])],
        root: None,
        module: "m".to_owned(),
        config: Config::resolve(&[]),
        fixes: None,
    };
    let mut best = (Duration::MAX, Duration::MAX);
    // The best of a few: what disturbs only ever adds.
    for _ in 0..3 {
        let started = ProcessTime::now();
        simulate::run(&request).ok()?;
        best.0 = best.0.min(started.elapsed());
        let started = ProcessTime::now();
        std::hint::black_box(floor.parse(&texts));
        best.1 = best.1.min(started.elapsed());
        if best.0 > Duration::from_secs(1) {
            break;
        }
    }
    let lines = texts[1].lines().count();
    Some(Row { path: path.to_path_buf(), lines, simulated: best.0, parsed: best.1 })
}
