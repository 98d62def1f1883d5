//! The `world` block: what CPython does, as a person wrote it, compared with CPython and with
//! the engine. A line is `what: items`, or `what` alone:
//!
//! | line | says |
//! |---|---|
//! | `reload: a, b` / `restart: a` | exactly these names are in that world |
//! | `orphans: b` / `unbound: c` | in *reload* but not in *restart* / was in *live*, is gone |
//! | `holds: f 0:3, C 1` | the version, and the line in it, of the function or class held |
//! | `ghost: b@7` | all reads that only an orphan satisfies, with their lines |
//! | `completes`, `aborts: 3 NameError`, `syntax-error` | how the last reload ends; `aborts@1: …` for version 1 |
//! | `restart completes`, `restart aborts: 3 NameError` | how a fresh import ends |
//! | `app reload: ImportError`, `app restart: completes` | another module, reloaded after it / in a fresh process |
//! | `alone completes`, `in order aborts: …` | where other files have changed together with the module: it is reloaded alone, or after those of them that are loaded |
//! | `together restart completes` | a fresh import of all files as they are then |
//! | `torn: make(1) => TypeError` | what an expression gives in the module as the stop leaves it |
//! | `torn@4: limit() => 10` | the same where the statement at line 4 stops the reload, which it need not do here |
//! | `maybe: x` | the engine may leave open whether `x` is there (CPython is asked nothing) |
//! | `engine: may-abort` | the engine may leave open how it ends; `engine@1`, `engine restart` |
//! | `abort-point: 5 new-risk` | with all the others of its kind: the engine's abort points |

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::parser::Block;

type Names = BTreeSet<String>;

#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) lines: Vec<Line>,
}

/// One line of the block.
#[derive(Debug)]
pub(crate) struct Line {
    /// Its line in the Markdown file.
    pub(crate) at: usize,
    pub(crate) subject: String,
    pub(crate) items: Vec<String>,
}

const MACHINERY: &[&str] = &[
    "__name__",
    "__doc__",
    "__package__",
    "__loader__",
    "__spec__",
    "__path__",
    "__file__",
    "__cached__",
    "__builtins__",
    "__annotations__",
    "__annotate__",
    "__conditional_annotations__",
    "__warningregistry__",
];

pub(crate) fn parse(block: &Block) -> World {
    let lines = block.text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let lines = lines.map(|(at, line)| {
        let (subject, items) = line.split_once(':').unwrap_or((line, ""));
        let items = items.split(',').map(|item| item.trim().to_owned());
        Line {
            at: block.line + at,
            subject: subject.trim().to_owned(),
            items: items.filter(|item| !item.is_empty()).collect(),
        }
    });
    World { lines: lines.collect() }
}

/// The expression and what it gives.
fn torn_use(line: &Line) -> Option<(String, String)> {
    let text = line.items.join(", ");
    let (used, gives) = text.split_once(" => ")?;
    Some((used.trim().to_owned(), gives.trim().to_owned()))
}

impl World {
    /// What is asked of the module where its reload has stopped: at which line, and what.
    pub(crate) fn torn_uses(&self) -> Vec<(Option<u32>, String)> {
        let uses = self.torn_lines().filter_map(|(line, stop)| Some((stop, torn_use(line)?.0)));
        uses.collect()
    }

    fn torn_lines(&self) -> impl Iterator<Item = (&Line, Option<u32>)> {
        self.lines.iter().filter_map(|line| match line.subject.split_once('@') {
            None if line.subject == "torn" => Some((line, None)),
            Some(("torn", stop)) => Some((line, stop.parse().ok())),
            _ => None,
        })
    }

    fn items(&self, subject: &str) -> Option<Names> {
        let mut of = self.lines.iter().filter(|line| line.subject == subject).peekable();
        of.peek()?;
        Some(of.flat_map(|line| line.items.iter().cloned()).collect())
    }
}

/// The names of a stage that a person would call the module's.
pub(crate) fn names(stage: &Value) -> Names {
    let list = |key: &str| -> Names {
        let values = stage[key].as_array().into_iter().flatten();
        values.filter_map(|name| name.as_str().map(str::to_owned)).collect()
    };
    let submodules = list("submodules");
    let kept = |name: &String| !MACHINERY.contains(&name.as_str()) && !submodules.contains(name);
    list("names").into_iter().filter(kept).collect()
}

