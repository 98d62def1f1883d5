//! Methods of strings.

use std::sync::Arc;

use crate::syntax::ast::{ExprId, Name};
use crate::worlds::eval::{Args, MAX_REPEATED};
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::state::{Items, Object};
use crate::worlds::value::Value;

impl Machine<'_> {
    pub(in crate::worlds) fn str_method(
        &mut self,
        text: &str,
        name: &Name,
        args: &Args,
        at: ExprId,
    ) -> Flow<Value> {
        let owned = |text: String| Ok(Value::Str(Arc::from(text)));
        match (&**name, &args.positional[..]) {
            ("upper", []) => owned(text.to_uppercase()),
            ("lower", []) => owned(text.to_lowercase()),
            ("strip", []) => owned(text.trim().to_owned()),
            ("strip", [Value::Str(chars)]) => {
                owned(text.trim_matches(|c| chars.contains(c)).to_owned())
            }
            ("startswith", [Value::Str(prefix)]) => Ok(Value::Bool(text.starts_with(&**prefix))),
            ("endswith", [Value::Str(suffix)]) => Ok(Value::Bool(text.ends_with(&**suffix))),
            ("replace", [Value::Str(old), Value::Str(new)]) if !old.is_empty() => {
                let times = text.matches(&**old).count();
                if text.len() + times.saturating_mul(new.len()) > MAX_REPEATED {
                    return Ok(Value::of_type("str"));
                }
                owned(text.replace(&**old, new))
            }
            ("splitlines", []) => {
                let lines = lines_of(text).into_iter().map(Value::str).collect();
                Ok(self.allocate(Object::List(Items::exactly(lines))))
            }
            ("split", []) => {
                let parts = text.split_whitespace().map(Value::str).collect();
                Ok(self.allocate(Object::List(Items::exactly(parts))))
            }
            ("split", [Value::Str(by)]) if !by.is_empty() => {
                let parts = text.split(&**by).map(Value::str).collect();
                Ok(self.allocate(Object::List(Items::exactly(parts))))
            }
            ("split", [Value::Str(by), Value::Int(most)]) if !by.is_empty() && *most >= 0 => {
                let parts = text.splitn(*most as usize + 1, &**by).map(Value::str).collect();
                Ok(self.allocate(Object::List(Items::exactly(parts))))
            }
            ("rsplit", [Value::Str(by), Value::Int(most)]) if !by.is_empty() && *most >= 0 => {
                let parts = text.rsplitn(*most as usize + 1, &**by).map(Value::str);
                let mut parts: Vec<Value> = parts.collect();
                parts.reverse();
                Ok(self.allocate(Object::List(Items::exactly(parts))))
            }
            ("rstrip", [Value::Str(chars)]) => {
                owned(text.trim_end_matches(|c| chars.contains(c)).to_owned())
            }
            ("lstrip", [Value::Str(chars)]) => {
                owned(text.trim_start_matches(|c| chars.contains(c)).to_owned())
            }
            ("removeprefix", [Value::Str(part)]) => {
                owned(text.strip_prefix(&**part).unwrap_or(text).to_owned())
            }
            ("removesuffix", [Value::Str(part)]) => {
                owned(text.strip_suffix(&**part).unwrap_or(text).to_owned())
            }
            ("join", [iterable]) => self.joined(text, &iterable.clone(), at),
            ("count", [Value::Str(part)]) if !part.is_empty() => {
                Ok(Value::Int(text.matches(&**part).count() as i64))
            }
            ("isdigit", []) if text.is_ascii() => {
                let all = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                Ok(Value::Bool(all))
            }
            ("index", [Value::Str(part)]) if !text.contains(&**part) => {
                Err(self.raise_builtin("ValueError", "the text is not found"))
            }
            ("find" | "index", [Value::Str(part)]) => {
                let found = text.find(&**part).map(|at| text[..at].chars().count() as i64);
                Ok(Value::Int(found.unwrap_or(-1)))
            }
            ("format", _) => {
                if args.values().any(|value| self.has_own_format(value)) {
                    self.suppose_effects(args.values());
                    self.may_raise("", Risk::Inside, at, || "formatting may fail".to_owned());
                }
                if plain_fields(text).is_some_and(|fields| fields > args.positional.len()) {
                    let reason = "there are fewer arguments than replacement fields";
                    return Err(self.raise_builtin("IndexError", reason));
                }
                if let Some(formatted) = plainly_formatted(text, args) {
                    return Ok(Value::Str(Arc::from(formatted)));
                }
                // With enough arguments a format rarely fails.
                self.may_raise("", Risk::Environment, at, || "the format may not fit".to_owned());
                Ok(Value::of_type("str"))
            }
            (
                "capitalize" | "title" | "swapcase" | "casefold" | "rstrip" | "lstrip" | "zfill"
                | "ljust" | "rjust" | "center" | "expandtabs" | "removeprefix" | "removesuffix",
                _,
            ) => Ok(Value::of_type("str")),
            (
                "isalpha" | "isalnum" | "isspace" | "isupper" | "islower" | "isidentifier"
                | "isnumeric" | "isdecimal" | "istitle" | "isascii" | "isprintable",
                [],
            ) => Ok(Value::of_type("bool")),
            ("splitlines" | "rsplit", _) => Ok(Value::of_type("list")),
            ("partition", [Value::Str(by)]) if !by.is_empty() => {
                let (before, by, after) = match text.split_once(&**by) {
                    Some((before, after)) => (before, &**by, after),
                    None => (text, "", ""),
                };
                Ok(Value::tuple([before, by, after].map(Value::str).to_vec()))
            }
            ("rpartition", [Value::Str(by)]) if !by.is_empty() => {
                let (before, by, after) = match text.rsplit_once(&**by) {
                    Some((before, after)) => (before, &**by, after),
                    None => ("", "", text),
                };
                Ok(Value::tuple([before, by, after].map(Value::str).to_vec()))
            }
            ("encode", []) => Ok(Value::Bytes(text.bytes().collect())),
            _ => self.unseen_method(&Value::of_type("str"), args, at),
        }
    }

    pub(in crate::worlds) fn joined(
        &mut self,
        separator: &str,
        iterable: &Value,
        at: ExprId,
    ) -> Flow<Value> {
        let items = self.exhaust(iterable, at)?;
        let mut texts = Vec::new();
        for item in &items.values {
            match item {
                Value::Str(text) => texts.push(Arc::clone(text)),
                item if item.is_constant() => {
                    let reason = "join() takes strings only";
                    return Err(self.raise_builtin("TypeError", reason));
                }
                _ => break,
            }
        }
        if items.exact && texts.len() == items.values.len() {
            let length = texts.iter().map(|text| text.len() + separator.len()).sum::<usize>();
            if length > MAX_REPEATED {
                return Ok(Value::of_type("str"));
            }
            return Ok(Value::Str(Arc::from(texts.join(separator))));
        }
        if items.values.iter().any(|item| item.type_name() != Some("str")) || !items.exact {
            let outside = items.values.iter().any(Value::is_outside) || iterable.is_outside();
            let risk = Risk::decided_by(outside);
            self.may_raise("TypeError", risk, at, || "an item may be no string".to_owned());
        }
        Ok(Value::of_type("str"))
    }
}

