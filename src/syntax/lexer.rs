//! One pass over the text before the grammar sees it.
//!
//! The lexer is CPython's tokenizer (`Parser/lexer/lexer.c`) in small: it follows lines,
//! indentation, brackets, strings (f-strings with their fields included) and numbers. What
//! it finds wrong, CPython finds wrong. What it finds right it rewrites, **byte for byte of
//! the same length**, into a text that tree-sitter's grammar cannot misread:
//!
//! * comments become spaces (runs of comment lines cost tree-sitter quadratic time);
//! * line ends inside brackets and after a backslash become spaces, so one logical line is
//!   one line; a lone CR becomes LF;
//! * the contents of strings become `_`, so only the fields of f-strings are left;
//! * `print`, `exec` and `__future__` lose what makes them special, and so do `match` and
//!   `type` where they are plain names;
//! * identifiers beyond ASCII become ASCII;
//! * `&` and `^` change places, since the grammar has their precedences the wrong way round;
//! * a star before a literal in a subscript or a tuple without parentheses becomes `~`;
//! * indentation becomes one column for each level;
//! * a name before `[` becomes a number, since the grammar takes `a[b]` in an annotation for
//!   a type of its own, after which it does not go on with `[c]` or `.c`;
//! * the blank before the list in `match [a]:` becomes `+`, since the grammar goes on to read
//!   an annotation of `match[a]` there;
//! * the `=` of a type parameter's default (PEP 696), which the grammar does not know,
//!   becomes `:`.
//!
//! The builder reads names and literals from the original text, at the same offsets. Its
//! tree is checked against the lines, strings and fields recorded here, so the two readings
//! of one text cannot drift apart.

mod cursor;
mod indent;
mod names;
mod numbers;
mod strings;

pub(super) use names::is_keyword;

use super::parse::ParseFailure;
use crate::python::PythonVersion;
use crate::text::span::Span;

type Outcome<T> = Result<T, ParseFailure>;

/// CPython's `MAXLEVEL`.
const MAX_BRACKETS: usize = 200;

/// What the lexer found in a text.
#[derive(Debug, Default)]
pub(super) struct Lexed {
    /// The rewritten text, as long as the original.
    pub(super) text: Vec<u8>,
    /// Every logical line: where its first token begins and how deep it is indented.
    pub(super) lines: Vec<Line>,
    /// Every string token, in order of their beginnings. A string inside a field follows
    /// the f-string around it.
    pub(super) strings: Vec<Span>,
    /// For every replacement field, in order of their beginnings, where its expression
    /// ends: the offset of its `!`, `:` or `}`.
    pub(super) field_ends: Vec<u32>,
    /// The comments that begin with `# reloadsafe:`.
    pub(super) directives: Vec<Span>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) start: u32,
    pub(super) depth: u16,
}

/// The kinds of tokens that decide what may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    /// The beginning of a logical line.
    Start,
    Name,
    Keyword,
    Number,
    String,
    /// An operator or delimiter, by its first byte.
    Op(u8),
}

#[derive(Debug, Clone, Copy)]
struct Bracket {
    byte: u8,
    at: usize,
    /// The `[` of type parameters.
    type_params: bool,
}

/// Lexes a text for a version of Python.
///
/// # Errors
///
/// The first thing CPython's tokenizer would refuse.
pub(super) fn lex(text: &str, python: PythonVersion) -> Outcome<Lexed> {
    let mut lexer = Lexer {
        source: text,
        bytes: text.as_bytes(),
        at: 0,
        python,
        out: Lexed { text: text.as_bytes().to_vec(), ..Lexed::default() },
        brackets: Vec::new(),
        indents: vec![(0, 0)],
        last: Token::Start,
        before_last: Token::Start,
        def_name: false,
        expects_block: false,
        subscripted: None,
        soft_match: None,
        soft_type: None,
        string_depth: 0,
        before: None,
    };
    lexer.run()?;
    Ok(lexer.out)
}

struct Lexer<'a> {
    source: &'a str,
    bytes: &'a [u8],
    at: usize,
    python: PythonVersion,
    out: Lexed,
    brackets: Vec<Bracket>,
    /// Columns of the open blocks, with tabs as 8 and as 1.
    indents: Vec<(u32, u32)>,
    last: Token,
    before_last: Token,
    /// The last name follows `def`, `class` or a `type` that begins a statement.
    def_name: bool,
    /// The last logical line ended with `:`.
    expects_block: bool,
    /// Where the last name stands, if a `[` may make it the value of a subscript.
    subscripted: Option<(usize, usize)>,
    /// A `match` that begins the logical line.
    soft_match: Option<usize>,
    /// A `type` that begins a statement and is the last token.
    soft_type: Option<usize>,
    /// How many f-strings are open.
    string_depth: usize,
    /// The logical line before this one.
    before: Option<LineBefore>,
}

