//! What to say where tree-sitter had to recover from an error.

use tree_sitter::Tree;

use crate::syntax::parse::ParseFailure;
use crate::text::span::Span;

/// Explains the first error of a tree that has one. `lexed` is the text as the lexer has
/// rewritten it, without comments and the contents of strings.
pub(in crate::syntax) fn explain(tree: &Tree, text: &str, lexed: &[u8]) -> ParseFailure {
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        if node.is_error() || node.is_missing() {
            return failure(text, lexed, node.start_byte(), node.end_byte());
        }
        if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return failure(text, lexed, 0, text.len());
            }
        }
    }
}

fn failure(text: &str, lexed: &[u8], start: usize, end: usize) -> ParseFailure {
    let is_end = |byte: &u8| *byte == b'\n';
    let line_start = lexed[..start].iter().rposition(is_end).map_or(0, |at| at + 1);
    let rest = &lexed[end.max(start)..];
    let last_line_end = rest.iter().position(is_end).map_or(lexed.len(), |at| end + at);
    if let Some((at, keyword)) = statement_of_python2(text, lexed, line_start, last_line_end) {
        let span = Span::new(at as u32, (at + keyword.len()) as u32);
        return ParseFailure::Python2 { span, message: format!("`{keyword}` is a function") };
    }
    // One line of the error is enough to point at, and the text between brackets is one.
    let line_end = text[start..].find(['\n', '\r']).map_or(text.len(), |at| start + at);
    let span = Span::new(start as u32, end.clamp(start, line_end.max(start)) as u32);
    ParseFailure::Syntax { span, message: "invalid syntax".to_owned() }
}

/// The first `print x` or `exec x` at the beginning of a statement of a range.
fn statement_of_python2(
    text: &str,
    lexed: &[u8],
    from: usize,
    to: usize,
) -> Option<(usize, &'static str)> {
    for (at, &byte) in lexed.iter().enumerate().take(to).skip(from) {
        // The lexer has made `_rint` and `_xec` of them.
        if byte != b'_' {
            continue;
        }
        let keyword = ["print", "exec"].into_iter().find(|&name| {
            text.as_bytes()[at..].starts_with(name.as_bytes())
                && lexed[at + 1..].starts_with(&name.as_bytes()[1..])
        });
        let Some(keyword) = keyword else { continue };
        let before = lexed[from..at].iter().rev().find(|byte| !matches!(byte, b' ' | b'\t' | 12));
        let begins = matches!(before, None | Some(b'\n' | b';' | b':'));
        let rest = &lexed[at + keyword.len()..];
        let argument = rest.trim_ascii_start();
        let blank = argument.len() < rest.len();
        let value = argument.first().is_some_and(|first| {
            first.is_ascii_alphanumeric() || matches!(first, b'_' | b'"' | b'\'' | b'{')
        });
        if begins && blank && value && !is_operator(argument) {
            return Some((at, keyword));
        }
    }
    None
}

/// Whether a text begins with a keyword that may stand between two operands.
fn is_operator(text: &[u8]) -> bool {
    let length = text.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(text.len());
    let operators: [&[u8]; 7] = [b"and", b"or", b"in", b"is", b"if", b"else", b"for"];
    operators.contains(&&text[..length])
}
