//! Our tree in the words of `dump.py`.

use std::fmt::Write as _;

use reloadsafe::syntax::ast::*;
use reloadsafe::text::source::Source;
use reloadsafe::text::span::Span;

pub(crate) struct Dumper<'a> {
    pub(crate) ast: &'a Ast,
    pub(crate) source: &'a Source,
}

fn text(value: &str) -> String {
    let mut out = String::from('"');
    for c in value.chars() {
        if (33..127).contains(&(c as u32)) && !matches!(c, '\\' | '(' | ')') {
            out.push(c);
        } else {
            let _ = write!(out, "\\{:x};", c as u32);
        }
    }
    out.push('"');
    out
}

fn constant(value: &Constant) -> String {
    match value {
        Constant::None => "None".into(),
        Constant::True => "True".into(),
        Constant::False => "False".into(),
        Constant::Ellipsis => "...".into(),
        Constant::Int(value) => format!("i{value}"),
        Constant::BigInt(_) => "big".into(),
        Constant::Float(value) => format!("f{:016x}", value.to_bits()),
        Constant::Complex(value) => format!("j{:016x}", value.to_bits()),
        Constant::Str(value) => text(value),
        Constant::Bytes(value) => {
            format!("b{}", text(&value.iter().map(|&byte| byte as char).collect::<String>()))
        }
    }
}

fn binary(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mult => "*",
        BinaryOp::MatMult => "@",
        BinaryOp::Div => "/",
        BinaryOp::Mod => "%",
        BinaryOp::Pow => "**",
        BinaryOp::LShift => "<<",
        BinaryOp::RShift => ">>",
        BinaryOp::BitOr => "|",
        BinaryOp::BitXor => "^",
        BinaryOp::BitAnd => "&",
        BinaryOp::FloorDiv => "//",
    }
}

fn compare(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Eq => "==",
        CompareOp::NotEq => "!=",
        CompareOp::Lt => "<",
        CompareOp::LtE => "<=",
        CompareOp::Gt => ">",
        CompareOp::GtE => ">=",
        CompareOp::Is => "is",
        CompareOp::IsNot => "is not",
        CompareOp::In => "in",
        CompareOp::NotIn => "not in",
    }
}

fn list<T>(items: &[T], dump: impl FnMut(&T) -> String) -> String {
    format!("({})", items.iter().map(dump).collect::<Vec<_>>().join(" "))
}

fn name(ident: Option<&Ident>) -> &str {
    ident.map_or("-", |ident| &ident.name)
}

