//! `check --shard I/N`: the shards together are the whole run, in every format; `merge`.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::generated::workspace;
use crate::project::{found, run};
use crate::scratch::Scratch;

/// The entries of a report, sorted; what is about the report as a whole left out.
fn entries(format: &str, text: &str) -> Vec<String> {
    let array = |value: &Value| -> Vec<String> {
        value.as_array().unwrap().iter().map(Value::to_string).collect()
    };
    let mut entries: Vec<String> = match format {
        "json" => {
            let report: Value = serde_json::from_str(text).unwrap();
            [array(&report["diagnostics"]), array(&report["failed"])].concat()
        }
        "sarif" => {
            let run = &serde_json::from_str::<Value>(text).unwrap()["runs"][0];
            let told = &run["invocations"][0]["toolExecutionNotifications"];
            [array(&run["results"]), array(told)].concat()
        }
        "gitlab" => array(&serde_json::from_str(text).unwrap()),
        "jsonl" => text.lines().map(str::to_owned).collect(),
        "junit" => junit(text),
        // What is beyond GitHub's number of annotations is a line of the log.
        "github" => text.lines().filter(|line| line.contains(".py")).map(place).collect(),
        "text" => text
            .split("\n\n")
            .filter(|block| !block.starts_with("Found") && !block.starts_with("No"))
            .map(|block| block.trim().to_owned())
            .filter(|block| !block.is_empty())
            .collect(),
        other => panic!("{other}"),
    };
    entries.sort();
    entries
}

fn junit(text: &str) -> Vec<String> {
    let report = quick_junit::Report::deserialize_from_str(text).unwrap();
    let cases = report.test_suites.iter().flat_map(|suite| &suite.test_cases);
    let cases = cases.filter(|case| !case.name.as_str().starts_with("no findings"));
    cases
        .map(|case| format!("{:?} {} {:?}", case.classname, case.name.as_str(), case.status))
        .collect()
}

/// File, line and code of a workflow command, or of a line of the log.
fn place(line: &str) -> String {
    let part = |name: &str, end: char| {
        let rest = line.split_once(name).map_or("", |(_, rest)| rest);
        rest.split(end).next().unwrap_or_default().to_owned()
    };
    if line.starts_with("::") {
        let code = part("title=", ' ');
        let code = if code.starts_with("RS") { code } else { line.to_owned() };
        return format!("{}:{} {code}", part("file=", ','), part(",line=", ','));
    }
    let (place, rest) = line.split_once(": ").unwrap();
    format!("{place} {}", rest.split(' ').next().unwrap())
}

const FORMATS: [&str; 7] = ["text", "json", "jsonl", "sarif", "github", "gitlab", "junit"];

fn check(scratch: &Scratch, format: &str, more: &[&str]) -> String {
    let run = scratch.run(&[&["check", "--no-progress", "--output-format", format], more].concat());
    assert!(run.code != 0 || run.err.is_empty(), "{}", run.err);
    run.out
}

/// The outputs of all shards.
fn shards(scratch: &Scratch, total: u32, format: &str, more: &[&str]) -> Vec<String> {
    let shard =
        |index| check(scratch, format, &[&["--shard", &format!("{index}/{total}")], more].concat());
    (1..=total).map(shard).collect()
}

/// What `merge` makes of the outputs.
fn merged(scratch: &Scratch, outputs: &[String]) -> String {
    let names: Vec<String> = (0..outputs.len()).map(|index| format!("shard-{index}.out")).collect();
    for (name, output) in names.iter().zip(outputs) {
        scratch.write(name, output);
    }
    // Whatever the order in which they are named.
    let names: Vec<&str> = names.iter().rev().map(String::as_str).collect();
    let run = scratch.run(&[&["merge"], &*names].concat());
    names.iter().for_each(|name| scratch.remove(name));
    assert!(run.err.is_empty(), "{}", run.err);
    run.out
}

#[test]
fn the_shards_together_are_the_whole_in_every_format() {
    for (seed, total) in [(1, 3), (2, 4)] {
        let scratch = workspace(seed, 24);
        for format in FORMATS {
            let whole = entries(format, &check(&scratch, format, &[]));
            assert!(whole.len() > 15, "{format}: {}", whole.len());
            let parts = shards(&scratch, total, format, &[]);
            let parts: Vec<Vec<String>> = parts.iter().map(|part| entries(format, part)).collect();
            assert!(parts.iter().filter(|part| !part.is_empty()).count() > 1, "{format}");
            let mut together = parts.concat();
            together.sort();
            // Sorted lists with all that occurs twice: nothing is lost, nothing is doubled.
            assert_eq!(together, whole, "{format}, seed {seed}");
        }
    }
}

