//! The syntax tree, in the shape and the words of CPython's `ast` module
//! (`Parser/Python.asdl`), owned and free of tree-sitter.
//!
//! Expressions and statements live in two arenas and refer to each other by id, so a tree is
//! dropped without recursion whatever its depth. Every node carries a *fingerprint*: a hash
//! of what it says that does not depend on where it stands, on comments, on white space or
//! on the way a literal is spelled. Two nodes with equal fingerprints compile to the same code.

mod blocks;

use std::sync::Arc;

use crate::text::span::Span;

/// An identifier. Cheap to clone; within one tree equal names share their text.
pub type Name = Arc<str>;

/// An expression of an [`Ast`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExprId(pub u32);

/// A statement of an [`Ast`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StmtId(pub u32);

/// The syntax tree of one module.
#[derive(Debug, Clone, Default)]
pub struct Ast {
    pub(super) exprs: Vec<Expr>,
    pub(super) stmts: Vec<Stmt>,
    /// The statements of the module body, in order.
    pub body: Vec<StmtId>,
}

impl Ast {
    /// Every expression, those of nested definitions included.
    pub fn exprs(&self) -> &[Expr] {
        &self.exprs
    }

    /// The expression with this id.
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.0 as usize]
    }

    /// Any expression of the text, where it has one.
    pub fn any_expr(&self) -> Option<ExprId> {
        (!self.exprs.is_empty()).then_some(ExprId(0))
    }

    /// The statement with this id.
    pub fn stmt(&self, id: StmtId) -> &Stmt {
        &self.stmts[id.0 as usize]
    }
}

/// An expression and where it stands.
#[derive(Debug, Clone)]
pub struct Expr {
    pub kind: ExprKind,
    /// From the first byte to the last, without enclosing parentheses.
    pub span: Span,
    pub fingerprint: u64,
}

/// A statement and where it stands.
#[derive(Debug, Clone)]
pub struct Stmt {
    pub kind: StmtKind,
    /// From the first byte (of the first decorator, where there is one) to the last of the body.
    pub span: Span,
    pub fingerprint: u64,
}