/// What `str.format` makes of replacement fields without conversion and specification, numbered
/// or not, where their arguments are known texts and numbers; None for all others
/// (`do_markup` in `Objects/stringlib/unicode_format.h`).
fn plainly_formatted(format: &str, args: &Args) -> Option<String> {
    let mut formatted = String::new();
    let (mut rest, mut next, mut is_numbered) = (format, 0, false);
    while let Some(at) = rest.find(['{', '}']) {
        formatted.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            formatted.push_str(brace);
            rest = after;
            continue;
        }
        let (field, after) = rest.split_once('}').filter(|_| brace == "{")?;
        rest = after;
        let value = match field {
            // Numbers by hand and counting do not go together.
            "" if !is_numbered => {
                next += 1;
                args.positional.get(next - 1)
            }
            number if number.starts_with(|c: char| c.is_ascii_digit()) && next == 0 => {
                is_numbered = true;
                args.positional.get(number.parse::<usize>().ok()?)
            }
            name => args.keywords.iter().find(|(key, _)| **key == *name).map(|(_, value)| value),
        };
        match value? {
            Value::Str(text) => formatted.push_str(text),
            Value::Int(number) => formatted.push_str(&number.to_string()),
            _ => return None,
        }
        if formatted.len() > MAX_REPEATED {
            return None;
        }
    }
    formatted.push_str(rest);
    Some(formatted).filter(|text| !args.inexact && text.len() <= MAX_REPEATED)
}

/// How many arguments a format takes by place, where all its replacement fields are `{}`.
fn plain_fields(format: &str) -> Option<usize> {
    let fields = format.matches("{}").count();
    let others = format.replace("{}", "");
    (!others.contains(['{', '}'])).then_some(fields)
}

/// `str.splitlines` (`Py_UNICODE_ISLINEBREAK`, `Objects/unicodetype_db.h`).
fn lines_of(text: &str) -> Vec<&str> {
    const BREAKS: &[char] = &[
        '\n', '\r', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}',
        '\u{2029}',
    ];
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(BREAKS) {
        lines.push(&rest[..at]);
        let after = &rest[at..];
        let end = if after.starts_with("\r\n") {
            2
        } else {
            after.chars().next().map_or(0, char::len_utf8)
        };
        rest = &after[end..];
    }
    if !rest.is_empty() {
        lines.push(rest);
    }
    lines
}
