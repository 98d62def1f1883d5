//! What differs between two versions of a text, as far as it matters for "it ran before".

use rustc_hash::FxHashSet;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use super::makers::Makers;
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
        Facts { statements: statement_fingerprints(ast, &ast.body), makers: Makers::of(ast) }
    }
}

/// What ran in the version before.
#[derive(Debug)]
pub(super) struct Baseline {
    /// Fingerprints of the expressions that were executed and could have raised.
    pub(super) ran: Rc<FxHashSet<u64>>,
    /// As `ran`, in the version before that one.
    earlier: Rc<FxHashSet<u64>>,
    /// That version's text.
    old: Rc<Facts>,
    /// Names whose own binding is not as it was.
    directly_changed: FxHashSet<Name>,
    /// Names whose binding, or something that it reads, is not as it was.
    changed: FxHashSet<Name>,
    /// Those among them that are not all functions and classes.
    changed_values: FxHashSet<Name>,
    /// What the versions so far have imported for certain: modules, or names of modules.
    imported: Rc<[(Name, Name)]>,
}

impl Baseline {
    pub(super) fn new(
        old: &Rc<Facts>,
        new: &Program,
        ran: [Rc<FxHashSet<u64>>; 2],
        imported: Rc<[(Name, Name)]>,
    ) -> Baseline {
        let [ran, earlier] = ran;
        let makers = old.makers.edited(new.ast());
        let directly_changed = makers.differing();
        let changed = makers.with_readers(&directly_changed);
        let values = changed.iter().filter(|name| !makers.is_only_defined(name));
        let changed_values = values.cloned().collect();
        let old = Rc::clone(old);
        Baseline { ran, earlier, old, directly_changed, changed, changed_values, imported }
    }

    pub(super) fn imported(&self) -> &[(Name, Name)] {
        &self.imported
    }

    /// Whether a module has been imported under its name.
    pub(super) fn has_imported(&self, module: &str) -> bool {
        self.imported.iter().any(|(known, name)| &**known == module && name.is_empty())
    }

    /// Whether this and another judge all code alike but that of some definitions, of which the
    /// fingerprints before and now are given.
    pub(super) fn agrees_beside(&self, other: &Baseline, edited: &[(u64, u64)]) -> bool {
        let judged = |fingerprint: u64| {
            let is_doubtful = self.ran.contains(&doubt_fingerprint(fingerprint));
            (self.has_stood(fingerprint), is_doubtful)
        };
        self.changed == other.changed
            && self.changed_values == other.changed_values
            && edited.iter().all(|&(was, is)| judged(was) == judged(is))
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

    /// Whether a read found before what it finds now, given a fingerprint of both. What has been
    /// left is found from the second version on, what was made anew in the first.
    pub(super) fn has_found(&self, read: u64) -> bool {
        self.ran.contains(&read) || self.earlier.contains(&read)
    }

    /// Whether what makes a name, or something that it reads, is not as it was.
    pub(super) fn is_changed(&self, name: &Name) -> bool {
        self.changed.contains(name)
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

    /// Whether an expression reads a name that more than one statement of the text before makes.
    pub(super) fn reads_remade(&self, ast: &Ast, at: ExprId) -> bool {
        reads(ast, &[at], |name, _| self.old.makers.is_remade(name))
    }

    /// Whether a statement with this fingerprint stood in the text before, and nothing says that
    /// it did not get through.
    pub(super) fn has_got_through(&self, fingerprint: u64) -> bool {
        self.has_stood(fingerprint) && !self.ran.contains(&doubt_fingerprint(fingerprint))
    }

    /// Whether a statement stood in the text before and reads nothing that has changed.
    pub(super) fn statement_ran(&self, program: &Program, id: StmtId) -> bool {
        let ast = program.ast();
        if !self.has_got_through(ast.stmt(id).fingerprint) {
            return false;
        }
        let mut exprs = Vec::new();
        statement_exprs(ast, id, &mut |expr| exprs.push(expr));
        !self.reads_changed(ast, &exprs)
    }

    /// Whether this was noted when the version before was executed.
    pub(super) fn has_noted(&self, fingerprint: u64) -> bool {
        self.ran.contains(&fingerprint)
    }

    /// Whether expressions read something that has changed. A function or class that is only
    /// handed on, not called, hardly makes a difference to whoever is handed it.
    fn reads_changed(&self, ast: &Ast, exprs: &[ExprId]) -> bool {
        let is_changed = |name: &Name, is_used: bool| {
            let names = if is_used { &self.changed } else { &self.changed_values };
            names.contains(name)
        };
        !self.changed.is_empty() && reads(ast, exprs, is_changed)
    }
}

/// Whether expressions read a name of which `is_met` holds, given whether it is used there or only
/// handed on to what is called.
fn reads(ast: &Ast, exprs: &[ExprId], is_met: impl Fn(&Name, bool) -> bool) -> bool {
    let mut pending: Vec<(ExprId, bool)> = exprs.iter().map(|&expr| (expr, true)).collect();
    while let Some((id, is_used)) = pending.pop() {
        match &ast.expr(id).kind {
            ExprKind::Name(name) if is_met(name, is_used) => return true,
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

/// Marks a statement of which it is not known whether it got through, since it was new and raises
/// on a path which only the outside decides about, or of which it is known that it did not.
pub(super) fn doubt_fingerprint(statement: u64) -> u64 {
    hashed(("doubt", statement))
}

/// Tells imports from each other by what they import, not by how they are written.
pub(super) fn import_fingerprint(module: &str, name: &str) -> u64 {
    hashed(("import", module, name))
}

pub(super) fn hashed(what: impl Hash) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    what.hash(&mut hasher);
    hasher.finish()
}

/// The expressions that executing a simple statement, or a compound one's header, evaluates.
pub(super) fn statement_exprs(ast: &Ast, id: StmtId, f: &mut dyn FnMut(ExprId)) {
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

/// Fingerprints of statements and of those in them.
pub(super) fn statement_fingerprints(ast: &Ast, body: &[StmtId]) -> FxHashSet<u64> {
    let mut found = FxHashSet::default();
    let mut blocks = vec![body];
    while let Some(block) = blocks.pop() {
        for &id in block {
            found.insert(ast.stmt(id).fingerprint);
            // What stands in a function has not run when the module was executed.
            if matches!(ast.stmt(id).kind, StmtKind::FunctionDef(_)) {
                continue;
            }
            visit::child_blocks(ast, id, &mut |block| blocks.push(block));
        }
    }
    found
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
