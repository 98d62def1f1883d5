//! Text for people: each finding with excerpts of the new and of the old source.

use std::collections::BTreeSet;
use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Level};

use super::excerpt::{self, Mark};
use super::{CheckReport, Diff, Layout, visible};
use crate::diagnostic::{Certainty, Diagnostic};
use crate::rules;

/// Writes the findings and the files that failed, with colours: `out` strips them where they are not wanted.
///
/// # Errors
/// What writing to `out` fails with.
pub fn write(out: &mut dyn Write, report: &CheckReport, layout: Layout) -> io::Result<()> {
    for diagnostic in &report.diagnostics {
        write_diagnostic(out, diagnostic, layout)?;
        writeln!(out)?;
    }
    for failed in &report.failed {
        let path = super::json::path_text(&failed.path);
        let title = format!("could not analyse {path}: {}", failed.reason);
        let group = Level::ERROR.primary_title(visible(&title).into_owned());
        let group = annotate_snippets::Group::with_title(group);
        writeln!(out, "{}\n", excerpt::render(&[group], layout))?;
    }
    match &report.diff {
        Some(diff) => write_diff(out, diff),
        None => Ok(()),
    }
}

/// Writes the sentence for the end.
///
/// # Errors
/// What writing to `out` fails with.
pub fn write_summary(out: &mut dyn Write, report: &CheckReport) -> io::Result<()> {
    writeln!(out, "{}", summary(report))?;
    // Of several the loudest, the first of them: max_by_key would take the last.
    let loudest = report.diagnostics.iter().rev().max_by_key(|found| found.severity);
    match loudest {
        Some(found) => writeln!(out, "`reloadsafe explain {}` says more.", found.code),
        None => Ok(()),
    }
}

/// Writes one finding, and a line end.
///
/// # Errors
/// What writing to `out` fails with.
pub fn write_diagnostic(
    out: &mut dyn Write,
    diagnostic: &Diagnostic,
    layout: Layout,
) -> io::Result<()> {
    let primary = Mark { kind: AnnotationKind::Primary, span: diagnostic.location.span, label: "" };
    let mut marks = vec![primary];
    let here = &diagnostic.location;
    let (same, elsewhere): (Vec<_>, Vec<_>) =
        diagnostic.related.iter().partition(|related| excerpt::same_text(&related.location, here));
    marks.extend(same.iter().map(|related| Mark {
        kind: AnnotationKind::Context,
        span: related.location.span,
        label: &related.message,
    }));
    let id = format!("{} {}", diagnostic.code, rules::name_of(diagnostic.code));
    let mut title = excerpt::level(diagnostic.severity)
        .primary_title(visible(&diagnostic.message).into_owned())
        .id(id);
    if let Some(url) = link(&rules::url(diagnostic.code), layout) {
        title = title.id_url(url);
    }
    let mut group = title.element(excerpt::snippet(&here.source, &marks));
    for related in elsewhere {
        let mark = Mark {
            kind: AnnotationKind::Context,
            span: related.location.span,
            label: &related.message,
        };
        group = group.element(excerpt::snippet(&related.location.source, &[mark]));
    }
    if diagnostic.certainty == Certainty::Maybe && !rules::is_about_risk(diagnostic.code) {
        group = group.element(Level::NOTE.message("on some paths only"));
    }
    for fix in &diagnostic.fixes {
        group = group.element(Level::HELP.message(visible(&fix.title).into_owned()));
    }
    writeln!(out, "{}", excerpt::render(&[group], layout))
}

/// Where a terminal can lead to: a page that has an address of its own.
fn link(url: &str, layout: Layout) -> Option<String> {
    (layout.links && url.starts_with("https://")).then(|| url.to_owned())
}

/// What is gone, a line each, since its source is not at hand any more.
fn write_diff(out: &mut dyn Write, diff: &Diff) -> io::Result<()> {
    let from = visible(&diff.from);
    for failed in &diff.failed {
        let path = super::json::path_text(&failed.path);
        let title = format!("could not analyse {path} at {from}: {}", failed.reason);
        let note = "its findings count as new";
        writeln!(out, "note: {}; {note}", visible(&title))?;
    }
    for gone in &diff.gone {
        let at = &gone.location;
        let path = super::json::path_text(at.source.path());
        let place = format!("{}:{}", visible(&path), at.source.line(at.span.start));
        let rule = format!("{} {}", gone.code, rules::name_of(gone.code));
        writeln!(out, "gone: {rule} at {place} of {from}: {}", visible(&gone.message))?;
    }
    if !diff.failed.is_empty() || !diff.gone.is_empty() {
        writeln!(out)?;
    }
    Ok(())
}

