//! What must hold for every input.

use std::path::Path;
use std::sync::Arc;

use reloadsafe::config::{Config, Options};
use reloadsafe::diagnostic::{Diagnostic, Location, Severity};
use reloadsafe::modules::NoModules;
use reloadsafe::program::visit;
use reloadsafe::python::PythonVersion;
use reloadsafe::report::{Layout, json, simulate_text};
use reloadsafe::simulate::{Simulated, simulate as run};
use reloadsafe::simulation::Outcome;
use reloadsafe::suppression::Suppressions;
use reloadsafe::syntax::ast::{ExprId, StmtId, StmtKind};
use reloadsafe::syntax::parse::{ParseFailure, ParseOptions, Parsed, parse as parse_text};
use reloadsafe::text::decode::decode;
use reloadsafe::text::source::{Revision, Source};
use reloadsafe::text::span::Span;
use reloadsafe::worlds::{Around, History, SummaryCache};

/// Bytes are refused or give a tree whose places are places of the text.
pub(crate) fn parse(bytes: &[u8]) {
    let Ok(text) = decode(bytes.to_vec()) else { return };
    let source = Source::new("m.py", Revision::Current, text);
    for minor in [8, 11, 14] {
        let options = ParseOptions::new(PythonVersion { minor });
        match parse_text(&source, &options) {
            Ok(parsed) => {
                check_tree(&parsed);
                let again = parse_text(&source, &options).expect("it parsed before");
                assert_eq!(fingerprints(&parsed), fingerprints(&again));
                suppressions(&source, &parsed);
            }
            Err(ParseFailure::Syntax { span, .. } | ParseFailure::Python2 { span, .. }) => {
                check_span(&source, span);
            }
            Err(ParseFailure::TooCostly { .. }) => {}
        }
    }
}

fn check_tree(parsed: &Parsed) {
    let source = &parsed.source;
    for id in statements(parsed) {
        let stmt = parsed.ast.stmt(id);
        check_span(source, stmt.span);
        if let StmtKind::Expr(value) | StmtKind::Assign { value, .. } = stmt.kind {
            check_expr(parsed, value, stmt.span);
        }
    }
    let starts = parsed.ast.body.iter().map(|&id| parsed.ast.stmt(id).span.start);
    assert!(starts.is_sorted(), "statements are in order");
    for &directive in &parsed.directives {
        check_span(source, directive);
        assert!(source.slice(directive).starts_with('#'));
    }
}

fn fingerprints(parsed: &Parsed) -> Vec<u64> {
    statements(parsed).into_iter().map(|id| parsed.ast.stmt(id).fingerprint).collect()
}

/// Every statement of a tree.
fn statements(parsed: &Parsed) -> Vec<StmtId> {
    let mut found = Vec::new();
    let mut blocks: Vec<&[StmtId]> = vec![&parsed.ast.body];
    while let Some(block) = blocks.pop() {
        for &id in block {
            found.push(id);
            visit::child_blocks(&parsed.ast, id, &mut |block| blocks.push(block));
        }
    }
    found
}

/// An expression lies in what it is a part of.
fn check_expr(parsed: &Parsed, id: ExprId, around: Span) {
    let mut pending = vec![(id, around)];
    while let Some((id, around)) = pending.pop() {
        let span = parsed.ast.expr(id).span;
        check_span(&parsed.source, span);
        assert!(around.contains(span), "{span:?} is not in {around:?}");
        visit::child_exprs(&parsed.ast, id, &mut |child| pending.push((child, span)));
    }
}

fn suppressions(source: &Arc<Source>, parsed: &Parsed) {
    let suppressions = Suppressions::new(source, &parsed.directives);
    let rules = Config::resolve(&[]).rules;
    suppressions.apply(Vec::new(), &rules).iter().for_each(check_diagnostic);
}

/// A history ends in the same way each time, and whatever is said of it stands in its texts.
pub(crate) fn simulate(texts: &[&str]) {
    for minor in [11, 14] {
        let version = |(number, text): (usize, &&str)| {
            Source::new("m.py", Revision::Version(number as u32), (*text).to_owned())
        };
        let sources: Vec<Arc<Source>> = texts.iter().enumerate().map(version).collect();
        let Some(simulated) = simulated(&sources, minor) else { return };
        check_simulated(&simulated);
        let again = self::simulated(&sources, minor).expect("it could be analysed before");
        let first = json::simulation_value(&simulated.simulation).to_string();
        assert_eq!(first, json::simulation_value(&again.simulation).to_string());
        let mut shown = Vec::new();
        simulate_text::write(&mut shown, &simulated.simulation, Layout::for_terminal(80))
            .expect("memory can be written");
    }
}

fn simulated(sources: &[Arc<Source>], minor: u8) -> Option<Simulated> {
    let summaries = SummaryCache::default();
    let around = Around {
        module: "m",
        is_package: false,
        is_placed: false,
        live_modules: &NoModules,
        restart_modules: &NoModules,
        live_cache: &summaries,
        restart_cache: &summaries,
        python: PythonVersion { minor },
        platform: "linux",
        renames: &[],
        second_runs: true,
        catalogue: None,
    };
    run(&History { versions: sources, around }).ok()
}

fn check_simulated(simulated: &Simulated) {
    let simulation = &simulated.simulation;
    let source = |version: u32| &simulation.sources[version as usize];
    let last = simulation.sources.last().expect("there is a version");
    assert_eq!(simulation.stages.len(), simulation.sources.len());
    for stage in simulation.stages.iter().chain([&simulation.restart]) {
        if let Some(abort) = &stage.abort {
            assert_ne!(stage.outcome, Outcome::Completes);
            check_span(source(stage.version), abort.span);
        }
    }
    for entry in &simulation.namespace {
        check_span(source(entry.version), entry.span);
    }
    for read in &simulation.ghost_reads {
        check_span(last, read.span);
        check_span(source(read.from_version), read.from_span);
        assert!(simulation.namespace.iter().any(|entry| entry.name == read.name));
    }
    simulation.abort_points.iter().for_each(|point| check_span(last, point.span));
    simulation.diagnostics.iter().for_each(check_diagnostic);
    // A text that does not compile changes nothing and has nothing in it that could be reported.
    if simulation.restart.outcome == Outcome::SyntaxError {
        assert!(simulation.ghost_reads.is_empty());
    }
}

fn check_diagnostic(diagnostic: &Diagnostic) {
    let check = |location: &Location| check_span(&location.source, location.span);
    check(&diagnostic.location);
    diagnostic.related.iter().for_each(|related| check(&related.location));
    for fix in &diagnostic.fixes {
        fix.edits.iter().for_each(|edit| check(&edit.location));
    }
    assert!(!diagnostic.message.is_empty() && !diagnostic.key.is_empty());
}

/// A place of the text, between its characters.
fn check_span(source: &Source, span: Span) {
    let text = source.text();
    assert!(span.start <= span.end, "{span:?} is backwards");
    assert!(text.get(span.range()).is_some(), "{span:?} of {} bytes", text.len());
}

/// Settings are refused or can be asked.
pub(crate) fn config(text: &str) {
    let mut read = Vec::new();
    for name in ["reloadsafe.toml", "pyproject.toml"] {
        read.extend(Options::from_toml(text, Path::new(name)).ok().flatten());
    }
    if let Ok(value) = serde_json::from_str(text) {
        read.extend(Options::from_json(&value, Path::new("/")).ok());
    }
    let config = Config::resolve(&read);
    config.reports("RS101", Severity::Warning, Path::new("/a/b.py"));
    config.reports("RS900", Severity::Hint, Path::new("c.py"));
}
