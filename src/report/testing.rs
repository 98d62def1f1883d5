//! Samples for the tests of the formats.

use std::sync::Arc;

use super::{CheckReport, FailedFile};
use crate::diagnostic::{Certainty, Diagnostic, Fix, Location, Related, Severity};
use crate::simulation::{
    AbortCause, AbortPoint, BindingKind, GhostRead, NamespaceEntry, Origin, Outcome, ReadScope,
    RestartMeaning, Simulation, Stage, TornKind, TornUse,
};
use crate::text::source::{Revision, Source};
use crate::text::span::Span;

/// The first occurrence of `text`.
pub(super) fn place(source: &Arc<Source>, text: &str) -> Location {
    let start = source.text().find(text).unwrap() as u32;
    Location { source: source.clone(), span: Span::new(start, start + text.len() as u32) }
}

/// An RS101 finding about a name in a text.
pub(crate) fn orphan(text: &str, name: &str) -> Diagnostic {
    let source = Source::new("./shapes.py", Revision::Current, text.to_owned());
    Diagnostic {
        code: "RS101",
        severity: Severity::Warning,
        certainty: Certainty::Always,
        message: format!("`{name}` is gone from the source, but stays in the module"),
        location: place(&source, name),
        related: Vec::new(),
        fixes: Vec::new(),
        key: format!("shapes:{name}"),
        module: None,
    }
}

/// A module in which `area` was renamed and is still called.
pub(super) struct Renamed {
    pub(super) old: Arc<Source>,
    pub(super) new: Arc<Source>,
}

impl Renamed {
    pub(super) fn new() -> Self {
        let old = "def area(w):\n    return w\n";
        let new = "def surface(w):\n    return w\n\nTOTAL = area(2)  # 面積\ncheck(TOTAL)\n";
        Renamed {
            old: Source::new("shapes.py", Revision::Version(0), old.to_owned()),
            new: Source::new("shapes.py", Revision::Current, new.to_owned()),
        }
    }

    pub(super) fn ghost_read(&self) -> Diagnostic {
        let message = "`area` was renamed; this call works until the next restart".to_owned();
        Diagnostic {
            code: "RS104",
            severity: Severity::Error,
            certainty: Certainty::Maybe,
            message,
            location: place(&self.new, "area"),
            related: vec![
                Related {
                    location: place(&self.new, "surface"),
                    message: "the new name".to_owned(),
                },
                Related {
                    location: place(&self.old, "area"),
                    message: "what is left over".to_owned(),
                },
            ],
            fixes: vec![Fix {
                title: "Call `surface`".to_owned(),
                kind: "quickfix",
                preferred: true,
                safe: false,
                edits: vec![crate::diagnostic::Edit {
                    location: place(&self.new, "area"),
                    new_text: "surface".to_owned(),
                }],
            }],
            key: "shapes:area".to_owned(),
            module: None,
        }
    }

    pub(super) fn report(&self) -> CheckReport {
        CheckReport {
            base: Some("HEAD".to_owned()),
            head: None,
            diagnostics: vec![self.ghost_read()],
            failed: vec![FailedFile {
                path: "old.py".into(),
                reason: "this is Python 2".to_owned(),
            }],
            modules: 14,
            reloaded: 2,
            ..CheckReport::default()
        }
    }

    pub(super) fn simulation(&self) -> Simulation {
        let span = place(&self.new, "check(TOTAL)").span;
        let reason = "`check` is new here and can raise".to_owned();
        let abort = AbortPoint {
            exceptions: vec!["ValueError".to_owned()],
            updated: vec!["surface".into(), "TOTAL".into()],
            missing: vec!["LIMIT".into()],
            torn: vec![TornUse {
                caller: "surface".into(),
                span: place(&self.new, "surface").span,
                callee: "LIMIT".into(),
                kind: TornKind::Missing,
                why: "`LIMIT` is not there yet".to_owned(),
            }],
            ..AbortPoint::new(span, AbortCause::NewRisk, reason)
        };
        let entry = |name: &str, kind, origin, version, span| NamespaceEntry {
            name: name.into(),
            kind,
            origin,
            certainty: Certainty::Always,
            version,
            span,
        };
        let area = place(&self.old, "area").span;
        Simulation {
            module: "shapes".to_owned(),
            sources: vec![self.old.clone(), self.new.clone()],
            stages: vec![
                Stage { version: 0, outcome: Outcome::Completes, abort: None },
                Stage { version: 1, outcome: Outcome::MayAbort, abort: Some(abort.clone()) },
            ],
            restart: Stage { version: 1, outcome: Outcome::Aborts, abort: Some(abort.clone()) },
            namespace: vec![
                entry(
                    "surface",
                    BindingKind::Function,
                    Origin::Added,
                    1,
                    place(&self.new, "surface").span,
                ),
                entry("area", BindingKind::Function, Origin::Orphan, 0, area),
            ],
            ghost_reads: vec![GhostRead {
                name: "area".into(),
                span: place(&self.new, "area").span,
                scope: ReadScope::Module,
                certainty: Certainty::Always,
                from_version: 0,
                from_span: area,
                restart: RestartMeaning::NameError,
                guarded: false,
            }],
            abort_points: vec![abort],
            diagnostics: vec![self.ghost_read()],
        }
    }
}

/// What a writer writes, without colours.
#[track_caller]
pub(super) fn plain(write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    anstream::adapter::strip_str(std::str::from_utf8(&out).unwrap()).to_string()
}