/// What matters of a logical line for the one that follows.
#[derive(Debug, Clone, Copy)]
struct LineBefore {
    /// Where its line end is in the rewritten text.
    end: usize,
    depth: u16,
    /// Nothing but simple statements, and no `;` at its end.
    is_simple: bool,
}

impl Lexer<'_> {
    fn run(&mut self) -> Outcome<()> {
        if let Some(at) = self.bytes.iter().position(|&byte| byte == 0) {
            return Err(self.error(at, at + 1, "source code cannot contain null bytes"));
        }
        while self.at < self.bytes.len() {
            if self.indentation()? {
                self.logical_line()?;
            }
        }
        if self.expects_block {
            return Err(self.no_block(self.bytes.len()));
        }
        Ok(())
    }

    /// From the first token of a logical line to its end.
    fn logical_line(&mut self) -> Outcome<()> {
        self.last = Token::Start;
        self.before_last = Token::Start;
        self.soft_match = None;
        self.soft_type = None;
        self.part_lines();
        loop {
            self.blanks()?;
            match self.peek() {
                None if self.brackets.is_empty() => break,
                None => return Err(self.never_closed()),
                Some(b'\n' | b'\r') if self.brackets.is_empty() => break,
                Some(b'\n' | b'\r') => self.at += self.blank_line_end(self.at),
                Some(_) => self.token()?,
            }
        }
        self.end_line();
        Ok(())
    }

    fn end_line(&mut self) {
        self.settle_soft_type();
        self.expects_block = self.last == Token::Op(b':');
        if let Some(at) = self.soft_match {
            match self.expects_block {
                true => self.part_subject(at + "match".len()),
                false => self.out.text[at] = b'_',
            }
        }
        if self.peek() == Some(b'\r') {
            if self.bytes.get(self.at + 1) == Some(&b'\n') {
                self.out.text[self.at] = b' ';
                self.at += 1;
            } else {
                self.out.text[self.at] = b'\n';
            }
        }
        self.note_line();
        self.at += 1;
    }

    /// Puts a sign between `match` and a list.
    fn part_subject(&mut self, after: usize) {
        let rest = &self.out.text[after..];
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | 12)).count();
        if blanks > 0 && rest.get(blanks) == Some(&b'[') {
            self.out.text[after + blanks - 1] = b'+';
        }
    }

    /// One token at the current place, which is not blank.
    fn token(&mut self) -> Outcome<()> {
        let start = self.at;
        let byte = self.bytes[start];
        let token = match byte {
            b'"' | b'\'' => {
                self.string(start)?;
                Token::String
            }
            b'0'..=b'9' => {
                self.number()?;
                Token::Number
            }
            b'.' if self.bytes.get(start + 1).is_some_and(u8::is_ascii_digit) => {
                self.number()?;
                Token::Number
            }
            b'_' | b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => self.name()?,
            _ => self.operator()?,
        };
        if self.soft_type.is_some_and(|at| at != start) {
            if token == Token::Name {
                self.def_name = true;
                self.soft_type = None;
            } else {
                self.settle_soft_type();
            }
        }
        self.before_last = self.last;
        self.last = token;
        Ok(())
    }

    fn operator(&mut self) -> Outcome<Token> {
        let at = self.at;
        let byte = self.bytes[at];
        let next = self.bytes.get(at + 1).copied().unwrap_or(0);
        let third = self.bytes.get(at + 2).copied().unwrap_or(0);
        match byte {
            b'(' | b'[' | b'{' => self.open(byte)?,
            b')' | b']' | b'}' => self.close(byte)?,
            b'<' if next == b'>' => return Err(self.python2(at, at + 2, "`<>` is written `!=`")),
            b'`' => return Err(self.python2(at, at + 1, "backticks are written `repr()`")),
            b'=' if next != b'=' => {
                if self.brackets.last().is_some_and(|bracket| bracket.type_params) {
                    self.out.text[at] = b':';
                }
                self.at += 1;
            }
            b'!' if next != b'=' => return Err(self.error(at, at + 1, "invalid syntax")),
            // The grammar has the precedences of these two the wrong way round.
            b'&' | b'^' => {
                self.out.text[at] = if byte == b'&' { b'^' } else { b'&' };
                self.at += if next == b'=' { 2 } else { 1 };
            }
            b'.' if next == b'.' && third == b'.' => self.at += 3,
            b'*' if self.is_open_star(at) => {
                self.out.text[at] = b'~';
                self.at += 1;
            }
            b'*' | b'/' | b'<' | b'>' if next == byte => {
                self.at += if third == b'=' { 3 } else { 2 };
            }
            b'-' if next == b'>' => self.at += 2,
            b'+' | b'-' | b'*' | b'/' | b'%' | b'|' | b'<' | b'>' | b'=' | b'!' | b'@' | b':'
                if next == b'=' =>
            {
                self.at += 2;
                // `:=` is no end of a header and no beginning of a block.
                return Ok(Token::Op(b'='));
            }
            b':' | b',' | b';' | b'+' | b'-' | b'*' | b'/' | b'|' | b'<' | b'>' | b'.' | b'%'
            | b'@' | b'~' => self.at += 1,
            _ => return Err(self.stray(at)),
        }
        Ok(Token::Op(byte))
    }

    /// Whether a star begins an element of a subscript or of a tuple without parentheses and
    /// is followed by what the grammar does not allow there: anything but a name.
    fn is_open_star(&self, at: usize) -> bool {
        let element =
            matches!(self.last, Token::Op(b'=' | b',' | b'[') | Token::Keyword | Token::Start);
        let rest = self.bytes[at + 1..].trim_ascii_start();
        let literal = matches!(rest.first(), Some(b'(' | b'[' | b'{' | b'"' | b'\'' | b'0'..=b'9'));
        let before = self.source[..at].trim_end();
        self.brackets.last().is_none_or(|bracket| bracket.byte == b'[')
            && element
            && literal
            && !["except", "import"].iter().any(|keyword| before.ends_with(keyword))
    }

    fn open(&mut self, byte: u8) -> Outcome<()> {
        if self.brackets.len() >= MAX_BRACKETS {
            return Err(self.error(self.at, self.at + 1, "too many nested parentheses"));
        }
        let type_params = byte == b'[' && self.last == Token::Name && self.def_name;
        if byte == b'[' && self.last == Token::Name && !type_params {
            self.settle_soft_type();
            if let Some((start, end)) = self.subscripted {
                self.out.text[start..end].fill(b'1');
            }
        }
        self.brackets.push(Bracket { byte, at: self.at, type_params });
        self.at += 1;
        Ok(())
    }

    fn close(&mut self, byte: u8) -> Outcome<()> {
        let Some(open) = self.brackets.pop() else {
            let message = format!("unmatched '{}'", byte as char);
            return Err(self.error(self.at, self.at + 1, message));
        };
        if !matches!((open.byte, byte), (b'(', b')') | (b'[', b']') | (b'{', b'}')) {
            let message = format!("'{}' does not close '{}'", byte as char, open.byte as char);
            return Err(self.error(self.at, self.at + 1, message));
        }
        self.at += 1;
        Ok(())
    }

    /// A character that begins no token.
    fn stray(&self, at: usize) -> ParseFailure {
        if self.bytes[at] == b'\\' {
            let message = "unexpected character after the backslash of a continued line";
            return self.error(at, at + 1, message);
        }
        let character = self.source[at..].chars().next().unwrap_or('\u{FFFD}');
        let message = if character.is_ascii_graphic() {
            "invalid syntax".to_owned()
        } else {
            format!("invalid character U+{:04X}", character as u32)
        };
        self.error(at, at + character.len_utf8(), message)
    }

    fn never_closed(&self) -> ParseFailure {
        let Some(open) = self.brackets.last() else {
            return self.error(self.at, self.at, "invalid syntax");
        };
        let message = format!("'{}' was never closed", open.byte as char);
        self.error(open.at, open.at + 1, message)
    }

    fn error(&self, start: usize, end: usize, message: impl Into<String>) -> ParseFailure {
        let span = Span::new(start as u32, end.min(self.bytes.len()) as u32);
        ParseFailure::Syntax { span, message: message.into() }
    }

    fn python2(&self, start: usize, end: usize, message: impl Into<String>) -> ParseFailure {
        let span = Span::new(start as u32, end.min(self.bytes.len()) as u32);
        ParseFailure::Python2 { span, message: message.into() }
    }
}
