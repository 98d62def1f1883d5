//! Text for people: each finding with excerpts of the new and of the old source.

use std::collections::BTreeSet;
use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Level};

use super::excerpt::{self, Mark};
use super::{CheckReport, Layout, visible};
use crate::diagnostic::{Certainty, Diagnostic};
use crate::rules;

/// Writes what `check` prints, with colours: `out` strips them where they are not wanted.
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
    writeln!(out, "{}", summary(report))
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
    let mut group = excerpt::level(diagnostic.severity)
        .primary_title(visible(&diagnostic.message).into_owned())
        .id(id)
        .element(excerpt::snippet(&here.source, &marks));
    for related in elsewhere {
        let mark = Mark {
            kind: AnnotationKind::Context,
            span: related.location.span,
            label: &related.message,
        };
        group = group.element(excerpt::snippet(&related.location.source, &[mark]));
    }
    if diagnostic.certainty == Certainty::Maybe {
        group = group.element(Level::NOTE.message("on some paths only"));
    }
    for fix in &diagnostic.fixes {
        group = group.element(Level::HELP.message(visible(&fix.title).into_owned()));
    }
    writeln!(out, "{}", excerpt::render(&[group], layout))
}

/// One sentence for the end.
fn summary(report: &CheckReport) -> String {
    let reloaded = match (report.reloaded, report.modules) {
        (reloaded, modules) if reloaded == modules => count(modules, "module"),
        (reloaded, modules) => format!("{reloaded} of {}", count(modules, "module")),
    };
    let files: BTreeSet<_> =
        report.diagnostics.iter().map(|diagnostic| diagnostic.location.source.path()).collect();
    let mut summary = match report.diagnostics.len() {
        _ if report.reloaded == 0 && report.diagnostics.is_empty() => {
            format!("Nothing to reload in {}.", count(report.modules, "module"))
        }
        0 => format!("No hazards in reloading {reloaded}."),
        hazards => format!(
            "Found {} in {}, reloading {reloaded}.",
            count(hazards, "hazard"),
            count(files.len(), "file")
        ),
    };
    if !report.failed.is_empty() {
        summary += &format!(" {} could not be analysed.", count(report.failed.len(), "file"));
    }
    summary
}

/// `1 module`, `2 modules`.
pub(super) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
