//! Two states of a workspace: what the process has imported, and what it would reload.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};

use super::shard::Shard;
use super::{Baseline, CheckRequest, FilesFrom};
use crate::config::{Config, PathPatterns};
use crate::python::PythonVersion;
use crate::report::{FailedFile, path_text};
use crate::workspace::Surroundings;
use crate::workspace::environment::{self, Environment, EnvironmentError, Search};
use crate::workspace::finder::{Finder, FinderInput};
use crate::workspace::git::{Change, Repository};
use crate::workspace::git_tree::GitTree;
use crate::workspace::source_roots::{ModuleName, SourceRoots};
use crate::workspace::tree::{DEFAULT_MAX_FILE_SIZE, DiskTree, FileTree, RebasedTree, absolute};
use crate::workspace::walk::{Kind, Targets, Walked, read_list, real_directory};

/// The files that a run is about, in both states.
#[derive(Debug)]
pub struct Comparison {
    /// Finds modules as the process has them loaded.
    pub live: Finder,
    /// Finds modules as a fresh process would.
    pub restart: Finder,
    pub roots: SourceRoots,
    pub environment: Environment,
    pub version: PythonVersion,
    /// What the baseline is called; `None`: each module against itself.
    pub base: Option<String>,
    /// The modules under the targets, in order of their paths.
    pub modules: Vec<Module>,
    /// What could not be looked at.
    pub failed: Vec<FailedFile>,
    /// The directory to which shown paths are relative.
    pub shown_from: PathBuf,
    /// Which modules are looked at.
    pub scope: Scope,
}

/// Which modules a run is about, whether they are there or not.
#[derive(Debug)]
pub struct Scope {
    targets: Targets,
    exclude: PathPatterns,
    shard: Option<Shard>,
    /// To which paths are relative where they decide about the shard.
    project: PathBuf,
    head: Arc<dyn FileTree>,
}

impl Scope {
    /// Whether a file, by its absolute path, is left to other shards.
    fn is_elsewhere(&self, path: &Path) -> bool {
        self.shard.is_some_and(|shard| {
            let below = path.strip_prefix(&self.project).unwrap_or(path);
            !shard.owns(&path_text(below))
        })
    }

    /// Whether the run would reload a module, given by its absolute path.
    pub fn covers(&self, path: &Path) -> bool {
        self.targets.include(path, &self.exclude) && !self.is_elsewhere(path)
    }

    /// Whether there is no such file in the new source.
    pub fn lacks(&self, path: &Path) -> bool {
        !self.head.is_file(path)
    }
}

/// A module under the targets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// Absolute.
    pub path: PathBuf,
    pub name: ModuleName,
    pub fate: Fate,
}

/// What happened to a module between the two states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// There is no other state: it is reloaded as it is.
    Itself,
    Unchanged,
    /// Its bytes differ.
    Changed,
    /// There is no live world of it.
    New,
    /// Reloading it raises `ModuleNotFoundError` and leaves it as it was.
    Deleted,
}

/// The trees that are compared, before anything is searched in them.
struct Trees {
    /// Whatever lies below is the workspace's.
    project: PathBuf,
    base: Option<Arc<dyn FileTree>>,
    base_label: Option<String>,
    head: Arc<dyn FileTree>,
    /// The head, where it is a revision.
    head_revision: Option<Arc<GitTree>>,
    /// What git says has changed; `None`: to be found by comparing.
    changes: Option<BTreeMap<PathBuf, Change>>,
    /// The base, where it is a directory of its own.
    base_directory: Option<RebasedTree>,
}