/// A name that a statement binds, and where it is written.
#[derive(Debug, Clone)]
pub struct Ident {
    pub name: Name,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub enum StmtKind {
    FunctionDef(Box<FunctionDef>),
    ClassDef(Box<ClassDef>),
    Return(Option<ExprId>),
    Delete(Vec<ExprId>),
    Assign {
        targets: Vec<ExprId>,
        value: ExprId,
    },
    TypeAlias {
        name: Ident,
        type_params: Vec<TypeParam>,
        value: ExprId,
    },
    AugAssign {
        target: ExprId,
        op: BinaryOp,
        value: ExprId,
    },
    /// `simple`: the target is a name without parentheses, so the annotation is stored.
    AnnAssign {
        target: ExprId,
        annotation: ExprId,
        value: Option<ExprId>,
        simple: bool,
    },
    For {
        target: ExprId,
        iter: ExprId,
        body: Vec<StmtId>,
        orelse: Vec<StmtId>,
        is_async: bool,
    },
    While {
        test: ExprId,
        body: Vec<StmtId>,
        orelse: Vec<StmtId>,
    },
    /// `if` and its `elif`s in order; an `elif` is a branch here, not a nested statement.
    If {
        branches: Vec<(ExprId, Vec<StmtId>)>,
        orelse: Vec<StmtId>,
    },
    With {
        items: Vec<WithItem>,
        body: Vec<StmtId>,
        is_async: bool,
    },
    Match {
        subject: ExprId,
        cases: Vec<MatchCase>,
    },
    Raise {
        exc: Option<ExprId>,
        cause: Option<ExprId>,
    },
    Try {
        body: Vec<StmtId>,
        handlers: Vec<ExceptHandler>,
        orelse: Vec<StmtId>,
        finalbody: Vec<StmtId>,
        /// `except*` (PEP 654).
        is_star: bool,
    },
    Assert {
        test: ExprId,
        msg: Option<ExprId>,
    },
    Import(Vec<Alias>),
    /// `module` is None in `from . import x`; `level` counts the leading dots.
    ImportFrom {
        module: Option<Name>,
        names: ImportNames,
        level: u32,
    },
    Global(Vec<Ident>),
    Nonlocal(Vec<Ident>),
    Expr(ExprId),
    Pass,
    Break,
    Continue,
}

#[derive(Debug, Clone)]
pub enum ImportNames {
    /// `from m import *`
    Star(Span),
    Names(Vec<Alias>),
}

/// `name as asname` of an import. `name` may be dotted in a plain import.
#[derive(Debug, Clone)]
pub struct Alias {
    pub name: Name,
    pub asname: Option<Ident>,
    /// Of the whole `name as asname`.
    pub span: Span,
}

#[derive(Debug, Clone)]
pub struct FunctionDef {
    pub name: Ident,
    pub params: Params,
    pub body: Vec<StmtId>,
    pub decorators: Vec<ExprId>,
    pub returns: Option<ExprId>,
    pub type_params: Vec<TypeParam>,
    pub is_async: bool,
    /// From `def` or `async` to the end of the parameters (or of the return annotation).
    pub header: Span,
    /// The fingerprint without the name: equal in two functions that differ in name only.
    pub unnamed_fingerprint: u64,
}

#[derive(Debug, Clone)]
pub struct ClassDef {
    pub name: Ident,
    pub bases: Vec<ExprId>,
    pub keywords: Vec<Keyword>,
    pub body: Vec<StmtId>,
    pub decorators: Vec<ExprId>,
    pub type_params: Vec<TypeParam>,
    /// From `class` to the end of the bases (or of the name).
    pub header: Span,
    /// The fingerprint without the name: equal in two classes that differ in name only.
    pub unnamed_fingerprint: u64,
}

/// Parameters in the order in which they are written.
#[derive(Debug, Clone, Default)]
pub struct Params {
    pub list: Vec<Param>,
}

#[derive(Debug, Clone)]
pub struct Param {
    pub name: Ident,
    pub kind: ParamKind,
    pub annotation: Option<ExprId>,
    pub default: Option<ExprId>,
}

/// As in `inspect.Parameter.kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParamKind {
    PositionalOnly,
    PositionalOrKeyword,
    VarPositional,
    KeywordOnly,
    VarKeyword,
}

