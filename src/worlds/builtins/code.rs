//! `exec` and `eval`.

use crate::program::visit::child_blocks;
use crate::python::PythonVersion;
use crate::syntax::ast::{Expr, ExprId, ExprKind, ImportNames, Name, StmtId, StmtKind};
use crate::syntax::parse::{ParseOptions, parse};
use crate::text::source::{Revision, Source};
use crate::worlds::changes::bound_names;
use crate::worlds::eval::Args;
use crate::worlds::machine::Machine;
use crate::worlds::state::Object;
use crate::worlds::value::Value;

impl Machine<'_> {
    /// `exec` and `eval`: the code may change the namespaces that it is given.
    pub(super) fn exec(&mut self, code: &Value, namespaces: &[Value], binds: bool, at: ExprId) {
        self.risk(&Args::plain(vec![code.clone()]), "", at);
        match namespaces {
            [] => self.escape(&Args::plain(self.local_values()), at),
            // What the code binds is there afterwards, whichever path is followed.
            _ => namespaces.iter().for_each(|namespace| self.change(namespace, at)),
        }
        let target = namespaces.last();
        let is_own = match target {
            None => self.at_module_level(),
            Some(target) => matches!(target, Value::Globals),
        };
        // What is evaluated binds only with `:=`; a text that is compiled elsewhere may do more.
        if !is_own || !(binds || (target.is_some() && !matches!(code, Value::Str(_)))) {
            return;
        }
        let span = self.program.ast().expr(at).span;
        let mut is_seen = false;
        if let Value::Str(text) = code {
            let bound = names_bound_by(text, self.resolver.python);
            is_seen = bound.is_all;
            for name in bound.names {
                self.maybe_bind_global(&name, span);
                if bound.unbinds {
                    self.maybe_unbind_global(&name);
                }
            }
        }
        if !is_seen {
            self.see_nothing(span, "`exec` may bind anything");
        }
    }

    /// What the names of the function that runs are bound to: code without namespaces of its own
    /// sees them.
    fn local_values(&self) -> Vec<Value> {
        let frame = self.here().frame.and_then(|frame| self.state.object(frame));
        match frame {
            Some(Object::Frame(frame)) => {
                frame.locals.iter().map(|(_, local)| local.value.clone()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// What is called may be `exec`, by another name: a text of several lines that makes functions
    /// or classes is no message.
    pub(in crate::worlds) fn may_be_exec(&mut self, args: &Args, at: ExprId) {
        let [Value::Str(text)] = &args.positional[..] else { return };
        let is_code = text.contains('\n') && (text.contains("def ") || text.contains("class "));
        if !is_code || !self.at_module_level() {
            return;
        }
        let span = self.program.ast().expr(at).span;
        for name in names_bound_by(text, self.resolver.python).names {
            self.maybe_bind_global(&name, span);
        }
    }
}

/// The module names that executing a text may bind or unbind.
#[derive(Default)]
struct BoundNames {
    names: Vec<Name>,
    unbinds: bool,
    /// There are no others.
    is_all: bool,
}

/// What executing a text may bind; where it does not compile, that is nothing.
fn names_bound_by(text: &str, python: PythonVersion) -> BoundNames {
    let source = Source::new("<string>", Revision::Current, text.to_owned());
    let mut bound = BoundNames { is_all: true, ..BoundNames::default() };
    let Ok(parsed) = parse(&source, &ParseOptions::new(python)) else { return bound };
    // What is called may do anything.
    let calls = |expr: &Expr| matches!(expr.kind, ExprKind::Call { .. } | ExprKind::Await(_));
    bound.is_all = !parsed.ast.exprs().iter().any(calls);
    let mut blocks: Vec<&[StmtId]> = vec![&parsed.ast.body];
    while let Some(block) = blocks.pop() {
        for &id in block {
            bound_names(&parsed.ast, id, &mut |name| bound.names.push(name.clone()));
            match parsed.ast.stmt(id).kind {
                StmtKind::ImportFrom { names: ImportNames::Star(_), .. } => bound.is_all = false,
                StmtKind::Delete(_) | StmtKind::Try { .. } => bound.unbinds = true,
                _ => {}
            }
            let is_definition = matches!(
                parsed.ast.stmt(id).kind,
                StmtKind::FunctionDef(_) | StmtKind::ClassDef(_)
            );
            if !is_definition {
                child_blocks(&parsed.ast, id, &mut |block| blocks.push(block));
            }
        }
    }
    bound
}