impl Dumper<'_> {
    fn node(&self, id: ExprId, at: bool) -> String {
        let expr = self.ast.expr(id);
        if matches!(&expr.kind, ExprKind::Tuple(elements) if at && elements.is_empty()) {
            return "(tuple ())".into();
        }
        let dumped = self.expr(&expr.kind, at);
        if !at {
            return dumped;
        }
        let column = |offset: u32| offset - self.source.line_start(self.source.line(offset));
        let Span { start, end } = expr.span;
        format!("{}:{}-{}:{dumped}", self.source.line(start), column(start), column(end))
    }

    fn option(&self, id: Option<ExprId>, at: bool) -> String {
        id.map_or("-".into(), |id| self.node(id, at))
    }

    fn nodes(&self, ids: &[ExprId], at: bool) -> String {
        list(ids, |&id| self.node(id, at))
    }

    fn keywords(&self, keywords: &[Keyword], at: bool) -> String {
        list(keywords, |keyword| {
            let name = keyword.name.as_ref().map_or("**", |name| &name.name);
            format!("({name} {})", self.node(keyword.value, at))
        })
    }

    fn params(&self, params: &Params, at: bool) -> String {
        list(&params.list, |param| {
            let kind = match param.kind {
                ParamKind::PositionalOnly => "po",
                ParamKind::PositionalOrKeyword => "pk",
                ParamKind::VarPositional => "vp",
                ParamKind::KeywordOnly => "ko",
                ParamKind::VarKeyword => "vk",
            };
            let annotation = self.option(param.annotation, at);
            format!("({} {kind} {annotation} {})", param.name.name, self.option(param.default, at))
        })
    }

    fn parts(&self, parts: &[FStringPart]) -> String {
        list(parts, |part| match part {
            FStringPart::Literal(literal) => text(literal),
            FStringPart::Field { value, conversion, spec } => {
                let conversion = conversion.map(String::from).unwrap_or_default();
                format!("(field {} {conversion} {})", self.node(*value, false), self.parts(spec))
            }
        })
    }

    fn generators(&self, inner: &Comprehension, at: bool) -> String {
        list(&inner.generators, |part| {
            let keyword = if part.is_async { "async" } else { "for" };
            let (target, iter) = (self.node(part.target, at), self.node(part.iter, at));
            format!("({keyword} {target} {iter} {})", self.nodes(&part.ifs, at))
        })
    }

    fn comprehension(&self, name: &str, inner: &Comprehension, at: bool) -> String {
        let value = inner.value.map_or(String::new(), |value| self.node(value, at) + " ");
        format!("({name} {} {value}{})", self.node(inner.element, at), self.generators(inner, at))
    }

    fn expr(&self, kind: &ExprKind, at: bool) -> String {
        let node = |id: &ExprId| self.node(*id, at);
        match kind {
            ExprKind::Name(name) => name.to_string(),
            ExprKind::Constant(value) => constant(value),
            ExprKind::Attribute { value, attr } => format!("(attr {} {})", node(value), attr.name),
            ExprKind::Call { func, args, keywords } => {
                let args = self.nodes(args, at);
                format!("(call {} {args} {})", node(func), self.keywords(keywords, at))
            }
            ExprKind::BoolOp { op, values } => {
                let op = if *op == BoolOp::And { "and" } else { "or" };
                format!("({op} {})", self.nodes(values, at))
            }
            ExprKind::Named { target, value } => format!("(:= {} {})", target.name, node(value)),
            ExprKind::BinOp { left, op, right } => {
                format!("({} {} {})", binary(*op), node(left), node(right))
            }
            ExprKind::UnaryOp { op, operand } => {
                let op = match op {
                    UnaryOp::Invert => "~",
                    UnaryOp::Not => "not",
                    UnaryOp::UAdd => "+",
                    UnaryOp::USub => "-",
                };
                format!("(u{op} {})", node(operand))
            }
            ExprKind::Lambda(lambda) => {
                format!("(lambda {} {})", self.params(&lambda.params, at), node(&lambda.body))
            }
            ExprKind::IfExp { test, body, orelse } => {
                format!("(if {} {} {})", node(test), node(body), node(orelse))
            }
            ExprKind::Dict { keys, values } => {
                let keys = list(keys, |&key| self.option(key, at));
                format!("(dict {keys} {})", self.nodes(values, at))
            }
            ExprKind::Set(ids) => format!("(set {})", self.nodes(ids, at)),
            ExprKind::List(ids) => format!("(list {})", self.nodes(ids, at)),
            ExprKind::Tuple(ids) => format!("(tuple {})", self.nodes(ids, at)),
            ExprKind::ListComp(inner) => self.comprehension("ListComp", inner, at),
            ExprKind::SetComp(inner) => self.comprehension("SetComp", inner, at),
            ExprKind::DictComp(inner) => self.comprehension("DictComp", inner, at),
            ExprKind::GeneratorExp(inner) => self.comprehension("GeneratorExp", inner, at),
            ExprKind::Await(value) => format!("(Await {})", node(value)),
            ExprKind::YieldFrom(value) => format!("(YieldFrom {})", node(value)),
            ExprKind::Starred(value) => format!("(Starred {})", node(value)),
            ExprKind::Yield(value) => format!("(Yield {})", self.option(*value, at)),
            ExprKind::Compare { left, ops, comparators } => {
                let ops = list(ops, |&op| compare(op).to_owned());
                format!("(cmp {} {ops} {})", node(left), self.nodes(comparators, at))
            }
            ExprKind::JoinedStr(parts) => format!("(fstr {})", self.parts(parts)),
            ExprKind::TemplateStr(parts) => format!("(tstr {})", self.parts(parts)),
            ExprKind::Subscript { value, index } => format!("([] {} {})", node(value), node(index)),
            ExprKind::Slice { lower, upper, step } => {
                let [lower, upper, step] = [lower, upper, step].map(|&id| self.option(id, at));
                format!("(slice {lower} {upper} {step})")
            }
        }
    }

    fn type_params(&self, params: &[TypeParam]) -> String {
        list(params, |param| {
            let (bound, default) =
                (self.option(param.bound, true), self.option(param.default, true));
            format!("({:?} {} {bound} {default})", param.kind, param.name.name)
        })
    }

    fn aliases(aliases: &[Alias]) -> String {
        list(aliases, |alias| {
            format!("{}/{}", alias.name, alias.asname.as_ref().map_or("", |name| &name.name))
        })
    }

    fn patterns(&self, patterns: &[Pattern]) -> String {
        list(patterns, |pattern| self.pattern(pattern))
    }

    fn pattern(&self, pattern: &Pattern) -> String {
        match &pattern.kind {
            PatternKind::Value(value) => format!("(value {})", self.node(*value, true)),
            PatternKind::Singleton(value) => constant(value),
            PatternKind::Sequence(patterns) => format!("(seq {})", self.patterns(patterns)),
            PatternKind::Mapping { keys, patterns, rest } => {
                let keys = self.nodes(keys, true);
                format!("(map {keys} {} {})", self.patterns(patterns), name(rest.as_ref()))
            }
            PatternKind::Class { cls, patterns, keywords } => {
                let named =
                    list(keywords, |(name, inner)| format!("{name}={}", self.pattern(inner)));
                format!("(class {} {} {named})", self.node(*cls, true), self.patterns(patterns))
            }
            PatternKind::Star(ident) => format!("(star {})", name(ident.as_ref())),
            PatternKind::As { pattern, name: ident } => {
                let inner = pattern.as_ref().map_or("-".into(), |inner| self.pattern(inner));
                format!("(as {inner} {})", name(ident.as_ref()))
            }
            PatternKind::Or(patterns) => format!("(or {})", self.patterns(patterns)),
        }
    }

    fn block(&self, body: &[StmtId]) -> String {
        list(body, |&id| self.stmt(id))
    }

    pub(crate) fn stmt(&self, id: StmtId) -> String {
        let stmt = self.ast.stmt(id);
        let start = match &stmt.kind {
            // CPython counts from the `def`.
            StmtKind::FunctionDef(def) => def.header.start,
            StmtKind::ClassDef(class) => class.header.start,
            _ => stmt.span.start,
        };
        let dumped = self.stmt_kind(&stmt.kind);
        format!("{}-{}:{dumped}", self.source.line(start), self.source.line(stmt.span.end))
    }

    fn stmt_kind(&self, kind: &StmtKind) -> String {
        let node = |id: &ExprId| self.node(*id, true);
        let idents = |names: &[Ident]| {
            names.iter().map(|name| name.name.to_string()).collect::<Vec<_>>().join(" ")
        };
        match kind {
            StmtKind::Return(value) => format!("(return {})", self.option(*value, true)),
            StmtKind::Delete(targets) => format!("(del {})", self.nodes(targets, true)),
            StmtKind::Assign { targets, value } => {
                format!("(= {} {})", self.nodes(targets, true), node(value))
            }
            StmtKind::TypeAlias { name, type_params, value } => {
                format!("(type {} {} {})", name.name, self.type_params(type_params), node(value))
            }
            StmtKind::AugAssign { target, op, value } => {
                format!("({}= {} {})", binary(*op), node(target), node(value))
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                let value = self.option(*value, true);
                format!("(: {} {} {value} {})", node(target), node(annotation), u8::from(*simple))
            }
            StmtKind::Raise { exc, cause } => {
                format!("(raise {} {})", self.option(*exc, true), self.option(*cause, true))
            }
            StmtKind::Assert { test, msg } => {
                format!("(assert {} {})", node(test), self.option(*msg, true))
            }
            StmtKind::Import(aliases) => format!("(import {})", Self::aliases(aliases)),
            StmtKind::ImportFrom { module, names, level } => {
                let names = match names {
                    ImportNames::Star(_) => "(*/)".into(),
                    ImportNames::Names(aliases) => Self::aliases(aliases),
                };
                format!("(from {} {level} {names})", module.as_deref().unwrap_or("-"))
            }
            StmtKind::Global(names) => format!("(global {})", idents(names)),
            StmtKind::Nonlocal(names) => format!("(nonlocal {})", idents(names)),
            StmtKind::Expr(value) => format!("(expr {})", node(value)),
            StmtKind::Pass => "(pass)".into(),
            StmtKind::Break => "(break)".into(),
            StmtKind::Continue => "(continue)".into(),
            _ => self.compound(kind),
        }
    }

    fn compound(&self, kind: &StmtKind) -> String {
        let node = |id: &ExprId| self.node(*id, true);
        match kind {
            StmtKind::FunctionDef(def) => {
                let kind = if def.is_async { "async-def" } else { "def" };
                let decorators = self.nodes(&def.decorators, true);
                let (types, params) =
                    (self.type_params(&def.type_params), self.params(&def.params, true));
                let (returns, body) = (self.option(def.returns, true), self.block(&def.body));
                format!("({kind} {} {decorators} {types} {params} {returns} {body})", def.name.name)
            }
            StmtKind::ClassDef(class) => {
                let decorators = self.nodes(&class.decorators, true);
                let (types, bases) =
                    (self.type_params(&class.type_params), self.nodes(&class.bases, true));
                let (keywords, body) =
                    (self.keywords(&class.keywords, true), self.block(&class.body));
                format!(
                    "(class {} {decorators} {types} {bases} {keywords} {body})",
                    class.name.name
                )
            }
            StmtKind::For { target, iter, body, orelse, is_async } => {
                let name = if *is_async { "AsyncFor" } else { "For" };
                let (body, orelse) = (self.block(body), self.block(orelse));
                format!("({name} {} {} {body} {orelse})", node(target), node(iter))
            }
            StmtKind::While { test, body, orelse } => {
                format!("(while {} {} {})", node(test), self.block(body), self.block(orelse))
            }
            StmtKind::If { branches, orelse } => {
                let branches =
                    list(branches, |(test, body)| format!("({} {})", node(test), self.block(body)));
                format!("(if {branches} {})", self.block(orelse))
            }
            StmtKind::With { items, body, is_async } => {
                let name = if *is_async { "AsyncWith" } else { "With" };
                let items = list(items, |item| {
                    format!("({} {})", node(&item.context), self.option(item.target, true))
                });
                format!("({name} {items} {})", self.block(body))
            }
            StmtKind::Match { subject, cases } => {
                let cases = list(cases, |case| {
                    let (pattern, guard) =
                        (self.pattern(&case.pattern), self.option(case.guard, true));
                    format!("({pattern} {guard} {})", self.block(&case.body))
                });
                format!("(match {} {cases})", node(subject))
            }
            StmtKind::Try { body, handlers, orelse, finalbody, is_star } => {
                let kind = if *is_star { "TryStar" } else { "Try" };
                let handlers = list(handlers, |handler| {
                    let line = self.source.line(handler.span.start);
                    let typ = self.option(handler.typ, true);
                    format!(
                        "({line} {typ} {} {})",
                        name(handler.name.as_ref()),
                        self.block(&handler.body)
                    )
                });
                let (body, orelse) = (self.block(body), self.block(orelse));
                format!("({kind} {body} {handlers} {orelse} {})", self.block(finalbody))
            }
            _ => String::new(),
        }
    }
}
