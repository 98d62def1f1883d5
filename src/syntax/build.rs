//! tree-sitter's tree to [`Ast`], in one traversal with one cursor.
//!
//! The grammar accepts more than Python. What it accepts beyond CPython's grammar is refused
//! here, where the concrete tree still shows parentheses and commas; what CPython's symbol
//! table and compiler refuse is the business of [`super::health`].
//!
//! Recursion is bounded: every nested construct passes [`Builder::enter`]. Chains that lean
//! to the left (`a + b + c`, `a.b.c`, `f()()`) and `elif`s are followed in loops.

mod args;
mod case;
mod collection;
mod compound;
mod definition;
mod expr;
mod import;
mod params;
mod pattern;
mod simple;
mod string;
mod target;
mod types;
mod with;

use std::sync::Arc;

use rustc_hash::FxHashMap;
use tree_sitter::{Tree, TreeCursor};

use super::ast::*;
use super::grammar::{GRAMMAR, Grammar, Kind};
use super::lexer::{Lexed, is_keyword};
use super::parse::ParseFailure;
use crate::python::PythonVersion;
use crate::text::span::Span;

type Outcome<T> = Result<T, ParseFailure>;

/// How deeply constructs may nest in one another.
const MAX_NESTING: u32 = 400;
/// How deep an expression may be, chains included: whoever walks the tree recurses this far.
const MAX_EXPR_DEPTH: u16 = 1000;

/// A node of tree-sitter's tree: what it is and where.
#[derive(Debug, Clone, Copy)]
struct Node {
    kind: Kind,
    start: u32,
    end: u32,
}

impl Node {
    fn span(self) -> Span {
        Span { start: self.start, end: self.end }
    }
}

/// Builds the tree of a text that tree-sitter parsed without an error.
///
/// # Errors
///
/// What CPython's grammar refuses, and [`ParseFailure::TooCostly`] for nests too deep.
pub(super) fn build(tree: &Tree, text: &str, lexed: &Lexed, python: PythonVersion) -> Outcome<Ast> {
    let mut builder = Builder {
        text,
        lexed,
        python,
        grammar: &GRAMMAR,
        cursor: tree.walk(),
        ast: Ast::default(),
        depths: Vec::new(),
        names: FxHashMap::default(),
        class: None,
        next_line: 0,
        next_string: 0,
        next_field: 0,
        indent: 0,
        nesting: 0,
        spine: Vec::new(),
        hoisted_as: None,
    };
    builder.ast.exprs.reserve(text.len() / 12);
    builder.ast.stmts.reserve(text.len() / 40);
    let mut body = Vec::new();
    builder.statements(&mut body)?;
    if let Some(line) = lexed.lines.get(builder.next_line) {
        return Err(syntax(Span::empty(line.start), "invalid syntax"));
    }
    builder.ast.body = body;
    Ok(builder.ast)
}

struct Builder<'t> {
    text: &'t str,
    lexed: &'t Lexed,
    python: PythonVersion,
    grammar: &'static Grammar,
    cursor: TreeCursor<'t>,
    ast: Ast,
    /// The depth of every expression of `ast`.
    depths: Vec<u16>,
    names: FxHashMap<&'t str, Name>,
    /// The name of the innermost class around.
    class: Option<Name>,
    /// The logical line, string and field that come next in the text.
    next_line: usize,
    next_string: usize,
    next_field: usize,
    indent: u16,
    nesting: u32,
    /// The nodes of the chains that are being built.
    spine: Vec<Node>,
    /// The `as` that ends what is being built, and is read into it.
    hoisted_as: Option<with::HoistedAs>,
}

fn syntax(span: Span, message: impl Into<String>) -> ParseFailure {
    ParseFailure::Syntax { span, message: message.into() }
}

fn python2(span: Span, message: impl Into<String>) -> ParseFailure {
    ParseFailure::Python2 { span, message: message.into() }
}

impl<'t> Builder<'t> {
    /// The node at the cursor.
    fn node(&self) -> Node {
        let node = self.cursor.node();
        Node {
            kind: self.grammar.kind(node.kind_id()),
            start: node.start_byte() as u32,
            end: node.end_byte() as u32,
        }
    }

    /// Goes down to the first child. There are no extras among them: the lexer has blanked
    /// comments and continued lines.
    fn down(&mut self) -> bool {
        self.cursor.goto_first_child()
    }

    fn next(&mut self) -> bool {
        self.cursor.goto_next_sibling()
    }

    fn up(&mut self) {
        self.cursor.goto_parent();
    }

    /// Calls `visit` for every child of the node at the cursor.
    fn children(&mut self, mut visit: impl FnMut(&mut Self, Node) -> Outcome<()>) -> Outcome<()> {
        if self.cursor.goto_first_child() {
            loop {
                let node = self.node();
                visit(self, node)?;
                if !self.next() {
                    break;
                }
            }
            self.up();
        }
        Ok(())
    }

