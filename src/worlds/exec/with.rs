//! `with`: entering, leaving, and exceptions that do not get out.

use crate::syntax::ast::{ExprId, StmtId, WithItem};
use crate::worlds::exec::tries::Mark;
use crate::worlds::machine::{Flow, Machine, Raise, Risk};
use crate::worlds::purpose::Purpose;
use crate::worlds::state::State;
use crate::worlds::value::Value;

/// What a context manager does with an exception.
enum Manager {
    /// `__exit__` is the module's own.
    Own { exit: Value },
    /// `contextlib.suppress` of these classes.
    Suppress(Value),
    /// It never swallows one.
    Transparent,
    /// It is not known.
    Unseen,
}

impl Machine<'_> {
    pub(super) fn with_statement(
        &mut self,
        items: &[WithItem],
        body: &[StmtId],
        is_async: bool,
    ) -> Flow<()> {
        let Some((item, rest)) = items.split_first() else {
            return self.block(body);
        };
        let context = self.expr(item.context)?;
        self.known_operation(&context, "__enter__", None, item.context)?;
        let (manager, entered) = self.enter(&context, item.context, is_async)?;
        let mark = self.mark();
        self.tries += 1;
        let target = item.target;
        let end = target
            .map_or(Ok(()), |target| self.assign(target, entered))
            .and_then(|()| self.with_statement(rest, body, is_async));
        self.tries -= 1;
        self.leave(&manager, end, mark, item.context)?;
        self.known_operation(&context, "__exit__", None, item.context)
    }

    fn enter(&mut self, context: &Value, at: ExprId, is_async: bool) -> Flow<(Manager, Value)> {
        let (enter, exit) =
            if is_async { ("__aenter__", "__aexit__") } else { ("__enter__", "__exit__") };
        match context {
            Value::Returned(returned) => {
                let callee = &returned.callee;
                let manager = match (&*callee.module, &*callee.attribute) {
                    ("contextlib", "suppress") => {
                        let classes = Value::tuple(returned.args.clone());
                        return Ok((Manager::Suppress(classes), Value::None));
                    }
                    ("contextlib", "nullcontext") => {
                        let entered = returned.args.first().cloned().unwrap_or(Value::None);
                        return Ok((Manager::Transparent, entered));
                    }
                    ("contextlib", "closing") => {
                        let entered = returned.args.first().cloned().unwrap_or(Value::Unknown);
                        return Ok((Manager::Transparent, entered));
                    }
                    ("contextlib", "redirect_stdout" | "redirect_stderr" | "chdir") => {
                        Manager::Transparent
                    }
                    ("contextlib", "ExitStack" | "AsyncExitStack") => {
                        return Ok((Manager::Unseen, context.clone()));
                    }
                    ("contextlib" | "unittest" | "pytest", _) => Manager::Unseen,
                    (module, _) if self.resolver.is_standard(module) => Manager::Transparent,
                    _ => Manager::Unseen,
                };
                Ok((manager, Value::Unknown))
            }
            Value::Opaque(Some("open file")) => Ok((Manager::Transparent, Value::Opaque(None))),
            Value::Unknown | Value::External(_) | Value::Union(_) | Value::Opaque(_) => {
                let risk = Risk::decided_by(context.is_outside());
                let reason = || "the context manager may refuse".to_owned();
                self.may_refuse(Purpose::Entered, "", risk, at, reason);
                Ok((Manager::Unseen, Value::Unknown))
            }
            _ => {
                let exit = self.special(context, exit);
                let enter = self.special(context, enter);
                let (Some(enter), Some(exit)) = (enter, exit) else {
                    if self.has_unseen_attributes(context) {
                        let risk = self.unseen_risk(&self.class_of(context));
                        self.may_refuse(Purpose::Entered, "", risk, at, || {
                            "the context manager may refuse".to_owned()
                        });
                        return Ok((Manager::Unseen, Value::Unknown));
                    }
                    // `Python/ceval.c`: BEFORE_WITH raises TypeError from 3.11 on.
                    let class = if self.resolver.python.minor >= 11 {
                        "TypeError"
                    } else {
                        "AttributeError"
                    };
                    let reason = "the object is no context manager";
                    return Err(self.raise_builtin(class, reason));
                };
                if is_async {
                    return Ok((Manager::Unseen, Value::Opaque(None)));
                }
                let entered = self.call(&enter, Vec::new(), at)?;
                Ok((Manager::Own { exit }, entered))
            }
        }
    }

    fn leave(&mut self, manager: &Manager, end: Flow<()>, mark: Mark, at: ExprId) -> Flow<()> {
        let raised = self.raises.split_off(mark.raises());
        let normal = std::mem::take(&mut self.state);
        let mut swallowed = Vec::new();
        for raise in raised {
            self.meet(manager, raise, at, &mut swallowed);
        }
        let outward = self.raises.split_off(mark.raises());
        self.state = normal;
        let end = match manager {
            Manager::Own { exit } => self.finally(end, mark, |machine| {
                machine.call(exit, vec![Value::None; 3], at).map(drop)
            }),
            _ => end,
        };
        self.raises.extend(outward);
        if end.is_ok() {
            swallowed.push(std::mem::take(&mut self.state));
        }
        self.resume(swallowed)
    }

    /// One exception meets the manager: it goes on outward, or the statement ends here.
    fn meet(&mut self, manager: &Manager, raise: Raise, at: ExprId, swallowed: &mut Vec<State>) {
        let Some(state) = raise.state.clone() else {
            self.raises.push(raise);
            return;
        };
        self.state = state;
        let swallows = match manager {
            Manager::Transparent => Some(false),
            Manager::Unseen => None,
            Manager::Suppress(classes) => self.exception_matches(&raise.exception, classes),
            Manager::Own { exit } => {
                let class = self.class_of(&raise.exception);
                let args = vec![class, raise.exception.clone(), Value::Opaque(None)];
                let Ok(answer) = self.call(exit, args, at) else { return };
                self.truth(&answer)
            }
        };
        let state = std::mem::take(&mut self.state);
        if swallows != Some(true) {
            self.raises.push(Raise { state: Some(state.clone()), ..raise });
        }
        if swallows != Some(false) {
            swallowed.push(state);
        }
    }
}
