//! Whose code raises.

use std::rc::Rc;

use crate::syntax::ast::Name;
use crate::text::span::Span;
use crate::worlds::exec::excerpt;
use crate::worlds::machine::{Machine, Raise};

impl Machine<'_> {
    /// Where that stands what raises, with the module whose code it is.
    pub(in crate::worlds) fn raised_at(&self, raise: &Raise) -> Option<(Name, Span)> {
        let (version, span) = raise.origin?;
        Some((self.linked.as_ref()?.identity_of(version).name.clone(), span))
    }

    /// What raises, and whose code that is: `` `raise KeyError(name)` in `registry` ``.
    pub(in crate::worlds) fn raised_where(&self, raise: &Raise) -> Option<Rc<str>> {
        let (version, span) = raise.origin?;
        let other = self.linked.as_ref()?.other(version);
        let (program, place) = match other {
            Some(other) => (&other.program, format!(" in `{}`", other.identity.name)),
            None => (&self.program, String::new()),
        };
        Some(format!("`{}`{place}", excerpt(program.slice(span))).into())
    }

    /// Whether what raises passes on what it was given, and nothing is known of that: where it
    /// came from may be something that is not followed.
    pub(in crate::worlds) fn is_passed_on(&self, raise: &Raise) -> bool {
        let Some((version, span)) = raise.origin.filter(|_| raise.class_name.is_none()) else {
            return false;
        };
        let other = self.linked.as_ref().and_then(|linked| linked.other(version));
        let program = other.map_or(&self.program, |other| &other.program);
        let words = program.slice(span).split_whitespace().collect::<Vec<_>>();
        words.len() == 1 || words[1].contains(".with_traceback(") || !words[1].contains('(')
    }
}