/// The stage that stands for a fresh process.
pub(crate) fn restart(truth: &Value) -> &Value {
    truth.get("isolated").unwrap_or(&truth["fresh"])
}

/// `completes`, `syntax-error` or `aborts: 3 NameError`.
fn ending(stage: &Value) -> String {
    match stage["outcome"].as_str().unwrap_or("nothing") {
        "raises" => {
            format!("aborts: {} {}", stage["line"], stage["exception"].as_str().unwrap_or("?"))
        }
        other => other.to_owned(),
    }
}

fn ghosts(list: &Value) -> Names {
    let reads = list.as_array().into_iter().flatten();
    reads.map(|read| format!("{}@{}", read["name"].as_str().unwrap_or("?"), read["line"])).collect()
}

/// Reads that are executed, or are in a function: where a fresh import completes, a read by the
/// module itself of a name that is gone was not executed, unless it then means a builtin.
fn sure(ghosts: &Value) -> Value {
    let reads = ghosts.as_array().into_iter().flatten();
    let sure = |read: &&Value| {
        read["scope"] == "function" || read["builtin"] == true || read["stops"] == true
    };
    reads.filter(sure).cloned().collect()
}

fn listed(names: &Names) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// What the block says and CPython does not, each with its line in the Markdown file.
pub(crate) fn against_truth(world: &World, truth: &Value) -> Vec<(usize, String)> {
    let Some(stages) = truth["history"].as_array().filter(|stages| !stages.is_empty()) else {
        return vec![(world.lines.first().map_or(0, |line| line.at), format!("CPython: {truth}"))];
    };
    let (last, restarted) = (names(&stages[stages.len() - 1]), names(restart(truth)));
    let live = if stages.len() > 1 { names(&stages[stages.len() - 2]) } else { Names::new() };
    let mut wrong = torn_against_truth(world, truth);
    for line in &world.lines {
        let said: Names = line.items.iter().cloned().collect();
        let (subject, version) = match line.subject.split_once('@') {
            Some((subject, version)) => (subject, version.parse().unwrap_or(usize::MAX)),
            None => (line.subject.as_str(), stages.len() - 1),
        };
        let ended = |stage: Option<&Value>| {
            let is = ending(stage.unwrap_or(&Value::Null));
            let end = subject.rsplit_once(' ').map_or(subject, |(_, end)| end);
            let said = format!("{end}: {}", line.items.join(", "));
            (is != said.trim_end_matches([':', ' '])).then_some(is)
        };
        let is = |names: &Names| (said != *names).then(|| listed(names));
        let difference = match subject {
            "reload" => is(&last),
            "restart" => is(&restarted),
            "orphans" => is(&last.difference(&restarted).cloned().collect()),
            "unbound" => is(&live.difference(&last).cloned().collect()),
            "ghost" => is(&ghosts(&sure(&truth["ghosts"]))),
            "holds" => {
                let wrong = line.items.iter().filter(|item| !holds(item, &truth["holds"]));
                let wrong: Vec<String> = wrong.map(|item| format!("not {item}")).collect();
                (!wrong.is_empty()).then(|| format!("{}: {}", wrong.join(", "), truth["holds"]))
            }
            "completes" | "aborts" | "syntax-error" => ended(stages.get(version)),
            "restart completes" | "restart aborts" | "restart syntax-error" => {
                ended(Some(restart(truth)))
            }
            "alone completes" | "alone aborts" => ended(truth["together"].get("alone")),
            "in order completes" | "in order aborts" => ended(truth["together"].get("in order")),
            "together restart completes" | "together restart aborts" => {
                ended(truth["together"].get("restart"))
            }
            "maybe" | "engine" | "engine restart" | "abort-point" | "torn" => None,
            _ => match subject.rsplit_once(' ') {
                Some((module, when @ ("reload" | "restart"))) => {
                    let outcome =
                        truth["others"][module][when].as_str().unwrap_or("no such module");
                    (line.items != [outcome]).then(|| outcome.to_owned())
                }
                _ => Some("this line is not understood".to_owned()),
            },
        };
        if let Some(difference) = difference {
            wrong.push((line.at, format!("`{}`: CPython: {difference}", line.subject)));
        }
    }
    wrong
}