#[test]
fn merged_they_are_what_the_whole_run_writes() {
    for (seed, total) in [(3, 1), (4, 2), (5, 5)] {
        let scratch = workspace(seed, 20);
        for (format, more) in [
            ("json", &[][..]),
            ("sarif", &[]),
            ("json", &["--diff", "HEAD", "--base-exact", "base"]),
        ] {
            let whole = check(&scratch, format, more);
            // Among them findings in other modules' files than the one that is reloaded.
            assert!(whole.contains("\"RS107\""), "seed {seed}");
            let parts = shards(&scratch, total, format, more);
            if format == "json" {
                let schema = include_str!("../../docs/schema/check.json");
                let schema: Value = serde_json::from_str(schema).unwrap();
                let validator = jsonschema::validator_for(&schema).unwrap();
                for report in parts.iter().chain([&whole]) {
                    let report: Value = serde_json::from_str(report).unwrap();
                    let wrong = validator.iter_errors(&report).next();
                    assert!(wrong.is_none(), "{wrong:?}");
                }
            }
            assert_eq!(merged(&scratch, &parts), whole);
        }
    }
}

#[test]
fn a_merged_log_fits_its_schema_and_has_one_run() {
    let scratch = workspace(6, 12);
    let log = merged(&scratch, &shards(&scratch, 3, "sarif", &[]));
    let log: Value = serde_json::from_str(&log).unwrap();
    let schema = include_str!("../formats/sarif-schema-2.1.0.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let wrong: Vec<String> = validator.iter_errors(&log).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(log["runs"].as_array().map(Vec::len), Some(1));
}

#[test]
fn merge_ends_as_the_whole_run_would() {
    let scratch =
        Scratch::repository(&[("reloadsafe.toml", ""), ("m.py", "A = 1\n"), ("n.py", "")]);
    let reports = |more: &[&str]| {
        for index in ["1", "2"] {
            let shard = format!("{index}/2");
            let name = format!("{index}.json");
            let arguments = ["check", "--exit-zero", "--output-format", "json", "--shard", &shard];
            let out = scratch.run(&[&arguments[..], more].concat()).out;
            scratch.write(&name, out);
        }
    };
    let merge = |more: &[&str]| scratch.run(&[&["merge", "1.json", "2.json"], more].concat());
    reports(&[]);
    merge(&[]).expect(0);
    scratch.write("m.py", "");
    reports(&[]);
    merge(&[]).expect(1);
    merge(&["--fail-on", "error"]).expect(0);
    merge(&["--exit-zero"]).expect(0);
    let into = merge(&["--output", "all.json"]).expect(1);
    assert!(into.out.is_empty());
    let all: Value = serde_json::from_str(&scratch.read("all.json")).unwrap();
    assert_eq!(found(&all), ["RS102 m.py"]);
    scratch.write("n.py", "x = (\n");
    reports(&[]);
    merge(&[]).expect(2);
    let one = scratch.run(&["merge", "1.json"]).expect(2);
    assert!(one.err.contains("the report of shard 2/2 is missing"), "{}", one.err);
    let statistics = scratch.run(&["check", "--statistics", "--output-format", "json"]).out;
    scratch.write("s.json", statistics);
    let refused = scratch.run(&["merge", "s.json"]).expect(2);
    assert!(refused.err.contains("s.json is neither"), "{}", refused.err);
    scratch.write("s.json", "{");
    assert!(scratch.run(&["merge", "s.json"]).expect(2).err.contains("s.json: EOF"));
}

#[test]
fn a_module_stays_in_its_shard() {
    let scratch = workspace(7, 16);
    let owners = |scratch: &Scratch| -> BTreeMap<String, usize> {
        let parts = shards(scratch, 3, "json", &["--no-fixes", "--select", "RS102"]);
        let reports = parts.iter().map(|part| serde_json::from_str::<Value>(part).unwrap());
        let found = reports.enumerate().flat_map(|(index, report)| {
            found(&report).into_iter().map(move |found| (found, index))
        });
        found.collect()
    };
    let before = owners(&scratch);
    scratch.write("src/pkg0/aaa.py", "x = 1\n");
    scratch.write("src/pkg1/zzz.py", "x = 1\n");
    let after = owners(&scratch);
    assert!(before.len() > 4);
    assert_eq!(before, after);
    // Nor does it matter from where the program is started, or what it is told to look at.
    let modules = |directory: &Path, target: &str| {
        let arguments = ["check", target, "--shard", "2/3", "--output-format", "json"];
        run(directory, &arguments).json()["summary"].clone()
    };
    let from_root = modules(&scratch.path(""), "src/pkg1");
    assert_eq!(modules(&scratch.path("src/pkg1"), "."), from_root);
    assert_eq!(modules(&scratch.path("src"), "pkg1"), from_root);
}

#[test]
fn shards_of_a_list_of_files() {
    let scratch = workspace(8, 16);
    let listed: Vec<String> = (0..16)
        .step_by(2)
        .map(|module| format!("src/pkg{}/m{module}.py", module % 3))
        .filter(|path| scratch.path(path).exists())
        .collect();
    scratch.write("list", listed.join("\n"));
    let more = ["--files-from", "list"];
    let whole = check(&scratch, "json", &more);
    assert!(!entries("json", &whole).is_empty());
    assert_eq!(merged(&scratch, &shards(&scratch, 3, "json", &more)), whole);
}

#[test]
fn shards_fix_what_the_whole_run_fixes() {
    let texts = |scratch: &Scratch| -> BTreeMap<String, Vec<u8>> {
        let files = scratch.git(&["ls-files", "--cached", "--others"]);
        let files = files.lines().filter(|path| scratch.path(path).exists());
        files.map(|path| (path.to_owned(), std::fs::read(scratch.path(path)).unwrap())).collect()
    };
    let before = texts(&workspace(9, 16));
    let whole = workspace(9, 16);
    let fixed = |more: &[&str], scratch: &Scratch| {
        let report: Value = serde_json::from_str(&check(scratch, "json", more)).unwrap();
        report["summary"]["fixed"].as_u64().unwrap_or(0)
    };
    let all = fixed(&["--fix"], &whole);
    assert!(all > 3);
    let whole = texts(&whole);
    // Each on a machine of its own.
    let mut together = before.clone();
    let mut sum = 0;
    for index in ["1/3", "2/3", "3/3"] {
        let machine = workspace(9, 16);
        sum += fixed(&["--fix", "--shard", index], &machine);
        for (path, text) in texts(&machine) {
            if before[&path] != text {
                assert_eq!(together[&path], before[&path], "{path} was fixed twice");
                together.insert(path, text);
            }
        }
    }
    assert_eq!((together == whole, sum), (true, all));
}

#[test]
fn shards_with_a_baseline_file() {
    let scratch = workspace(10, 16);
    let file = ["--baseline-file", "known.json"];
    let create = scratch.run(&["baseline", "create", "--baseline-file", "known.json"]);
    assert!(create.err.contains("could not analyse"), "{}", create.err);
    let text = scratch.read("known.json");
    let parts = shards(&scratch, 3, "json", &file);
    for part in &parts {
        let report: Value = serde_json::from_str(part).unwrap();
        assert_eq!(found(&report), Vec::<String>::new());
        assert_eq!(report["baseline_file"]["stale"].as_array().map(Vec::len), Some(0), "{part}");
    }
    // What is stale is said by the shard that has the module, and by no other.
    for module in 0..16 {
        let path = format!("src/pkg{}/m{module}.py", module % 3);
        if scratch.path(&path).exists() {
            scratch.write(&path, format!("import os as new{module}\n"));
        }
    }
    let whole = check(&scratch, "json", &file);
    let report: Value = serde_json::from_str(&whole).unwrap();
    assert!(report["baseline_file"]["stale"].as_array().unwrap().len() > 3);
    assert_eq!(merged(&scratch, &shards(&scratch, 3, "json", &file)), whole);
    // One after the other, the shards make the file that the whole makes.
    scratch.run(&["baseline", "update", file[0], file[1]]);
    let updated = scratch.read("known.json");
    scratch.write("known.json", &text);
    for index in ["1/3", "2/3", "3/3"] {
        scratch.run(&["baseline", "update", file[0], file[1], "--shard", index]);
    }
    assert_ne!(text, updated);
    assert_eq!(scratch.read("known.json"), updated);
}

#[test]
fn what_is_no_shard_is_refused() {
    let scratch = Scratch::repository(&[("reloadsafe.toml", "")]);
    for shard in ["0/2", "3/2", "2", "a/b"] {
        let run = scratch.run(&["check", "--shard", shard]).expect(2);
        assert!(run.err.contains("is not I/N with I from 1 to N"), "{}", run.err);
    }
}
