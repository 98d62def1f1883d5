//! Calls that the catalogue knows: what they do stays when the module is reloaded.
//!
//! The world outside is not followed, but that a call was made is: [`Performed`] is part of a
//! state. Where a reload makes a call that is among what has been done before, the entry says
//! what comes of it. A guard, a `try`, an `if` need no care: what is not executed does nothing.

mod arguments;
mod dependencies;
mod names;

use std::rc::Rc;

use crate::catalogue::{Condition, Effect, Entry, Key, Kind, Rewrite, Use};
use crate::comparison::{KeptEntry, SafeRewrite};
use crate::syntax::ast::{ExprId, ExprKind, Name};
use crate::text::span::Span;
use crate::worlds::builtins::types;
use crate::worlds::eval::Args;
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::performed::{Deed, On};
use crate::worlds::value::{External, Returned, Value};

pub(in crate::worlds) use arguments::Inputs;

/// What a reload does once more.
#[derive(Debug, Clone)]
pub(super) struct Repeat {
    /// Where the module's own frame stands.
    pub(super) site: Span,
    /// What is there once more, as a noun.
    pub(super) noun: Rc<str>,
    pub(super) reason: Rc<str>,
    pub(super) is_certain: bool,
    pub(super) kept: Option<KeptEntry>,
}

/// What the catalogue has said of a call.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// What the call does, once it gets through.
    deeds: Vec<Deed>,
    /// It is a library's, however the module came by it.
    pub(super) is_known: bool,
    /// It is what a call was rewritten to: it does not raise.
    pub(super) is_tame: bool,
}

/// A use of a name that is in the catalogue.
struct Known {
    uses: Vec<Use>,
    on: Option<On>,
    /// The class or object is one that another module has made of what the catalogue names.
    is_elsewhere: bool,
    /// It is the very thing, not a class that was derived from it.
    is_itself: bool,
    /// The plain keyword arguments with which another module has made it.
    made_with: Vec<(Name, Name)>,
}

impl Known {
    /// Whether it was made in a way of which an entry says nothing.
    fn is_made_otherwise(&self, entry: &Entry) -> bool {
        let holds = |condition: &Condition| {
            self.made_with.iter().any(|(name, text)| condition.holds_for(name, text))
        };
        entry.unless_made.iter().any(holds) || !entry.only_made.iter().all(holds)
    }
}

