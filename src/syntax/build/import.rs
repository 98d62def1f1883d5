//! Imports.

use super::super::ast::*;
use super::{Builder, Kind, Node, Outcome, syntax};

impl Builder<'_> {
    pub(super) fn import(&mut self, statement: Node) -> Outcome<StmtKind> {
        let mut aliases = Vec::new();
        let mut last = statement;
        self.children(|this, node| {
            if matches!(node.kind, Kind::DottedName | Kind::AliasedImport) {
                aliases.push(this.alias(node)?);
            }
            last = node;
            Ok(())
        })?;
        if last.kind == Kind::Comma {
            return Err(syntax(last.span(), "a trailing comma is not allowed here"));
        }
        Ok(StmtKind::Import(aliases))
    }

    pub(super) fn import_from(&mut self, statement: Node) -> Outcome<StmtKind> {
        let (mut module, mut level, mut star) = (None, 0, None);
        let mut aliases = Vec::new();
        let (mut imported, mut parens) = (false, false);
        let mut last = statement;
        self.children(|this, node| {
            match node.kind {
                Kind::Import => imported = true,
                Kind::LParen => parens = true,
                Kind::RelativeImport => (module, level) = this.relative()?,
                Kind::DottedName if !imported => module = Some(this.dotted(node)?),
                Kind::WildcardImport => star = Some(node.span()),
                Kind::DottedName | Kind::AliasedImport => {
                    let alias = this.alias(node)?;
                    if alias.name.contains('.') {
                        return Err(syntax(node.span(), "only a plain name can be imported"));
                    }
                    aliases.push(alias);
                }
                _ => {}
            }
            last = node;
            Ok(())
        })?;
        if !parens && last.kind == Kind::Comma {
            let message = "a trailing comma is not allowed without parentheses";
            return Err(syntax(last.span(), message));
        }
        let names = match star {
            Some(_) if parens => return self.unexpected(statement),
            Some(span) => ImportNames::Star(span),
            None if aliases.is_empty() => return self.unexpected(statement),
            None => ImportNames::Names(aliases),
        };
        Ok(StmtKind::ImportFrom { module, names, level })
    }

    fn relative(&mut self) -> Outcome<(Option<Name>, u32)> {
        let (mut module, mut level) = (None, 0);
        self.children(|this, node| {
            match node.kind {
                Kind::ImportPrefix => {
                    level = this.slice(node).bytes().filter(|&byte| byte == b'.').count() as u32;
                }
                Kind::DottedName => module = Some(this.dotted(node)?),
                _ => {}
            }
            Ok(())
        })?;
        Ok((module, level))
    }

    /// A dotted name without the blanks that may stand around its dots.
    pub(super) fn dotted(&mut self, node: Node) -> Outcome<Name> {
        let mut only = None;
        let mut text = String::new();
        self.children(|this, part| {
            if part.kind == Kind::Identifier {
                let name = this.name(part)?;
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(&name);
                only = Some((name, part));
            }
            Ok(())
        })?;
        match only {
            Some((name, part)) if part.start == node.start && part.end == node.end => Ok(name),
            Some(_) => Ok(self.intern(text)),
            None => self.unexpected(node),
        }
    }

    fn alias(&mut self, node: Node) -> Outcome<Alias> {
        if node.kind == Kind::DottedName {
            return Ok(Alias { name: self.dotted(node)?, asname: None, span: node.span() });
        }
        let (mut name, mut asname) = (None, None);
        self.children(|this, part| {
            match part.kind {
                Kind::DottedName => name = Some(this.dotted(part)?),
                Kind::Identifier => asname = Some(this.ident(part)?),
                _ => {}
            }
            Ok(())
        })?;
        let Some(name) = name else { return self.unexpected(node) };
        Ok(Alias { name, asname, span: node.span() })
    }
}
