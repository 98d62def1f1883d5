//! What regular expressions find in texts that are known: version numbers are taken apart so.

use std::rc::Rc;

use regex::Regex;

use crate::syntax::ast::{ExprId, Name};
use crate::worlds::eval::Args;
use crate::worlds::function::Namespace;
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::state::{Entries, Instance, Items, Object};
use crate::worlds::value::{ObjectId, Value};

/// What means something else in `re` and in the library that is asked: `$` before a line break at
/// the end, sets in sets, extensions.
const OTHERWISE: &[&str] =
    &["$", "[[", "&&", "--", "~~", "||", "\\Z", "\\<", "\\>", "\\b{", "*+", "++", "?+", "}+"];
/// Extensions that are the same in both.
const EXTENSIONS: &[&str] = &["(?:", "(?P<"];

/// Under these names, which no attribute can have, a match has its groups and what they are called.
const GROUPS: &str = "groups()";
const NAMES: &str = "names()";

/// A pattern that means the same in both.
fn shared(pattern: &str) -> Option<Regex> {
    let extensions = pattern.matches("(?").count();
    let known: usize = EXTENSIONS.iter().map(|group| pattern.matches(group).count()).sum();
    if extensions != known || OTHERWISE.iter().any(|other| pattern.contains(other)) {
        return None;
    }
    Regex::new(pattern).ok()
}

/// The letters that mean something after a `\` (`_escape` in `Lib/re/_parser.py`), in a set or not;
/// the others are kept for later.
const ESCAPES: &str = "afnrtvxuUNbdDsSwW";
/// Those that mean something outside of a set only.
const PLACES: &str = "ABZz";

/// Whether `re` seems to refuse a pattern: groups that are not closed or not opened, letters that
/// mean nothing after a `\`. A comment in it may look so, too.
pub(in crate::worlds) fn is_doubtful(pattern: &str) -> bool {
    let mut depth = 0i32;
    let mut is_set = false;
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => {
                let means =
                    |letter: char| ESCAPES.contains(letter) || !is_set && PLACES.contains(letter);
                let escaped = letters.next();
                if escaped.is_some_and(|letter| letter.is_ascii_alphabetic() && !means(letter)) {
                    return true;
                }
            }
            '[' if !is_set => {
                is_set = true;
                // The first one in a set closes nothing.
                let rest = letters.as_str();
                let rest = rest.strip_prefix('^').unwrap_or(rest);
                letters = rest.strip_prefix(']').unwrap_or(rest).chars();
            }
            ']' => is_set = false,
            '(' if !is_set => depth += 1,
            ')' if !is_set => depth -= 1,
            _ => {}
        }
    }
    depth != 0 || is_set
}

/// The groups of what was found, the whole first, with the names that they have.
struct Match {
    groups: Vec<Value>,
    names: Vec<Option<String>>,
}

/// What `re.match`, `re.search` or `re.fullmatch` gives; None where that is not known.
fn matched_by(function: &str, pattern: &str, text: &str) -> Option<Option<Match>> {
    // A `$` at the end of the pattern differs only where the text ends with a line break.
    let at_end = pattern.strip_suffix('$').filter(|_| !text.ends_with('\n'));
    let bare = at_end.filter(|rest| !rest.ends_with('\\')).unwrap_or(pattern);
    shared(bare)?;
    let end = if bare.len() < pattern.len() || function == "fullmatch" { r"\z" } else { "" };
    let start = if matches!(function, "match" | "fullmatch") { r"\A" } else { "" };
    let regex = Regex::new(&format!("{start}(?:{bare}){end}")).ok()?;
    // `a|b$` has the end in its last branch only.
    if bare.len() < pattern.len() && has_branches(bare) {
        return None;
    }
    let Some(captures) = regex.captures(text) else { return Some(None) };
    let group = |found: Option<regex::Match<'_>>| match found {
        Some(found) => Value::str(found.as_str()),
        None => Value::None,
    };
    let groups = captures.iter().map(group).collect();
    let names = regex.capture_names().map(|name| name.map(str::to_owned)).collect();
    Some(Some(Match { groups, names }))
}