impl Comparison {
    /// Opens both states and sorts out what happened to the modules under the targets.
    ///
    /// # Errors
    ///
    /// Where a target, a revision or the environment that the user names is not there, or git
    /// fails.
    pub fn open(request: &CheckRequest, around: &Surroundings<'_>) -> anyhow::Result<Comparison> {
        let from = real_directory(&around.directory);
        let paths = target_paths(request, &from)?;
        let anchor = common_directory(&from, &paths);
        let trees = Trees::open(request, &from, &anchor)?;
        let known = |path: &Path| trees.kind(path);
        let targets = Targets::new(&from, &paths, &known)?;
        let config = &request.config;
        let head = Arc::clone(&trees.head);
        let roots = if config.src.is_empty() {
            SourceRoots::detect(&trees.project, head)
        } else {
            SourceRoots::configured(&trees.project, &config.src, head)
        };
        let environment = find_environment(config, around, &from, &anchor, &trees.project)?;
        let version = config.python_version.or(environment.version);
        let version = version.unwrap_or(PythonVersion::DEFAULT);
        let finder = |tree: &Arc<dyn FileTree>| {
            Finder::new(&FinderInput {
                workspace: Arc::clone(tree),
                disk: Arc::new(DiskTree::default()),
                project: &trees.project,
                roots: roots.roots(),
                environment: &environment,
                version,
                shown_from: Some(&from),
                is_loaded: false,
            })
        };
        let restart = finder(&trees.head);
        let (live, restart) = match &trees.base {
            None => (restart.clone(), restart),
            Some(base) => {
                let live = finder(base);
                (live.clone(), restart.with_former(live))
            }
        };
        let base = trees.base_label.clone();
        let scope = Scope {
            targets,
            exclude: config.exclude.clone(),
            shard: request.shard,
            project: trees.project.clone(),
            head: Arc::clone(&trees.head),
        };
        let mut comparison = Comparison {
            live,
            restart,
            roots,
            environment,
            version,
            base,
            modules: Vec::new(),
            failed: Vec::new(),
            shown_from: from,
            scope,
        };
        comparison.sort_out(&trees, request);
        Ok(comparison)
    }

    /// The path as it is shown.
    pub fn shown<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.shown_from).unwrap_or(path)
    }

    fn sort_out(&mut self, trees: &Trees, request: &CheckRequest) {
        let Scope { targets, exclude, .. } = &self.scope;
        let walked = match &trees.head_revision {
            Some(tree) => targets.among(tree.files(), exclude),
            None => targets.on_disk(exclude),
        };
        let fates = trees.fates(&walked, targets, request);
        for (path, reason) in &walked.failed {
            self.fail(path, reason);
        }
        for (path, fate) in fates {
            if self.scope.is_elsewhere(&path) {
                continue;
            }
            if trees.is_changed_submodule(&path) {
                if walked.files.iter().any(|file| file.starts_with(&path)) {
                    self.fail(&path, "is a submodule at another commit: check it on its own");
                }
                continue;
            }
            let name = self.roots.name_of(&path).or_else(|| single_module(&path));
            if let Some(name) = name {
                self.modules.push(Module { path, name, fate });
            }
        }
    }

    fn fail(&mut self, path: &Path, reason: &str) {
        if self.scope.is_elsewhere(path) {
            return;
        }
        let path = self.shown(path).to_path_buf();
        self.failed.push(FailedFile { path, reason: reason.to_owned() });
    }
}

impl Trees {
    fn open(request: &CheckRequest, from: &Path, anchor: &Path) -> anyhow::Result<Trees> {
        let needs_git = matches!(request.baseline, Baseline::Git { .. }) || request.head.is_some();
        let repository = match Repository::discover(anchor) {
            Ok(None) if needs_git => bail!("`{}` is in no git work tree", anchor.display()),
            Ok(repository) => repository,
            // Without git each module can still be compared with itself or with a directory.
            Err(_)
                if matches!(request.baseline, Baseline::None | Baseline::Dir(_)) && !needs_git =>
            {
                None
            }
            Err(error) => return Err(error.into()),
        };
        let root = repository.as_ref().map(Repository::root).map(real_directory);
        let mut trees = Trees {
            project: root.unwrap_or_else(|| project_without_git(request, from, anchor)),
            base: None,
            base_label: None,
            head: Arc::new(DiskTree::default()),
            head_revision: None,
            changes: None,
            base_directory: None,
        };
        let mut head_commit = None;
        if let (Some(repository), Some(revision)) = (&repository, &request.head) {
            let commit = repository.resolve(revision)?;
            let tree = GitTree::open(repository, &commit, revision, DEFAULT_MAX_FILE_SIZE)?;
            let tree = Arc::new(tree);
            trees.head = Arc::<GitTree>::clone(&tree);
            trees.head_revision = Some(tree);
            head_commit = Some(commit);
        }
        match (&request.baseline, &repository) {
            (Baseline::None, _) | (Baseline::Head, None) => {}
            (Baseline::Dir(directory), _) => trees.open_directory(directory, from, anchor)?,
            (baseline, Some(repository)) => {
                trees.open_revision(baseline, request, repository, head_commit.as_deref())?;
            }
            (Baseline::Git { .. }, None) => bail!("`{}` is in no git work tree", anchor.display()),
        }
        Ok(trees)
    }

