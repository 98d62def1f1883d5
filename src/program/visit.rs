//! The direct parts of a statement or an expression, in the order in which they are evaluated.
//!
//! Depth is bounded by the parser, which refuses trees that CPython could not compile either.

use crate::syntax::ast::{
    Ast, Comprehension, ExprId, ExprKind, FStringPart, Keyword, Name, Params, Pattern, PatternKind,
    StmtId, TypeParam,
};

/// Calls `f` with each direct sub-expression of an expression, scopes included.
pub fn child_exprs(ast: &Ast, id: ExprId, f: &mut dyn FnMut(ExprId)) {
    match &ast.expr(id).kind {
        ExprKind::BoolOp { values, .. }
        | ExprKind::Set(values)
        | ExprKind::List(values)
        | ExprKind::Tuple(values) => values.iter().copied().for_each(f),
        ExprKind::Named { value, .. }
        | ExprKind::UnaryOp { operand: value, .. }
        | ExprKind::Await(value)
        | ExprKind::YieldFrom(value)
        | ExprKind::Attribute { value, .. }
        | ExprKind::Starred(value) => f(*value),
        ExprKind::BinOp { left, right, .. } => {
            f(*left);
            f(*right);
        }
        ExprKind::Lambda(lambda) => {
            param_exprs(&lambda.params, f);
            f(lambda.body);
        }
        ExprKind::IfExp { test, body, orelse } => [*test, *body, *orelse].into_iter().for_each(f),
        ExprKind::Dict { keys, values } => {
            for (key, value) in keys.iter().zip(values) {
                if let Some(key) = key {
                    f(*key);
                }
                f(*value);
            }
        }
        ExprKind::ListComp(comp)
        | ExprKind::SetComp(comp)
        | ExprKind::DictComp(comp)
        | ExprKind::GeneratorExp(comp) => comprehension_exprs(comp, f),
        ExprKind::Yield(value) => value.iter().copied().for_each(f),
        ExprKind::Compare { left, comparators, .. } => {
            f(*left);
            comparators.iter().copied().for_each(f);
        }
        ExprKind::Call { func, args, keywords } => {
            f(*func);
            args.iter().copied().for_each(&mut *f);
            keyword_exprs(keywords, f);
        }
        ExprKind::JoinedStr(parts) | ExprKind::TemplateStr(parts) => part_exprs(parts, f),
        ExprKind::Subscript { value, index } => {
            f(*value);
            f(*index);
        }
        ExprKind::Slice { lower, upper, step } => {
            [lower, upper, step].into_iter().flatten().copied().for_each(f);
        }
        ExprKind::Constant(_) | ExprKind::Name(_) => {}
    }
}

fn comprehension_exprs(comp: &Comprehension, f: &mut dyn FnMut(ExprId)) {
    for generator in &comp.generators {
        f(generator.iter);
        f(generator.target);
        generator.ifs.iter().copied().for_each(&mut *f);
    }
    f(comp.element);
    comp.value.iter().copied().for_each(f);
}

fn keyword_exprs(keywords: &[Keyword], f: &mut dyn FnMut(ExprId)) {
    keywords.iter().for_each(|keyword| f(keyword.value));
}

/// Calls `f` with every name that expressions or their parts are.
pub fn names<'a>(ast: &'a Ast, exprs: &[ExprId], f: &mut dyn FnMut(&'a Name)) {
    let mut pending = exprs.to_vec();
    while let Some(id) = pending.pop() {
        if let ExprKind::Name(name) = &ast.expr(id).kind {
            f(name);
        }
        child_exprs(ast, id, &mut |child| pending.push(child));
    }
}

/// Calls `f` with the expressions of an f-string's replacement fields.
pub fn part_exprs(parts: &[FStringPart], f: &mut dyn FnMut(ExprId)) {
    for part in parts {
        if let FStringPart::Field { value, spec, .. } = part {
            f(*value);
            part_exprs(spec, f);
        }
    }
}

/// Calls `f` with the defaults of parameters (annotations are not among them).
pub fn param_exprs(params: &Params, f: &mut dyn FnMut(ExprId)) {
    params.list.iter().filter_map(|param| param.default).for_each(f);
}

/// Calls `f` with the bounds and defaults of type parameters.
pub fn type_param_exprs(params: &[TypeParam], f: &mut dyn FnMut(ExprId)) {
    params.iter().flat_map(|param| [param.bound, param.default]).flatten().for_each(f);
}

/// Calls `f` with the expressions that a pattern evaluates.
pub fn pattern_exprs(pattern: &Pattern, f: &mut dyn FnMut(ExprId)) {
    match &pattern.kind {
        PatternKind::Value(value) => f(*value),
        PatternKind::Sequence(patterns) | PatternKind::Or(patterns) => {
            patterns.iter().for_each(|pattern| pattern_exprs(pattern, f));
        }
        PatternKind::Mapping { keys, patterns, .. } => {
            keys.iter().copied().for_each(&mut *f);
            patterns.iter().for_each(|pattern| pattern_exprs(pattern, f));
        }
        PatternKind::Class { cls, patterns, keywords } => {
            f(*cls);
            patterns.iter().for_each(|pattern| pattern_exprs(pattern, f));
            keywords.iter().for_each(|(_, pattern)| pattern_exprs(pattern, f));
        }
        PatternKind::As { pattern: Some(pattern), .. } => pattern_exprs(pattern, f),
        PatternKind::As { pattern: None, .. }
        | PatternKind::Singleton(_)
        | PatternKind::Star(_) => {}
    }
}

/// Calls `f` with each statement list that is part of a statement, definitions' bodies included.
pub fn child_blocks<'a>(ast: &'a Ast, id: StmtId, f: &mut dyn FnMut(&'a [StmtId])) {
    ast.stmt(id).kind.blocks(f);
}
