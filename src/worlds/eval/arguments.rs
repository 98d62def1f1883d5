//! What a call's arguments bind: `PyEval_EvalCode` and `initialize_locals` in `Python/ceval.c`.

use crate::syntax::ast::{ExprId, ExprKind, Param, ParamKind, StmtKind};
use crate::worlds::code::Code;
use crate::worlds::eval::calls::Args;
use crate::worlds::function::{Function, Local};
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::state::{Entries, Object};
use crate::worlds::value::{ObjectId, Value};

impl Machine<'_> {
    pub(super) fn bind_arguments(
        &mut self,
        function: &Function,
        args: Args,
        frame: ObjectId,
        at: ExprId,
    ) -> Flow<()> {
        let program = function.text.program();
        let params: &[Param] = match function.code() {
            Code::Def(id) => match &program.ast().stmt(id).kind {
                StmtKind::FunctionDef(def) => &def.params.list,
                _ => return Ok(()),
            },
            Code::Lambda(id) => match &program.ast().expr(id).kind {
                ExprKind::Lambda(lambda) => &lambda.params.list,
                _ => return Ok(()),
            },
        };
        let inexact = args.inexact;
        let mut positional = args.positional.into_iter();
        let mut keywords = args.keywords;
        let mut problem: Option<String> = None;
        for (index, param) in params.iter().enumerate() {
            let name = &param.name.name;
            let value = match param.kind {
                ParamKind::VarPositional => {
                    let rest: Vec<Value> = positional.by_ref().collect();
                    Some(if inexact { Value::of_type("tuple") } else { Value::tuple(rest) })
                }
                ParamKind::VarKeyword => {
                    let pairs = keywords.drain(..).map(|(name, value)| (Value::Str(name), value));
                    let entries =
                        Entries { pairs: pairs.collect(), exact: !inexact, ..Entries::default() };
                    Some(self.allocate(Object::Dict(entries)))
                }
                kind => {
                    let given = match kind {
                        ParamKind::KeywordOnly => None,
                        _ => positional.next(),
                    };
                    let by_name = keywords.iter().position(|(keyword, _)| keyword == name);
                    match (given, by_name) {
                        (Some(_), Some(_)) if kind == ParamKind::PositionalOrKeyword => {
                            problem = Some(format!("several values for argument `{name}`"));
                            None
                        }
                        (Some(value), _) => Some(value),
                        (None, Some(by_name)) if kind != ParamKind::PositionalOnly => {
                            Some(keywords.remove(by_name).1)
                        }
                        (None, _) => function.defaults.get(index).cloned().flatten(),
                    }
                }
            };
            let value = match value {
                Some(value) => value,
                None if inexact => Value::Opaque(None),
                None => {
                    problem.get_or_insert_with(|| format!("argument `{name}` is missing"));
                    Value::Opaque(None)
                }
            };
            self.set_local(frame, name, Local { value, maybe_unbound: false });
        }
        if positional.next().is_some() {
            problem.get_or_insert_with(|| "too many arguments".to_owned());
        }
        if let Some((name, _)) = keywords.first() {
            problem.get_or_insert_with(|| format!("there is no argument `{name}`"));
        }
        if let Some(problem) = problem {
            let reason = format!("`{}()`: {problem}", function.name);
            return Err(self.raise_builtin("TypeError", reason));
        }
        if inexact {
            self.may_raise("TypeError", Risk::Inside, at, || {
                format!("`{}()` may not take these arguments", function.name)
            });
        }
        Ok(())
    }

    // --- Classes of the module ---
}