/// One sentence for the end.
pub(super) fn summary(report: &CheckReport) -> String {
    let reloaded = match (report.reloaded, report.modules) {
        (reloaded, modules) if reloaded == modules => count(modules, "module"),
        (reloaded, modules) => format!("{reloaded} of {}", count(modules, "module")),
    };
    let files: BTreeSet<_> =
        report.diagnostics.iter().map(|diagnostic| diagnostic.location.source.path()).collect();
    let hazard = if report.diff.is_some() { "new hazard" } else { "hazard" };
    let mut summary = match report.diagnostics.len() {
        _ if report.reloaded == 0 && report.diagnostics.is_empty() => {
            format!("Nothing to reload in {}.", count(report.modules, "module"))
        }
        0 => format!("No {hazard}s in reloading {reloaded}."),
        hazards => format!(
            "Found {} in {}, reloading {reloaded}.",
            count(hazards, hazard),
            count(files.len(), "file")
        ),
    };
    if report.fixed > 0 {
        let verb = if report.fixed == 1 { "fix was" } else { "fixes were" };
        summary += &format!(" {} {verb} applied.", report.fixed);
    }
    if let Some(shard) = report.shard {
        summary += &format!(" This is shard {shard}.");
    }
    if let Some(diff) = &report.diff {
        summary += &format!(
            " {} gone since {}, {} in both.",
            diff.gone.len(),
            visible(&diff.from),
            diff.kept
        );
    }
    if let Some(known) = report.known.as_ref().filter(|known| known.silenced > 0) {
        let path = super::json::path_text(&known.path);
        summary += &format!(" {} more known from {path}.", known.silenced);
    }
    if !report.failed.is_empty() {
        summary += &format!(" {} could not be analysed.", count(report.failed.len(), "file"));
    }
    summary
}

/// `1 module`, `2 modules`.
pub(super) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::layout::replacement;
    use crate::report::testing::{Renamed, orphan, place, plain};
    use crate::text::source::{Revision, Source};
    use crate::text::span::Span;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn a_finding_is_shown_with_the_new_and_the_old_source() {
        let report = Renamed::new().report();
        let expected = "\
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

error: could not analyse old.py: this is Python 2

Found 1 hazard in 1 file, reloading 2 of 14 modules. 1 file could not be analysed.
`reloadsafe explain RS104` says more.
";
        let shown = plain(|out| {
            write(out, &report, Layout::UNBOUNDED)?;
            write_summary(out, &report)
        });
        assert_eq!(shown, expected);
    }

    #[test]
    fn nothing_found_is_said() {
        let mut report = Renamed::new().report();
        report.failed.clear();
        report.diagnostics.clear();
        let shown = |report: &CheckReport| plain(|out| write_summary(out, report));
        assert_eq!(shown(&report), "No hazards in reloading 2 of 14 modules.\n");
        report.reloaded = 0;
        assert_eq!(shown(&report), "Nothing to reload in 14 modules.\n");
        report.modules = 1;
        report.reloaded = 1;
        assert_eq!(shown(&report), "No hazards in reloading 1 module.\n");
    }

    #[test]
    fn a_code_is_a_link_where_the_terminal_can_and_its_page_has_an_address() {
        let linking = Layout::UNBOUNDED.with_links(true);
        let page = "https://example.org/rules/ghost-read";
        assert_eq!(link(page, linking).as_deref(), Some(page));
        assert_eq!(link(page, Layout::UNBOUNDED), None);
        assert_eq!(link("src/rules/ghost_read.md", linking), None);
        let title = Level::ERROR.primary_title("it reads").id("RS104").id_url(page);
        let shown = excerpt::render(&[annotate_snippets::Group::with_title(title)], linking);
        assert!(shown.contains(&format!("\u{1b}]8;;{page}\u{1b}\\")), "{shown:?}");
        // Nothing of it is left where no terminal reads it.
        let plain = plain(|out| write!(out, "{shown}"));
        assert_eq!(plain, "error[RS104]: it reads");
    }

    #[test]
    fn what_is_gone_is_told_without_its_source() {
        let mut report = Renamed::new().report();
        report.failed.clear();
        report.diff = Some(Diff {
            from: "v1.0".to_owned(),
            gone: vec![orphan("area\n", "area")],
            kept: 3,
            failed: Vec::new(),
        });
        let shown = plain(|out| {
            write(out, &report, Layout::UNBOUNDED)?;
            write_summary(out, &report)
        });
        let expected = "\
gone: RS101 orphaned-definition at ./shapes.py:1 of v1.0: \
`area` is gone from the source, but stays in the module

Found 1 new hazard in 1 file, reloading 2 of 14 modules. 1 gone since v1.0, 3 in both.
`reloadsafe explain RS104` says more.
";
        assert!(shown.ends_with(expected), "{shown}");
    }

    #[test]
    fn wide_controlling_and_long_sources_are_underlined_in_the_right_place() {
        let long = "x".repeat(300);
        let text = format!("é\u{9b}\u{202e}\t名前 = '\u{1b}[31m'; area(  # {long}\r\n)\r");
        let finding = orphan(&text, "area(");
        let shown = plain(|out| write_diagnostic(out, &finding, Layout::for_terminal(60)));
        assert!(shown.chars().all(|c| c == '\n' || replacement(c) == c));
        let lines: Vec<&str> = shown.lines().collect();
        let code = lines.iter().position(|line| line.starts_with("1 |")).unwrap();
        let columns = |line: &str, until: &str| line[..line.find(until).unwrap()].width();
        assert!(lines[code].width() <= 60, "{shown}");
        assert_eq!(columns(lines[code], "area("), columns(lines[code + 1], "^^^^^"), "{shown}");
    }

    #[test]
    fn a_range_beyond_the_text_does_not_panic() {
        let mut finding = orphan("area", "area");
        finding.location.span = Span::new(2, 99);
        plain(|out| write_diagnostic(out, &finding, Layout::UNBOUNDED));
        let empty = Source::new("e.py", Revision::Current, String::new());
        finding.location = place(&empty, "");
        plain(|out| write_diagnostic(out, &finding, Layout::UNBOUNDED));
    }
}
