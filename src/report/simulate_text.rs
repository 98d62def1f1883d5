//! Text for people: the worlds of one module.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::layout::{cut, pad};
use super::text::{count, write_diagnostic};
use super::{Layout, visible};
use crate::diagnostic::Certainty;
use crate::simulation::{
    AbortCause, AbortPoint, GhostRead, NamespaceEntry, Origin, Outcome, ReadScope, RestartMeaning,
    Simulation, Stage,
};
use crate::text::source::Source;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const DOUBTFUL: Style = AnsiColor::Yellow.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// Writes the worlds and the findings, with colours: `out` strips them where they are not wanted.
///
/// # Errors
/// What writing to `out` fails with.
pub fn write(out: &mut dyn Write, simulation: &Simulation, layout: Layout) -> io::Result<()> {
    writeln!(out, "{BOLD}{}{BOLD:#}", visible(&simulation.module))?;
    write_stages(out, simulation, layout)?;
    write_namespace(out, simulation, layout)?;
    write_ghost_reads(out, simulation, layout)?;
    write_abort_points(out, simulation, layout)?;
    writeln!(out)?;
    for diagnostic in &simulation.diagnostics {
        write_diagnostic(out, diagnostic, layout)?;
        writeln!(out)?;
    }
    Ok(())
}

/// Writes the sentence for the end.
///
/// # Errors
/// What writing to `out` fails with.
pub fn write_summary(out: &mut dyn Write, simulation: &Simulation) -> io::Result<()> {
    match simulation.diagnostics.len() {
        0 => writeln!(out, "No hazards."),
        hazards => writeln!(out, "Found {}.", count(hazards, "hazard")),
    }
}

fn write_stages(out: &mut dyn Write, simulation: &Simulation, layout: Layout) -> io::Result<()> {
    let paths: Vec<String> = simulation
        .sources
        .iter()
        .map(|source| {
            cut(&visible(&source.path().to_string_lossy()), layout.width / 2).into_owned()
        })
        .collect();
    let path_width = paths.iter().map(|path| path.width()).max().unwrap_or(0);
    for stage in &simulation.stages {
        let verb = if stage.version == 0 { "import" } else { "reload" };
        let version = format!("v{}", stage.version);
        let path = paths.get(stage.version as usize).map_or("", String::as_str);
        write!(out, "  {} {verb}  {}  ", pad(&version, 3), pad(path, path_width))?;
        write_outcome(out, stage, simulation)?;
    }
    write!(out, "  {}  {}  ", pad("restart", 10), pad("", path_width))?;
    write_outcome(out, &simulation.restart, simulation)
}

fn write_outcome(out: &mut dyn Write, stage: &Stage, simulation: &Simulation) -> io::Result<()> {
    let at = stage.abort.as_ref().zip(simulation.sources.get(stage.version as usize));
    let at = at.map(|(point, source)| {
        let line = source.line(point.span.start);
        (format!(" at line {line}"), format!(": {}", visible(&point.reason)))
    });
    let (line, reason) = at.unwrap_or_default();
    let (style, words) = match stage.outcome {
        Outcome::Completes => (GOOD, "completes".to_owned()),
        Outcome::MayAbort => (DOUBTFUL, format!("may stop{line}")),
        Outcome::Aborts => (BAD, format!("stops{line}")),
        Outcome::SyntaxError => (BAD, format!("is refused{line} (SyntaxError)")),
    };
    writeln!(out, "{style}{words}{style:#}{reason}")
}

/// The origins in the order in which they are shown, and what they mean.
const ORIGINS: [(Origin, &str); 5] = [
    (Origin::Orphan, "left over, gone after a restart"),
    (Origin::Unbound, "gone since the reload"),
    (Origin::Added, "new"),
    (Origin::Rebound, "bound anew"),
    (Origin::Kept, "not bound anew, there after a restart too"),
];

