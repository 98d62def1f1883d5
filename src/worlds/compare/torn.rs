//! After an abort: new code above that would use something old below, and they do not fit.

use rustc_hash::FxHashSet;

use super::Worlds;
use crate::comparison::TornDependency;
use crate::program::{Program, visit};
use crate::simulation::{AbortCause, AbortPoint};
use crate::syntax::ast::{
    Ast, Constant, ExprId, ExprKind, Keyword, Name, ParamKind, Params, StmtId, StmtKind,
};
use crate::text::span::Span;
use crate::worlds::changes::body_exprs;
use crate::worlds::matching::first_line;

/// How a top-level statement makes a name.
#[derive(Clone, Copy)]
enum Maker<'a> {
    Function(&'a Params),
    /// A class without bases, with the parameters of its `__init__`.
    Class(Option<&'a Params>),
    /// A value whose kind is written there.
    Literal(&'static str),
}

/// What a use below an abort point meets instead of what it was written for.
struct Misfit {
    old: Option<(u32, Span)>,
    new: Span,
    why: String,
}

struct Made<'a> {
    maker: Maker<'a>,
    name: Span,
}

impl Worlds<'_, '_> {
    pub(super) fn torn_dependencies(&mut self, points: &[AbortPoint]) -> Vec<TornDependency> {
        let Some(new) = self.program(self.last) else { return Vec::new() };
        let mut found: Vec<TornDependency> = Vec::new();
        for (index, point) in points.iter().enumerate() {
            let quiet = point.cause == AbortCause::NewRisk && point.unchanged;
            if quiet || point.cause == AbortCause::Environment {
                continue;
            }
            for torn in self.torn_at(new, index, point) {
                // What an earlier stop tears already is told there.
                if !found.iter().any(|known| known.usage == torn.usage) {
                    found.push(torn);
                }
            }
        }
        found
    }

    fn torn_at(&mut self, new: &Program, index: usize, point: &AbortPoint) -> Vec<TornDependency> {
        let ast = new.ast();
        let above = ast.body.iter().copied().filter(|&id| {
            ast.stmt(id).span.end <= point.span.start
                && definition(ast, id).is_some_and(|name| point.updated.contains(name))
        });
        let mut found = Vec::new();
        for caller in above {
            let Some(name) = definition(ast, caller) else { continue };
            let reads = self.module_reads(new, caller);
            for (usage, callee, call) in uses(ast, caller, &reads) {
                let misfit = if point.stale.contains(&callee) {
                    self.misfit(new, &callee, call)
                } else {
                    self.missing(new, name, &callee, point)
                };
                let Some(Misfit { old, new: new_span, why }) = misfit else { continue };
                let caller = name.clone();
                found.push(TornDependency {
                    abort: index,
                    caller,
                    usage,
                    callee,
                    old,
                    new_span,
                    why,
                });
            }
        }
        found
    }

    /// Where the functions of a definition read the module's names when they are called.
    fn module_reads(&self, program: &Program, id: StmtId) -> FxHashSet<Span> {
        let Some(reload) = self.reload else { return FxHashSet::default() };
        let within = program.ast().stmt(id).span;
        let inside = reload
            .trace
            .defined
            .iter()
            .filter(|&&made| within.contains(program.ast().stmt(made).span));
        let scopes = inside.filter_map(|&made| program.statement_scope(made));
        scopes.flat_map(|scope| &scope.later_reads).map(|read| read.span).collect()
    }

    /// Why a use of a name does not fit what live holds under it.
    fn misfit(&mut self, new: &Program, callee: &Name, call: Option<ExprId>) -> Option<Misfit> {
        let (version, old, remade) = self.both(new, callee)?;
        let why = match call {
            Some(call) => call_misfit(new.ast(), call, callee, &old.maker, &remade.maker)?,
            None => value_misfit(callee, &old.maker, &remade.maker)?,
        };
        Some(Misfit { old: Some((version, old.name)), new: remade.name, why })
    }

    /// A definition below that live has not got, used by something that live code uses already.
    fn missing(
        &mut self,
        new: &Program,
        caller: &Name,
        callee: &Name,
        point: &AbortPoint,
    ) -> Option<Misfit> {
        let symbols = [self.machine.symbol(caller), self.machine.symbol(callee)];
        let [known, used] = symbols.map(|symbol| self.live.global(symbol).is_some());
        if !known || used || self.live.unseen || point.updated.contains(callee) {
            return None;
        }
        let ast = new.ast();
        let made = ast.body.iter().copied().find(|&id| definition(ast, id) == Some(callee))?;
        let span = first_line(new, Some(made));
        let why = format!("`{callee}` is not there yet");
        (span.start > point.span.end).then_some(Misfit { old: None, new: span, why })
    }

    /// How a name is made in the version that live holds, and in the last one.
    fn both<'p>(&mut self, new: &'p Program, name: &Name) -> Option<(u32, Made<'p>, Made<'p>)>
    where
        Self: 'p,
    {
        let symbol = self.machine.symbol(name);
        let slot = self.live.global(symbol)?;
        let [binding] = &slot.bindings[..] else { return None };
        if binding.version >= self.last {
            return None;
        }
        let old = self.program(binding.version)?;
        let made = makers(old.ast(), name).into_iter().find(|made| made.name == binding.span)?;
        let remade = makers(new.ast(), name);
        let count = remade.len();
        let remade = remade.into_iter().next().filter(|_| count == 1)?;
        Some((binding.version, made, remade))
    }
}