/// Whether a pattern has branches that are in no group.
fn has_branches(pattern: &str) -> bool {
    let (mut depth, mut is_escaped, mut in_set) = (0, false, false);
    for character in pattern.chars() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            ']' => in_set = false,
            _ if in_set => {}
            '[' => in_set = true,
            '(' => depth += 1,
            ')' => depth -= 1,
            '|' if depth == 0 => return true,
            _ => {}
        }
    }
    false
}

/// What `re.findall` or `re.split` gives; None where that is not known.
fn found_by(function: &str, pattern: &str, text: &str) -> Option<Vec<Value>> {
    let regex = shared(pattern)?;
    // Where an empty match is looked for after another differs.
    if regex.find_iter(text).any(|found| found.is_empty()) {
        return None;
    }
    match (function, regex.captures_len()) {
        ("findall", 1) => {
            Some(regex.find_iter(text).map(|found| Value::str(found.as_str())).collect())
        }
        ("findall", groups) => {
            let found = regex.captures_iter(text).map(|captures| {
                let group = |index| captures.get(index).map_or("", |found| found.as_str());
                let mut parts = (1..groups).map(|index| Value::str(group(index)));
                match groups {
                    2 => parts.next().unwrap_or(Value::None),
                    _ => Value::tuple(parts.collect()),
                }
            });
            Some(found.collect())
        }
        ("split", 1) => Some(regex.split(text).map(Value::str).collect()),
        _ => None,
    }
}

/// Whether an instance is what `re.match` has found.
pub(in crate::worlds) fn is_match(instance: &Instance) -> bool {
    matches!(instance.class, Value::Type("Match"))
}

