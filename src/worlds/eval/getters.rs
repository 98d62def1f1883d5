//! What `operator.itemgetter`, `attrgetter` and `methodcaller` give, called.

use super::Args;
use crate::syntax::ast::{ExprId, Name};
use crate::worlds::machine::{Flow, Machine};
use crate::worlds::value::{Returned, Value};

impl Machine<'_> {
    /// The result of such a call; None where something else is called, or something from outside
    /// is looked into.
    pub(super) fn call_getter(
        &mut self,
        factory: &Returned,
        args: &Args,
        at: ExprId,
    ) -> Flow<Option<Value>> {
        let [object] = &args.positional[..] else { return Ok(None) };
        let is_plain = !args.inexact && args.keywords.is_empty() && !object.is_outside();
        if &*factory.callee.module != "operator" || factory.inexact || !is_plain {
            return Ok(None);
        }
        match (&*factory.callee.attribute, &factory.args[..]) {
            ("itemgetter", keys @ [_, ..]) => {
                self.got(keys, |machine, key| machine.item(object, key, at)).map(Some)
            }
            ("attrgetter", paths @ [_, ..])
                if paths.iter().all(|path| matches!(path, Value::Str(_))) =>
            {
                self.got(paths, |machine, path| machine.attribute_path(object, path, at)).map(Some)
            }
            ("methodcaller", [Value::Str(name), rest @ ..]) => {
                let method = self.attribute(object, &Name::clone(name), at)?;
                let keywords = factory.keywords.clone();
                let args = Args { positional: rest.to_vec(), keywords, inexact: false };
                self.call_with(&method, args, at).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// One result, or a tuple of several.
    fn got(
        &mut self,
        asked: &[Value],
        mut get: impl FnMut(&mut Self, &Value) -> Flow<Value>,
    ) -> Flow<Value> {
        if let [one] = asked {
            return get(self, one);
        }
        let results: Flow<Vec<Value>> = asked.iter().map(|asked| get(self, asked)).collect();
        Ok(Value::tuple(results?))
    }

    /// `"a.b"`
    fn attribute_path(&mut self, object: &Value, path: &Value, at: ExprId) -> Flow<Value> {
        let Value::Str(path) = path else { return Ok(Value::Opaque(None)) };
        let names: Vec<Name> = path.split('.').map(Name::from).collect();
        names.iter().try_fold(object.clone(), |object, name| self.attribute(&object, name, at))
    }
}
