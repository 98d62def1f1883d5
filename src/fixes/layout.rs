//! How a text is laid out: its line ends, its statements on their lines, and where lines go in.

use crate::program::{Program, visit};
use crate::syntax::ast::{Ast, Constant, ExprKind, Stmt, StmtId, StmtKind};
use crate::text::source::Source;
use crate::text::span::Span;

/// A text that gets new lines in its own style.
#[derive(Clone, Copy)]
pub(super) struct Layout<'a> {
    pub(super) program: &'a Program,
}

impl<'a> Layout<'a> {
    pub(super) fn new(program: &'a Program) -> Layout<'a> {
        Layout { program }
    }

    pub(super) fn ast(self) -> &'a Ast {
        self.program.ast()
    }

    pub(super) fn source(self) -> &'a Source {
        self.program.source()
    }

    /// The line end that the text uses: that of its first line.
    pub(super) fn newline(self) -> &'static str {
        let text = self.source().text();
        match text.find(['\r', '\n']) {
            Some(at) if text[at..].starts_with("\r\n") => "\r\n",
            Some(at) if text[at..].starts_with('\r') => "\r",
            _ => "\n",
        }
    }

    /// The statements around a place, the outermost first.
    pub(super) fn around(self, place: Span) -> Vec<StmtId> {
        let mut found = Vec::new();
        let mut block: &[StmtId] = &self.ast().body;
        while let Some(&id) = block.iter().find(|&&id| self.ast().stmt(id).span.contains(place)) {
            found.push(id);
            let mut inner: Option<&[StmtId]> = None;
            visit::child_blocks(self.ast(), id, &mut |child| {
                let is_inside = child.iter().any(|&id| self.ast().stmt(id).span.contains(place));
                inner = inner.or(is_inside.then_some(child));
            });
            let Some(inner) = inner else { break };
            block = inner;
        }
        found
    }

    /// The statement of the module body around a place, and its index there.
    pub(super) fn top_level(self, place: Span) -> Option<(usize, StmtId)> {
        let body = &self.ast().body;
        let at = body.iter().position(|&id| self.ast().stmt(id).span.contains(place))?;
        Some((at, body[at]))
    }

    /// Whether nothing but white space is before a statement on its first line, and nothing but
    /// a comment after it on its last.
    pub(super) fn stands_alone(self, id: StmtId) -> bool {
        let stmt = self.ast().stmt(id);
        self.is_first_on_its_line(stmt) && self.is_last_on_its_line(stmt)
    }

    fn is_first_on_its_line(self, stmt: &Stmt) -> bool {
        let start = self.source().line_start(self.source().line(stmt.span.start));
        self.source().slice(Span::new(start, stmt.span.start)).trim().is_empty()
    }

    pub(super) fn is_last_on_its_line(self, stmt: &Stmt) -> bool {
        let line = self.source().line_span(self.last_line(stmt));
        let rest = self.source().slice(Span::new(stmt.span.end.min(line.end), line.end)).trim();
        rest.is_empty() || rest.starts_with('#')
    }

    fn last_line(self, stmt: &Stmt) -> u32 {
        self.source().line(stmt.span.end.saturating_sub(1).max(stmt.span.start))
    }

    /// The lines of a statement, the last line's end included.
    pub(super) fn lines(self, id: StmtId) -> Span {
        let stmt = self.ast().stmt(id);
        let source = self.source();
        let start = source.line_start(source.line(stmt.span.start));
        Span::new(start, source.line_start(self.last_line(stmt) + 1))
    }

    /// Where the comments directly above a statement, as far indented, begin; its own first
    /// line where there are none, or where they are the head of the file.
    pub(super) fn with_comments(self, id: StmtId) -> u32 {
        let source = self.source();
        let own = source.line(self.ast().stmt(id).span.start);
        let indent = self.indent(id);
        let mut first = own;
        while first > 1 {
            let above = source.slice(source.line_span(first - 1));
            let is_comment = above.strip_prefix(indent).is_some_and(|rest| rest.starts_with('#'));
            if !is_comment {
                break;
            }
            first -= 1;
        }
        source.line_start(if first == 1 { own } else { first })
    }

    /// The white space before a statement.
    pub(super) fn indent(self, id: StmtId) -> &'a str {
        let start = self.ast().stmt(id).span.start;
        let line = self.source().line_span(self.source().line(start));
        let text = self.source().slice(line);
        &text[..text.len() - text.trim_start_matches([' ', '\t', '\x0c']).len()]
    }

    /// How many empty lines are above a place.
    pub(super) fn blanks_above(self, offset: u32) -> usize {
        let source = self.source();
        let mut line = source.line(offset);
        let mut blanks = 0;
        while line > 1 && source.slice(source.line_span(line - 1)).trim().is_empty() {
            line -= 1;
            blanks += 1;
        }
        blanks
    }

    /// One level of indentation as the text has it; four blanks where it has none.
    pub(super) fn indent_step(self) -> String {
        let ast = self.ast();
        let inner = ast.body.iter().find_map(|&id| {
            let mut first = None;
            visit::child_blocks(ast, id, &mut |block| first = first.or(block.first().copied()));
            let indent = self.indent(first?);
            (!indent.is_empty() && self.stands_alone(first?)).then(|| indent.to_owned())
        });
        inner.unwrap_or_else(|| "    ".to_owned())
    }

    /// Puts the lines of a range one level deeper, under a line of its own and above others.
    pub(super) fn under(self, head: String, span: Span, tail: &[String]) -> (Span, String) {
        let source = self.source();
        let step = self.indent_step();
        let (first, last) = (source.line(span.start), source.line(span.end.saturating_sub(1)));
        let mut lines = vec![head];
        for line in first..=last {
            let text = source.slice(source.line_span(line));
            let is_blank = text.trim().is_empty();
            lines.push(if is_blank { String::new() } else { format!("{step}{text}") });
        }
        lines.extend_from_slice(tail);
        let whole = Span::new(source.line_start(first), source.line_span(last).end);
        (whole, lines.join(self.newline()))
    }

    /// Puts lines in before the line that begins at an offset, or at the end of the text.
    pub(super) fn insert(self, offset: u32, lines: &[String]) -> (Span, String) {
        let newline = self.newline();
        let text = self.source().text();
        let joined = lines.join(newline);
        let is_open_end = offset as usize == text.len() && !text.is_empty();
        let is_open_end = is_open_end && !text.ends_with(['\r', '\n']);
        let new_text =
            if is_open_end { format!("{newline}{joined}") } else { format!("{joined}{newline}") };
        (Span::empty(offset), new_text)
    }

    /// Puts lines in after a statement of the module body that ends its line.
    pub(super) fn insert_after(self, id: StmtId, lines: &[String]) -> Option<(Span, String)> {
        let stmt = self.ast().stmt(id);
        if !self.is_last_on_its_line(stmt) {
            return None;
        }
        Some(self.insert(self.lines(id).end, lines))
    }

    /// Puts statements in where a module begins to do something: after its docstring, its
    /// imports and other such statements, but above a place at which it may stop.
    pub(super) fn insert_at_the_top(self, statements: &[String], stop: u32) -> (Span, String) {
        let body = &self.ast().body;
        let is_head = |index: usize, id: StmtId| {
            let stmt = self.ast().stmt(id);
            let is_import = matches!(stmt.kind, StmtKind::Import(_) | StmtKind::ImportFrom { .. });
            // Nothing may come before what asks for the future (PEP 236).
            let is_future = matches!(&stmt.kind,
                StmtKind::ImportFrom { module: Some(module), .. } if &**module == "__future__");
            let is_docstring = index == 0 && self.is_docstring(&stmt.kind);
            is_docstring || is_future || (is_import && stmt.span.end <= stop)
        };
        let heads = body.iter().enumerate().take_while(|&(index, &id)| is_head(index, id)).count();
        let earlier = body[heads..].iter().take_while(|&&id| self.is_removal(id)).count();
        let ends = |&&id: &&StmtId| self.is_last_on_its_line(self.ast().stmt(id));
        let last = body[..heads + earlier].iter().rev().find(ends);
        let mut lines = Vec::new();
        if let Some(&last) = last {
            if !self.is_removal(last) {
                lines.push(String::new());
            }
            lines.extend_from_slice(statements);
            return self.insert(self.lines(last).end, &lines);
        }
        lines.extend_from_slice(statements);
        let Some(&first) = body.first() else {
            return self.insert(self.source().text().len() as u32, &lines);
        };
        let is_definition =
            matches!(self.ast().stmt(first).kind, StmtKind::FunctionDef(_) | StmtKind::ClassDef(_));
        lines.extend(vec![String::new(); if is_definition { 2 } else { 0 }]);
        self.insert(self.with_comments(first), &lines)
    }

    fn is_docstring(self, kind: &StmtKind) -> bool {
        let StmtKind::Expr(value) = kind else { return false };
        matches!(self.ast().expr(*value).kind, ExprKind::Constant(Constant::Str(_)))
    }

    /// `globals().pop(…)`: what an earlier fix has put there.
    fn is_removal(self, id: StmtId) -> bool {
        let stmt = self.ast().stmt(id);
        matches!(stmt.kind, StmtKind::Expr(_))
            && self.source().slice(stmt.span).starts_with("globals().pop(")
    }
}
