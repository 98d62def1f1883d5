//! What differs between two versions of a text, as far as it matters for "it ran before".

use rustc_hash::{FxHashMap, FxHashSet};
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use crate::program::{Program, visit};
use crate::syntax::ast::{Ast, Expr, ExprId, ExprKind, ImportNames, Name, StmtId, StmtKind};

/// What a text says that later ones are compared with.
#[derive(Debug)]
pub(super) struct Facts {
    /// Fingerprints of all statements.
    statements: FxHashSet<u64>,
    makers: Makers,
}

impl Facts {
    pub(super) fn of(ast: &Ast) -> Facts {
        Facts { statements: statement_fingerprints(ast), makers: Makers::of(ast) }
    }
}

/// What ran in the version before.
#[derive(Debug)]
pub(super) struct Baseline {
    /// Fingerprints of the expressions that were executed and could have raised.
    pub(super) ran: Rc<FxHashSet<u64>>,
    /// That version's text.
    old: Rc<Facts>,
    /// Names whose own binding is not as it was.
    directly_changed: FxHashSet<Name>,
    /// Names whose binding, or something that it reads, is not as it was.
    changed: FxHashSet<Name>,
    /// Those among them that are not all functions and classes.
    changed_values: FxHashSet<Name>,
}

impl Baseline {
    pub(super) fn new(old: &Rc<Facts>, new: &Program, ran: Rc<FxHashSet<u64>>) -> Baseline {
        let makers = Makers::of(new.ast());
        let directly_changed = differing(&old.makers, &makers);
        let changed = with_readers(&directly_changed, &makers);
        let mut changed_values = FxHashSet::default();
        if !changed.is_empty() {
            let defined = only_defined(new.ast());
            changed_values.extend(changed.iter().filter(|name| !defined.contains(*name)).cloned());
        }
        Baseline { ran, old: Rc::clone(old), directly_changed, changed, changed_values }
    }

    /// Whether this and another judge the code before `end` (a byte offset; none: all) alike, given
    /// that they know the same version before.
    pub(super) fn agrees(
        &self,
        other: &Baseline,
        ast: &Ast,
        end: Option<u32>,
        judged_older: bool,
    ) -> bool {
        let changed = self.changed.symmetric_difference(&other.changed);
        let values = self.changed_values.symmetric_difference(&other.changed_values);
        let differing: FxHashSet<&Name> = changed.chain(values).collect();
        let is_before = |expr: &&Expr| end.is_none_or(|end| expr.span.start < end);
        let reads = |expr: &Expr| match &expr.kind {
            ExprKind::Name(name) => differing.contains(name),
            _ => false,
        };
        // What code of an older version reads is not in this text.
        differing.is_empty() || !judged_older && !ast.exprs().iter().filter(is_before).any(reads)
    }

    /// Whether a statement with this fingerprint stood in the text before.
    pub(super) fn has_stood(&self, fingerprint: u64) -> bool {
        self.old.statements.contains(&fingerprint)
    }

    /// Whether what makes a name is not as it was, whatever it reads.
    pub(super) fn is_directly_changed(&self, name: &Name) -> bool {
        self.directly_changed.contains(name)
    }

    /// Whether an expression ran before and reads nothing that has changed.
    pub(super) fn has_run(&self, program: &Program, at: ExprId) -> bool {
        self.ran.contains(&program.ast().expr(at).fingerprint)
            && !self.reads_changed(program.ast(), &[at])
    }

    /// Whether a statement stood in the text before and reads nothing that has changed.
    pub(super) fn statement_ran(&self, program: &Program, id: StmtId) -> bool {
        let ast = program.ast();
        let fingerprint = ast.stmt(id).fingerprint;
        let is_doubtful = self.ran.contains(&doubt_fingerprint(fingerprint));
        if is_doubtful || !self.has_stood(fingerprint) {
            return false;
        }
        let mut exprs = Vec::new();
        statement_exprs(ast, id, &mut |expr| exprs.push(expr));
        !self.reads_changed(ast, &exprs)
    }

    pub(super) fn import_ran(&self, fingerprint: u64) -> bool {
        self.ran.contains(&fingerprint)
    }

