//! What is plain to see in the text of another module, without looking into it.

use super::builtins::c_functions::is_c_function;
use super::builtins::types;
use super::resolve::{MAX_HOPS, Resolver};
use super::value::External;
use crate::modules::{Found, ModuleFile, ModuleOrigin};

impl Resolver<'_> {
    /// Whether a module says by `def` or `class` what a name is: such an object is true (of
    /// classes, those of `enum` too: `EnumType.__bool__`).
    pub(super) fn is_plain_definition(&self, external: &External) -> bool {
        match self.find(&external.module) {
            Found::Source(file) => plainly_defines(file.source.text(), &external.attribute),
            _ => false,
        }
    }

    /// Whether something is a function: built in, or by a `def` at the beginning of a line that no
    /// decorator touches.
    pub(super) fn is_plain_function(&self, external: &External) -> bool {
        let is_defined = |file: &ModuleFile| {
            let text = file.source.text();
            text.match_indices(&*external.attribute).any(|(at, _)| {
                let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
                let above = text[..line].trim_end_matches('\n').rsplit('\n').next();
                matches!(&text[line..at], "def " | "async def ")
                    && text[at + external.attribute.len()..].starts_with('(')
                    && !above.is_some_and(|above| above.starts_with(['@', ')']))
            })
        };
        is_c_function(external)
            || matches!(self.find(&external.module), Found::Source(file) if is_defined(&file))
    }

    /// Whether a class derives from a builtin exception, as statements at the beginning of lines
    /// say it.
    pub(super) fn is_plain_exception(&self, class: &External) -> bool {
        let mut place = (class.module.clone(), class.attribute.clone());
        for _ in 0..MAX_HOPS {
            let Found::Source(file) = self.find(&place.0) else { return false };
            let text = file.source.text();
            if plainly_defines(text, &place.1) {
                return derives_from_exception(text, &place.1);
            }
            // What the standard library hands on is not looked into.
            let is_followed = file.origin != ModuleOrigin::StandardLibrary;
            let summary = is_followed.then(|| self.summary(&file)).flatten();
            let exported = summary.as_ref().and_then(|summary| summary.names.get(&place.1));
            let from = exported.filter(|exported| exported.certain);
            match from.and_then(|exported| exported.from.clone()) {
                Some(from) => place = from,
                None => return false,
            }
        }
        false
    }

    /// Whether a class of the standard library has an attribute because its statement in
    /// `Lib` says so.
    pub(super) fn has_plainly(&self, class: &External, attribute: &str) -> bool {
        let has = |module: &str| match self.find(module) {
            Found::Source(file) if file.origin == ModuleOrigin::StandardLibrary => {
                class_body(file.source.text(), &class.attribute)
                    .is_some_and(|body| binds_member(body, attribute))
            }
            _ => false,
        };
        // What C serves is written down in Python, too: since 3.12 `datetime` in `_pydatetime`.
        has(&class.module) || has(&format!("_py{}", class.module))
    }
}

/// Whether the first base of a class, or that one's, is a builtin exception.
fn derives_from_exception(text: &str, name: &str) -> bool {
    let mut name = name;
    for _ in 0..MAX_HOPS {
        let Some(base) = first_base(text, name) else { return false };
        if types::is_exception(base) && !plainly_defines(text, base) {
            return true;
        }
        name = base;
    }
    false
}

/// The first base in a `class` statement at the beginning of a line.
fn first_base<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.match_indices(name).find_map(|(at, _)| {
        let is_class = text[..at].ends_with("\nclass ") || &text[..at] == "class ";
        let bases = text[at + name.len()..].strip_prefix('(').filter(|_| is_class)?;
        let end = bases.find([',', ')'])?;
        let base = bases[..end].trim();
        let is_name = base.chars().all(|c| c.is_alphanumeric() || c == '_');
        (is_name && !base.is_empty()).then_some(base)
    })
}

/// The lines below a `class` statement at the beginning of a line.
fn class_body<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let start = text.match_indices(name).find_map(|(at, _)| {
        let after = at + name.len();
        let is_it = text[..at].ends_with("\nclass ") && text[after..].starts_with(['(', ':']);
        is_it.then_some(after)
    })?;
    let body = &text[start..];
    let mut end = body.len();
    for (at, _) in body.match_indices('\n') {
        let is_outside = !body[at + 1..].starts_with([' ', '\t', '\n', '\r', '#', ')']);
        if is_outside {
            end = at;
            break;
        }
    }
    Some(&body[..end])
}

/// Whether a class body binds a name by a `def` or `=` of its own.
fn binds_member(body: &str, name: &str) -> bool {
    const INDENT: &str = "    ";
    stands(body, name, |before, after| match before.strip_prefix(INDENT) {
        Some("def " | "async def ") => after.starts_with('('),
        Some("") => after.starts_with(" = "),
        _ => false,
    })
}

/// Whether a text binds a name in the plainest way: at the beginning of a line, by `def`, `class`
/// or `=`. Saves looking into large modules for what is plain to see.
pub(super) fn plainly_binds(text: &str, name: &str) -> bool {
    let is_assigned = |before: &str, after: &str| {
        before.is_empty()
            && (after.starts_with(" = ") || after.starts_with('=') && !after.starts_with("=="))
    };
    plainly_defines(text, name) || stands(text, name, is_assigned)
}

/// Whether a text defines a name at the beginning of a line, by `def` or `class`.
fn plainly_defines(text: &str, name: &str) -> bool {
    stands(text, name, |before, after| {
        matches!(before, "def " | "class " | "async def ") && after.starts_with(['(', ':', '['])
    })
}

/// Whether a word stands between such a beginning of a line and such a rest of the text.
fn stands(text: &str, word: &str, is_it: impl Fn(&str, &str) -> bool) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
        is_it(&text[line..at], &text[at + word.len()..])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_are_what_derives_from_builtin_ones() {
        let text = "class Error(Exception):\n    pass\nclass Late(Error, Other):\n    pass\n\nclass Plain(Base): pass\nclass Far(other.Error): pass\n";
        assert!(["Error", "Late"].iter().all(|name| derives_from_exception(text, name)));
        assert!(!["Plain", "Far", "None"].iter().any(|name| derives_from_exception(text, name)));
    }

    #[test]
    fn members_are_those_of_the_class() {
        let text = "import x\n\nclass A(B):\n    one = 1\n\n    @property\n    def two(self):\n        three = 3\n\nclass C:\n    four = 4\n";
        let body = class_body(text, "A").unwrap();
        assert!(binds_member(body, "one") && binds_member(body, "two"));
        assert!(!binds_member(body, "three") && !binds_member(body, "four"));
        assert!(class_body(text, "B").is_none());
    }
}
