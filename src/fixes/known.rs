//! What the catalogue says makes a call safe.

use super::layout::Layout;
use super::{Candidate, Subject};
use crate::catalogue::Rewrite;
use crate::comparison::SafeRewrite;
use crate::diagnostic::{Diagnostic, Edit};
use crate::syntax::ast::{ExprId, ExprKind, Keyword, StmtId, StmtKind};
use crate::text::span::Span;

/// The rewrites of the calls at the place of a finding.
pub(super) fn rewritten(subject: &Subject<'_>, diagnostic: &Diagnostic) -> Vec<Candidate> {
    let Some(layout) = subject.layout() else { return Vec::new() };
    let place = diagnostic.location.span;
    let own = subject.comparison.rewrites.iter().filter(|rewrite| rewrite.span == place);
    own.filter_map(|own| candidate(subject, diagnostic, layout, own)).collect()
}

fn candidate(
    subject: &Subject<'_>,
    diagnostic: &Diagnostic,
    layout: Layout<'_>,
    own: &SafeRewrite,
) -> Option<Candidate> {
    let call = Call::at(layout, own.call)?;
    let (title, edit) = match &own.rewrite {
        Rewrite::Argument(argument) => {
            (format!("Pass `{argument}`"), call.with(subject, argument)?)
        }
        Rewrite::Before(template) => {
            let statement = call.filled(template, own)?;
            let title = format!("Undo it before: `{statement}`");
            (title, call.after(subject, &statement, own)?)
        }
    };
    Some(Candidate::new(diagnostic, title, vec![edit]).preferred())
}

/// A call in the text.
struct Call<'l> {
    layout: Layout<'l>,
    span: Span,
    func: ExprId,
    args: &'l [ExprId],
    keywords: &'l [Keyword],
}

impl<'l> Call<'l> {
    /// The call at exactly this place.
    fn at(layout: Layout<'l>, span: Span) -> Option<Call<'l>> {
        let exprs = layout.ast().exprs().iter();
        exprs.filter(|expr| expr.span == span).find_map(|expr| match &expr.kind {
            ExprKind::Call { func, args, keywords } => {
                Some(Call { layout, span, func: *func, args, keywords })
            }
            _ => None,
        })
    }

    fn text(&self, id: ExprId) -> &'l str {
        self.layout.source().slice(self.layout.ast().expr(id).span)
    }

    /// The call with one argument more, which none is of yet.
    fn with(&self, subject: &Subject<'_>, argument: &str) -> Option<Edit> {
        let name = argument.split('=').next().unwrap_or(argument);
        let is_it = |keyword: &Keyword| match &keyword.name {
            Some(own) => *own.name == *name,
            None => true,
        };
        if self.keywords.iter().any(is_it) {
            return None;
        }
        let values = self.keywords.iter().map(|keyword| keyword.value);
        let ends = self.args.iter().copied().chain(values);
        let last = ends.map(|id| self.layout.ast().expr(id).span.end).max();
        let (at, text) = match last {
            Some(end) => (end, format!(", {argument}")),
            None => (self.span.end.checked_sub(1)?, argument.to_owned()),
        };
        Some(subject.edit((Span::new(at, at), text)))
    }

    /// A template with the call's own texts in it.
    fn filled(&self, template: &str, own: &SafeRewrite) -> Option<String> {
        let mut filled = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}')?;
            filled.push_str(before);
            filled.push_str(self.part(name, own)?);
            rest = after;
        }
        filled.push_str(rest);
        (!filled.contains('\n')).then_some(filled)
    }

    fn part(&self, name: &str, own: &SafeRewrite) -> Option<&'l str> {
        match name {
            "receiver" => match self.layout.ast().expr(self.func).kind {
                ExprKind::Attribute { value, .. } => Some(self.text(value)),
                _ => None,
            },
            "def" => match &self.layout.ast().stmt(self.statement(own)?).kind {
                StmtKind::FunctionDef(def) => Some(&def.name.name),
                StmtKind::ClassDef(def) => Some(&def.name.name),
                _ => None,
            },
            _ => match name.parse::<usize>() {
                Ok(at) => self.args.get(at).map(|&id| self.text(id)),
                Err(_) => {
                    let is_it = |keyword: &&Keyword| {
                        keyword.name.as_ref().is_some_and(|own| *own.name == *name)
                    };
                    self.keywords.iter().find(is_it).map(|keyword| self.text(keyword.value))
                }
            },
        }
    }

    /// The innermost statement around the place of the finding, where the call is in it.
    fn statement(&self, own: &SafeRewrite) -> Option<StmtId> {
        let id = *self.layout.around(own.span).last()?;
        self.layout.ast().stmt(id).span.contains(self.span).then_some(id)
    }

    /// A statement on a line of its own, right before the one with the call.
    fn after(&self, subject: &Subject<'_>, statement: &str, own: &SafeRewrite) -> Option<Edit> {
        let id = self.statement(own)?;
        if !self.layout.stands_alone(id) {
            return None;
        }
        let start = self.layout.lines(id).start;
        let text = format!("{}{statement}{}", self.layout.indent(id), self.layout.newline());
        Some(subject.edit((Span::new(start, start), text)))
    }
}
