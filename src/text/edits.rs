//! Where the ranges of an older text lie in a newer one.

use super::span::Span;

/// One replacement of a range, in bytes of the text just before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Edit {
    start: u32,
    end: u32,
    /// How many bytes stand there now.
    length: u32,
}

/// The edits that made a newer text of an older one, in order.
#[derive(Debug, Clone, Default)]
pub struct EditLog {
    edits: Vec<Edit>,
}

/// More edits than this are taken together as one that replaced all that they touched: places
/// within are then known less exactly.
const MAX_EDITS: usize = 2_000;

impl EditLog {
    /// Notes that a range was replaced by `length` bytes.
    fn push(&mut self, replaced: Span, length: u32) {
        let edit = Edit { start: replaced.start, end: replaced.end, length };
        if let Some(last) = self.edits.last_mut()
            && last.start <= edit.start
            && edit.end <= last.start + last.length
        {
            // Within what was typed just before.
            last.length = last.length + edit.length - (edit.end - edit.start);
            return;
        }
        self.edits.push(edit);
        if self.edits.len() > MAX_EDITS {
            self.compact();
        }
    }

    /// Notes that `old`, which stood at the byte offset `start`, was replaced by `new`: what the
    /// two have in common at the beginning and at the end has only moved.
    pub fn replaced(&mut self, start: u32, old: &str, new: &str) {
        let (old, new) = (old.as_bytes(), new.as_bytes());
        let same = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        let rest = old.len().min(new.len()) - same;
        let ends = old.iter().rev().zip(new.iter().rev());
        let end = ends.take(rest).take_while(|(a, b)| a == b).count();
        let from = start + same as u32;
        let span = Span::new(from, start + (old.len() - end) as u32);
        let length = (new.len() - end - same) as u32;
        if length > 0 || span.start < span.end {
            self.push(span, length);
        }
    }

    /// Whether the texts are the same, as far as edits say.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// Starts from the newer text.
    pub fn clear(&mut self) {
        self.edits.clear();
    }

    /// Where a range of the older text lies in the newer one. What was typed at its edges is
    /// not part of it; where it has been deleted, the range is empty.
    pub fn map(&self, span: Span) -> Span {
        let mapped = self.edits.iter().fold(span, |span, edit| {
            let start = edit.shift(span.start, true);
            Span::new(start, edit.shift(span.end, false).max(start))
        });
        Span::new(mapped.start, mapped.end)
    }

    /// Where a word of the older text was typed over in place: what stands there in the newer
    /// text, the letters added at its edges included. None where an edit took more than the
    /// word, so that nothing says that it is still the same place.
    pub fn typed_over(&self, word: Span) -> Option<Span> {
        let mut span = word;
        for edit in &self.edits {
            let touches = edit.start <= span.end && span.start <= edit.end;
            span = if !touches {
                Span::new(edit.shift(span.start, true), edit.shift(span.end, true))
            } else if span.start <= edit.start && edit.end <= span.end {
                Span::new(span.start, span.end - (edit.end - edit.start) + edit.length)
            } else {
                return None;
            };
        }
        Some(span)
    }

    fn compact(&mut self) {
        // In the old text: from the first byte that anything touched to the last.
        let (mut start, mut end, mut grown) = (u32::MAX, 0, 0i64);
        for edit in &self.edits {
            start = start.min(edit.start);
            // An offset behind all edits so far shifts by what they added.
            let old_end = i64::from(edit.end) - grown;
            end = end.max(old_end.max(i64::from(start)) as u32);
            grown += i64::from(edit.length) - i64::from(edit.end - edit.start);
        }
        let length = (i64::from(end - start) + grown).max(0) as u32;
        self.edits = vec![Edit { start, end, length }];
    }
}

impl Edit {
    /// Where an offset comes to lie. One at the place of an insertion goes behind it or not.
    fn shift(self, offset: u32, behind: bool) -> u32 {
        if offset < self.start || (offset == self.start && !behind) {
            offset
        } else if offset >= self.end && (offset > self.start || behind) {
            offset - self.end + self.start + self.length
        } else {
            // Inside what was replaced.
            self.start + if behind { self.length } else { 0 }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Applies edits to a text, and notes them.
    fn edited(text: &str, edits: &[(&str, &str)]) -> (String, EditLog) {
        let mut text = text.to_owned();
        let mut log = EditLog::default();
        for (old, new) in edits {
            let start = text.find(old).unwrap();
            text.replace_range(start..start + old.len(), new);
            log.replaced(start as u32, old, new);
        }
        (text, log)
    }

    fn span(text: &str, word: &str) -> Span {
        let start = text.find(word).unwrap() as u32;
        Span::new(start, start + word.len() as u32)
    }

    #[test]
    fn ranges_move_with_what_stands_before_them() {
        let old = "import os\nx = 1\ny = 2\n";
        let (new, log) = edited(old, &[("import os\n", ""), ("x = 1", "x = 100"), ("y", "why")]);
        assert_eq!(&new[log.map(span(old, "= 2")).range()], "= 2");
        assert_eq!(&new[log.map(span(old, "x")).range()], "x");
        assert!(log.map(span(old, "os")).range().is_empty());
    }

    #[test]
    fn a_word_that_is_typed_over_is_known_again() {
        let old = "def area(w, h):\n    pass\n";
        let (new, log) = edited(old, &[("def", "async def")]);
        assert_eq!(&new[log.typed_over(span(old, "area")).unwrap().range()], "area");
        // Deleted, then typed letter by letter.
        let (new, log) = edited(old, &[("area", ""), ("def (", "def s("), ("def s(", "def su(")]);
        assert_eq!(&new[log.typed_over(span(old, "area")).unwrap().range()], "su");
        // More than the word was replaced.
        let (_, log) = edited(old, &[("area(w, h)", "size(w)")]);
        assert_eq!(log.typed_over(span(old, "area")), None);
    }

    #[test]
    fn a_whole_new_text_keeps_its_common_ends() {
        let (old, new) = ("a = 1\nb = 2\nc = 3\n", "a = 1\nbee = 20\nc = 3\n");
        let mut log = EditLog::default();
        log.replaced(0, old, new);
        assert_eq!(&new[log.map(span(old, "c = 3")).range()], "c = 3");
        assert_eq!(&new[log.map(span(old, "a = 1")).range()], "a = 1");
        log.clear();
        log.replaced(0, old, old);
        assert!(log.is_empty());
    }

    #[test]
    fn very_many_edits_are_taken_together() {
        let mut log = EditLog::default();
        for n in 0..MAX_EDITS as u32 + 10 {
            // At two places in turn, so that none continues the one before.
            log.push(Span::empty(10 + (n % 2) * 50), 1);
        }
        let total = MAX_EDITS as u32 + 10;
        assert_eq!(log.map(Span::new(5, 8)), Span::new(5, 8));
        assert_eq!(log.map(Span::new(5000, 5001)), Span::new(5000 + total, 5001 + total));
    }
}