fn torn_against_truth(world: &World, truth: &Value) -> Vec<(usize, String)> {
    let mut answers = truth["torn"].as_array().into_iter().flatten();
    let mut wrong = Vec::new();
    for (line, _) in world.torn_lines() {
        let Some((_, said)) = torn_use(line) else {
            wrong.push((line.at, "this line is not understood".to_owned()));
            continue;
        };
        let is = answers.next().and_then(Value::as_str).unwrap_or("nothing");
        if is != said {
            wrong.push((line.at, format!("`{}`: CPython: {is}", line.subject)));
        }
    }
    wrong
}

fn holds(item: &str, truth: &Value) -> bool {
    let Some((name, place)) = item.split_once(' ') else { return false };
    let (version, line) =
        place.split_once(':').map_or((place, None), |(version, line)| (version, Some(line)));
    let held = &truth[name];
    let lines = held[1].as_array().map_or(&[] as &[Value], Vec::as_slice);
    let number = |text: &str| text.parse().map_or(Value::Null, |number: u64| Value::from(number));
    held[0] == number(version)
        && line.is_none_or(|line| lines.is_empty() || lines.contains(&number(line)))
}

/// What the block says and the engine does not.
pub(crate) fn against_engine(world: &World, simulated: &Value) -> Vec<(usize, String)> {
    let unsure = world.items("maybe").unwrap_or_default();
    let mut entries: BTreeMap<&str, Names> = BTreeMap::new();
    let mut present = Names::new();
    for entry in simulated["namespace"].as_array().into_iter().flatten() {
        let name = entry["name"].as_str().unwrap_or("?").to_owned();
        if unsure.contains(&name) {
            continue;
        }
        let origin = entry["origin"].as_str().unwrap_or("?");
        if origin != "unbound" {
            present.insert(name.clone());
        }
        entries.entry(origin).or_default().insert(name);
    }
    let stages = simulated["stages"].as_array().cloned().unwrap_or_default();
    let points = || simulated["abort_points"].as_array().into_iter().flatten();
    let mut wrong = Vec::new();
    for line in &world.lines {
        let said: Names =
            line.items.iter().filter(|item| !unsure.contains(*item)).cloned().collect();
        let (subject, version) = match line.subject.split_once('@') {
            Some((subject, version)) => (subject, version.parse().unwrap_or(usize::MAX)),
            None => (line.subject.as_str(), stages.len().saturating_sub(1)),
        };
        let is = |names: Names| (said != names).then(|| listed(&names));
        let of = |origin: &str| entries.get(origin).cloned().unwrap_or_default();
        let difference = match subject {
            "reload" => is(present.clone()),
            "orphans" => is(of("orphan")),
            "unbound" => is(of("unbound")),
            "ghost" => is(ghosts(&simulated["ghost_reads"])),
            "completes" | "aborts" | "syntax-error" => {
                let free = world.items(&line.subject.replace(subject, "engine"));
                outcome(subject, stages.get(version), free)
            }
            "restart completes" | "restart aborts" | "restart syntax-error" => {
                let subject = &subject["restart ".len()..];
                outcome(subject, simulated.get("restart"), world.items("engine restart"))
            }
            "abort-point" => {
                let all = points()
                    .map(|p| format!("{} {}", p["line"], p["cause"].as_str().unwrap_or("?")));
                let all: Names = all.collect();
                (world.items("abort-point") != Some(all.clone())).then(|| listed(&all))
            }
            _ => None,
        };
        if let Some(difference) = difference {
            wrong.push((line.at, format!("`{}`: the engine: {difference}", line.subject)));
        }
    }
    wrong
}

fn outcome(said: &str, stage: Option<&Value>, free: Option<Names>) -> Option<String> {
    let is = stage.and_then(|stage| stage["outcome"].as_str()).unwrap_or("nothing");
    let fits = is == said || free.is_some_and(|free| free.contains(is));
    (!fits).then(|| format!("{is} {}", stage.map_or(&Value::Null, |stage| &stage["abort"])))
}