/// The name that a `def` or `class` statement defines.
fn definition(ast: &Ast, id: StmtId) -> Option<&Name> {
    match &ast.stmt(id).kind {
        StmtKind::FunctionDef(def) => Some(&def.name.name),
        StmtKind::ClassDef(def) => Some(&def.name.name),
        _ => None,
    }
}

/// The statements of the module body that make a name, as far as they are understood.
fn makers<'a>(ast: &'a Ast, wanted: &Name) -> Vec<Made<'a>> {
    let made = ast.body.iter().filter_map(|&id| match &ast.stmt(id).kind {
        // What a decorator makes of it is not followed.
        StmtKind::FunctionDef(def) if def.name.name == *wanted && def.decorators.is_empty() => {
            Some(Made { maker: Maker::Function(&def.params), name: def.name.span })
        }
        StmtKind::ClassDef(def) if def.name.name == *wanted => {
            let plain =
                def.decorators.is_empty() && def.bases.is_empty() && def.keywords.is_empty();
            let init = def.body.iter().find_map(|&id| match &ast.stmt(id).kind {
                StmtKind::FunctionDef(def) if &*def.name.name == "__init__" => Some(&def.params),
                _ => None,
            });
            Some(Made { maker: Maker::Class(init.filter(|_| plain)), name: def.name.span })
        }
        StmtKind::Assign { targets, value } => {
            let [target] = targets[..] else { return None };
            let is_wanted =
                matches!(&ast.expr(target).kind, ExprKind::Name(name) if name == wanted);
            let kind = literal_kind(ast, *value).filter(|_| is_wanted)?;
            Some(Made { maker: Maker::Literal(kind), name: ast.expr(target).span })
        }
        _ => None,
    });
    made.collect()
}

fn literal_kind(ast: &Ast, id: ExprId) -> Option<&'static str> {
    Some(match &ast.expr(id).kind {
        ExprKind::Constant(Constant::None) => "`None`",
        ExprKind::Constant(Constant::Str(_)) => "a string",
        ExprKind::Constant(Constant::Bytes(_)) => "bytes",
        ExprKind::Constant(
            Constant::Int(_) | Constant::BigInt(_) | Constant::Float(_) | Constant::Complex(_),
        ) => "a number",
        ExprKind::Dict { .. } | ExprKind::DictComp(_) => "a dict",
        ExprKind::List(_) | ExprKind::ListComp(_) => "a list",
        ExprKind::Tuple(_) => "a tuple",
        ExprKind::Set(_) | ExprKind::SetComp(_) => "a set",
        _ => return None,
    })
}