    fn open_revision(
        &mut self,
        baseline: &Baseline,
        request: &CheckRequest,
        repository: &Repository,
        head_commit: Option<&str>,
    ) -> anyhow::Result<()> {
        let head = request.head.as_deref().unwrap_or("HEAD");
        let (commit, label) = match baseline {
            // Before the first commit there is nothing to compare with.
            Baseline::Head if !repository.has_head() => return Ok(()),
            Baseline::Git { rev, exact: true } => (repository.resolve(rev)?, rev.clone()),
            Baseline::Git { rev, .. } => {
                let commit = repository.merge_base(rev, head)?;
                let is_itself = repository.resolve(rev)? == commit;
                let label = if is_itself { rev.clone() } else { short(&commit).to_owned() };
                (commit, label)
            }
            _ => (repository.resolve("HEAD")?, "HEAD".to_owned()),
        };
        let tree = GitTree::open(repository, &commit, &label, DEFAULT_MAX_FILE_SIZE)?;
        self.changes = Some(repository.changes(&commit, head_commit)?);
        self.base = Some(Arc::new(tree));
        self.base_label = Some(label);
        Ok(())
    }

    /// The directory stands for what is compared with it: the working directory where the
    /// layouts say so, else the targets' common directory.
    fn open_directory(
        &mut self,
        directory: &Path,
        from: &Path,
        anchor: &Path,
    ) -> anyhow::Result<()> {
        let files = real_directory(&absolute(from, directory));
        if !files.is_dir() {
            bail!("`{}` (`--base-dir`) is not a directory", directory.display());
        }
        let below = anchor.strip_prefix(from).ok();
        let mirrors = below.is_some_and(|below| files.join(below).is_dir());
        let place = if mirrors { from } else { anchor };
        let disk = DiskTree::default();
        self.base = Some(Arc::new(RebasedTree::new(place, &files, disk)));
        self.base_directory = Some(RebasedTree::new(&files, place, disk));
        self.base_label = Some(directory.display().to_string());
        if !mirrors {
            self.project = place.to_path_buf();
        }
        Ok(())
    }

    /// What a path that is not on the disk is in one of the states.
    fn kind(&self, path: &Path) -> Option<Kind> {
        let trees = [Some(&self.head), self.base.as_ref()];
        trees.into_iter().flatten().find_map(|tree| {
            let directory = tree.is_dir(path).then_some(Kind::Directory);
            directory.or_else(|| tree.is_file(path).then_some(Kind::File))
        })
    }

    /// The modules of either state, by path.
    fn fates(
        &self,
        walked: &Walked,
        targets: &Targets,
        request: &CheckRequest,
    ) -> BTreeMap<PathBuf, Fate> {
        let same = if self.base.is_some() { Fate::Unchanged } else { Fate::Itself };
        let mut fates: BTreeMap<PathBuf, Fate> =
            walked.files.iter().map(|file| (file.clone(), same)).collect();
        let exclude = &request.config.exclude;
        if let Some(changes) = &self.changes {
            for (path, change) in changes {
                let path = real_directory(path);
                if targets.include(&path, exclude) || self.is_changed_submodule(&path) {
                    fates.insert(path, fate_of(*change));
                }
            }
        } else if let (Some(base), Some(back)) = (&self.base, &self.base_directory) {
            for (path, fate) in &mut fates {
                *fate = compare(path, base.as_ref(), self.head.as_ref());
            }
            for path in deleted_in_directory(back, targets, request) {
                fates.entry(path).or_insert(Fate::Deleted);
            }
        }
        fates
    }

    /// Whether a changed path is a directory: git names a submodule so.
    fn is_changed_submodule(&self, path: &Path) -> bool {
        self.changes.as_ref().is_some_and(|changes| changes.contains_key(path))
            && (self.head.is_dir(path) || self.base.as_ref().is_some_and(|base| base.is_dir(path)))
    }
}

fn fate_of(change: Change) -> Fate {
    match change {
        Change::Added => Fate::New,
        Change::Modified => Fate::Changed,
        Change::Deleted => Fate::Deleted,
    }
}

