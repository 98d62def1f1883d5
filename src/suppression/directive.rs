//! The grammar of one directive: `# reloadsafe: ignore[RS101, ghost-read]  a reason`.

use crate::config::Selector;
use crate::text::span::Span;

/// A directive that is understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Directive {
    pub(super) scope: Scope,
    /// What stands in the brackets; empty: no brackets, every rule.
    pub(super) items: Vec<Item>,
    /// What is between the brackets.
    pub(super) list: Span,
    /// The whole comment.
    pub(super) comment: Span,
    /// The comment up to the next comment in it, such as `# noqa`.
    pub(super) own: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    Line,
    File,
}

impl Scope {
    /// Where the directive applies, for a message.
    pub(super) fn place(self) -> &'static str {
        match self {
            Scope::Line => " on this line",
            Scope::File => " in this file",
        }
    }
}

/// One code, name or prefix as it is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) text: String,
    pub(super) span: Span,
    /// What it selects, or why nothing: in words.
    pub(super) selector: Result<Selector, String>,
}

/// A directive that is not understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    pub(super) comment: Span,
    /// Why, in words, without a full stop.
    pub(super) reason: String,
}

/// Understands a comment that begins with `# reloadsafe:`.
pub(super) fn parse(text: &str, comment: Span) -> Result<Directive, Malformed> {
    let malformed = |reason: String| Err(Malformed { comment, reason });
    let at = |rest: &str| comment.start + (text.len() - rest.len()) as u32;
    let Some((_, rest)) = text.split_once(':') else {
        return malformed("expected `# reloadsafe: ignore[CODE]`".to_owned());
    };
    let rest = rest.trim_start();
    let word_end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
    let (word, rest) = rest.split_at(word_end.unwrap_or(rest.len()));
    let scope = match word {
        "ignore" => Scope::Line,
        "ignore-file" => Scope::File,
        other => {
            let reason = format!("expected `ignore` or `ignore-file`, found `{other}`");
            return malformed(reason);
        }
    };
    let mut directive =
        Directive { scope, items: Vec::new(), list: Span::empty(at(rest)), comment, own: comment };
    let mut rest = rest;
    // `ignore [RS101]` means its list, not every rule and a reason in brackets.
    if let Some(list) = rest.trim_start().strip_prefix('[') {
        let Some((list, after)) = list.split_once(']') else {
            return malformed("the `]` is missing".to_owned());
        };
        let start = at(after) - 1 - list.len() as u32;
        directive.list = Span::new(start, start + list.len() as u32);
        directive.items = items(list, start);
        if directive.items.is_empty() {
            return malformed("the brackets are empty".to_owned());
        }
        rest = after;
    }
    if !rest.is_empty() && !rest.starts_with([' ', '\t', '#']) {
        return malformed(format!("unexpected `{rest}`"));
    }
    if let Some(next) = rest.find('#') {
        directive.own = Span::new(comment.start, at(&rest[next..]));
    }
    Ok(directive)
}

/// The codes, names and prefixes of a list that begins at the byte offset `start`.
fn items(list: &str, start: u32) -> Vec<Item> {
    let mut at = start;
    let mut items = Vec::new();
    for part in list.split(',') {
        let text = part.trim();
        let begin = at + (part.len() - part.trim_start().len()) as u32;
        if !text.is_empty() {
            items.push(Item {
                text: text.to_owned(),
                span: Span::new(begin, begin + text.len() as u32),
                selector: text
                    .parse()
                    .map_err(|error: crate::config::UnknownRule| error.to_string()),
            });
        }
        at += part.len() as u32 + 1;
    }
    items
}
