//! What is plain to see in the text of another module, without looking into it.

use super::resolve::Resolver;
use super::value::External;
use crate::modules::{Found, ModuleOrigin};

impl Resolver<'_> {
    /// Whether a module says by `def` or `class` what a name is: such an object is true (of
    /// classes, those of `enum` too: `EnumType.__bool__`).
    pub(super) fn is_plain_definition(&self, external: &External) -> bool {
        match self.find(&external.module) {
            Found::Source(file) => plainly_defines(file.source.text(), &external.attribute),
            _ => false,
        }
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
    fn members_are_those_of_the_class() {
        let text = "import x\n\nclass A(B):\n    one = 1\n\n    @property\n    def two(self):\n        three = 3\n\nclass C:\n    four = 4\n";
        let body = class_body(text, "A").unwrap();
        assert!(binds_member(body, "one") && binds_member(body, "two"));
        assert!(!binds_member(body, "three") && !binds_member(body, "four"));
        assert!(class_body(text, "B").is_none());
    }
}