    /// Whether expressions read something that has changed. A function or class that is only
    /// handed on, not called, hardly makes a difference to whoever is handed it.
    fn reads_changed(&self, ast: &Ast, exprs: &[ExprId]) -> bool {
        if self.changed.is_empty() {
            return false;
        }
        let mut pending: Vec<(ExprId, bool)> = exprs.iter().map(|&expr| (expr, true)).collect();
        while let Some((id, is_used)) = pending.pop() {
            match &ast.expr(id).kind {
                ExprKind::Name(name) => {
                    let names = if is_used { &self.changed } else { &self.changed_values };
                    if names.contains(name) {
                        return true;
                    }
                }
                ExprKind::Call { func, args, keywords } => {
                    pending.push((*func, true));
                    let values = keywords.iter().map(|keyword| keyword.value);
                    pending.extend(args.iter().copied().chain(values).map(|arg| (arg, false)));
                }
                _ => visit::child_exprs(ast, id, &mut |child| pending.push((child, is_used))),
            }
        }
        false
    }
}

/// The names that a text binds by `def` and `class` only.
fn only_defined(ast: &Ast) -> FxHashSet<Name> {
    let mut defined = FxHashSet::default();
    let mut others = FxHashSet::default();
    let mut blocks: Vec<&[StmtId]> = vec![&ast.body];
    while let Some(block) = blocks.pop() {
        for &id in block {
            let definition =
                matches!(ast.stmt(id).kind, StmtKind::FunctionDef(_) | StmtKind::ClassDef(_));
            let names = if definition { &mut defined } else { &mut others };
            bound_names(ast, id, &mut |name| {
                names.insert(name.clone());
            });
            if !definition {
                visit::child_blocks(ast, id, &mut |block| blocks.push(block));
            }
        }
    }
    defined.retain(|name| !others.contains(name));
    defined
}

/// Marks a statement that was new and raises on a path which only the outside decides about:
/// whether it got through is not known.
pub(super) fn doubt_fingerprint(statement: u64) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    ("doubt", statement).hash(&mut hasher);
    hasher.finish()
}

/// Tells imports from each other by what they import, not by how they are written.
pub(super) fn import_fingerprint(module: &str, name: &str) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    ("import", module, name).hash(&mut hasher);
    hasher.finish()
}

fn collect_statements(ast: &Ast, body: &[StmtId], found: &mut FxHashSet<u64>) {
    let mut blocks = vec![body];
    while let Some(block) = blocks.pop() {
        for &id in block {
            found.insert(ast.stmt(id).fingerprint);
            visit::child_blocks(ast, id, &mut |block| blocks.push(block));
        }
    }
}

fn any_name(ast: &Ast, exprs: &[ExprId], test: &mut dyn FnMut(&Name) -> bool) -> bool {
    let mut pending = exprs.to_vec();
    while let Some(id) = pending.pop() {
        if let ExprKind::Name(name) = &ast.expr(id).kind
            && test(name)
        {
            return true;
        }
        visit::child_exprs(ast, id, &mut |child| pending.push(child));
    }
    false
}

/// The expressions that executing a simple statement, or a compound one's header, evaluates.
fn statement_exprs(ast: &Ast, id: StmtId, f: &mut dyn FnMut(ExprId)) {
    match &ast.stmt(id).kind {
        StmtKind::Expr(value) | StmtKind::Return(Some(value)) => f(*value),
        StmtKind::Assign { value, targets } => {
            f(*value);
            targets.iter().copied().for_each(f);
        }
        StmtKind::AugAssign { target, value, .. } => {
            f(*target);
            f(*value);
        }
        StmtKind::AnnAssign { value, annotation, .. } => {
            value.iter().copied().for_each(&mut *f);
            f(*annotation);
        }
        StmtKind::FunctionDef(def) => {
            def.decorators.iter().copied().for_each(&mut *f);
            visit::param_exprs(&def.params, f);
        }
        StmtKind::ClassDef(def) => {
            def.decorators.iter().copied().for_each(&mut *f);
            def.bases.iter().copied().for_each(&mut *f);
            def.keywords.iter().for_each(|keyword| f(keyword.value));
        }
        StmtKind::If { branches, .. } => branches.iter().for_each(|(test, _)| f(*test)),
        StmtKind::While { test, .. } => f(*test),
        StmtKind::For { iter, .. } => f(*iter),
        StmtKind::With { items, .. } => items.iter().for_each(|item| f(item.context)),
        StmtKind::Assert { test, .. } => f(*test),
        StmtKind::Raise { exc, cause } => exc.iter().chain(cause).copied().for_each(f),
        StmtKind::Match { subject, .. } => f(*subject),
        StmtKind::Delete(targets) => targets.iter().copied().for_each(f),
        _ => {}
    }
}

/// How the names of a text are made.
#[derive(Debug, Default)]
struct Makers {
    by_name: FxHashMap<Name, Making>,
}

