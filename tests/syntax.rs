//! Parsing: what is refused and where, what is rewritten for the grammar, what it costs.

use std::time::Duration;

use reloadsafe::python::PythonVersion;
use reloadsafe::syntax::ast::*;
use reloadsafe::syntax::parse::{ParseFailure, ParseOptions, Parsed, parse};
use reloadsafe::text::source::{Revision, Source};

fn parse_for(minor: u8, text: &str) -> Result<Parsed, ParseFailure> {
    let source = Source::new("m.py", Revision::Current, text.to_owned());
    parse(&source, &ParseOptions::new(PythonVersion { minor }))
}

fn healthy(text: &str) -> Parsed {
    parse_for(14, text).unwrap_or_else(|failure| panic!("{failure}: {text}"))
}

/// The line on which a text is refused as half-typed.
fn refused_in_line(text: &str) -> u32 {
    match parse_for(14, text) {
        Err(ParseFailure::Syntax { span, .. }) => {
            Source::new("m.py", Revision::Current, text.to_owned()).line(span.start)
        }
        other => panic!("{other:?}: {text}"),
    }
}

fn prints(parsed: &Parsed) -> Vec<u64> {
    parsed.ast.body.iter().map(|&id| parsed.ast.stmt(id).fingerprint).collect()
}

#[test]
fn half_typed_text_is_refused_where_it_breaks() {
    let rows = [
        ("def a():\n    foo(1,\n\ndef b(): pass\n", 2),
        ("XS = [1, 2\ndef b(): pass\n", 1),
        ("D = {\nx = 1\n", 1),
        ("f\"{a\nx = 1\n", 1),
        ("def a(x, y\n\ndef b():\n    pass\n", 1),
        ("x = a.\ndef b(): pass\n", 1),
        ("y = 1\ndef a()\n    pass\n", 3),
        ("class A\n    pass\n", 2),
        ("x = 1\ny = '\nz = 2\n", 2),
        ("x = 1\ny = \"\"\"\nz = 2\n", 2),
        ("x = 1\nimport\ny = 2\n", 2),
        ("from a import\nx = 1\n", 1),
        ("x = 1\n@\ny = 2\n", 2),
        ("x = 1\n<<<<<<< ours\ny = 1\n=======\ny = 2\n>>>>>>> theirs\n", 2),
        ("def a():\ndef b():\n    pass\n", 2),
        ("if x:\n    y\n  z\n", 3),
        ("if x:\n    y\n      z\n", 3),
        ("if x:\n        y\n\tz\n", 3),
        ("def f():\n    return 1\nreturn 2\n", 3),
        ("a = 1\0\n", 1),
        ("try:\n    pass\nx = 1\n", 1),
        ("def f():\n    x = 1\n    global x\n", 3),
    ];
    for (text, line) in rows {
        assert_eq!(refused_in_line(text), line, "{text}");
    }
}

#[test]
fn python_2_is_told_from_half_typed() {
    let rows = [
        "print 'x'",
        "if x:\n    print x, y",
        "print >>f, 'x' % y, z; print 'a'",
        "exec 'x' in d",
        "try:\n    pass\nexcept A, e:\n    pass",
        "x = `y`",
        "a <> b",
        "raise E, 'm'",
        "x = 0777",
        "x = 10L",
        "def f(a, (b, c)): pass",
        "x = ur'a'",
        "print'x'",
    ];
    for text in rows {
        let answer = parse_for(11, text);
        assert!(matches!(answer, Err(ParseFailure::Python2 { .. })), "{answer:?}: {text}");
    }
    // In 3.14 this is two exception types.
    let parsed = healthy("try:\n    pass\nexcept A, e:\n    pass");
    let StmtKind::Try { handlers, .. } = &parsed.ast.stmt(parsed.ast.body[0]).kind else {
        panic!()
    };
    let typ = handlers[0].typ.map(|id| &parsed.ast.expr(id).kind);
    assert!(matches!(typ, Some(ExprKind::Tuple(types)) if types.len() == 2));
    assert!(handlers[0].name.is_none());
}

#[test]
fn syntax_newer_than_the_target_is_refused() {
    let rows = [
        (9, "@a[0]\ndef f(): pass"),
        (9, "with (open(a) as b, c): pass"),
        (9, "for x in *a, b: pass"),
        (10, "match x:\n    case 1: pass"),
        (10, "x[a := 1]"),
        (11, "try:\n    pass\nexcept* E: pass"),
        (11, "x[*a]"),
        (11, "def f(*a: *T): pass"),
        (11, "async def f():\n    return [[x async for x in y] for z in w]"),
        (12, "def f[T](): pass"),
        (12, "class A[T]: pass"),
        (12, "type X = int"),
        (12, "f'{a['b']}'"),
        (12, "f'{\"\\n\"}'"),
        (12, "f'''{a # c\n}'''"),
        (13, "def f[T = int](): pass"),
        (13, "type X[*Ts = *tuple[int], **P = []] = int"),
        (14, "t'{a}'"),
        (14, "try:\n    pass\nexcept A, B, C: pass"),
    ];
    for (first, text) in rows {
        for minor in 8..=14 {
            assert_eq!(parse_for(minor, text).is_ok(), minor >= first, "3.{minor}: {text}");
        }
    }
}

