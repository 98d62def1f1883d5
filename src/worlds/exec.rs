//! Executing statements.

mod bases;
mod bind;
mod class_patterns;
mod classes;
mod definitions;
mod enumerations;
mod flow;
pub(in crate::worlds) mod imports;
mod matching;
mod metaclasses;
mod stores;
mod tries;
pub(super) use tries::Mark;
mod unions;
mod with;

use super::builtins::types;
use super::changes::doubt_fingerprint;
use super::machine::{Flow, Machine, Raise, Risk, Stop};
use super::risk::RAISED_AGAIN;
use super::value::Value;
use crate::program::ScopeKind;
use crate::simulation::BindingKind;
use crate::syntax::ast::{ExprId, ExprKind, StmtId, StmtKind};
use crate::text::span::Span;

impl Machine<'_> {
    /// Executes statements in order, as far as a path goes on.
    pub(super) fn block(&mut self, body: &[StmtId]) -> Flow<()> {
        let standing = self.standing;
        let end = body.iter().try_for_each(|&id| {
            let raised = self.raises.len();
            let end = self.stmt(id);
            if end.is_err() {
                self.note_raised(id, raised);
            }
            end
        });
        self.standing = standing;
        end
    }

    /// Notes of a statement that has ended for good whether it raised: the next version cannot
    /// take for granted that it gets through.
    fn note_raised(&mut self, id: StmtId, before: usize) {
        let raised = self.raises.get(before..).unwrap_or_default();
        if raised.iter().any(|raise| raise.risk.is_none() && !raise.unchanged)
            && !self.in_function()
        {
            let fingerprint = self.program.ast().stmt(id).fingerprint;
            self.trace.ran.note(doubt_fingerprint(fingerprint));
        }
    }

    /// Notes where the module's own frame stands. A class body and the functions it calls
    /// belong to the statement at module level.
    pub(super) fn stand_at(&mut self, span: Span) {
        if self.at_module_level() {
            self.site = span;
        }
    }

    pub(super) fn stmt(&mut self, id: StmtId) -> Flow<()> {
        if !self.step() && self.has_given_up() {
            return Err(Stop);
        }
        let program = std::rc::Rc::clone(&self.program);
        let stmt = program.ast().stmt(id);
        self.stand_at(stmt.span);
        if matches!(self.here().kind, ScopeKind::Module | ScopeKind::Class) {
            self.begin_standing(id);
        }
        match &stmt.kind {
            StmtKind::Expr(value) => self.expression_statement(*value),
            StmtKind::Assign { targets, value } => {
                let assigned = self.expr(*value)?;
                for &target in targets {
                    self.note_wrapping(target, *value);
                    self.assign(target, assigned.clone())?;
                }
                Ok(())
            }
            StmtKind::AugAssign { target, op, value } => self.aug_assign(*target, *op, *value),
            StmtKind::AnnAssign { target, annotation, value, .. } => {
                self.ann_assign(*target, *annotation, *value)
            }
            StmtKind::FunctionDef(def) => self.function_def(id, def),
            StmtKind::ClassDef(def) => self.class_def(id, def),
            StmtKind::Import(aliases) => self.import(aliases),
            StmtKind::ImportFrom { module, names, level } => {
                self.import_from(module.as_ref(), names, *level)
            }
            StmtKind::If { branches, orelse } => self.if_statement(branches, orelse),
            StmtKind::For { target, iter, body, orelse, is_async } => {
                self.for_statement(*target, *iter, body, orelse, *is_async)
            }
            StmtKind::While { test, body, orelse } => self.while_statement(*test, body, orelse),
            StmtKind::With { items, body, is_async } => self.with_statement(items, body, *is_async),
            StmtKind::Match { subject, cases } => self.match_statement(*subject, cases),
            StmtKind::Try { body, handlers, orelse, finalbody, is_star } => {
                self.try_statement(body, handlers, orelse, finalbody, *is_star)
            }
            StmtKind::Raise { exc, cause } => self.raise_statement(*exc, *cause, stmt.span),
            StmtKind::Assert { test, msg } => self.assert_statement(*test, *msg),
            StmtKind::Delete(targets) => targets.iter().try_for_each(|&target| self.delete(target)),
            StmtKind::TypeAlias { name, .. } => {
                self.bind_name(&name.name, Value::Opaque(None), name.span, BindingKind::Variable);
                Ok(())
            }
            StmtKind::Return(value) => self.return_statement(*value),
            StmtKind::Break => {
                let state = std::mem::take(&mut self.state);
                self.breaks.push(state);
                Err(Stop)
            }
            StmtKind::Continue => {
                let state = std::mem::take(&mut self.state);
                self.continues.push(state);
                Err(Stop)
            }
            StmtKind::Global(_) | StmtKind::Nonlocal(_) | StmtKind::Pass => Ok(()),
        }
    }

    fn expression_statement(&mut self, value: ExprId) -> Flow<()> {
        // A docstring or `...`: by far the most frequent expression statements.
        if matches!(self.program.ast().expr(value).kind, ExprKind::Constant(_)) {
            return Ok(());
        }
        self.expr(value).map(drop)
    }

    fn return_statement(&mut self, value: Option<ExprId>) -> Flow<()> {
        let value = match value {
            Some(value) => self.expr(value)?,
            None => Value::None,
        };
        let state = std::mem::take(&mut self.state);
        self.returns.push((state, value));
        Err(Stop)
    }

    fn raise_statement(
        &mut self,
        exc: Option<ExprId>,
        cause: Option<ExprId>,
        span: Span,
    ) -> Flow<()> {
        let Some(exc) = exc else {
            return Err(match self.handling.last().cloned() {
                Some((exception, places)) => {
                    // The traceback keeps the line at which it was raised first.
                    self.stand_at(places[0]);
                    let stop = self.raise(exception, RAISED_AGAIN);
                    self.raised_also_at(&places[1..]);
                    stop
                }
                None => self.raise_builtin("RuntimeError", "no exception is active to raise again"),
            });
        };
        let raised = self.expr(exc)?;
        if let Some(cause) = cause {
            let cause = self.expr(cause)?;
            self.stand_at(span);
            self.check_cause(&cause)?;
        }
        self.stand_at(span);
        let reason: std::rc::Rc<str> = "a `raise` statement".into();
        self.each(&raised, |machine, value| {
            let exception = machine.instantiate_exception(value, exc)?;
            let stop = machine.raise(exception, std::rc::Rc::clone(&reason));
            machine.raised_by(span);
            Err(stop)
        })?;
        Ok(())
    }

    /// `raise … from cause` takes exceptions, their classes and `None` (`do_raise`,
    /// `Python/ceval.c`). What is not followed is taken to be one of these.
    fn check_cause(&mut self, cause: &Value) -> Flow<()> {
        let is_other = match cause {
            Value::None => false,
            Value::Type(class) => !types::is_exception(class),
            Value::Object(_) if self.is_class(cause) => false,
            cause => self.is_exception_instance(cause) == Some(false),
        };
        if is_other {
            return Err(self.raise_builtin("TypeError", "the cause is no exception"));
        }
        Ok(())
    }

    /// What was raised last was raised by a statement of the code that executes.
    fn raised_by(&mut self, span: Span) {
        if let Some(raise) = self.raises.last_mut() {
            raise.origin = Some((self.version, span));
        }
    }

    /// What was raised last may come from other places, too.
    fn raised_also_at(&mut self, places: &[Span]) {
        let Some(raise) = self.raises.last().filter(|_| self.at_module_level()).cloned() else {
            return;
        };
        self.raises.extend(places.iter().map(|&site| Raise { site, ..raise.clone() }));
    }

    /// What `raise value` raises: an exception class is called first.
    fn instantiate_exception(&mut self, value: &Value, at: ExprId) -> Flow<Value> {
        if matches!(value, Value::Unknown | Value::External(_) | Value::Opaque(None)) {
            return Ok(Value::Unknown);
        }
        if self.is_class(value) {
            let made = self.call(value, Vec::new(), at)?;
            return self.instantiate_made(made);
        }
        self.instantiate_made(value.clone())
    }

    fn instantiate_made(&mut self, value: Value) -> Flow<Value> {
        match self.is_exception_instance(&value) {
            Some(false) => {
                Err(self.raise_builtin("TypeError", "exceptions must derive from BaseException"))
            }
            _ => Ok(value),
        }
    }

    fn assert_statement(&mut self, test: ExprId, msg: Option<ExprId>) -> Flow<()> {
        let text = self.excerpt(self.program.ast().expr(test).span);
        let outcomes = self.outcomes(test)?;
        if let Some(state) = outcomes.when_false {
            self.state = state;
            // What the message does, it does on a path that ends here anyway.
            let message = msg.map_or(Ok(Value::None), |msg| self.expr(msg));
            if outcomes.when_true.is_none() {
                message?;
                let reason = format!("`assert {text}` fails");
                let span = self.program.ast().expr(test).span;
                let stop = self.raise_builtin("AssertionError", reason);
                self.raised_by(span);
                return Err(stop);
            }
            let risk = Risk::decided_by(outcomes.outside);
            self.may_raise("AssertionError", risk, test, || format!("`assert {text}` may fail"));
        }
        self.state = outcomes.when_true.ok_or(Stop)?;
        Ok(())
    }

    /// The source of a range on one line, shortened.
    pub(super) fn excerpt(&self, span: Span) -> String {
        excerpt(self.program.slice(span))
    }
}

/// A text on one line, shortened to what a message can hold.
pub(in crate::worlds) fn excerpt(text: &str) -> String {
    const MOST: usize = 48;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MOST {
        return line;
    }
    let mut short: String = line.chars().take(MOST - 1).collect();
    short.push('…');
    short
}