impl Machine<'_> {
    /// A call of something outside is about to be made. `factory` is the call that gave what is
    /// called.
    pub(in crate::worlds) fn known_call(
        &mut self,
        callee: &Rc<External>,
        factory: Option<&Rc<Returned>>,
        args: &Args,
        at: ExprId,
    ) -> Flow<Answer> {
        let suffix = if factory.is_some() { "()" } else { "" };
        if !self.asks_catalogue() || !self.may_be_known(&callee.attribute) {
            return Ok(Answer::default());
        }
        let Some(known) = self.known(callee, suffix, Some(at)) else {
            return Ok(Answer::default());
        };
        let factory = factory.map(Rc::as_ref);
        let made = self.receiver(at);
        let inputs = Inputs { args, factory, made: made.as_deref(), class: None };
        let is_tame = known.uses.iter().any(|&meaning| self.is_rewritten(meaning, &inputs));
        let is_known = known.uses.iter().any(|&meaning| self.is_about(meaning, &inputs));
        let deeds = self.known_uses(&known, Kind::Call, &inputs, at)?;
        Ok(Answer { deeds, is_known, is_tame })
    }

    /// Whether an entry has something to say of a call: what is known of `json.load(sys.stdin)` is
    /// nothing of `json.load(file)`.
    fn is_about(&self, meaning: Use, inputs: &Inputs<'_>) -> bool {
        let Use::Does(number) = meaning else { return true };
        let entry = self.resolver.catalogue.and_then(|catalogue| catalogue.entry(number));
        entry.is_none_or(|entry| {
            !matches!(entry.effect, Effect::Depends { .. }) || self.applies(entry, inputs)
        })
    }

    /// As [`Self::known_call`], of a builtin function.
    pub(in crate::worlds) fn known_builtin(
        &mut self,
        name: &'static str,
        args: &Args,
        at: ExprId,
    ) -> Flow<()> {
        if self.asks_catalogue() && self.may_be_known(name) {
            let external = External { module: "builtins".into(), attribute: name.into() };
            let answer = self.known_call(&Rc::new(external), None, args, at)?;
            self.known_result(answer, &Value::Unknown);
        }
        Ok(())
    }

    /// What has no call of its own, as the method that does it: `object[index] = …`,
    /// `del object[index]`, `object.name = …`, `del object.name`, and `with object`.
    pub(in crate::worlds) fn known_operation(
        &mut self,
        object: &Value,
        method: &str,
        given: Option<&Value>,
        at: ExprId,
    ) -> Flow<()> {
        let (external, called) = match object {
            Value::External(external) => (external, ""),
            Value::Returned(returned) => (&returned.callee, "()"),
            _ => return Ok(()),
        };
        if self.asks_catalogue() && self.may_be_known(method) {
            let attribute = format!("{}{called}.{method}", external.attribute).into();
            let external = External { module: external.module.clone(), attribute };
            let args = Args::plain(given.cloned().into_iter().collect());
            let answer = self.known_call(&Rc::new(external), None, &args, at)?;
            self.known_result(answer, &Value::Unknown);
        }
        Ok(())
    }

    /// A call got through and gave this.
    pub(in crate::worlds) fn known_result(&mut self, answer: Answer, result: &Value) {
        for deed in answer.deeds {
            let result = match result {
                Value::Returned(returned) => Some(Rc::clone(returned)),
                _ => None,
            };
            self.state.performed.set(Deed { result, ..deed });
        }
    }

    /// A class is made that derives from something outside.
    pub(in crate::worlds) fn known_bases(
        &mut self,
        bases: &[Value],
        class: (&str, &crate::worlds::function::Namespace),
        at: ExprId,
    ) -> Flow<()> {
        if !self.asks_catalogue() {
            return Ok(());
        }
        let (args, class) = (Args::default(), Some(class));
        for base in self.outside_bases(bases) {
            if let Some(mut known) = self.known(&base, "", Some(at)) {
                let is_it =
                    |own: &Value| matches!(own, Value::External(own) if Rc::ptr_eq(own, &base));
                known.is_itself &= bases.iter().any(is_it);
                let inputs = Inputs { args: &args, factory: None, made: None, class };
                let deeds = self.known_uses(&known, Kind::Base, &inputs, at)?;
                deeds.into_iter().for_each(|deed| self.state.performed.set(deed));
            }
        }
        Ok(())
    }

    fn known_uses(
        &mut self,
        known: &Known,
        kind: Kind,
        inputs: &Inputs<'_>,
        at: ExprId,
    ) -> Flow<Vec<Deed>> {
        let Some(catalogue) = self.resolver.catalogue else { return Ok(Vec::new()) };
        let mut deeds = Vec::new();
        for &meaning in &known.uses {
            match meaning {
                Use::Undoes(number, which) => {
                    let Some(entry) = catalogue.entry(number) else { continue };
                    let undoing = &entry.undone_by[which];
                    if undoing.only.iter().any(|only| inputs.excludes(only)) {
                        continue;
                    }
                    match entry.effect {
                        Effect::Depends { .. } => self.assure(number, undoing, inputs),
                        _ => self.undo(number, &undoing.key, known.on.as_ref(), inputs),
                    }
                }
                Use::Ends(number) => {
                    let on = known.on.clone().filter(|on| !matches!(on, On::Anything));
                    deeds.extend(on.map(|on| Deed::new(number, on, Rc::from([]), self.stage)));
                }
                Use::Does(number) => {
                    let Some(entry) = catalogue.entry(number) else { continue };
                    let fits = entry.kind == kind
                        && (known.is_elsewhere || !entry.is_inherited)
                        && (known.is_itself || !entry.is_direct)
                        && !known.is_made_otherwise(entry)
                        && self.applies(entry, inputs);
                    if !fits {
                        continue;
                    }
                    match &entry.effect {
                        Effect::Depends { on, raises } => {
                            self.depend(number, entry, (on, raises), inputs, at);
                        }
                        Effect::Wraps { value, original } => {
                            self.note_setting(original, &entry.key, inputs.value(value), inputs);
                        }
                        _ => {
                            if let Some(deed) = self.deed(number, entry, known, inputs, at) {
                                self.do_again(entry, &deed, at)?;
                                deeds.extend(entry.after.is_empty().then_some(deed));
                            }
                        }
                    }
                }
            }
        }
        Ok(deeds)
    }

    /// Whether a call is one that a rewrite of the catalogue makes.
    fn is_rewritten(&self, meaning: Use, inputs: &Inputs<'_>) -> bool {
        let Some(catalogue) = self.resolver.catalogue else { return false };
        let (Use::Does(number) | Use::Undoes(number, _) | Use::Ends(number)) = meaning;
        let Some(entry) = catalogue.entry(number) else { return false };
        match (meaning, &entry.rewrite) {
            (Use::Does(_), Some(Rewrite::Argument(_))) => inputs.is_excepted(entry),
            (Use::Undoes(_, which), Some(Rewrite::Before(template))) => {
                let path = &entry.undone_by[which].path;
                let name = path.rsplit('.').next().unwrap_or(path);
                template.contains(&format!("{name}("))
            }
            _ => false,
        }
    }

    /// What a call does, where everything about it is known that makes a difference.
    fn deed(
        &self,
        number: usize,
        entry: &Entry,
        known: &Known,
        inputs: &Inputs<'_>,
        at: ExprId,
    ) -> Option<Deed> {
        let on = if entry.is_on_any { On::Anything } else { known.on.clone()? };
        let key = match (&entry.effect, &entry.key[..]) {
            // What is repeated is repeated by the same expression.
            (Effect::Repeats(_), []) => {
                let own = self.program.ast().expr(at).fingerprint.to_string();
                let definition = self.input(&Key::definition(), inputs);
                [Some(own), definition].into_iter().flatten().collect()
            }
            (_, keys) => {
                keys.iter().map(|key| self.input(key, inputs)).collect::<Option<Rc<[String]>>>()?
            }
        };
        let variant = entry.differs.iter().map(|key| self.input_as_written(key, inputs)).collect();
        Some(Deed { variant, ..Deed::new(number, on, key, self.stage) })
    }

    /// Where it has been done before, says what comes of it.
    fn do_again(&mut self, entry: &Entry, deed: &Deed, at: ExprId) -> Flow<()> {
        let Some(before) = self.state.performed.find(deed.entry, &deed.on, &deed.key) else {
            return Ok(());
        };
        if before.version >= self.stage
            || !entry.differs.is_empty() && !differs(before, deed)
            || entry.while_held && !before.result.as_ref().is_some_and(|held| self.is_held(held))
        {
            return Ok(());
        }
        if let (Some(rewrite), true) = (&entry.rewrite, self.version == self.stage) {
            let call = self.program.ast().expr(at).span;
            let rewrite = SafeRewrite { span: self.site, call, rewrite: rewrite.clone() };
            self.trace.rewrites.push(rewrite);
        }
        match &entry.effect {
            Effect::Raises(classes) => self.raise_again(entry, classes),
            Effect::Repeats(noun) => {
                self.note_repeat(noun, &entry.reason, None);
                Ok(())
            }
            Effect::Depends { .. } | Effect::Wraps { .. } => Ok(()),
        }
    }

    fn raise_again(&mut self, entry: &Entry, classes: &[String]) -> Flow<()> {
        let (exception, class_name) = raised_of(classes);
        let before = entry.is_open.then(|| self.state.clone());
        let reason: Rc<str> = entry.reason.as_str().into();
        let stop = self.raise(exception, reason);
        if let Some(raise) = self.raises.last_mut() {
            raise.class_name = class_name;
            raise.is_second_run = true;
            raise.unchanged = false;
        }
        // Something else may have undone it meanwhile: it may get through, too.
        match (before, self.raises.last_mut()) {
            (Some(before), Some(raise)) => {
                raise.risk = Some(Risk::Environment);
                self.state = before;
                Ok(())
            }
            _ => Err(stop),
        }
    }

    /// A statement does something once more. Once said of a place is enough.
    pub(in crate::worlds) fn note_repeat(
        &mut self,
        noun: &str,
        reason: &str,
        kept: Option<KeptEntry>,
    ) {
        let is_told = |told: &Repeat| told.site == self.site;
        if self.shadow || self.trace.repeats.iter().any(is_told) {
            return;
        }
        self.trace.repeats.push(Repeat {
            site: self.site,
            noun: noun.into(),
            reason: reason.into(),
            is_certain: self.outside_forks == 0 && self.tries == 0,
            kept,
        });
    }

    fn undo(&mut self, number: usize, key: &[Key], on: Option<&On>, inputs: &Inputs<'_>) {
        let given: Vec<Option<String>> = key.iter().map(|key| self.input(key, inputs)).collect();
        self.state.performed.undo(|deed| {
            let is_it = match (&deed.on, on) {
                (On::Anything, _) | (_, None | Some(On::Anything)) => true,
                (own, Some(on)) => own.is(on),
            };
            let mut pairs = given.iter().zip(deed.key.iter());
            deed.entry == number
                && is_it
                && pairs.all(|(given, own)| given.as_ref().is_none_or(|given| given == own))
        });
    }

    /// Whether a name of the module holds this.
    fn is_held(&self, held: &Rc<Returned>) -> bool {
        let is_it = |value: &Value| matches!(value, Value::Returned(own) if Rc::ptr_eq(own, held));
        self.state.globals().any(|(_, slot)| {
            !slot.maybe_unbound && matches!(&slot.bindings[..], [only] if is_it(&only.value))
        })
    }

    /// Only the module itself is asked about, and only where nothing is followed further.
    fn asks_catalogue(&self) -> bool {
        self.linked.is_none()
            && self.resolver.catalogue.is_some()
            && self.resolver.is_own(&self.identity.name)
    }

    /// Whether the catalogue has an attribute of another module: then there is one.
    pub(in crate::worlds) fn is_in_catalogue(&self, external: &External) -> bool {
        self.asks_catalogue()
            && self.may_be_known(&external.attribute)
            && ["", "()"].iter().any(|suffix| self.known(external, suffix, None).is_some())
    }

    fn may_be_known(&self, attribute: &str) -> bool {
        self.resolver.catalogue.is_some_and(|catalogue| catalogue.has_last_part_of(attribute))
    }

    /// Remembers what an attribute was read of, for the call that may follow.
    pub(in crate::worlds) fn note_receiver(&mut self, object: &Value, at: ExprId) {
        if self.resolver.catalogue.is_none() && self.linked.is_none() {
            return;
        }
        let place = (self.version, at);
        let receiver = match object {
            Value::Returned(returned) => Some(Rc::clone(returned)),
            Value::External(_) => match &self.program.ast().expr(at).kind {
                ExprKind::Attribute { value, .. } => {
                    self.receivers.get(&(self.version, *value)).cloned()
                }
                _ => None,
            },
            _ => None,
        };
        match receiver {
            Some(receiver) => {
                self.receivers.insert(place, receiver);
            }
            None if self.receivers.is_empty() => {}
            None => {
                self.receivers.remove(&place);
            }
        }
    }
}

/// Whether two deeds are known to be other ones.
fn differs(one: &Deed, other: &Deed) -> bool {
    matches!((&one.variant, &other.variant), (Some(one), Some(other)) if one != other)
}

/// What an entry's classes come to: the exception, and what its class is called. Of a library's
/// class it is known which builtin one it derives from.
fn raised_of(classes: &[String]) -> (Value, Option<String>) {
    let builtin = classes.iter().find_map(|class| types::class_named(class));
    let shown = classes.first().map(|class| class.rsplit('.').next().unwrap_or(class));
    (Value::of_type(builtin.unwrap_or("Exception")), shown.map(str::to_owned))
}
