//! Fingerprints, computed when a node is added, from those of its children.

mod stmt;

use std::ops::Range;

use super::ast::*;

/// A 64-bit hash of what a node says.
pub(super) struct Hasher(u64);

const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;

impl Hasher {
    /// A hasher for one kind of node; the tags of kinds differ.
    pub(super) fn new(tag: u64) -> Self {
        Hasher((tag + 1).wrapping_mul(MULTIPLIER))
    }

    pub(super) fn word(&mut self, word: u64) {
        let mixed = (self.0 ^ word).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        self.0 = (mixed ^ (mixed >> 32)).wrapping_add(MULTIPLIER);
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.word(bytes.len() as u64);
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            self.word(u64::from_le_bytes(chunk.try_into().unwrap_or_default()));
        }
        let mut rest = [0; 8];
        rest[..chunks.remainder().len()].copy_from_slice(chunks.remainder());
        self.word(u64::from_le_bytes(rest));
    }

    pub(super) fn finish(self) -> u64 {
        let mixed = (self.0 ^ (self.0 >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed ^ (mixed >> 32)
    }
}

/// Hashes nodes against the tree that holds their children.
struct Print<'a> {
    ast: &'a Ast,
    hasher: Hasher,
}

impl Ast {
    /// Adds an expression whose children are in the tree already.
    pub(super) fn add_expr(&mut self, kind: ExprKind, span: crate::text::span::Span) -> ExprId {
        let fingerprint = expr_fingerprint(self, &kind);
        self.exprs.push(Expr { kind, span, fingerprint });
        ExprId(self.exprs.len() as u32 - 1)
    }

    /// Tells apart what a decoded constant cannot: the text of a literal with a surrogate.
    pub(super) fn salt_expr(&mut self, id: ExprId, salt: &[u8]) {
        let expr = &mut self.exprs[id.0 as usize];
        let mut hasher = Hasher::new(expr.fingerprint);
        hasher.bytes(salt);
        expr.fingerprint = hasher.finish();
    }

    /// Adds a statement whose children are in the tree already.
    pub(super) fn add_stmt(&mut self, mut kind: StmtKind, span: crate::text::span::Span) -> StmtId {
        let fingerprint = stmt_fingerprint(self, &mut kind);
        self.stmts.push(Stmt { kind, span, fingerprint });
        StmtId(self.stmts.len() as u32 - 1)
    }

    /// Replaces some of the statements of a class by others, which are in the tree already.
    pub(super) fn replace_members(&mut self, id: StmtId, old: Range<usize>, new: Vec<StmtId>) {
        let index = id.0 as usize;
        let mut kind = std::mem::replace(&mut self.stmts[index].kind, StmtKind::Pass);
        let mut end = None;
        if let StmtKind::ClassDef(class) = &mut kind {
            class.body.splice(old, new);
            end = class.body.last().map(|&last| self.stmt(last).span.end);
        }
        let fingerprint = stmt_fingerprint(self, &mut kind);
        let stmt = &mut self.stmts[index];
        (stmt.kind, stmt.fingerprint) = (kind, fingerprint);
        stmt.span.end = end.unwrap_or(stmt.span.end);
    }
}

fn expr_fingerprint(ast: &Ast, kind: &ExprKind) -> u64 {
    let mut print = Print { ast, hasher: Hasher::new(expr_tag(kind)) };
    print.expr_kind(kind);
    print.hasher.finish()
}

fn stmt_fingerprint(ast: &Ast, kind: &mut StmtKind) -> u64 {
    let mut print = Print { ast, hasher: Hasher::new(stmt_tag(kind)) };
    let unnamed = |mut print: Print<'_>, name: &Ident| {
        let unnamed = std::mem::replace(&mut print.hasher, Hasher::new(99)).finish();
        print.hasher.word(unnamed);
        print.hasher.bytes(name.name.as_bytes());
        (unnamed, print.hasher.finish())
    };
    match kind {
        StmtKind::FunctionDef(def) => {
            print.function(def);
            let (own, whole) = unnamed(print, &def.name);
            def.unnamed_fingerprint = own;
            whole
        }
        StmtKind::ClassDef(class) => {
            print.class(class);
            let (own, whole) = unnamed(print, &class.name);
            class.unnamed_fingerprint = own;
            whole
        }
        other => {
            print.stmt_kind(other);
            print.hasher.finish()
        }
    }
}

