//! Text for terminals: how wide, and harmless.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

/// How text output is laid out.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// How many columns there are; long source lines are cut and lists wrapped to fit.
    pub width: usize,
    /// Whether codes are links to the pages of their rules (OSC 8), where those are on the web.
    pub links: bool,
}

impl Layout {
    /// For output that no terminal shows: the lines stay as long in every environment.
    pub const UNBOUNDED: Layout = Layout { width: 140, links: false };
    /// Below this nothing readable comes out, so it is the least that is laid out for.
    const LEAST: usize = 40;

    /// For a terminal of so many columns.
    pub fn for_terminal(columns: usize) -> Layout {
        Layout { width: columns.max(Self::LEAST), links: false }
    }

    /// The same, with links or without.
    pub fn with_links(self, links: bool) -> Layout {
        Layout { links, ..self }
    }

    /// Words with `, ` between them, wrapped; every line but the first begins with `indent`
    /// spaces, and so many columns are taken on the first.
    pub(super) fn list<'a>(self, words: impl Iterator<Item = &'a str>, indent: usize) -> String {
        let mut text = String::new();
        let mut column = indent;
        for word in words {
            let word = visible(word);
            if !text.is_empty() {
                text.push(',');
                if column + 2 + word.width() + 1 > self.width {
                    text.push('\n');
                    text.push_str(&" ".repeat(indent));
                    column = indent;
                } else {
                    text.push(' ');
                    column += 2;
                }
            }
            text.push_str(&word);
            column += word.width();
        }
        text
    }
}

/// The text with nothing in it that a terminal would obey instead of show: controls (line
/// ends too), and the marks that turn the direction of writing.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().all(|character| replacement(character) == character) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().map(replacement).collect())
    }
}

/// What is shown for a character.
pub(super) fn replacement(character: char) -> char {
    match character {
        '\u{00}'..='\u{1F}' => char::from_u32(0x2400 + character as u32).unwrap_or('\u{FFFD}'),
        '\u{7F}' => '\u{2421}',
        '\u{80}'..='\u{9F}'
        | '\u{061C}'
        | '\u{200E}'
        | '\u{200F}'
        | '\u{2028}'..='\u{202E}'
        | '\u{2066}'..='\u{2069}' => '\u{FFFD}',
        shown => shown,
    }
}

/// The text filled with spaces to so many columns.
pub(super) fn pad(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(missing))
}

/// The text, cut to so many columns with an ellipsis where it is longer.
pub(super) fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    if text.width() <= columns {
        return Cow::Borrowed(text);
    }
    let mut kept = String::new();
    for character in text.chars() {
        let mut longer = kept.clone();
        longer.push(character);
        if longer.width() + 1 > columns {
            break;
        }
        kept = longer;
    }
    kept.push('…');
    Cow::Owned(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        assert_eq!(visible("a\u{1b}[31mb\r\n\u{9b}2J"), "a␛[31mb␍␊\u{FFFD}2J");
        assert_eq!(visible("x\u{202E}y"), "x\u{FFFD}y");
        assert!(matches!(visible("naïve 名前"), Cow::Borrowed(_)));
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(pad("名前", 6), "名前  ");
        assert_eq!(cut("名前名前", 5), "名前…");
        assert_eq!(cut("abc", 3), "abc");
    }

    #[test]
    fn lists_are_wrapped() {
        let layout = Layout { width: 14, links: false };
        let list = layout.list(["alpha", "beta", "gamma"].into_iter(), 2);
        assert_eq!(list, "alpha, beta,\n  gamma");
    }
}
