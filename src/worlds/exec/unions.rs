//! Stores through what may be one of several objects.

use crate::syntax::ast::Name;
use crate::worlds::machine::{Flow, Machine};
use crate::worlds::state::Object;
use crate::worlds::value::Value;

impl Machine<'_> {
    /// Stores into each object that a value may be. `add` notes in those which it is not that it
    /// may have been them: whoever reads through the same value finds what was stored.
    pub(super) fn store_in_each(
        &mut self,
        object: &Value,
        mut store: impl FnMut(&mut Self, &Value) -> Flow<()>,
        add: impl Fn(&mut Object),
    ) -> Flow<()> {
        let objects = object.alternatives();
        self.alternatives(
            objects.len(),
            |machine, index| {
                store(machine, &objects[index])?;
                for (place, other) in objects.iter().enumerate() {
                    if place != index
                        && let Value::Object(id) = other
                        && let Some(other) = machine.state.object_mut(*id)
                    {
                        add(other);
                    }
                }
                Ok(())
            },
            |(), ()| (),
        )
    }

    /// Deletes from each object that a value may be.
    pub(super) fn delete_from_each(
        &mut self,
        object: &Value,
        mut delete: impl FnMut(&mut Self, &Value) -> Flow<()>,
    ) -> Flow<()> {
        let delete = |machine: &mut Self, object: &Value| delete(machine, object);
        self.store_in_each(object, delete, |_| {})
    }
}

impl Object {
    /// An attribute may have been set.
    pub(super) fn add_attribute(&mut self, name: &Name, value: &Value) {
        let namespace = match self {
            Object::Instance(instance) => &mut instance.attributes,
            Object::Class(class) => &mut class.namespace,
            _ => return,
        };
        let joined = match namespace.get(name) {
            Some(local) => local.value.join(value),
            None => value.clone(),
        };
        namespace.set(name.clone(), joined);
    }

    /// An item may have been set.
    pub(super) fn add_item(&mut self, key: &Value, value: &Value) {
        let Object::Dict(entries) = self else { return };
        let joined = match entries.get(key) {
            Some(Some(known)) => known.join(value),
            Some(None) => value.clone(),
            None => return,
        };
        entries.set(key.clone(), joined);
    }
}