#[test]
fn names_that_are_keywords_only_sometimes_are_names() {
    for text in [
        "print >> y",
        "print -1",
        "print(x) if y else z",
        "exec = print",
        "match = type",
        "match(x)",
        "match [x]",
        "match -x",
        "type(x).y = type",
        "type = 1",
        "type: int = 1",
        "case = _ = 1",
        "def match(type, case): return type",
        "x.print, x.exec, x.match, x.type",
        "from a import match, type, print",
    ] {
        healthy(text);
    }
    let alias = healthy("type match = type");
    assert!(matches!(alias.ast.stmt(alias.ast.body[0]).kind, StmtKind::TypeAlias { .. }));
}

#[test]
fn a_thousand_lines_of_comments_cost_nothing_and_directives_are_found() {
    let comments = "    # a comment\n".repeat(8000);
    let text = format!(
        "def f():\n    x = 1\n{comments}# reloadsafe: ignore\n    y = '''\n# reloadsafe: no\n'''\nz = (1, # reloadsafe: yes\n 2)\n"
    );
    let parsed = healthy(&text);
    assert_eq!(parsed.ast.body.len(), 2);
    let found: Vec<_> = parsed.directives.iter().map(|&span| parsed.source.slice(span)).collect();
    assert_eq!(found, ["# reloadsafe: ignore", "# reloadsafe: yes"]);
    // What looks like a comment and is none keeps its meaning.
    let plain = healthy("x = '# a' '''\n# b\n''' f'{y}# c' \\\n '# d'\n");
    assert_ne!(prints(&plain), prints(&healthy("x = '    ' '''\n# b\n''' f'{y}# c' '# d'\n")));
}

#[test]
fn line_ends_form_feeds_and_layout_do_not_change_what_is_said() {
    let unix = "if x:\n    y = '''a\nb'''\n    z = (1,\n  2)\n\x0cw = 1 + \\\n  2\n";
    let base = prints(&healthy(unix));
    for other in [
        unix.replace('\n', "\r\n"),
        unix.replace('\n', "\r"),
        unix.replace("    ", "\t"),
        unix.replace("(1,\n  2)", "(1, 2,) # comment"),
        unix.replace("\n\x0c", "\n\n# comment\n\x0c"),
    ] {
        assert_eq!(prints(&healthy(&other)), base, "{other:?}");
    }
    for (one, other) in [
        ("x = 0x10", "x = 1_6"),
        ("x = 'a' \"b\"", "x = r'''ab'''"),
        ("x = (a)", "x = a"),
        ("x = b'\\x61'", "x = b'a'"),
        ("x = f'{a}' 'b'", "x = f\"{ a }b\""),
    ] {
        assert_eq!(prints(&healthy(one)), prints(&healthy(other)), "{one} {other}");
    }
    for (one, other) in [
        ("x = 1", "x = 1.0"),
        ("x = 'a'", "x = b'a'"),
        ("x = a + b", "x = a - b"),
        ("x = '\\ud800'", "x = '\\ufffd'"),
        ("f(a, *b)", "f(*a, b)"),
        ("def f(a, /): 1", "def f(a): 1"),
        ("async def f(): 1", "def f(): 1"),
        ("@d\ndef f(): 1", "def f(): 1"),
        ("(x): int", "x: int"),
    ] {
        assert_ne!(prints(&healthy(one)), prints(&healthy(other)), "{one} {other}");
    }
}

#[test]
fn a_renamed_definition_keeps_its_unnamed_fingerprint() {
    let parsed =
        healthy("def f(a): return a\ndef g(a): return a\nclass A: x = 1\nclass B: x = 1\n");
    let unnamed: Vec<u64> = parsed
        .ast
        .body
        .iter()
        .map(|&id| match &parsed.ast.stmt(id).kind {
            StmtKind::FunctionDef(def) => def.unnamed_fingerprint,
            StmtKind::ClassDef(class) => class.unnamed_fingerprint,
            _ => 0,
        })
        .collect();
    assert_eq!(unnamed[0], unnamed[1]);
    assert_eq!(unnamed[2], unnamed[3]);
    assert_ne!(unnamed[0], unnamed[2]);
    let all = prints(&parsed);
    assert!(all[0] != all[1] && all[2] != all[3]);
}