fn write_namespace(out: &mut dyn Write, simulation: &Simulation, layout: Layout) -> io::Result<()> {
    let last = simulation.sources.len().saturating_sub(1);
    writeln!(out, "\n{BOLD}namespace after v{last}{BOLD:#}")?;
    if simulation.namespace.is_empty() {
        return writeln!(out, "  (empty)");
    }
    let most = layout.width / 2;
    let shown = |entry: &NamespaceEntry| cut(&visible(&entry.name), most).into_owned();
    let names = simulation.namespace.iter().map(|entry| shown(entry).width());
    let name_width = names.max().unwrap_or(0);
    for (origin, meaning) in ORIGINS {
        let entries: Vec<&NamespaceEntry> =
            simulation.namespace.iter().filter(|entry| entry.origin == origin).collect();
        if entries.is_empty() {
            continue;
        }
        let style = if origin == Origin::Orphan { DOUBTFUL } else { Style::new() };
        writeln!(out, "  {style}{}{style:#} {DIM}({meaning}){DIM:#}", origin.as_str())?;
        for entry in entries {
            let name = pad(&shown(entry), name_width);
            let line = simulation
                .sources
                .get(entry.version as usize)
                .map_or(0, |source| source.line(entry.span.start));
            let certainty = if entry.certainty == Certainty::Maybe { "  maybe" } else { "" };
            let kind = pad(entry.kind.as_str(), "function".len());
            writeln!(out, "    {name}  {kind}  v{} line {line}{certainty}", entry.version)?;
        }
    }
    Ok(())
}

