//! Arguments of calls and bases of classes.

use super::super::ast::*;
use super::expr::{NAMED, NONE, STAR_ANY};
use super::{Builder, Kind, Node, Outcome, syntax};

impl Builder<'_> {
    /// The arguments of a call: a list, or a generator expression whose parentheses serve.
    pub(super) fn call_arguments(&mut self) -> Outcome<(Vec<ExprId>, Vec<Keyword>)> {
        match self.node().kind {
            Kind::Generator => Ok((vec![self.expr(NONE)?], Vec::new())),
            Kind::ArgumentList => self.arguments(),
            _ => self.unexpected(self.node()),
        }
    }

    pub(super) fn arguments(&mut self) -> Outcome<(Vec<ExprId>, Vec<Keyword>)> {
        let (mut args, mut keywords): (Vec<ExprId>, Vec<Keyword>) = (Vec::new(), Vec::new());
        let mut unpacked = false;
        let mut last = Kind::LParen;
        self.children(|this, node| {
            match node.kind {
                Kind::LParen | Kind::RParen => {}
                // `f(,)` passes the grammar.
                Kind::Comma if matches!(last, Kind::LParen | Kind::Comma) => {
                    return this.unexpected(node);
                }
                Kind::Comma => {}
                Kind::DictSplat => {
                    unpacked = true;
                    keywords.push(Keyword { name: None, value: this.splatted(node, false)? });
                }
                Kind::KeywordArgument => keywords.push(this.keyword(node)?),
                _ => {
                    let value = this.expr(NAMED | STAR_ANY)?;
                    let starred = matches!(this.ast.expr(value).kind, ExprKind::Starred(_));
                    if unpacked {
                        let message = "a positional argument follows `**`";
                        return Err(syntax(node.span(), message));
                    }
                    if !starred && !keywords.is_empty() {
                        let message = "a positional argument follows a keyword argument";
                        return Err(syntax(node.span(), message));
                    }
                    args.push(value);
                }
            }
            last = node.kind;
            Ok(())
        })?;
        Ok((args, keywords))
    }

    fn keyword(&mut self, node: Node) -> Outcome<Keyword> {
        self.down();
        let name = self.node();
        let name = Ident { name: self.plain_name(name)?, span: name.span() };
        self.next();
        self.next();
        let value = self.expr(NONE)?;
        self.up();
        if &*name.name == "__debug__" && self.python.minor >= 9 {
            return Err(syntax(node.span(), "`__debug__` cannot be assigned"));
        }
        Ok(Keyword { name: Some(name), value })
    }
}