#[test]
fn spans_leave_out_parentheses_and_take_in_decorators() {
    let parsed = healthy("@d\ndef f(): pass\nx = ((a) + b)\n");
    let slice = |span| parsed.source.slice(span);
    assert_eq!(slice(parsed.ast.stmt(parsed.ast.body[0]).span), "@d\ndef f(): pass");
    let StmtKind::FunctionDef(def) = &parsed.ast.stmt(parsed.ast.body[0]).kind else { panic!() };
    assert_eq!(slice(def.header), "def f()");
    let StmtKind::Assign { value, .. } = &parsed.ast.stmt(parsed.ast.body[1]).kind else {
        panic!()
    };
    assert_eq!(slice(parsed.ast.expr(*value).span), "(a) + b");
}

#[test]
fn nests_end_and_chains_go_on() {
    healthy(&format!("x = {}1{}", "(".repeat(90), ")".repeat(90)));
    healthy(&format!("x = {}", vec!["a"; 900].join(" + ")));
    healthy(&format!("x = {}", vec!["a"; 20_000].join(" and ")));
    healthy(&format!("x = {}", vec!["'a'"; 20_000].join(" ")));
    healthy(&format!("x = a{}", ".b".repeat(900)));
    healthy(&format!("x = f{}", "()".repeat(900)));
    healthy(&format!("if a: pass\n{}", "elif b: pass\n".repeat(5_000)));
    for text in [
        format!("x = {}", vec!["a"; 50_000].join(" + ")),
        format!("x = a{}", ".b".repeat(50_000)),
        format!("x = {}a", "not ".repeat(50_000)),
        format!("x = {}a", "-".repeat(50_000)),
        format!("x = {}1", "lambda: ".repeat(50_000)),
        format!("x = {}a", "a if b else ".repeat(50_000)),
        format!("x = {}a", "a ** ".repeat(50_000)),
    ] {
        let answer = parse_for(11, &text);
        assert!(matches!(answer, Err(ParseFailure::TooCostly { .. })), "{}", &text[..40]);
    }
    // CPython says as much.
    assert!(matches!(
        parse_for(11, &format!("x = {}", "(".repeat(100_000))),
        Err(ParseFailure::Syntax { .. })
    ));
}

#[test]
fn limits_are_kept_and_the_parser_is_fit_for_the_next_text() {
    let source = |text: &str| Source::new("m.py", Revision::Current, text.to_owned());
    let options = ParseOptions::new(PythonVersion::DEFAULT);
    let short = ParseOptions { max_bytes: 4, ..options.clone() };
    assert!(matches!(parse(&source("x = 1"), &short), Err(ParseFailure::TooCostly { .. })));
    let rushed = ParseOptions { deadline: Duration::ZERO, ..options.clone() };
    let long = source(&"x = [a, b, c]\n".repeat(20_000));
    assert!(matches!(parse(&long, &rushed), Err(ParseFailure::TooCostly { .. })));
    let next = parse(&source("y = 1\n"), &options).expect("healthy");
    assert_eq!(next.ast.body.len(), 1);
}

#[test]
fn identifiers_are_normalised_and_checked() {
    let parsed = healthy("ﬁ = é = 变量 = 1\nfi = 2\n");
    let StmtKind::Assign { targets, .. } = &parsed.ast.stmt(parsed.ast.body[0]).kind else {
        panic!()
    };
    assert!(matches!(&parsed.ast.expr(targets[0]).kind, ExprKind::Name(name) if &**name == "fi"));
    for text in ["x = a\u{a0}", "x€ = 1", "x = 1\u{200b}", "\u{feff}x = 1"] {
        assert_eq!(refused_in_line(text), 1, "{text:?}");
    }
}

#[test]
fn a_bracket_that_begins_a_line_begins_a_statement() {
    let rows = [
        ("a = b, 1\n[c] = d\n", 2),
        ("a = b, 1  # more\n\n[c]\n", 2),
        ("a: t = b, f()\r\n[c]\r\n[d]\r\n", 3),
        ("a += *b, 'x'\n[c]\n", 2),
        ("a = b, 1;\n[c]\n", 2),
        ("if a: b = c, 1 \n[d]\n", 2),
        ("def f():\n    a = b, None\n    [c]\n[d]\n", 2),
        ("a = b, \\\n  1\n[c]\n", 2),
        ("[a]\n[b]\n", 2),
        ("if a:\n    b\n[c]\n", 2),
        ("@a\ndef f(): pass\n[c]\n", 2),
    ];
    for (text, count) in rows {
        assert_eq!(healthy(text).ast.body.len(), count, "{text}");
    }
}
