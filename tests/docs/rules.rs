//! The pages of the rules: the rule's own documentation, and its example executed by both sides.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use reloadsafe::rules::{RULES, Rule, Status};
use serde_json::json;

use crate::{assert_settled, docs, pages_below, settle};

/// What is asked of an example, besides how the loads end.
struct Question {
    code: &'static str,
    /// What is imported, in order. The last is what the rule is about.
    imports: &'static [&'static str],
    /// What is reloaded after the files have changed.
    reloads: &'static [&'static str],
    /// What is looked at in both processes. `star(m)` is what `from m import *` gives.
    expressions: &'static [&'static str],
    /// Arguments besides those that say what to compare.
    options: &'static str,
}

const SHAPES: &[&str] = &["shapes"];

const fn shapes(code: &'static str, expressions: &'static [&'static str]) -> Question {
    Question { code, imports: SHAPES, reloads: SHAPES, expressions, options: "" }
}

const QUESTIONS: &[Question] = &[
    shapes("RS101", &["shapes.area(2, 3)"]),
    shapes("RS102", &["shapes.PRECISION"]),
    shapes("RS103", &["hasattr(shapes, 'math')"]),
    shapes("RS104", &["shapes.describe(2, 3)"]),
    shapes("RS105", &["shapes.bounds()"]),
    shapes("RS106", &["shapes.area.__name__"]),
    Question {
        code: "RS107",
        imports: &["shapes", "app"],
        reloads: &["shapes", "app"],
        expressions: &["app.area(2, 3)"],
        options: "",
    },
    shapes("RS108", &["star('shapes')"]),
    shapes("RS109", &["shapes.__doc__"]),
    shapes("RS110", &["shapes.factor"]),
    shapes("RS111", &["shapes.str(1)"]),
    shapes("RS201", &["shapes.UNIT"]),
    shapes("RS202", &["hasattr(shapes, 'check')"]),
    shapes("RS203", &["shapes.area(2, 3)"]),
    Question {
        code: "RS204",
        imports: &["launcher", "shapes"],
        reloads: &["launcher", "shapes"],
        expressions: &["shapes.area(2, 3)"],
        options: "",
    },
    shapes("RS205", &["shapes.describe(2)"]),
    Question {
        code: "RS206",
        imports: &["shapes", "app"],
        reloads: &["app"],
        expressions: &["hasattr(shapes, 'surface')"],
        options: "",
    },
    Question {
        code: "RS306",
        imports: &["events", "shapes"],
        reloads: SHAPES,
        expressions: &["[handle(1) for handle in events.HANDLERS]"],
        options: "",
    },
    shapes("RS307", &["shapes.json.dumps({})"]),
];

/// The files of an example before and after the change.
#[derive(Debug, Default)]
struct Example {
    before: BTreeMap<String, String>,
    after: BTreeMap<String, String>,
}

impl Example {
    /// Blocks that stand below a line such as "`shapes.py` after:".
    fn of(rule: &Rule) -> Example {
        let (_, text) = rule.docs.split_once("\n## Example\n").unwrap();
        let (text, _) = text.split_once("\n## Use instead\n").unwrap();
        let mut example = Example::default();
        for (above, block) in text.split("```\n").filter_map(|part| part.split_once("```py\n")) {
            let line = above.trim().lines().last().unwrap_or_default();
            let (name, when) = line[1..].split_once('`').unwrap();
            let mut add = |files: fn(&mut Example) -> &mut BTreeMap<String, String>| {
                files(&mut example).insert(name.to_owned(), block.to_owned());
            };
            match when {
                ":" => {
                    add(|example| &mut example.before);
                    add(|example| &mut example.after);
                }
                " before:" => add(|example| &mut example.before),
                " after:" => add(|example| &mut example.after),
                other => panic!("{}: {name}{other}", rule.code),
            }
        }
        example
    }

    fn write(&self, folder: &Path) {
        for (side, files) in [("before", &self.before), ("after", &self.after)] {
            std::fs::create_dir_all(folder.join(side)).unwrap();
            for (name, text) in files {
                std::fs::write(folder.join(side).join(name), text).unwrap();
            }
        }
    }
}

/// What reloadsafe says, as a block with the command.
fn said(rule: &Rule, example: &Example, options: &str) -> String {
    let scratch = tempfile::tempdir().unwrap();
    example.write(scratch.path());
    let command = format!("check --base-dir before after{options}");
    let output = Command::new(env!("CARGO_BIN_EXE_reloadsafe"))
        .args(command.split(' '))
        .current_dir(scratch.path())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let own = format!("[{} {}]", rule.code, rule.name);
    assert!(text.contains(&own), "{command}: {text}");
    format!("```console\n$ reloadsafe {command}\n{text}```\n")
}

/// What CPython does, as a table.
fn done(question: &Question, example: &Example) -> String {
    let asked = json!({
        "before": example.before, "after": example.after, "imports": question.imports,
        "reloads": question.reloads, "expressions": question.expressions,
    });
    let script = crate::root().join("tests/docs/cpython.py");
    let mut python = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(asked.to_string().as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    let rows: Vec<(String, String, Option<String>)> =
        serde_json::from_slice(&output.stdout).unwrap();
    let is_hurt =
        |live: &str, fresh: Option<&str>| fresh != Some(live) || live.starts_with("stops");
    assert!(rows.iter().any(|(_, live, fresh)| is_hurt(live, fresh.as_deref())), "{rows:?}");
    let mut table = "| | after the reload | after a restart |\n|---|---|---|\n".to_owned();
    for (what, live, fresh) in rows {
        assert!(!live.contains("0x"), "an address: {live}");
        let cell = |text: &str| text.replace('|', "\\|");
        let code = |text: &str| format!("`{}`", cell(text));
        let (what, live, fresh) = match (what.strip_prefix("loading "), fresh) {
            (Some(module), Some(fresh)) => {
                (format!("loading `{module}`"), cell(&live), cell(&fresh))
            }
            (_, fresh) => {
                let fresh = fresh.as_deref().map_or("there is no module".to_owned(), code);
                (code(&what), code(&live), fresh)
            }
        };
        writeln!(table, "| {what} | {live} | {fresh} |").unwrap();
    }
    table
}

fn severity(rule: &Rule) -> String {
    match rule.status {
        Status::Stable { since } => {
            format!("Severity: {}. Since {since}.", rule.default_severity.as_str())
        }
        Status::Preview => format!(
            "Severity: {}. A preview: only where it is selected by its code or name.",
            rule.default_severity.as_str()
        ),
    }
}

/// A rule's page on the site.
fn page(rule: &Rule) -> String {
    let question = QUESTIONS.iter().find(|question| question.code == rule.code);
    let example = Example::of(rule);
    let (title, rest) = rule.docs.split_once("\n\n").unwrap();
    let (before, after) = rest.split_once("\n## Use instead\n").unwrap();
    let options = question.map_or("", |question| question.options);
    let mut page =
        format!("<!-- Made of src/rules/{}.md by tests/docs. -->\n\n", rule.name.replace('-', "_"));
    writeln!(page, "{title}\n\n{}\n\n{before}", severity(rule)).unwrap();
    writeln!(page, "### What reloadsafe says\n\n{}", said(rule, &example, options)).unwrap();
    if let Some(question) = question {
        writeln!(page, "### What CPython does\n\n{}", done(question, &example)).unwrap();
    }
    page + "## Use instead\n" + after
}

/// The table of all rules.
fn index() -> String {
    let mut page = "<!-- Made of the table in src/rules.rs by tests/docs. -->\n\n# Rules\n\n\
        Findings are named by their code; the name is accepted wherever the code is.\n\
        A preview reports only where it is selected by its code or name.\n\n\
        | code | name | severity | |\n|---|---|---|---|\n"
        .to_owned();
    for rule in RULES {
        let name = rule.name;
        let severity = match rule.status {
            Status::Stable { .. } => rule.default_severity.as_str(),
            Status::Preview => "preview",
        };
        writeln!(page, "| {} | [{name}]({name}.md) | {severity} | {} |", rule.code, rule.summary)
            .unwrap();
    }
    page + "\nNumbers are never reused.\n"
}

#[test]
fn the_pages_are_what_both_sides_say() {
    if !crate::has_python() {
        return;
    }
    let folder = docs().join("rules");
    let mut wrong: Vec<String> = RULES
        .iter()
        .filter_map(|rule| settle(&folder.join(format!("{}.md", rule.name)), &page(rule)))
        .collect();
    wrong.extend(settle(&folder.join("index.md"), &index()));
    assert_settled(&wrong);
    assert_eq!(pages_below(&folder).len(), RULES.len() + 1, "a page of no rule");
    // Those that CPython has nothing to say about: what cannot be seen, and comments.
    let asked = RULES.iter().filter(|rule| QUESTIONS.iter().any(|asked| asked.code == rule.code));
    assert_eq!(asked.count() + 2, RULES.len());
}
