//! What makes the names of a text, and for which of them that differs from an older text.

use std::cell::OnceCell;

use rustc_hash::{FxHashMap, FxHashSet};

use super::changes::{body_exprs, bound_names, hashed, import_fingerprint, statement_exprs};
use crate::program::visit;
use crate::syntax::ast::{
    Ast, ClassDef, ExprId, ExprKind, FunctionDef, ImportNames, Name, StmtId, StmtKind,
};

/// How the names of a text are made.
#[derive(Debug, Default)]
pub(super) struct Makers {
    by_name: FxHashMap<Name, Vec<Making>>,
    /// Fingerprints of the statements of the module.
    statements: FxHashSet<u64>,
    readers: OnceCell<Readers>,
    /// What classes of the text leave to those that derive from them.
    left_abstract: OnceCell<FxHashSet<Name>>,
}

/// The names whose making reads a name, each with the statement of the module that makes it.
type Readers = FxHashMap<Name, Vec<(Name, u64)>>;

/// One statement that makes a name.
#[derive(Debug)]
struct Making {
    /// The fingerprint of the statement of the module that it is, or that it stands in.
    within: u64,
    fingerprints: Vec<u64>,
    /// The names that it reads, each perhaps more than once.
    reads: Vec<Name>,
    is_definition: bool,
}

impl Makers {
    pub(super) fn of(ast: &Ast) -> Makers {
        Makers::among(ast, &FxHashSet::default())
    }

    /// As far as statements of the module make them that are not among these.
    fn among(ast: &Ast, others: &FxHashSet<u64>) -> Makers {
        let mut makers = Makers::default();
        for &top in &ast.body {
            let within = ast.stmt(top).fingerprint;
            // What stands there twice makes nothing more.
            if others.contains(&within) || !makers.statements.insert(within) {
                continue;
            }
            let mut pending = vec![top];
            while let Some(id) = pending.pop() {
                makers.note(ast, id, within);
                let is_definition =
                    matches!(ast.stmt(id).kind, StmtKind::FunctionDef(_) | StmtKind::ClassDef(_));
                if !is_definition {
                    visit::child_blocks(ast, id, &mut |block| pending.extend_from_slice(block));
                }
            }
        }
        makers
    }

    /// These, and those of a later text.
    pub(super) fn edited<'a>(&'a self, new: &Ast) -> Edited<'a> {
        let statements = new.body.iter().map(|&id| new.stmt(id).fingerprint).collect();
        Edited { old: self, added: Makers::among(new, &self.statements), statements }
    }

    fn note(&mut self, ast: &Ast, id: StmtId, within: u64) {
        let stmt = ast.stmt(id);
        let mut exprs = Vec::new();
        match &stmt.kind {
            StmtKind::FunctionDef(def) => {
                body_exprs(ast, id, &mut exprs);
                let made = Making::of(ast, within, vec![stmt.fingerprint], &exprs);
                self.add(&def.name.name, Making { is_definition: true, ..made });
            }
            StmtKind::ClassDef(def) => {
                let mut made = Making::of_class(ast, id, def, within);
                if !def.bases.is_empty() {
                    let wanted = self.left_abstract.get_or_init(|| left_abstract(ast));
                    made.fingerprints.extend(defined_of(ast, def, wanted));
                }
                self.add(&def.name.name, made);
            }
            StmtKind::Import(aliases) => {
                for alias in aliases {
                    let top = Name::from(alias.name.split('.').next().unwrap_or(""));
                    let name = alias.asname.as_ref().map_or(&top, |asname| &asname.name);
                    let made = import_fingerprint(&alias.name, "");
                    self.add(name, Making::of(ast, within, vec![made], &[]));
                }
            }
            StmtKind::ImportFrom { module, names: ImportNames::Names(aliases), level } => {
                let module = module.as_deref().unwrap_or("");
                for alias in aliases {
                    let name = alias.asname.as_ref().map_or(&alias.name, |asname| &asname.name);
                    let made =
                        import_fingerprint(module, &alias.name).wrapping_add(u64::from(*level));
                    self.add(name, Making::of(ast, within, vec![made], &[]));
                }
            }
            _ => {
                match plainly_bound(ast, id) {
                    Some((_, value)) => exprs.push(value),
                    None => statement_exprs(ast, id, &mut |expr| exprs.push(expr)),
                }
                bound_names(ast, id, &mut |name| {
                    let made = header_fingerprint(ast, id, &exprs);
                    self.add(name, Making::of(ast, within, vec![made], &exprs));
                });
            }
        }
    }

    fn add(&mut self, name: &Name, making: Making) {
        self.by_name.entry(name.clone()).or_default().push(making);
    }

    fn of_name(&self, name: &Name) -> &[Making] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether more than one statement makes a name.
    pub(super) fn is_remade(&self, name: &Name) -> bool {
        self.of_name(name).len() > 1
    }

    fn readers(&self, name: &Name) -> &[(Name, u64)] {
        let readers = self.readers.get_or_init(|| {
            let mut readers = Readers::default();
            for (name, makings) in &self.by_name {
                for making in makings {
                    for read in &making.reads {
                        let entry = readers.entry(read.clone()).or_default();
                        entry.push((name.clone(), making.within));
                    }
                }
            }
            readers
        });
        readers.get(name).map_or(&[], Vec::as_slice)
    }
}

