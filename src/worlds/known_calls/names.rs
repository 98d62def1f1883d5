//! By which dotted name the catalogue knows something: through the modules that hand it on, and
//! what they have made of it.

use std::rc::Rc;

use super::Known;
use crate::modules::{Found, ModuleOrigin};
use crate::syntax::ast::{ExprId, ExprKind, Name};
use crate::worlds::machine::Machine;
use crate::worlds::performed::On;
use crate::worlds::resolve::MAX_HOPS;
use crate::worlds::state::Object;
use crate::worlds::value::{External, Returned, Value};

/// Somewhere that a name leads.
struct Place {
    module: Name,
    attribute: String,
    hops: usize,
    /// On the way something was made: what follows is about an object or a class of another
    /// module.
    is_made: bool,
    /// With which arguments, where they are plain.
    made_with: Vec<(Name, Name)>,
}

impl Machine<'_> {
    /// What the catalogue knows of an attribute of another module, with `suffix` after it.
    pub(super) fn known(
        &self,
        external: &External,
        suffix: &str,
        at: Option<ExprId>,
    ) -> Option<Known> {
        let catalogue = self.resolver.catalogue?;
        let mut pending = vec![Place {
            module: external.module.clone(),
            attribute: format!("{}{suffix}", external.attribute),
            hops: 0,
            is_made: false,
            made_with: Vec::new(),
        }];
        while let Some(place) = pending.pop() {
            let path = format!("{}.{}", place.module, place.attribute);
            let uses = catalogue.uses(&path);
            if !uses.is_empty() {
                let on = self.on(external, &path, suffix, place.is_made, at);
                let (uses, is_elsewhere) = (uses.to_vec(), place.is_made);
                let is_itself = last_name(&path) == last_name(&external.attribute);
                let made_with = place.made_with;
                return Some(Known { uses, on, is_elsewhere, is_itself, made_with });
            }
            if place.hops < MAX_HOPS {
                self.beyond(&place, &mut pending);
            }
        }
        None
    }

    /// Where a module of the workspace has something from.
    fn beyond(&self, place: &Place, pending: &mut Vec<Place>) {
        let resolver = self.resolver_of(&place.module);
        let Found::Source(file) = resolver.find(&place.module) else { return };
        if file.origin != ModuleOrigin::Workspace {
            return;
        }
        let end = place.attribute.find(['.', '(', '[']).unwrap_or(place.attribute.len());
        let (head, rest) = place.attribute.split_at(end);
        let Some(summary) = resolver.summary(&file) else { return };
        let Some(exported) = summary.names.get(head).filter(|exported| exported.certain) else {
            return;
        };
        let mut push = |(module, attribute): &(Name, Name), is_made: bool| {
            pending.push(Place {
                module: module.clone(),
                attribute: format!("{attribute}{rest}"),
                hops: place.hops + 1,
                is_made,
                made_with: if is_made && !place.is_made {
                    exported.made_with.clone()
                } else {
                    place.made_with.clone()
                },
            });
        };
        if let Some(from) = &exported.from {
            push(from, place.is_made);
        }
        exported.made_of.iter().for_each(|from| push(from, true));
    }

    /// The object that a call is made on; None where it is not known which one.
    fn on(
        &self,
        external: &External,
        path: &str,
        suffix: &str,
        is_made: bool,
        at: Option<ExprId>,
    ) -> Option<On> {
        let end = external.attribute.find(['.', '(', '[']);
        let (head, rest) = external.attribute.split_at(end.unwrap_or(external.attribute.len()));
        // What this module makes of a class of another one is a new object each time.
        if is_made && !rest.starts_with("()") {
            return Some(On::Named(format!("{}.{head}", external.module).into()));
        }
        let own = path.strip_suffix(suffix).unwrap_or(path);
        if !own.contains("()") {
            return Some(On::Anything);
        }
        let receiver = self.receiver(at?)?;
        match self.shown(&Value::Returned(Rc::clone(&receiver))) {
            Some(name) => Some(On::Named(name.into())),
            None => Some(On::Made(receiver)),
        }
    }

    /// What the attribute was read of that is called here.
    pub(in crate::worlds) fn receiver(&self, at: ExprId) -> Option<Rc<Returned>> {
        let mut at = at;
        while let ExprKind::Call { func, .. } = self.program.ast().expr(at).kind {
            at = func;
        }
        self.receivers.get(&(self.version, at)).cloned()
    }

    /// What classes derive from that is not the module's own, nearest first.
    pub(super) fn outside_bases(&self, bases: &[Value]) -> Vec<Rc<External>> {
        let mut found = Vec::new();
        let mut pending: Vec<Value> = bases.iter().rev().cloned().collect();
        while let Some(base) = pending.pop() {
            match &base {
                Value::External(external) => found.push(Rc::clone(external)),
                Value::Object(id) => {
                    if let Some(Object::Class(class)) = self.state.object(*id) {
                        pending.extend(class.bases.iter().rev().cloned());
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// What the catalogue knows of a method that objects of a class have from the one class of
    /// another module that it derives from.
    pub(in crate::worlds) fn known_of_base(&self, class: &Value, name: &str) -> Option<Value> {
        let bases = self.outside_bases(std::slice::from_ref(class));
        let [base] = &bases[..] else { return None };
        let attribute = Name::from(format!("{}().{name}", base.attribute));
        let method = External { module: base.module.clone(), attribute };
        let is_known = self.linked.is_none() && self.is_in_catalogue(&method);
        is_known.then(|| Value::External(Rc::new(method)))
    }

    /// What a value was made of, for those who import it: a class of its bases, an object of the
    /// call that gave it.
    pub(in crate::worlds) fn made_of(&self, value: &Value) -> Vec<(Name, Name)> {
        let called = |external: &External| {
            (external.module.clone(), Name::from(format!("{}()", external.attribute)))
        };
        let plain = |name: &str| vec![(Name::from("builtins"), Name::from(name))];
        let bases = |value: &Value| self.outside_bases(std::slice::from_ref(value));
        match value {
            Value::Returned(returned) => vec![called(&returned.callee)],
            Value::Opaque(Some("open file")) => plain("open()"),
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::Class(_)) => {
                    let own = bases(value).into_iter();
                    own.map(|base| (base.module.clone(), base.attribute.clone())).collect()
                }
                Some(Object::Instance(instance)) => {
                    bases(&instance.class).iter().map(|base| called(base)).collect()
                }
                Some(Object::List(_)) => plain("list()"),
                Some(Object::Dict(_)) => plain("dict()"),
                Some(Object::Set(_)) => plain("set()"),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}

/// `b` of `m.a().b`.
fn last_name(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(_, last)| last)
}