/// What makes a name, and the names that this reads, each perhaps more than once.
#[derive(Debug, Default)]
struct Making {
    fingerprints: Vec<u64>,
    reads: Vec<Name>,
}

impl Makers {
    fn of(ast: &Ast) -> Makers {
        let mut makers = Makers::default();
        let mut blocks: Vec<&[StmtId]> = vec![&ast.body];
        while let Some(block) = blocks.pop() {
            for &id in block {
                makers.note(ast, id);
                let is_definition =
                    matches!(ast.stmt(id).kind, StmtKind::FunctionDef(_) | StmtKind::ClassDef(_));
                if !is_definition {
                    visit::child_blocks(ast, id, &mut |block| blocks.push(block));
                }
            }
        }
        makers
    }

    fn note(&mut self, ast: &Ast, id: StmtId) {
        let stmt = ast.stmt(id);
        match &stmt.kind {
            StmtKind::FunctionDef(def) => {
                let mut exprs = Vec::new();
                body_exprs(ast, id, &mut exprs);
                self.add(ast, &def.name.name, stmt.fingerprint, &exprs);
            }
            // What decides whether making an instance can raise: the header and `__init__`.
            StmtKind::ClassDef(def) => {
                let mut exprs = Vec::new();
                statement_exprs(ast, id, &mut |expr| exprs.push(expr));
                for &expr in &exprs {
                    self.add(ast, &def.name.name, ast.expr(expr).fingerprint, &[]);
                }
                for &method in &def.body {
                    let StmtKind::FunctionDef(function) = &ast.stmt(method).kind else { continue };
                    let makes = matches!(
                        &*function.name.name,
                        "__init__" | "__new__" | "__post_init__" | "__init_subclass__" | "__call__"
                    );
                    if makes {
                        body_exprs(ast, method, &mut exprs);
                        self.add(ast, &def.name.name, ast.stmt(method).fingerprint, &[]);
                    }
                }
                self.add(ast, &def.name.name, 0, &exprs);
            }
            StmtKind::Import(aliases) => {
                for alias in aliases {
                    let top = Name::from(alias.name.split('.').next().unwrap_or(""));
                    let name = alias.asname.as_ref().map_or(&top, |asname| &asname.name);
                    self.add(ast, name, import_fingerprint(&alias.name, ""), &[]);
                }
            }
            StmtKind::ImportFrom { module, names: ImportNames::Names(aliases), level } => {
                let module = module.as_deref().unwrap_or("");
                for alias in aliases {
                    let name = alias.asname.as_ref().map_or(&alias.name, |asname| &asname.name);
                    let made =
                        import_fingerprint(module, &alias.name).wrapping_add(u64::from(*level));
                    self.add(ast, name, made, &[]);
                }
            }
            _ => {
                let mut exprs = Vec::new();
                statement_exprs(ast, id, &mut |expr| exprs.push(expr));
                let mut bound = Vec::new();
                bound_names(ast, id, &mut |name| bound.push(name.clone()));
                for name in bound {
                    self.add(ast, &name, header_fingerprint(ast, id, &exprs), &exprs);
                }
            }
        }
    }

    fn add(&mut self, ast: &Ast, name: &Name, made: u64, reads: &[ExprId]) {
        let making = self.by_name.entry(name.clone()).or_default();
        if !making.fingerprints.contains(&made) {
            making.fingerprints.push(made);
        }
        any_name(ast, reads, &mut |read| {
            making.reads.push(read.clone());
            false
        });
    }
}

/// A compound statement is told by what its header evaluates, not by its whole body.
fn header_fingerprint(ast: &Ast, id: StmtId, exprs: &[ExprId]) -> u64 {
    let mut has_body = false;
    visit::child_blocks(ast, id, &mut |_| has_body = true);
    if !has_body {
        return ast.stmt(id).fingerprint;
    }
    let parts = exprs.iter().map(|&expr| ast.expr(expr).fingerprint);
    parts.fold(1, |hash: u64, part| hash.rotate_left(5) ^ part)
}

/// A fingerprint of what executing a statement evaluates: of a function, not its body.
pub(super) fn executed_fingerprint(ast: &Ast, id: StmtId) -> u64 {
    let stmt = ast.stmt(id);
    let StmtKind::FunctionDef(def) = &stmt.kind else { return stmt.fingerprint };
    let mut exprs = def.decorators.clone();
    visit::param_exprs(&def.params, &mut |expr| exprs.push(expr));
    exprs.extend(def.params.list.iter().filter_map(|param| param.annotation).chain(def.returns));
    let parts = exprs.iter().map(|&expr| ast.expr(expr).fingerprint);
    parts.fold(2, |hash: u64, part| hash.rotate_left(5) ^ part)
}