fn expr_tag(kind: &ExprKind) -> u64 {
    match kind {
        ExprKind::BoolOp { .. } => 1,
        ExprKind::Named { .. } => 2,
        ExprKind::BinOp { .. } => 3,
        ExprKind::UnaryOp { .. } => 4,
        ExprKind::Lambda(_) => 5,
        ExprKind::IfExp { .. } => 6,
        ExprKind::Dict { .. } => 7,
        ExprKind::Set(_) => 8,
        ExprKind::ListComp(_) => 9,
        ExprKind::SetComp(_) => 10,
        ExprKind::DictComp(_) => 11,
        ExprKind::GeneratorExp(_) => 12,
        ExprKind::Await(_) => 13,
        ExprKind::Yield(_) => 14,
        ExprKind::YieldFrom(_) => 15,
        ExprKind::Compare { .. } => 16,
        ExprKind::Call { .. } => 17,
        ExprKind::JoinedStr(_) => 18,
        ExprKind::TemplateStr(_) => 19,
        ExprKind::Constant(_) => 20,
        ExprKind::Attribute { .. } => 21,
        ExprKind::Subscript { .. } => 22,
        ExprKind::Starred(_) => 23,
        ExprKind::Name(_) => 24,
        ExprKind::List(_) => 25,
        ExprKind::Tuple(_) => 26,
        ExprKind::Slice { .. } => 27,
    }
}

fn stmt_tag(kind: &StmtKind) -> u64 {
    match kind {
        StmtKind::FunctionDef(_) => 40,
        StmtKind::ClassDef(_) => 41,
        StmtKind::Return(_) => 42,
        StmtKind::Delete(_) => 43,
        StmtKind::Assign { .. } => 44,
        StmtKind::TypeAlias { .. } => 45,
        StmtKind::AugAssign { .. } => 46,
        StmtKind::AnnAssign { .. } => 47,
        StmtKind::For { .. } => 48,
        StmtKind::While { .. } => 49,
        StmtKind::If { .. } => 50,
        StmtKind::With { .. } => 51,
        StmtKind::Match { .. } => 52,
        StmtKind::Raise { .. } => 53,
        StmtKind::Try { .. } => 54,
        StmtKind::Assert { .. } => 55,
        StmtKind::Import(_) => 56,
        StmtKind::ImportFrom { .. } => 57,
        StmtKind::Global(_) => 58,
        StmtKind::Nonlocal(_) => 59,
        StmtKind::Expr(_) => 60,
        StmtKind::Pass => 61,
        StmtKind::Break => 62,
        StmtKind::Continue => 63,
    }
}

