//! The small languages of an entry: which argument is meant, and what it has to be.

/// What kind of use of a name an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It is called; decorating is calling.
    Call,
    /// A class is derived from it.
    Base,
}

/// What tells one call's effect from another's: the first of these arguments that is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub alternatives: Vec<Argument>,
    /// None of them need be given (`namespace?`).
    pub is_optional: bool,
}

/// One of a call's inputs, such as `0`, `name`, `0[1]`, `def` or `class.__tablename__`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    pub part: Part,
    /// The item of a tuple that is meant, or the argument of the call that gave it.
    pub index: Option<usize>,
    /// Only this word of a text (0: the first), in small letters.
    pub word: Option<usize>,
}

/// Where an input stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// The argument at this position (0: the first).
    Position(usize),
    /// The keyword argument of this name.
    Keyword(String),
    /// As these, of the call that gave what is called: `@route("/x")` before the function.
    FactoryPosition(usize),
    FactoryKeyword(String),
    /// As these, of the call that made the object that is called on.
    MadePosition(usize),
    MadeKeyword(String),
    /// The name of the function or class that is the first argument: what is decorated.
    Definition,
    /// As [`Part::Definition`], with the names of the classes around it (PEP 3155).
    Qualname,
    /// The name of the class that is made.
    ClassName,
    /// What the class that is made binds under a name.
    ClassAttribute(String),
}

/// What an argument has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    pub argument: Key,
    pub wanted: Wanted,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Anything at all.
    Given,
    /// Something that another module binds.
    Imported,
    /// One of these, as Python writes them; a text without its quotes.
    OneOf(Vec<String>),
    /// A text that begins with one of these, whatever its letters' case and its spaces.
    Begins(Vec<String>),
    /// This name of a module, alone or joined to others by `|`.
    Flag(String),
}

impl Key {
    /// Understands `0|name`.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Key, String> {
        let (text, is_optional) = match text.strip_suffix('?') {
            Some(text) => (text, true),
            None => (text, false),
        };
        let alternatives = text.split('|').map(Argument::parse).collect::<Result<_, _>>()?;
        Ok(Key { alternatives, is_optional })
    }

    /// The name of what is decorated.
    pub fn definition() -> Key {
        let argument = Argument { part: Part::Definition, index: None, word: None };
        Key { alternatives: vec![argument], is_optional: false }
    }
}

impl Argument {
    fn parse(text: &str) -> Result<Argument, String> {
        let text = text.trim();
        let number = |text: &str| {
            text.parse().map_err(|_| format!("`{text}` is no number of an item or a word"))
        };
        let (text, word) = match text.split_once('#') {
            Some((text, word)) => (text, Some(number(word)?)),
            None => (text, None),
        };
        let (text, index) = match text.strip_suffix(']').and_then(|text| text.split_once('[')) {
            Some((text, index)) => (text, Some(number(index)?)),
            None => (text, None),
        };
        let is_name = |text: &str| {
            let mut letters = text.chars();
            letters.next().is_some_and(|first| first == '_' || first.is_alphabetic())
                && letters.all(|letter| letter == '_' || letter.is_alphanumeric())
        };
        let part = match text.split_once('.') {
            None if text == "def" => Part::Definition,
            None if text == "qualname" => Part::Qualname,
            None if text == "class" => Part::ClassName,
            None if is_name(text) => Part::Keyword(text.to_owned()),
            Some(("factory", own)) if is_name(own) => Part::FactoryKeyword(own.to_owned()),
            Some(("class", own)) if is_name(own) => Part::ClassAttribute(own.to_owned()),
            Some(("factory", own)) => Part::FactoryPosition(number(own)?),
            Some(("made", own)) if is_name(own) => Part::MadeKeyword(own.to_owned()),
            Some(("made", own)) => Part::MadePosition(number(own)?),
            _ => match text.parse() {
                Ok(position) => Part::Position(position),
                Err(_) => return Err(format!("`{text}` is no argument")),
            },
        };
        Ok(Argument { part, index, word })
    }
}

