//! What to say where tree-sitter had to recover from an error.

use tree_sitter::Tree;

use crate::syntax::parse::ParseFailure;
use crate::text::span::Span;

/// Explains the first error of a tree that has one.
pub(in crate::syntax) fn explain(tree: &Tree, text: &str) -> ParseFailure {
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        if node.is_error() || node.is_missing() {
            let start = node.start_byte().min(text.len());
            let line_end = text[start..].find(['\n', '\r']).map_or(text.len(), |at| start + at);
            let end = node.end_byte().clamp(start, line_end.max(start));
            let span = Span::new(start as u32, end as u32);
            return failure(text, span);
        }
        if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return failure(text, Span::empty(0));
            }
        }
    }
}

fn failure(text: &str, span: Span) -> ParseFailure {
    let start = span.start as usize;
    let line_start = text[..start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let line_end = text[start..].find(['\n', '\r']).map_or(text.len(), |at| start + at);
    let line = text[line_start..line_end].trim_start();
    for keyword in ["print", "exec"] {
        let Some(rest) = line.strip_prefix(keyword) else { continue };
        let blank = rest.starts_with([' ', '\t']);
        let argument = rest.trim_start();
        let begins = argument.starts_with(|first: char| {
            first.is_alphanumeric() || matches!(first, '_' | '"' | '\'' | '{' | '`')
        });
        if blank && begins {
            let message = format!("`{keyword}` is a function");
            return ParseFailure::Python2 { span, message };
        }
    }
    ParseFailure::Syntax { span, message: "invalid syntax".to_owned() }
}