/// Every expression in a definition, its body included.
pub(crate) fn body_exprs(ast: &Ast, id: StmtId, exprs: &mut Vec<ExprId>) {
    let mut pending = vec![id];
    while let Some(id) = pending.pop() {
        statement_exprs(ast, id, &mut |expr| exprs.push(expr));
        visit::child_blocks(ast, id, &mut |block| pending.extend_from_slice(block));
    }
}

/// Fingerprints of all statements of a text.
fn statement_fingerprints(ast: &Ast) -> FxHashSet<u64> {
    let mut found = FxHashSet::default();
    collect_statements(ast, &ast.body, &mut found);
    found
}

/// The names whose own making differs, whatever it reads.
fn differing(before: &Makers, after: &Makers) -> FxHashSet<Name> {
    let mut changed: FxHashSet<Name> = FxHashSet::default();
    let mut known = 0;
    for (name, made) in &after.by_name {
        let was = before.by_name.get(name);
        known += usize::from(was.is_some());
        let is_same = was.is_some_and(|was| {
            // Fingerprints do not stand twice.
            was.fingerprints.len() == made.fingerprints.len()
                && made.fingerprints.iter().all(|made| was.fingerprints.contains(made))
        });
        if !is_same {
            changed.insert(name.clone());
        }
    }
    if known < before.by_name.len() {
        let gone = before.by_name.keys().filter(|name| !after.by_name.contains_key(*name));
        changed.extend(gone.cloned());
    }
    changed
}

/// Names, and those whose making reads one of them, directly or not.
fn with_readers(names: &FxHashSet<Name>, after: &Makers) -> FxHashSet<Name> {
    let mut changed = names.clone();
    if changed.is_empty() {
        return changed;
    }
    let mut readers: FxHashMap<&Name, Vec<&Name>> = FxHashMap::default();
    for (name, making) in &after.by_name {
        making.reads.iter().for_each(|read| readers.entry(read).or_default().push(name));
    }
    let mut pending: Vec<Name> = changed.iter().cloned().collect();
    while let Some(name) = pending.pop() {
        for reader in readers.get(&name).into_iter().flatten() {
            if changed.insert((*reader).clone()) {
                pending.push((*reader).clone());
            }
        }
    }
    changed
}

/// Calls `f` with the module names that a statement binds, definitions' bodies excluded.
pub(crate) fn bound_names(ast: &Ast, id: StmtId, f: &mut dyn FnMut(&Name)) {
    let mut targets: Vec<ExprId> = Vec::new();
    let mut exprs: Vec<ExprId> = Vec::new();
    statement_exprs(ast, id, &mut |expr| exprs.push(expr));
    match &ast.stmt(id).kind {
        StmtKind::FunctionDef(def) => f(&def.name.name),
        StmtKind::ClassDef(def) => f(&def.name.name),
        StmtKind::TypeAlias { name, .. } => f(&name.name),
        StmtKind::Assign { targets: all, .. } => targets.extend(all),
        StmtKind::AugAssign { target, .. } | StmtKind::For { target, .. } => targets.push(*target),
        StmtKind::AnnAssign { target, value: Some(_), .. } => targets.push(*target),
        StmtKind::With { items, .. } => targets.extend(items.iter().filter_map(|item| item.target)),
        StmtKind::Import(aliases) => {
            for alias in aliases {
                match &alias.asname {
                    Some(asname) => f(&asname.name),
                    None => f(&Name::from(alias.name.split('.').next().unwrap_or(""))),
                }
            }
        }
        StmtKind::ImportFrom { names: ImportNames::Names(aliases), .. } => {
            for alias in aliases {
                f(alias.asname.as_ref().map_or(&alias.name, |asname| &asname.name));
            }
        }
        StmtKind::Match { cases, .. } => {
            for case in cases {
                crate::program::scopes::pattern_names(&case.pattern, &mut |ident| f(&ident.name));
            }
        }
        _ => {}
    }
    while let Some(target) = targets.pop() {
        match &ast.expr(target).kind {
            ExprKind::Name(name) => f(name),
            ExprKind::Starred(inner) => targets.push(*inner),
            ExprKind::List(items) | ExprKind::Tuple(items) => targets.extend(items),
            _ => {}
        }
    }
    while let Some(expr) = exprs.pop() {
        if let ExprKind::Named { target, .. } = &ast.expr(expr).kind {
            f(&target.name);
        }
        visit::child_exprs(ast, expr, &mut |child| exprs.push(child));
    }
}