impl Making {
    fn of(ast: &Ast, within: u64, fingerprints: Vec<u64>, exprs: &[ExprId]) -> Making {
        let mut reads = Vec::new();
        visit::names(ast, exprs, &mut |name| reads.push(name.clone()));
        Making { within, fingerprints, reads, is_definition: false }
    }

    /// What decides whether making an instance can raise, and what it has: the header,
    /// `__init__`, and the fields from which a decorator or a base makes one.
    fn of_class(ast: &Ast, id: StmtId, def: &ClassDef, within: u64) -> Making {
        let mut exprs = Vec::new();
        statement_exprs(ast, id, &mut |expr| exprs.push(expr));
        let header = exprs.iter().map(|&expr| ast.expr(expr).fingerprint);
        let mut fingerprints: Vec<u64> = header.chain([0]).collect();
        let is_made_by_others = !def.decorators.is_empty() || !def.bases.is_empty();
        for &member in &def.body {
            let fingerprint = ast.stmt(member).fingerprint;
            let function = match &ast.stmt(member).kind {
                StmtKind::FunctionDef(function) => function,
                StmtKind::AnnAssign { .. } if is_made_by_others => {
                    fingerprints.push(fingerprint);
                    continue;
                }
                _ => continue,
            };
            // One of these keeps a class from being instantiated.
            if function.decorators.iter().any(|&id| is_abstract_mark(ast, id)) {
                fingerprints.push(import_fingerprint("abstract", &function.name.name));
            }
            let makes = matches!(
                &*function.name.name,
                "__init__" | "__new__" | "__post_init__" | "__init_subclass__" | "__call__"
            );
            if makes {
                body_exprs(ast, member, &mut exprs);
                fingerprints.push(fingerprint);
            }
        }
        let made = Making::of(ast, within, fingerprints, &exprs);
        Making { is_definition: true, ..made }
    }
}

/// The makers of a text and those of a later one, which has most statements in common with it.
#[derive(Debug)]
pub(super) struct Edited<'a> {
    old: &'a Makers,
    /// What only the later text says.
    added: Makers,
    /// Fingerprints of the later text's statements of the module.
    statements: FxHashSet<u64>,
}

impl Edited<'_> {
    /// What makes a name in the later text.
    fn of_name(&self, name: &Name) -> impl Iterator<Item = &Making> {
        let kept = self.old.of_name(name).iter();
        let kept = kept.filter(|making| self.statements.contains(&making.within));
        kept.chain(self.added.of_name(name))
    }

    /// The names whose own making differs, whatever it reads.
    pub(super) fn differing(&self) -> FxHashSet<Name> {
        let is_gone = |making: &Making| !self.statements.contains(&making.within);
        let some_gone = self.old.statements.iter().any(|own| !self.statements.contains(own));
        let lost = self.old.by_name.iter().filter(|_| some_gone);
        let lost = lost.filter(|(_, makings)| makings.iter().any(is_gone));
        let touched = self.added.by_name.keys().chain(lost.map(|(name, _)| name));
        touched.filter(|name| self.differs(name)).cloned().collect()
    }

    fn differs(&self, name: &Name) -> bool {
        let old = self.old.of_name(name).iter().flat_map(|making| &making.fingerprints);
        let old: FxHashSet<u64> = old.copied().collect();
        let new = self.of_name(name).flat_map(|making| &making.fingerprints);
        old != new.copied().collect::<FxHashSet<u64>>()
    }

    /// Names, and those whose making reads one of them in the later text, directly or not.
    pub(super) fn with_readers(&self, names: &FxHashSet<Name>) -> FxHashSet<Name> {
        let mut changed = names.clone();
        let mut pending: Vec<Name> = changed.iter().cloned().collect();
        while let Some(name) = pending.pop() {
            let kept = self.old.readers(&name).iter();
            let kept = kept.filter(|(_, within)| self.statements.contains(within));
            for (reader, _) in kept.chain(self.added.readers(&name)) {
                if changed.insert(reader.clone()) {
                    pending.push(reader.clone());
                }
            }
        }
        changed
    }

    /// Whether the later text binds a name by `def` and `class` only.
    pub(super) fn is_only_defined(&self, name: &Name) -> bool {
        let mut makings = self.of_name(name).peekable();
        makings.peek().is_some() && makings.all(|making| making.is_definition)
    }
}