/// The uses of module names in a definition: where, of what, and the call where it is called.
fn uses(ast: &Ast, id: StmtId, reads: &FxHashSet<Span>) -> Vec<(Span, Name, Option<ExprId>)> {
    let mut pending = Vec::new();
    body_exprs(ast, id, &mut pending);
    let mut called = FxHashSet::default();
    let mut names = Vec::new();
    let mut found = Vec::new();
    while let Some(id) = pending.pop() {
        let expr = ast.expr(id);
        match &expr.kind {
            ExprKind::Call { func, .. } => {
                let func = ast.expr(*func);
                if let ExprKind::Name(name) = &func.kind
                    && reads.contains(&func.span)
                    && called.insert(func.span)
                {
                    found.push((func.span, name.clone(), Some(id)));
                }
            }
            ExprKind::Name(name) if reads.contains(&expr.span) => names.push((expr.span, name)),
            _ => {}
        }
        visit::child_exprs(ast, id, &mut |child| pending.push(child));
    }
    for (span, name) in names {
        if called.insert(span) {
            found.push((span, name.clone(), None));
        }
    }
    found.sort_by_key(|(span, ..)| *span);
    found
}

/// Why a call that fits the new definition does not fit the old one.
fn call_misfit(
    ast: &Ast,
    call: ExprId,
    callee: &Name,
    old: &Maker<'_>,
    new: &Maker<'_>,
) -> Option<String> {
    let ExprKind::Call { args, keywords, .. } = &ast.expr(call).kind else { return None };
    if let (Maker::Literal(kind), Maker::Function(_) | Maker::Class(_)) = (old, new) {
        return Some(format!("the old `{callee}` is {kind}, not something to call"));
    }
    let ((old, skip_old), (new, skip_new)) = (parameters(old)?, parameters(new)?);
    let spread = args.iter().any(|&arg| matches!(ast.expr(arg).kind, ExprKind::Starred(_)))
        || keywords.iter().any(|keyword| keyword.name.is_none());
    if spread || misfit(new, skip_new, args.len(), keywords).is_some() {
        return None;
    }
    misfit(old, skip_old, args.len(), keywords).map(|why| format!("the old `{callee}` {why}"))
}

/// The parameters, and how many of them the call does not give (`self`).
fn parameters<'a>(maker: &Maker<'a>) -> Option<(&'a Params, usize)> {
    match maker {
        Maker::Function(params) => Some((params, 0)),
        Maker::Class(init) => init.map(|params| (params, 1)),
        Maker::Literal(_) => None,
    }
}

/// What a call gives that parameters do not take, or the other way round.
fn misfit(params: &Params, skip: usize, given: usize, keywords: &[Keyword]) -> Option<String> {
    let takes = &params.list[skip.min(params.list.len())..];
    let is_positional =
        |kind| matches!(kind, ParamKind::PositionalOnly | ParamKind::PositionalOrKeyword);
    let positional: Vec<_> = takes.iter().filter(|param| is_positional(param.kind)).collect();
    let has = |kind| takes.iter().any(|param| param.kind == kind);
    if given > positional.len() && !has(ParamKind::VarPositional) {
        let plural = if positional.len() == 1 { "" } else { "s" };
        return Some(format!(
            "takes {} positional argument{plural}, not {given}",
            positional.len()
        ));
    }
    let named: FxHashSet<&Name> = keywords
        .iter()
        .filter_map(|keyword| keyword.name.as_ref())
        .map(|name| &name.name)
        .collect();
    for name in &named {
        let by_name =
            |kind| matches!(kind, ParamKind::PositionalOrKeyword | ParamKind::KeywordOnly);
        let known = takes.iter().any(|param| by_name(param.kind) && param.name.name == **name);
        if !known && !has(ParamKind::VarKeyword) {
            return Some(format!("has no parameter `{name}`"));
        }
    }
    let mut required = positional
        .iter()
        .skip(given)
        .copied()
        .chain(takes.iter().filter(|param| param.kind == ParamKind::KeywordOnly));
    required
        .find(|param| param.default.is_none() && !named.contains(&param.name.name))
        .map(|param| format!("still needs `{}`", param.name.name))
}

/// Why a value that is not called is not what the new code reckons with.
fn value_misfit(callee: &Name, old: &Maker<'_>, new: &Maker<'_>) -> Option<String> {
    let kind = |maker: &Maker<'_>| match maker {
        Maker::Function(_) => "a function",
        Maker::Class(_) => "a class",
        Maker::Literal(kind) => *kind,
    };
    let (old, new) = (kind(old), kind(new));
    (old != new).then(|| format!("the old `{callee}` is {old}, not {new}"))
}