fn compare(path: &Path, base: &dyn FileTree, head: &dyn FileTree) -> Fate {
    match (base.read(path), head.read(path)) {
        (Ok(None), _) => Fate::New,
        (Ok(before), Ok(after)) if before == after => Fate::Unchanged,
        // What cannot be read is named when the texts are loaded.
        _ => Fate::Changed,
    }
}

/// The files that only the base directory has, by where they would lie.
fn deleted_in_directory(
    back: &RebasedTree,
    targets: &Targets,
    request: &CheckRequest,
) -> BTreeSet<PathBuf> {
    let exclude = &request.config.exclude;
    let base = back.place();
    let Ok(all) = Targets::new(base, &[base.to_path_buf()], &|_| None) else {
        return BTreeSet::new();
    };
    let places = all.on_disk(exclude).files.into_iter().map(|file| back.location(&file));
    places.filter(|path| !path.exists() && targets.include(path, exclude)).collect()
}

/// The environment of the targets: looked for from the configuration's directory, or else the
/// targets' own, up to the project's.
fn find_environment(
    config: &Config,
    around: &Surroundings<'_>,
    from: &Path,
    anchor: &Path,
    project: &Path,
) -> Result<Environment, EnvironmentError> {
    let settled = config.project_root.as_deref().map(real_directory);
    let settled = settled.filter(|root| anchor.starts_with(root));
    // A path on the command line is relative to the working directory.
    let python = config.python.as_deref().map(|python| {
        Some(from.join(python)).filter(|p| p.exists()).unwrap_or_else(|| python.to_path_buf())
    });
    environment::find(&Search {
        project: settled.as_deref().unwrap_or(anchor),
        up_to: project,
        python: python.as_deref(),
        variable: around.variable,
    })
}

/// The directory where git is asked, and the environment is looked for.
///
/// # Errors
///
/// Where a list of files cannot be read.
pub(super) fn anchor(request: &CheckRequest, directory: &Path) -> anyhow::Result<PathBuf> {
    let from = real_directory(directory);
    Ok(common_directory(&from, &target_paths(request, &from)?))
}

/// The targets of the request and of the list that it names.
fn target_paths(request: &CheckRequest, from: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut paths = request.targets.clone();
    match &request.files_from {
        None => {}
        Some(FilesFrom::Stdin) => {
            paths.extend(read_list(None).context("standard input could not be read")?);
        }
        Some(FilesFrom::File(file)) => {
            let list = read_list(Some(&absolute(from, file)));
            paths.extend(list.with_context(|| format!("`{}` could not be read", file.display()))?);
        }
    }
    Ok(paths)
}

/// The innermost existing directory that holds all targets; the working directory where
/// there are none.
fn common_directory(from: &Path, paths: &[PathBuf]) -> PathBuf {
    let mut common: Option<PathBuf> = None;
    for path in paths {
        let path = real_directory(&absolute(from, path));
        let directory = path.ancestors().find(|ancestor| ancestor.is_dir()).unwrap_or(from);
        common = Some(match common {
            None => directory.to_path_buf(),
            Some(common) => {
                let shared = common.ancestors().find(|ancestor| directory.starts_with(ancestor));
                shared.unwrap_or(from).to_path_buf()
            }
        });
    }
    common.unwrap_or_else(|| from.to_path_buf())
}

/// The configuration's directory or the working directory where they hold the targets, else
/// the directory around the targets' outermost package.
fn project_without_git(request: &CheckRequest, from: &Path, anchor: &Path) -> PathBuf {
    let configured = request.config.project_root.as_deref().map(real_directory);
    let holders = configured.into_iter().chain([from.to_path_buf()]);
    let holder = holders.into_iter().find(|holder| anchor.starts_with(holder));
    holder.unwrap_or_else(|| {
        let outside = anchor.ancestors().find(|dir| !dir.join("__init__.py").is_file());
        outside.unwrap_or(anchor).to_path_buf()
    })
}

/// A file without the ending of a module, which the user names all the same.
fn single_module(path: &Path) -> Option<ModuleName> {
    let name = path.file_stem()?.to_string_lossy().replace('.', "_");
    let root = path.parent()?.to_path_buf();
    Some(ModuleName { name, root, is_package: false, is_importable: false })
}

/// An object name as people write it.
fn short(commit: &str) -> &str {
    commit.get(..12).unwrap_or(commit)
}
