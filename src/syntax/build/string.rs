//! String literals, joined and decoded, and the fields of f-strings.

use std::sync::Arc;

use super::super::ast::*;
use super::super::literal::{self, Decoded};
use super::expr::{NONE, STAR};
use super::{Builder, Kind, Node, Outcome, syntax};
use crate::text::span::Span;

/// Adjacent literals while they are joined.
#[derive(Default)]
struct Joined {
    text: Decoded,
    bytes: Vec<u8>,
    parts: Vec<FStringPart>,
    format: bool,
    template: bool,
    byte_strings: usize,
    strings: usize,
    /// Literals that are not t-strings.
    plain: usize,
}

impl Joined {
    /// Ends the literal text before a field.
    fn flush(&mut self) {
        if !self.text.text.is_empty() {
            let text = std::mem::take(&mut self.text.text);
            self.parts.push(FStringPart::Literal(Arc::from(text)));
        }
    }
}

impl Builder<'_> {
    /// A string or several adjacent ones.
    pub(super) fn string(&mut self, node: Node) -> Outcome<ExprId> {
        let mut joined = Joined::default();
        if node.kind == Kind::String {
            self.one_string(node, &mut joined)?;
        } else {
            self.children(|this, part| this.one_string(part, &mut joined))?;
        }
        if joined.byte_strings != 0 && joined.byte_strings != joined.strings {
            return Err(syntax(node.span(), "bytes and other literals cannot be mixed"));
        }
        if joined.template && joined.plain > 0 {
            return Err(syntax(node.span(), "t-strings and other literals cannot be mixed"));
        }
        let lossy = joined.text.lossy;
        let kind = if joined.byte_strings > 0 {
            ExprKind::Constant(Constant::Bytes(Arc::from(joined.bytes)))
        } else if joined.format || joined.template {
            joined.flush();
            if joined.template {
                ExprKind::TemplateStr(joined.parts)
            } else {
                ExprKind::JoinedStr(joined.parts)
            }
        } else {
            ExprKind::Constant(Constant::Str(Arc::from(joined.text.text)))
        };
        let id = self.add(kind, node.span())?;
        if lossy {
            let text = self.slice(node);
            self.ast.salt_expr(id, text.as_bytes());
        }
        Ok(id)
    }

    fn one_string(&mut self, node: Node, joined: &mut Joined) -> Outcome<()> {
        if self.lexed.strings.get(self.next_string) != Some(&node.span()) {
            return self.unexpected(node);
        }
        self.next_string += 1;
        let token = self.slice(node);
        let quote = token.find(['"', '\'']).unwrap_or(0);
        let prefix = &token[..quote];
        let has = |lower: char| prefix.chars().any(|found| found.eq_ignore_ascii_case(&lower));
        let triple = token[quote..].starts_with("\"\"\"") || token[quote..].starts_with("'''");
        let width = if triple { 3 } else { 1 };
        let body = Span::new(node.start + (quote + width) as u32, node.end - width as u32);
        let raw = has('r');
        joined.strings += 1;
        joined.plain += usize::from(!has('t'));
        if has('b') {
            joined.byte_strings += 1;
            let text = &self.text[body.range()];
            return literal::decode_bytes(text, raw, &mut joined.bytes)
                .map_err(|fault| fault.at(body.start));
        }
        if has('f') || has('t') {
            joined.format |= has('f');
            joined.template |= has('t');
            return self.format_string(body, raw, joined);
        }
        self.decode(body, raw, false, &mut joined.text)
    }

    fn decode(&self, span: Span, raw: bool, braces: bool, into: &mut Decoded) -> Outcome<()> {
        let text = &self.text[span.range()];
        literal::decode_str(text, raw, braces, into).map_err(|fault| fault.at(span.start))
    }

    fn format_string(&mut self, body: Span, raw: bool, joined: &mut Joined) -> Outcome<()> {
        let mut at = body.start;
        self.children(|this, part| {
            if part.kind == Kind::Interpolation {
                this.decode(Span::new(at, part.start), raw, true, &mut joined.text)?;
                let (debug, field) = this.field(part, raw)?;
                if let Some(debug) = debug {
                    joined.text.text.push_str(&debug);
                }
                joined.flush();
                joined.parts.push(field);
                at = part.end;
            }
            Ok(())
        })?;
        self.decode(Span::new(at, body.end), raw, true, &mut joined.text)
    }

    /// A replacement field, with the text that `{value=}` puts before it.
    fn field(&mut self, node: Node, raw: bool) -> Outcome<(Option<String>, FStringPart)> {
        self.enter()?;
        let Some(&end) = self.lexed.field_ends.get(self.next_field) else {
            return self.unexpected(node);
        };
        self.next_field += 1;
        let (mut value, mut value_end) = (None, node.start);
        let (mut conversion, mut spec, mut has_spec) = (None, Vec::new(), false);
        self.children(|this, part| {
            match part.kind {
                Kind::LBrace | Kind::RBrace | Kind::Equal => {}
                Kind::TypeConversion => {
                    conversion = this.slice(part).chars().nth(1);
                }
                Kind::FormatSpecifier => {
                    has_spec = true;
                    spec = this.spec(Span::new(part.start, node.end - 1), raw)?;
                }
                Kind::Yield if value.is_none() => {
                    value = Some(this.yielded()?);
                    value_end = part.end;
                }
                _ if value.is_none() => {
                    let list = matches!(part.kind, Kind::ExpressionList | Kind::PatternList);
                    value = Some(this.expr(if list { STAR } else { NONE })?);
                    value_end = part.end;
                }
                _ => return this.unexpected(part),
            }
            Ok(())
        })?;
        self.leave();
        let Some(value) = value.filter(|_| value_end <= end) else { return self.unexpected(node) };
        // The reading of the grammar must agree with that of the lexer on where the
        // expression ends: a lambda's colon, for one, begins the format spec.
        let rest = &self.lexed.text[value_end as usize..end as usize];
        let rest = rest.trim_ascii();
        let debug = rest == b"=";
        if !debug && !rest.is_empty() {
            return self.unexpected(node);
        }
        let text = debug.then(|| self.text[node.start as usize + 1..end as usize].to_owned());
        if debug && conversion.is_none() && !has_spec {
            conversion = Some('r');
        }
        Ok((text, FStringPart::Field { value, conversion, spec }))
    }

    /// A format spec, from its colon.
    fn spec(&mut self, span: Span, raw: bool) -> Outcome<Vec<FStringPart>> {
        let mut joined = Joined::default();
        let mut at = span.start + 1;
        self.children(|this, part| {
            if matches!(part.kind, Kind::FormatExpression | Kind::Interpolation) {
                this.decode(Span::new(at, part.start), raw, false, &mut joined.text)?;
                let (debug, field) = this.field(part, raw)?;
                if let Some(debug) = debug {
                    joined.text.text.push_str(&debug);
                }
                joined.flush();
                joined.parts.push(field);
                at = part.end;
            }
            Ok(())
        })?;
        self.decode(Span::new(at, span.end.max(at)), raw, false, &mut joined.text)?;
        joined.flush();
        Ok(joined.parts)
    }
}