    /// Counts one level of nesting; every call is paired with [`Self::leave`].
    fn enter(&mut self) -> Outcome<()> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(too_deep());
        }
        Ok(())
    }

    fn leave(&mut self) {
        self.nesting -= 1;
    }

    fn slice(&self, node: Node) -> &'t str {
        &self.text[node.start as usize..node.end as usize]
    }

    fn byte(&self, at: u32) -> u8 {
        self.text.as_bytes().get(at as usize).copied().unwrap_or(0)
    }

    /// The identifier at a node, NFKC-normalised as CPython does.
    /// A name as the compiler stores it: private ones of a class are mangled
    /// (`_Py_Mangle` in `Python/symtable.c`).
    fn name(&mut self, node: Node) -> Outcome<Name> {
        let name = self.plain_name(node)?;
        match &self.class {
            Some(class) if name.starts_with("__") && !name.ends_with("__") => {
                match class.trim_start_matches('_') {
                    "" => Ok(name),
                    class => Ok(Arc::from(format!("_{class}{name}"))),
                }
            }
            _ => Ok(name),
        }
    }

    /// A name as it stands: of a keyword argument, of an attribute in a pattern.
    fn plain_name(&mut self, node: Node) -> Outcome<Name> {
        let text = self.slice(node);
        if let Some(name) = self.names.get(text) {
            return Ok(Arc::clone(name));
        }
        if is_keyword(text) {
            let message = format!("`{text}` is a keyword, not a name");
            return Err(syntax(node.span(), message));
        }
        let name: Name = if text.is_ascii() {
            Arc::from(text)
        } else {
            use unicode_normalization::UnicodeNormalization as _;
            Arc::from(text.nfkc().collect::<String>())
        };
        self.names.insert(text, Arc::clone(&name));
        Ok(name)
    }

    fn ident(&mut self, node: Node) -> Outcome<Ident> {
        Ok(Ident { name: self.name(node)?, span: node.span() })
    }

    /// Interns a name that is made up of several tokens.
    fn intern(&mut self, text: String) -> Name {
        Arc::from(text)
    }

    fn add(&mut self, kind: ExprKind, span: Span) -> Outcome<ExprId> {
        let depth = 1 + self.depth_below(&kind);
        if depth > MAX_EXPR_DEPTH {
            return Err(too_deep());
        }
        self.depths.push(depth);
        Ok(self.ast.add_expr(kind, span))
    }

    fn depth(&self, id: ExprId) -> u16 {
        self.depths[id.0 as usize]
    }

    fn deepest(&self, ids: &[ExprId]) -> u16 {
        ids.iter().map(|&id| self.depth(id)).max().unwrap_or(0)
    }

    fn optional_depth(&self, id: Option<ExprId>) -> u16 {
        id.map_or(0, |id| self.depth(id))
    }

    fn depth_below(&self, kind: &ExprKind) -> u16 {
        match kind {
            ExprKind::BoolOp { values: ids, .. }
            | ExprKind::Set(ids)
            | ExprKind::List(ids)
            | ExprKind::Tuple(ids) => self.deepest(ids),
            ExprKind::Named { value: id, .. }
            | ExprKind::UnaryOp { operand: id, .. }
            | ExprKind::Await(id)
            | ExprKind::YieldFrom(id)
            | ExprKind::Starred(id)
            | ExprKind::Attribute { value: id, .. } => self.depth(*id),
            ExprKind::BinOp { left, right, .. } => self.depth(*left).max(self.depth(*right)),
            ExprKind::Subscript { value, index } => self.depth(*value).max(self.depth(*index)),
            ExprKind::Lambda(lambda) => self.depth(lambda.body),
            ExprKind::IfExp { test, body, orelse } => self.deepest(&[*test, *body, *orelse]),
            ExprKind::Dict { keys, values } => {
                let keys = keys.iter().map(|&key| self.optional_depth(key)).max().unwrap_or(0);
                keys.max(self.deepest(values))
            }
            ExprKind::ListComp(inner)
            | ExprKind::SetComp(inner)
            | ExprKind::DictComp(inner)
            | ExprKind::GeneratorExp(inner) => {
                let generators = inner.generators.iter();
                let below =
                    generators.map(|part| self.depth(part.iter).max(self.deepest(&part.ifs)));
                let own = self.depth(inner.element).max(self.optional_depth(inner.value));
                own.max(below.max().unwrap_or(0))
            }
            ExprKind::Yield(value) => self.optional_depth(*value),
            ExprKind::Compare { left, comparators, .. } => {
                self.depth(*left).max(self.deepest(comparators))
            }
            ExprKind::Call { func, args, keywords } => {
                let keywords = keywords.iter().map(|keyword| self.depth(keyword.value));
                let own = self.depth(*func).max(self.deepest(args));
                own.max(keywords.max().unwrap_or(0))
            }
            ExprKind::JoinedStr(parts) | ExprKind::TemplateStr(parts) => self.parts_depth(parts),
            ExprKind::Constant(_) | ExprKind::Name(_) => 0,
            ExprKind::Slice { lower, upper, step } => {
                let bounds = [*lower, *upper, *step];
                bounds.iter().map(|&bound| self.optional_depth(bound)).max().unwrap_or(0)
            }
        }
    }

    fn parts_depth(&self, parts: &[FStringPart]) -> u16 {
        let depth = |part: &FStringPart| match part {
            FStringPart::Literal(_) => 0,
            FStringPart::Field { value, spec, .. } => {
                self.depth(*value).max(self.parts_depth(spec))
            }
        };
        parts.iter().map(depth).max().unwrap_or(0)
    }

    /// Refuses syntax that is newer than the version aimed at.
    fn needs(&self, minor: u8, span: Span, what: &str) -> Outcome<()> {
        if self.python.minor < minor {
            return Err(syntax(span, format!("{what} needs Python 3.{minor}")));
        }
        Ok(())
    }

    fn unexpected<T>(&self, node: Node) -> Outcome<T> {
        Err(syntax(node.span(), "invalid syntax"))
    }
}

fn too_deep() -> ParseFailure {
    ParseFailure::TooCostly { reason: "the code is nested too deeply".to_owned() }
}