/// The methods that classes of a text leave to those that derive from them.
fn left_abstract(ast: &Ast) -> FxHashSet<Name> {
    let classes = ast.body.iter().filter_map(|&id| match &ast.stmt(id).kind {
        StmtKind::ClassDef(def) => Some(def),
        _ => None,
    });
    let methods = classes.flat_map(|def| &def.body).filter_map(|&id| match &ast.stmt(id).kind {
        StmtKind::FunctionDef(def) => Some(def),
        _ => None,
    });
    let is_abstract =
        |def: &FunctionDef| def.decorators.iter().any(|&id| is_abstract_mark(ast, id));
    methods.filter(|def| is_abstract(def)).map(|def| def.name.name.clone()).collect()
}

/// That a class defines some of these methods: without them it is not instantiated.
fn defined_of(ast: &Ast, def: &ClassDef, wanted: &FxHashSet<Name>) -> Vec<u64> {
    let mut defined = Vec::new();
    for &id in def.body.iter().filter(|_| !wanted.is_empty()) {
        bound_names(ast, id, &mut |name| {
            if wanted.contains(name) {
                defined.push(import_fingerprint("defined", name));
            }
        });
    }
    defined
}

/// Whether a decorator is `abc.abstractmethod` by its name, or one like it.
fn is_abstract_mark(ast: &Ast, decorator: ExprId) -> bool {
    match &ast.expr(decorator).kind {
        ExprKind::Name(name) => name.starts_with("abstract"),
        ExprKind::Attribute { attr, .. } => attr.name.starts_with("abstract"),
        _ => false,
    }
}

/// What the bindings that a statement makes are known by.
pub(super) fn making_fingerprint(ast: &Ast, id: StmtId) -> u64 {
    let mut exprs = Vec::new();
    let is_compound = !matches!(
        ast.stmt(id).kind,
        StmtKind::Expr(_) | StmtKind::Assign { .. } | StmtKind::AugAssign { .. }
    );
    if is_compound {
        statement_exprs(ast, id, &mut |expr| exprs.push(expr));
    }
    header_fingerprint(ast, id, &exprs)
}

/// What `name = value` or `name: annotation = value` binds to what: an annotation makes no other
/// object of it.
fn plainly_bound(ast: &Ast, id: StmtId) -> Option<(&Name, ExprId)> {
    let (target, value) = match &ast.stmt(id).kind {
        StmtKind::Assign { targets, value } => match targets[..] {
            [target] => (target, *value),
            _ => return None,
        },
        StmtKind::AnnAssign { target, value: Some(value), .. } => (*target, *value),
        _ => return None,
    };
    match &ast.expr(target).kind {
        ExprKind::Name(name) => Some((name, value)),
        _ => None,
    }
}

/// A compound statement is told by what its header evaluates, not by its whole body.
fn header_fingerprint(ast: &Ast, id: StmtId, exprs: &[ExprId]) -> u64 {
    if let Some((name, value)) = plainly_bound(ast, id) {
        return hashed(("bound", name, ast.expr(value).fingerprint));
    }
    let mut has_body = false;
    visit::child_blocks(ast, id, &mut |_| has_body = true);
    if !has_body {
        return ast.stmt(id).fingerprint;
    }
    let parts = exprs.iter().map(|&expr| ast.expr(expr).fingerprint);
    parts.fold(1, |hash: u64, part| hash.rotate_left(5) ^ part)
}