impl Condition {
    /// Whether it holds for a keyword argument, given as Python writes it; a text without quotes.
    pub fn holds_for(&self, keyword: &str, text: &str) -> bool {
        let is_meant = self
            .argument
            .alternatives
            .iter()
            .any(|argument| matches!(&argument.part, Part::Keyword(name) if name == keyword));
        is_meant
            && match &self.wanted {
                Wanted::Given => true,
                Wanted::Imported | Wanted::Flag(_) => false,
                Wanted::OneOf(words) => words.iter().any(|word| word == text),
                Wanted::Begins(words) => {
                    let plain = plain_text(text);
                    words.iter().any(|words| plain.starts_with(words.as_str()))
                }
            }
    }

    /// Understands `exist_ok=True`, `1|mode=x,xb`, `registry`, `0^create table` and
    /// `1&os.O_EXCL`.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Condition, String> {
        let list = |text: &str| text.split(',').map(|word| word.trim().to_owned()).collect();
        let (argument, wanted) = match text.split_once(['=', '^', '&']) {
            _ if let Some(argument) = text.strip_suffix(" is imported") => {
                (argument, Wanted::Imported)
            }
            None => (text, Wanted::Given),
            Some((argument, flag)) if text.as_bytes()[argument.len()] == b'&' => {
                (argument, Wanted::Flag(flag.trim().to_owned()))
            }
            Some((argument, values)) if text.as_bytes()[argument.len()] == b'=' => {
                (argument, Wanted::OneOf(list(values)))
            }
            Some((argument, values)) => {
                let words: Vec<String> = list(values);
                let begins = words.iter().map(|words| plain_text(words)).collect();
                (argument, Wanted::Begins(begins))
            }
        };
        Ok(Condition { argument: Key::parse(argument)?, wanted })
    }
}

/// A text in small letters with single spaces.
pub(crate) fn plain_text(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_understood() {
        let parse = |text: &str| Argument::parse(text).unwrap();
        let plain = |part| Argument { part, index: None, word: None };
        assert_eq!(parse("0"), plain(Part::Position(0)));
        assert_eq!(parse(" name"), plain(Part::Keyword("name".to_owned())));
        assert_eq!(parse("def"), plain(Part::Definition));
        assert_eq!(parse("qualname"), plain(Part::Qualname));
        assert_eq!(parse("factory.0"), plain(Part::FactoryPosition(0)));
        assert_eq!(parse("factory.name"), plain(Part::FactoryKeyword("name".to_owned())));
        assert_eq!(parse("made.0"), plain(Part::MadePosition(0)));
        assert_eq!(parse("made.name"), plain(Part::MadeKeyword("name".to_owned())));
        assert_eq!(parse("class"), plain(Part::ClassName));
        assert_eq!(
            parse("class.__tablename__"),
            plain(Part::ClassAttribute("__tablename__".to_owned()))
        );
        assert_eq!(parse("0[1]").index, Some(1));
        assert_eq!(parse("0#2").word, Some(2));
        assert!(Argument::parse("0[x]").is_err() && Argument::parse("a-b").is_err());
        assert!(Argument::parse("").is_err());
    }

    #[test]
    fn conditions_are_understood() {
        let wanted = |text: &str| Condition::parse(text).unwrap().wanted;
        assert_eq!(wanted("registry"), Wanted::Given);
        assert_eq!(wanted("0 is imported"), Wanted::Imported);
        assert_eq!(wanted("1|mode=x, xb"), Wanted::OneOf(vec!["x".to_owned(), "xb".to_owned()]));
        assert_eq!(wanted("0^CREATE  TABLE"), Wanted::Begins(vec!["create table".to_owned()]));
        assert_eq!(wanted("1&os.O_EXCL"), Wanted::Flag("os.O_EXCL".to_owned()));
        assert_eq!(Condition::parse("1|mode=x").unwrap().argument.alternatives.len(), 2);
    }
}
