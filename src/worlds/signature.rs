//! What functions and classes of other modules take when they are called.

use super::code::Code;
use super::eval::Args;
use super::function::Function;
use super::machine::Machine;
use super::state::Object;
use super::value::Value;
use crate::syntax::ast::{Name, ParamKind, StmtKind};

/// The parameters of a function, those that the caller does not give left out.
#[derive(Debug)]
pub(super) struct Signature {
    params: Vec<Parameter>,
}

#[derive(Debug)]
struct Parameter {
    name: Name,
    kind: ParamKind,
    is_optional: bool,
}

/// Why arguments do not fit.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    TooMany { takes: usize, given: usize },
    NoParameter(Name),
    Missing(Name),
}

impl std::fmt::Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Misfit::TooMany { takes, given } => {
                write!(f, "takes {takes} positional arguments, {given} are given")
            }
            Misfit::NoParameter(name) => write!(f, "there is no argument `{name}`"),
            Misfit::Missing(name) => write!(f, "argument `{name}` is missing"),
        }
    }
}

impl Signature {
    pub(super) fn of(function: &Function, skip: usize) -> Option<Signature> {
        let Code::Def(id) = function.code() else { return None };
        let program = function.text.program();
        let StmtKind::FunctionDef(def) = &program.ast().stmt(id).kind else { return None };
        let params = def.params.list.iter().skip(skip).map(|param| Parameter {
            name: param.name.name.clone(),
            kind: param.kind,
            is_optional: param.default.is_some(),
        });
        Some(Signature { params: params.collect() })
    }

    /// Why arguments certainly do not fit, as `Python/ceval.c` binds them.
    pub(super) fn misfit(&self, args: &Args) -> Option<Misfit> {
        let takes = |kind: ParamKind| self.params.iter().any(|param| param.kind == kind);
        let by_place = |param: &&Parameter| {
            matches!(param.kind, ParamKind::PositionalOnly | ParamKind::PositionalOrKeyword)
        };
        let places = self.params.iter().filter(by_place).count();
        if args.positional.len() > places && !takes(ParamKind::VarPositional) {
            return Some(Misfit::TooMany { takes: places, given: args.positional.len() });
        }
        for (name, _) in &args.keywords {
            let known = self.params.iter().any(|param| {
                param.name == *name
                    && matches!(param.kind, ParamKind::PositionalOrKeyword | ParamKind::KeywordOnly)
            });
            if !known && !takes(ParamKind::VarKeyword) {
                return Some(Misfit::NoParameter(name.clone()));
            }
        }
        let given = |index: usize, param: &Parameter| {
            let named = args.keywords.iter().any(|(name, _)| *name == param.name);
            match param.kind {
                ParamKind::PositionalOnly => index < args.positional.len(),
                ParamKind::PositionalOrKeyword => index < args.positional.len() || named,
                ParamKind::KeywordOnly => named,
                ParamKind::VarPositional | ParamKind::VarKeyword => true,
            }
        };
        let mut numbered = self.params.iter().enumerate();
        let missing = numbered.find(|(index, param)| !param.is_optional && !given(*index, param));
        missing.map(|(_, param)| Misfit::Missing(param.name.clone()))
    }
}

impl Machine<'_> {
    /// Whether `value[…]` is certain to raise TypeError, as a class does that is not generic.
    pub(super) fn refuses_subscripts(&self, value: &Value) -> bool {
        let Value::Object(id) = value else { return false };
        let Some(Object::Class(class)) = self.state.object(*id) else { return false };
        !self.is_opaque_class(value)
            && class.metaclass.is_none()
            && self.builtin_ancestor(value) == "object"
            && self.class_attribute(value, "__class_getitem__").is_none()
    }

    /// The signature of a function that no decorator has touched, or of a class that makes its
    /// instances in the plainest way.
    pub(super) fn signature_of(&self, value: &Value) -> Option<Signature> {
        match value {
            Value::Function(function) => Signature::of(function, 0),
            Value::Object(id) => {
                let Some(Object::Class(class)) = self.state.object(*id) else { return None };
                if class.is_opaque || self.class_attribute(value, "__new__").is_some() {
                    return None;
                }
                let local = class.namespace.get("__init__")?;
                match &local.value {
                    Value::Function(init) if !local.maybe_unbound => Signature::of(init, 1),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