/// One line each: those that are findings are shown with their sources further down.
fn write_ghost_reads(
    out: &mut dyn Write,
    simulation: &Simulation,
    layout: Layout,
) -> io::Result<()> {
    let Some(source) = simulation.sources.last() else { return Ok(()) };
    if simulation.ghost_reads.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{BOLD}ghost reads{BOLD:#}")?;
    let most = layout.width / 2;
    let shown = |read: &GhostRead| cut(&visible(&read.name), most).into_owned();
    let names = simulation.ghost_reads.iter().map(|read| shown(read).width());
    let width = names.max().unwrap_or(0);
    for read in &simulation.ghost_reads {
        let line = source.line(read.span.start);
        let name = pad(&shown(read), width);
        writeln!(
            out,
            "  {DOUBTFUL}{name}{DOUBTFUL:#}  line {line}  {}",
            meaning(read, simulation)
        )?;
    }
    Ok(())
}

/// What a ghost read finds, before and after a restart.
fn meaning(read: &GhostRead, simulation: &Simulation) -> String {
    let may = if read.certainty == Certainty::Maybe { "may find" } else { "finds" };
    let when = match read.scope {
        ReadScope::Module => "",
        ReadScope::Function => "when called ",
    };
    let restart = match read.restart {
        _ if read.guarded => "what its `except` is for",
        RestartMeaning::NameError => "NameError",
        RestartMeaning::Builtin => "the builtin",
        RestartMeaning::Getattr => "what __getattr__ answers",
    };
    let version = read.from_version;
    let old = simulation.sources.get(version as usize);
    let line = old.map_or(0, |old| old.line(read.from_span.start));
    format!("{when}{may} the one of v{version} line {line}; after a restart {restart}")
}

fn write_abort_points(
    out: &mut dyn Write,
    simulation: &Simulation,
    layout: Layout,
) -> io::Result<()> {
    let Some(source) = simulation.sources.last() else { return Ok(()) };
    if simulation.abort_points.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{BOLD}abort points{BOLD:#}")?;
    let line = |point: &AbortPoint| source.line(point.span.start);
    let mut points = simulation.abort_points.iter().peekable();
    while let Some(point) = points.next() {
        write_abort_point(out, point, line(point))?;
        // The code, and what it tears, once for all that can raise on one line.
        if points.peek().is_none_or(|next| line(next) != line(point)) {
            write_torn(out, point, source, layout)?;
        }
    }
    Ok(())
}

fn write_abort_point(out: &mut dyn Write, point: &AbortPoint, line: u32) -> io::Result<()> {
    let cause = match point.cause {
        AbortCause::Certain => "certain",
        AbortCause::NewRisk => "new risk",
        AbortCause::SecondRun => "second run",
        AbortCause::Environment => "environment",
    };
    let style = if point.certainty == Certainty::Always { BAD } else { DOUBTFUL };
    let verb = if point.certainty == Certainty::Always { "stops" } else { "may stop" };
    let exceptions = match point.exceptions.as_slice() {
        [] => String::new(),
        classes => format!(", {}", visible(&classes.join(" or "))),
    };
    write!(out, "  {style}line {line} {verb}{style:#} ({cause}{exceptions})")?;
    writeln!(out, ": {}", visible(&point.reason))
}

fn write_torn(
    out: &mut dyn Write,
    point: &AbortPoint,
    source: &Source,
    layout: Layout,
) -> io::Result<()> {
    let line = source.line(point.span.start);
    let code = source.slice(source.line_span(line)).trim();
    let code = visible(code);
    writeln!(out, "    {DIM}{}{DIM:#}", cut(&code, layout.width.saturating_sub(4)))?;
    let names = [
        ("then new:  ", &point.updated),
        ("still old: ", &point.stale),
        ("not there: ", &point.missing),
    ];
    for (title, names) in names {
        if !names.is_empty() {
            let names = layout.list(names.iter().map(|name| &**name), 4 + title.len());
            writeln!(out, "    {title}{names}")?;
        }
    }
    for torn in &point.torn {
        let (line, caller) = (source.line(torn.span.start), visible(&torn.caller));
        let why = visible(&torn.why);
        writeln!(out, "    {DOUBTFUL}torn:{DOUBTFUL:#}      line {line}, `{caller}`: {why}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::{Renamed, plain};

    #[track_caller]
    fn check(simulation: &Simulation, expected: &str) {
        let shown = plain(|out| {
            write(out, simulation, Layout::UNBOUNDED)?;
            write_summary(out, simulation)
        });
        assert_eq!(shown, expected);
    }

    #[test]
    fn one_module_is_shown_from_the_stages_to_the_findings() {
        let simulation = Renamed::new().simulation();
        let expected = "\
shapes
  v0  import  shapes.py  completes
  v1  reload  shapes.py  may stop at line 5: `check` is new here and can raise
  restart                stops at line 5: `check` is new here and can raise

namespace after v1
  orphan (left over, gone after a restart)
    area     function  v0 line 1
  added (new)
    surface  function  v1 line 1

ghost reads
  area  line 4  finds the one of v0 line 1; after a restart NameError

abort points
  line 5 may stop (new risk, ValueError): `check` is new here and can raise
    check(TOTAL)
    then new:  surface, TOTAL
    not there: LIMIT
    torn:      line 1, `surface`: `LIMIT` is not there yet

error[RS104 ghost-read]: `area` was renamed; this call works until the next restart
 --> shapes.py:4:9
  |
1 | def surface(w):
  |     ------- the new name
...
4 | TOTAL = area(2)  # 面積
  |         ^^^^
  |
 ::: shapes.py (v0):1:5
  |
1 | def area(w):
  |     ---- what is left over
  |
  = note: on some paths only
  = help: Call `surface`

Found 1 hazard.
";
        check(&simulation, expected);
    }

    #[test]
    fn what_may_be_and_what_a_terminal_would_obey_is_shown_as_such() {
        let mut simulation = Renamed::new().simulation();
        simulation.module = "sha\u{1b}[2Jpes".to_owned();
        simulation.namespace[1].certainty = Certainty::Maybe;
        simulation.ghost_reads.clear();
        simulation.abort_points.clear();
        simulation.diagnostics.clear();
        simulation.stages[1] = Stage { version: 1, outcome: Outcome::SyntaxError, abort: None };
        simulation.restart = simulation.stages[1].clone();
        let expected = "\
sha␛[2Jpes
  v0  import  shapes.py  completes
  v1  reload  shapes.py  is refused (SyntaxError)
  restart                is refused (SyntaxError)

namespace after v1
  orphan (left over, gone after a restart)
    area     function  v0 line 1  maybe
  added (new)
    surface  function  v1 line 1

No hazards.
";
        check(&simulation, expected);
    }
}
