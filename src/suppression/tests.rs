use super::*;
use crate::diagnostic::Severity;
use crate::text::source::Revision;

fn source(text: &str) -> Arc<Source> {
    Source::new("m.py", Revision::Current, text.to_owned())
}

fn comments(text: &str) -> Vec<Span> {
    let starts = text.match_indices("# reloadsafe:").map(|(start, _)| start);
    starts
        .map(|start| {
            let end = text[start..].find('\n').map_or(text.len(), |length| start + length);
            Span::new(start as u32, end as u32)
        })
        .collect()
}

fn everything() -> RuleSelection {
    RuleSelection::resolve(&[])
}

/// A finding of `code` on the first occurrence of `place`.
fn finding(source: &Arc<Source>, code: &'static str, place: &str) -> Diagnostic {
    let start = source.text().find(place).unwrap() as u32;
    Diagnostic {
        code,
        severity: Severity::Warning,
        certainty: Certainty::Always,
        message: String::new(),
        location: Location {
            source: source.clone(),
            span: Span::new(start, start + place.len() as u32),
        },
        related: Vec::new(),
        fixes: Vec::new(),
        key: String::new(),
        module: None,
    }
}

/// What remains of findings `(code, place)`: codes, with the message for RS901.
#[track_caller]
fn check(text: &str, findings: &[(&'static str, &str)], expected: &[&str]) {
    let source = source(text);
    let findings = findings.iter().map(|(code, place)| finding(&source, code, place)).collect();
    let kept = Suppressions::new(&source, &comments(text)).apply(findings, &everything());
    let shown: Vec<String> = kept
        .iter()
        .map(|diagnostic| match diagnostic.code {
            "RS901" => diagnostic.message.clone(),
            code => code.to_owned(),
        })
        .collect();
    assert_eq!(shown, expected);
}

/// The text after the fix of the only finding.
#[track_caller]
fn check_fix(text: &str, findings: &[(&'static str, &str)], expected: &str) {
    let source = source(text);
    let findings = findings.iter().map(|(code, place)| finding(&source, code, place)).collect();
    let kept = Suppressions::new(&source, &comments(text)).apply(findings, &everything());
    let [only] = kept.as_slice() else { panic!("not one finding: {kept:?}") };
    let edit = &only.fixes[0].edits[0];
    let mut fixed = text.to_owned();
    fixed.replace_range(edit.location.span.range(), &edit.new_text);
    assert_eq!(fixed, expected);
}

#[test]
fn a_line_is_silenced_by_code_name_prefix_or_altogether() {
    for list in ["[RS101]", "[orphaned-definition]", "[RS1]", "[ rs101 , ]", "", " [RS101]"] {
        check(&format!("x = 1  # reloadsafe: ignore{list}\n"), &[("RS101", "x")], &[]);
    }
    check("x = 1  # reloadsafe: ignore[RS101] because\n", &[("RS101", "x")], &[]);
    check("x = 1  # reloadsafe: ignore[RS101]# noqa\n", &[("RS101", "x")], &[]);
}

#[test]
fn other_rules_and_other_lines_are_not_silenced() {
    check(
        "x = 1  # reloadsafe: ignore[RS102]\n",
        &[("RS101", "x")],
        &["RS101", "This suppression of RS102 silences nothing on this line"],
    );
    check(
        "# reloadsafe: ignore\nx = 1\n",
        &[("RS101", "x")],
        &["RS101", "This suppression silences nothing on this line"],
    );
}

#[test]
fn the_first_and_the_last_line_of_a_finding_count() {
    let place = "f(\n    1,\n)";
    check(
        "f(  # reloadsafe: ignore\n    1,\n)\n",
        &[("RS202", "f(  # reloadsafe: ignore\n    1,\n)")],
        &[],
    );
    check(&format!("{place}  # reloadsafe: ignore\n"), &[("RS202", place)], &[]);
    let middle = "f(\n    1,  # reloadsafe: ignore\n)";
    let unused = "This suppression silences nothing on this line";
    check(middle, &[("RS202", middle)], &["RS202", unused]);
    check("x\ny  # reloadsafe: ignore", &[("RS101", "x\n")], &["RS101", unused]);
}

#[test]
fn a_file_is_silenced() {
    let text = "# reloadsafe: ignore-file[RS1]\nx = 1\ny = 2\n";
    check(text, &[("RS101", "x"), ("RS104", "y"), ("RS202", "y")], &["RS202"]);
    check(text, &[], &["This suppression of RS1 silences nothing in this file"]);
}

#[test]
fn what_is_not_understood_is_reported() {
    let not_understood = |reason: &str| format!("This suppression is not understood: {reason}");
    for (comment, reason) in [
        ("ignore[RS101", "the `]` is missing"),
        ("ignore[]", "the brackets are empty"),
        ("ignore[RS101]x", "unexpected `x`"),
        ("ignroe", "expected `ignore` or `ignore-file`, found `ignroe`"),
        ("", "expected `ignore` or `ignore-file`, found ``"),
    ] {
        let text = format!("x = 1  # reloadsafe: {comment}\n");
        check(&text, &[("RS101", "x")], &["RS101", &not_understood(reason)]);
    }
    check(
        "x = 1  # reloadsafe: ignore[RS104, ghost-raed]\n",
        &[("RS104", "x")],
        &["This suppression names an unknown rule `ghost-raed` (did you mean `ghost-read`?)"],
    );
}

#[test]
fn what_nobody_could_have_checked_is_not_unused() {
    check("x = 1  # reloadsafe: ignore[RS301]\n", &[], &[]);
    let text = "x = 1  # reloadsafe: ignore[RS101]\n";
    let source = source(text);
    let selected = crate::config::Options {
        select: Some(vec![Selector::Code("RS104"), Selector::Code("RS901")]),
        ..crate::config::Options::default()
    };
    let selection = RuleSelection::resolve(&[selected]);
    assert!(Suppressions::new(&source, &comments(text)).unused(&selection).is_empty());
}

#[test]
fn a_directive_can_ask_not_to_be_reported() {
    check("x = 1  # reloadsafe: ignore[RS101, RS901]\n", &[], &[]);
    check("# reloadsafe: ignore-file[RS901]\nx = 1  # reloadsafe: ignore\n", &[], &[]);
}

#[test]
fn fixes_remove_no_more_than_the_directive() {
    check_fix("x = 1  # reloadsafe: ignore\ny\n", &[], "x = 1\ny\n");
    check_fix("a\n    # reloadsafe: ignore  why\nb\n", &[], "a\nb\n");
    check_fix("x = 1  # reloadsafe: ignore[RS101]  # noqa\n", &[], "x = 1  # noqa\n");
    let partly = "x = 1  # reloadsafe: ignore[RS101, RS102,RS103]  why\n";
    let fixed = "x = 1  # reloadsafe: ignore[RS101, RS103]  why\n";
    check_fix(partly, &[("RS101", "x"), ("RS103", "x")], fixed);
    check_fix("é = 1  # reloadsafe: ignore[RS101]", &[], "é = 1");
}
