//! Functions, classes and their decorators.

use super::super::ast::*;
use super::expr::NAMED;
use super::{Builder, Kind, Node, Outcome, syntax};
use crate::text::span::Span;

impl Builder<'_> {
    pub(super) fn decorated(&mut self, node: Node) -> Outcome<StmtId> {
        let mut decorators = Vec::new();
        let mut id = None;
        self.children(|this, part| {
            if part.start != node.start {
                this.clause(part)?;
            }
            if part.kind == Kind::Decorator {
                decorators.push(this.decorator()?);
            } else {
                let decorators = std::mem::take(&mut decorators);
                id = Some(this.definition(part, node.start, decorators)?);
            }
            Ok(())
        })?;
        id.map_or_else(|| self.unexpected(node), Ok)
    }

    fn decorator(&mut self) -> Outcome<ExprId> {
        let mut value = None;
        self.children(|this, node| {
            if node.kind != Kind::At {
                let id = this.expr(NAMED)?;
                if this.python.minor < 9 && !this.is_old_decorator(id, node) {
                    this.needs(9, node.span(), "this decorator")?;
                }
                value = Some(id);
            }
            Ok(())
        })?;
        match value {
            Some(value) => Ok(value),
            None => Err(syntax(self.node().span(), "invalid syntax")),
        }
    }

    /// A dotted name with at most one call, the only decorators before 3.9.
    fn is_old_decorator(&self, id: ExprId, node: Node) -> bool {
        let expr = self.ast.expr(id);
        if expr.span != node.span() {
            return false;
        }
        let mut id = match &expr.kind {
            ExprKind::Call { func, .. } => *func,
            _ => id,
        };
        while let ExprKind::Attribute { value, .. } = &self.ast.expr(id).kind {
            id = *value;
        }
        matches!(self.ast.expr(id).kind, ExprKind::Name(_))
    }

    /// `def` or `class` at the cursor; `start` is where its first decorator begins.
    pub(super) fn definition(
        &mut self,
        node: Node,
        start: u32,
        decorators: Vec<ExprId>,
    ) -> Outcome<StmtId> {
        let kind = match node.kind {
            Kind::FunctionDef => self.function(node, decorators)?,
            Kind::ClassDef => self.class(node, decorators)?,
            _ => return self.unexpected(node),
        };
        let body = match &kind {
            StmtKind::FunctionDef(def) => &def.body,
            StmtKind::ClassDef(class) => &class.body,
            _ => return self.unexpected(node),
        };
        let end = self.block_end(body);
        Ok(self.ast.add_stmt(kind, Span::new(start, end.max(start))))
    }

    fn function(&mut self, node: Node, decorators: Vec<ExprId>) -> Outcome<StmtKind> {
        let (mut name, mut params, mut returns) = (None, Params::default(), None);
        let (mut type_params, mut body, mut is_async) = (Vec::new(), Vec::new(), false);
        let mut header_end = node.start;
        self.children(|this, part| {
            match part.kind {
                Kind::Async => is_async = true,
                Kind::Identifier => name = Some(this.ident(part)?),
                Kind::TypeParameter => type_params = this.type_params(part)?,
                Kind::Parameters => params = this.params(false)?,
                Kind::Type => returns = Some(this.type_expr()?),
                Kind::Block => {
                    body = this.block(part)?;
                    return Ok(());
                }
                _ => {}
            }
            if part.kind != Kind::Colon {
                header_end = part.end;
            }
            Ok(())
        })?;
        let Some(name) = name else { return self.unexpected(node) };
        Ok(StmtKind::FunctionDef(Box::new(FunctionDef {
            name,
            params,
            body,
            decorators,
            returns,
            type_params,
            is_async,
            header: Span::new(node.start, header_end),
            unnamed_fingerprint: 0,
        })))
    }

    fn class(&mut self, node: Node, decorators: Vec<ExprId>) -> Outcome<StmtKind> {
        let (mut name, mut body, mut type_params) = (None, Vec::new(), Vec::new());
        let (mut bases, mut keywords) = (Vec::new(), Vec::new());
        let mut own = None;
        let mut header_end = node.start;
        self.children(|this, part| {
            match part.kind {
                Kind::Identifier => {
                    own = Some(this.plain_name(part)?);
                    name = Some(this.ident(part)?);
                }
                Kind::TypeParameter => type_params = this.type_params(part)?,
                Kind::ArgumentList => (bases, keywords) = this.arguments()?,
                Kind::Block => {
                    let around = std::mem::replace(&mut this.class, own.take());
                    body = this.block(part)?;
                    this.class = around;
                    return Ok(());
                }
                _ => {}
            }
            if part.kind != Kind::Colon {
                header_end = part.end;
            }
            Ok(())
        })?;
        let Some(name) = name else { return self.unexpected(node) };
        Ok(StmtKind::ClassDef(Box::new(ClassDef {
            name,
            bases,
            keywords,
            body,
            decorators,
            type_params,
            header: Span::new(node.start, header_end),
            unnamed_fingerprint: 0,
        })))
    }
}