/// A type parameter (PEP 695) with its bound (`T: bound`) and default (PEP 696).
#[derive(Debug, Clone)]
pub struct TypeParam {
    pub name: Ident,
    pub kind: TypeParamKind,
    pub bound: Option<ExprId>,
    pub default: Option<ExprId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TypeParamKind {
    TypeVar,
    TypeVarTuple,
    ParamSpec,
}

#[derive(Debug, Clone)]
pub struct WithItem {
    pub context: ExprId,
    pub target: Option<ExprId>,
}

#[derive(Debug, Clone)]
pub struct MatchCase {
    pub pattern: Pattern,
    pub guard: Option<ExprId>,
    pub body: Vec<StmtId>,
}

/// A pattern. Nesting is bounded by the depth limit of the parser.
#[derive(Debug, Clone)]
pub struct Pattern {
    pub kind: PatternKind,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub enum PatternKind {
    Value(ExprId),
    /// `None`, `True` or `False`.
    Singleton(Constant),
    Sequence(Vec<Pattern>),
    Mapping {
        keys: Vec<ExprId>,
        patterns: Vec<Pattern>,
        rest: Option<Ident>,
    },
    Class {
        cls: ExprId,
        patterns: Vec<Pattern>,
        keywords: Vec<(Name, Pattern)>,
    },
    /// `*name`, or `*_` as None.
    Star(Option<Ident>),
    /// `pattern as name`, a bare capture `name` (no pattern) or the wildcard `_` (neither).
    As {
        pattern: Option<Box<Pattern>>,
        name: Option<Ident>,
    },
    Or(Vec<Pattern>),
}

#[derive(Debug, Clone)]
pub struct ExceptHandler {
    /// What follows `except`; `except A, B:` (PEP 758) is a tuple here.
    pub typ: Option<ExprId>,
    pub name: Option<Ident>,
    pub body: Vec<StmtId>,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub enum ExprKind {
    BoolOp {
        op: BoolOp,
        values: Vec<ExprId>,
    },
    Named {
        target: Ident,
        value: ExprId,
    },
    BinOp {
        left: ExprId,
        op: BinaryOp,
        right: ExprId,
    },
    UnaryOp {
        op: UnaryOp,
        operand: ExprId,
    },
    Lambda(Box<Lambda>),
    IfExp {
        test: ExprId,
        body: ExprId,
        orelse: ExprId,
    },
    /// A key of None is `**value`.
    Dict {
        keys: Vec<Option<ExprId>>,
        values: Vec<ExprId>,
    },
    Set(Vec<ExprId>),
    ListComp(Box<Comprehension>),
    SetComp(Box<Comprehension>),
    DictComp(Box<Comprehension>),
    GeneratorExp(Box<Comprehension>),
    Await(ExprId),
    Yield(Option<ExprId>),
    YieldFrom(ExprId),
    Compare {
        left: ExprId,
        ops: Vec<CompareOp>,
        comparators: Vec<ExprId>,
    },
    Call {
        func: ExprId,
        args: Vec<ExprId>,
        keywords: Vec<Keyword>,
    },
    /// An f-string, implicit concatenations with plain strings included. `parts` keeps the
    /// literal text and the replacement fields in order.
    JoinedStr(Vec<FStringPart>),
    /// A t-string (PEP 750).
    TemplateStr(Vec<FStringPart>),
    Constant(Constant),
    Attribute {
        value: ExprId,
        attr: Ident,
    },
    Subscript {
        value: ExprId,
        index: ExprId,
    },
    Starred(ExprId),
    Name(Name),
    List(Vec<ExprId>),
    Tuple(Vec<ExprId>),
    Slice {
        lower: Option<ExprId>,
        upper: Option<ExprId>,
        step: Option<ExprId>,
    },
}

#[derive(Debug, Clone)]
pub enum FStringPart {
    Literal(Arc<str>),
    /// `{value!conversion:spec}`; the spec has parts of its own.
    Field {
        value: ExprId,
        conversion: Option<char>,
        spec: Vec<FStringPart>,
    },
}

#[derive(Debug, Clone)]
pub struct Lambda {
    pub params: Params,
    pub body: ExprId,
}

/// A comprehension: `element` (for a dict `element: value`) and at least one generator.
#[derive(Debug, Clone)]
pub struct Comprehension {
    pub element: ExprId,
    /// The value of a dict comprehension.
    pub value: Option<ExprId>,
    pub generators: Vec<Generator>,
}

#[derive(Debug, Clone)]
pub struct Generator {
    pub target: ExprId,
    pub iter: ExprId,
    pub ifs: Vec<ExprId>,
    pub is_async: bool,
}

/// `name=value`, or `**value` where the name is None.
#[derive(Debug, Clone)]
pub struct Keyword {
    pub name: Option<Ident>,
    pub value: ExprId,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Constant {
    None,
    True,
    False,
    Ellipsis,
    Int(i64),
    /// An integer beyond 64 bits, as its digits are written, lower case, without `_`.
    BigInt(Arc<str>),
    Float(f64),
    /// The imaginary part.
    Complex(f64),
    /// Decoded: escapes resolved, adjacent literals joined. A lone surrogate (`"\ud800"`),
    /// which a Rust string cannot hold, stands as U+FFFD.
    Str(Arc<str>),
    Bytes(Arc<[u8]>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BoolOp {
    And,
    Or,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    Add,
    Sub,
    Mult,
    MatMult,
    Div,
    Mod,
    Pow,
    LShift,
    RShift,
    BitOr,
    BitXor,
    BitAnd,
    FloorDiv,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    Invert,
    Not,
    UAdd,
    USub,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareOp {
    Eq,
    NotEq,
    Lt,
    LtE,
    Gt,
    GtE,
    Is,
    IsNot,
    In,
    NotIn,
}