impl Print<'_> {
    fn word(&mut self, word: u64) {
        self.hasher.word(word);
    }

    fn text(&mut self, text: &str) {
        self.hasher.bytes(text.as_bytes());
    }

    fn expr(&mut self, id: ExprId) {
        self.word(self.ast.expr(id).fingerprint);
    }

    fn optional(&mut self, id: Option<ExprId>) {
        self.word(id.map_or(0, |id| self.ast.expr(id).fingerprint));
    }

    fn exprs(&mut self, ids: &[ExprId]) {
        self.word(ids.len() as u64);
        ids.iter().for_each(|&id| self.expr(id));
    }

    fn block(&mut self, ids: &[StmtId]) {
        self.word(ids.len() as u64);
        ids.iter().for_each(|&id| self.word(self.ast.stmt(id).fingerprint));
    }

    fn keywords(&mut self, keywords: &[Keyword]) {
        self.word(keywords.len() as u64);
        for keyword in keywords {
            self.text(keyword.name.as_ref().map_or("**", |name| &name.name));
            self.expr(keyword.value);
        }
    }

    fn expr_kind(&mut self, kind: &ExprKind) {
        match kind {
            ExprKind::BoolOp { op, values } => {
                self.word(*op as u64);
                self.exprs(values);
            }
            ExprKind::Named { target, value } => {
                self.text(&target.name);
                self.expr(*value);
            }
            ExprKind::BinOp { left, op, right } => {
                self.word(*op as u64);
                self.expr(*left);
                self.expr(*right);
            }
            ExprKind::UnaryOp { op, operand } => {
                self.word(*op as u64);
                self.expr(*operand);
            }
            ExprKind::Lambda(lambda) => {
                self.params(&lambda.params);
                self.expr(lambda.body);
            }
            ExprKind::IfExp { test, body, orelse } => self.exprs(&[*test, *body, *orelse]),
            ExprKind::Dict { keys, values } => {
                self.word(keys.len() as u64);
                for (key, value) in keys.iter().zip(values) {
                    self.optional(*key);
                    self.expr(*value);
                }
            }
            ExprKind::Set(ids) | ExprKind::List(ids) | ExprKind::Tuple(ids) => self.exprs(ids),
            ExprKind::ListComp(inner)
            | ExprKind::SetComp(inner)
            | ExprKind::DictComp(inner)
            | ExprKind::GeneratorExp(inner) => self.comprehension(inner),
            ExprKind::Yield(value) => self.optional(*value),
            ExprKind::Await(id) | ExprKind::YieldFrom(id) | ExprKind::Starred(id) => {
                self.expr(*id);
            }
            ExprKind::Compare { left, ops, comparators } => {
                self.expr(*left);
                for (op, &comparator) in ops.iter().zip(comparators) {
                    self.word(*op as u64);
                    self.expr(comparator);
                }
            }
            ExprKind::Call { func, args, keywords } => {
                self.expr(*func);
                self.exprs(args);
                self.keywords(keywords);
            }
            ExprKind::JoinedStr(parts) | ExprKind::TemplateStr(parts) => self.parts(parts),
            ExprKind::Constant(constant) => self.constant(constant),
            ExprKind::Attribute { value, attr } => {
                self.expr(*value);
                self.text(&attr.name);
            }
            ExprKind::Subscript { value, index } => self.exprs(&[*value, *index]),
            ExprKind::Name(name) => self.text(name),
            ExprKind::Slice { lower, upper, step } => {
                self.optional(*lower);
                self.optional(*upper);
                self.optional(*step);
            }
        }
    }

    fn parts(&mut self, parts: &[FStringPart]) {
        self.word(parts.len() as u64);
        for part in parts {
            match part {
                FStringPart::Literal(text) => self.text(text),
                FStringPart::Field { value, conversion, spec } => {
                    self.word(conversion.map_or(1, u64::from));
                    self.expr(*value);
                    self.parts(spec);
                }
            }
        }
    }

    fn constant(&mut self, constant: &Constant) {
        match constant {
            Constant::None => self.word(0),
            Constant::True => self.word(1),
            Constant::False => self.word(2),
            Constant::Ellipsis => self.word(3),
            Constant::Int(value) => {
                self.word(4);
                self.word(*value as u64);
            }
            Constant::BigInt(digits) => {
                self.word(5);
                self.text(digits);
            }
            Constant::Float(value) => {
                self.word(6);
                self.word(value.to_bits());
            }
            Constant::Complex(value) => {
                self.word(7);
                self.word(value.to_bits());
            }
            Constant::Str(text) => {
                self.word(8);
                self.text(text);
            }
            Constant::Bytes(bytes) => {
                self.word(9);
                self.hasher.bytes(bytes);
            }
        }
    }
}
