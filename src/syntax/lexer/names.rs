//! Identifiers, keywords and the names that only sometimes are keywords.

use super::{Lexer, Outcome, Token};

/// Whether a text is a reserved word of Python 3.
pub(in crate::syntax) fn is_keyword(text: &str) -> bool {
    matches!(
        text,
        "False"
            | "None"
            | "True"
            | "and"
            | "as"
            | "assert"
            | "async"
            | "await"
            | "break"
            | "class"
            | "continue"
            | "def"
            | "del"
            | "elif"
            | "else"
            | "except"
            | "finally"
            | "for"
            | "from"
            | "global"
            | "if"
            | "import"
            | "in"
            | "is"
            | "lambda"
            | "nonlocal"
            | "not"
            | "or"
            | "pass"
            | "raise"
            | "return"
            | "try"
            | "while"
            | "with"
            | "yield"
    )
}

fn is_name_byte(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80
}

impl Lexer<'_> {
    /// A name, a keyword, or a string with a prefix.
    pub(super) fn name(&mut self) -> Outcome<Token> {
        let start = self.at;
        let rest = &self.bytes[start..];
        let length = rest.iter().position(|byte| !is_name_byte(byte)).unwrap_or(rest.len());
        let end = start + length;
        let text = &self.source[start..end];
        if matches!(self.bytes.get(end), Some(b'"' | b'\''))
            && let Some(token) = self.prefixed_string(start, text)?
        {
            return Ok(token);
        }
        self.at = end;
        if !text.is_ascii() {
            self.unicode_name(start, text)?;
        }
        Ok(self.classify(start, text))
    }

    /// The string that a prefix begins, or None where the name is a keyword before a string.
    fn prefixed_string(&mut self, start: usize, text: &str) -> Outcome<Option<Token>> {
        let lower = text.to_ascii_lowercase();
        let template = matches!(lower.as_str(), "t" | "tr" | "rt");
        let known = matches!(lower.as_str(), "r" | "u" | "b" | "br" | "rb" | "f" | "fr" | "rf");
        if known || (template && self.python.minor >= 14) {
            self.at = start + text.len();
            self.string(start)?;
            return Ok(Some(Token::String));
        }
        if is_keyword(text) || matches!(text, "match" | "case") {
            return Ok(None);
        }
        let end = start + text.len() + 1;
        Err(match lower.as_str() {
            "ur" => self.python2(start, end, "the prefix `ur` is gone"),
            "print" | "exec" => self.python2(start, end, "`print` and `exec` are functions"),
            _ => self.error(start, end, "invalid syntax"),
        })
    }

    fn unicode_name(&mut self, start: usize, text: &str) -> Outcome<()> {
        for (index, (offset, character)) in text.char_indices().enumerate() {
            let fits = character == '_'
                || if index == 0 {
                    unicode_ident::is_xid_start(character)
                } else {
                    unicode_ident::is_xid_continue(character)
                };
            if !fits {
                let message = format!("invalid character U+{:04X}", character as u32);
                let at = start + offset;
                return Err(self.error(at, at + character.len_utf8(), message));
            }
        }
        let name = &mut self.out.text[start..start + text.len()];
        name.iter_mut().filter(|byte| !byte.is_ascii()).for_each(|byte| *byte = b'_');
        Ok(())
    }

    /// Takes away from a name what would make the grammar see a keyword in it.
    fn classify(&mut self, start: usize, text: &str) -> Token {
        let after_def = self.last == Token::Keyword && self.def_name;
        self.def_name = false;
        let soft = self.last == Token::Start && matches!(text, "match" | "case");
        let plain = self.last != Token::Op(b'.') && !soft;
        self.subscripted = plain.then_some((start, start + text.len()));
        match text {
            "def" | "class" => {
                self.def_name = true;
                return Token::Keyword;
            }
            "print" | "exec" => self.out.text[start] = b'_',
            "__future__" => self.out.text[start + 2] = b'_',
            "match" if self.last == Token::Start => self.soft_match = Some(start),
            "match" => self.out.text[start] = b'_',
            "type" if self.begins_statement() => self.soft_type = Some(start),
            "type" => self.out.text[start] = b'_',
            "True" | "False" | "None" => self.subscripted = None,
            _ if is_keyword(text) => return Token::Keyword,
            _ => {}
        }
        self.def_name = after_def;
        Token::Name
    }

    /// Whether the next token begins a statement. The colon may be that of an annotation or
    /// of a lambda; then no name may follow a name, and nothing is lost.
    fn begins_statement(&self) -> bool {
        self.brackets.is_empty() && matches!(self.last, Token::Start | Token::Op(b';' | b':'))
    }

    /// The `type` before this token is no keyword.
    pub(super) fn settle_soft_type(&mut self) {
        if let Some(at) = self.soft_type.take() {
            self.out.text[at] = b'_';
        }
    }
}