impl Machine<'_> {
    /// What a function of `re` gives, where the texts are known.
    pub(super) fn regex_result(
        &mut self,
        function: &str,
        pattern: &Value,
        text: &Value,
    ) -> Option<Value> {
        let (Value::Str(pattern), Value::Str(text)) =
            (self.looked_up(pattern).into_owned(), self.looked_up(text).into_owned())
        else {
            return None;
        };
        let found = match function {
            "match" | "search" | "fullmatch" => matched_by(function, &pattern, &text)?,
            "findall" | "split" => {
                let found = found_by(function, &pattern, &text)?;
                return Some(self.allocate(Object::List(Items::exactly(found))));
            }
            _ => return None,
        };
        let Some(found) = found else { return Some(Value::None) };
        let mut attributes = Namespace::default();
        attributes.set(Name::from(GROUPS), Value::tuple(found.groups));
        let name = |name: &Option<String>| name.as_deref().map_or(Value::None, Value::str);
        attributes.set(Name::from(NAMES), Value::tuple(found.names.iter().map(name).collect()));
        let instance = Instance { class: Value::Type("Match"), attributes, is_opaque: false };
        Some(self.allocate(Object::Instance(instance)))
    }

    /// What a tuple holds that is kept in a match.
    fn kept_in_match(&self, id: ObjectId, name: &str) -> Rc<[Value]> {
        let Some(Object::Instance(found)) = self.state.object(id) else { return Rc::from([]) };
        match found.attributes.get(name).map(|local| &local.value) {
            Some(Value::Tuple(items)) => Rc::clone(items),
            _ => Rc::from([]),
        }
    }

    /// A group of what `re.match` has found, by its number or its name.
    fn match_group(&self, id: ObjectId, wanted: &Value) -> Option<Value> {
        let index = match wanted {
            Value::Int(index) => usize::try_from(*index).ok(),
            name => {
                let names = self.kept_in_match(id, NAMES);
                names.iter().position(|known| known.same(name))
            }
        };
        self.kept_in_match(id, GROUPS).get(index?).cloned()
    }

    /// `match[wanted]` (`match_getitem`, `Modules/_sre/sre.c`).
    pub(in crate::worlds) fn match_item(
        &mut self,
        id: ObjectId,
        wanted: &Value,
        at: ExprId,
    ) -> Flow<Value> {
        match self.match_group(id, wanted) {
            Some(group) => Ok(group),
            None if wanted.is_constant() => Err(self.raise_builtin("IndexError", "no such group")),
            None => {
                let risk = Risk::decided_by(wanted.is_outside());
                self.may_raise("IndexError", risk, at, || "there may be no such group".to_owned());
                Ok(Value::Opaque(None))
            }
        }
    }

    /// A method of what `re.match` has found.
    pub(super) fn match_method(
        &mut self,
        id: ObjectId,
        method: &str,
        args: &Args,
        at: ExprId,
    ) -> Flow<Value> {
        let (groups, names) = (self.kept_in_match(id, GROUPS), self.kept_in_match(id, NAMES));
        Ok(match (method, &args.positional[..]) {
            ("group", []) => self.match_item(id, &Value::Int(0), at)?,
            ("group", [wanted]) => self.match_item(id, wanted, at)?,
            ("group", several) => {
                let parts = several.iter().map(|wanted| self.match_item(id, wanted, at));
                Value::tuple(parts.collect::<Flow<_>>()?)
            }
            ("groups", []) => Value::tuple(groups.iter().skip(1).cloned().collect()),
            ("groupdict", []) => {
                let named = names.iter().zip(groups.iter());
                let named = named.filter(|(name, _)| !matches!(name, Value::None));
                let pairs = named.map(|(name, group)| (name.clone(), group.clone())).collect();
                self.allocate(Object::Dict(Entries::exactly(pairs)))
            }
            _ => Value::Opaque(None),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(function: &str, pattern: &str, text: &str) -> Option<String> {
        Some(format!("{:?}", found_by(function, pattern, text)?))
    }

    #[test]
    fn what_re_finds_is_found() {
        assert_eq!(
            shown("findall", r"(\d+|[abc]\d)", "1.4b2").as_deref(),
            Some(r#"[Str("1"), Str("4"), Str("b2")]"#)
        );
        assert_eq!(
            shown("findall", r"(\w)=(\d)?", "a=1,b=").as_deref(),
            Some(r#"[Tuple([Str("a"), Str("1")]), Tuple([Str("b"), Str("")])]"#)
        );
        assert_eq!(
            shown("split", r"[.-]", "1.2-3").as_deref(),
            Some(r#"[Str("1"), Str("2"), Str("3")]"#)
        );
    }

    fn groups(function: &str, pattern: &str, text: &str) -> Option<String> {
        let found = matched_by(function, pattern, text)?;
        Some(found.map_or("None".to_owned(), |found| format!("{:?}", found.groups)))
    }

    #[test]
    fn what_re_matches_is_matched() {
        assert_eq!(groups("match", "a|b", "ba").as_deref(), Some(r#"[Str("b")]"#));
        assert_eq!(groups("match", "b", "ab").as_deref(), Some("None"));
        assert_eq!(groups("search", "b", "ab").as_deref(), Some(r#"[Str("b")]"#));
        assert_eq!(groups("fullmatch", "a|ab", "ab").as_deref(), Some(r#"[Str("ab")]"#));
        assert_eq!(groups("match", "^(a|b)+$", "abx").as_deref(), Some("None"));
        assert_eq!(
            groups("match", "^(?:(x)|(b))$", "b").as_deref(),
            Some(r#"[Str("b"), None, Str("b")]"#)
        );
        // Before a line break at the end, too; in the last branch only.
        assert_eq!(groups("match", "a$", "a\n"), None);
        assert_eq!(groups("match", "a|b$", "ab"), None);
        assert_eq!(groups("match", r"a\$", "a$"), None);
    }

    #[test]
    fn what_may_mean_something_else_is_left() {
        for pattern in ["a$", "(?i)a", "(?=a)", "[[a]", "a*", r"(a)\1", "("] {
            assert_eq!(shown("findall", pattern, "aab"), None, "{pattern}");
        }
    }
}
