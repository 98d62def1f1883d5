//! The projects of a session: which one a file belongs to, opened when it is first asked for.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::settings::{Baseline, ClientSettings};
use crate::config::{Config, Options, discovery};
use crate::workspace::Surroundings;
use crate::workspace::git::Repository;
use crate::workspace::git_tree::GitTree;
use crate::workspace::project::Project;
use crate::workspace::tree::{DEFAULT_MAX_FILE_SIZE, FileTree};
use crate::workspace::walk::real_directory;

/// Files in a directory that no workspace folder holds, by which its project is known.
const ROOT_MARKERS: [&str; 6] =
    ["pyproject.toml", "reloadsafe.toml", "setup.py", "setup.cfg", "manage.py", ".git"];

/// The projects that are open.
#[derive(Debug, Default)]
pub(super) struct Projects {
    /// The workspace folders, as the file system has them.
    folders: Vec<PathBuf>,
    open: Vec<Project>,
    /// What was wrong with settings and has not been told.
    problems: Vec<String>,
    /// The process was started anew: it has imported what lies on the disk, whatever the
    /// baseline was.
    is_restarted: bool,
}

impl Projects {
    /// The workspace folders are these. Projects that are open stay so.
    pub(super) fn set_folders(&mut self, folders: impl IntoIterator<Item = PathBuf>) {
        self.folders = folders.into_iter().map(|folder| real_directory(&folder)).collect();
    }

    pub(super) fn add_folder(&mut self, folder: &Path) {
        let folder = real_directory(folder);
        if !self.folders.contains(&folder) {
            self.folders.push(folder);
        }
    }

    pub(super) fn remove_folder(&mut self, folder: &Path) {
        let folder = real_directory(folder);
        self.folders.retain(|known| *known != folder);
    }

    /// The first folder: what relative settings are relative to.
    pub(super) fn base(&self) -> PathBuf {
        let first = self.folders.first().cloned();
        first.or_else(|| std::env::current_dir().ok()).unwrap_or_default()
    }

    /// Closes every project: they are opened again with the settings as they are then.
    pub(super) fn close_all(&mut self) {
        self.open.clear();
    }

    /// Every process was started anew: nothing holds that was loaded before.
    pub(super) fn restart(&mut self) {
        self.is_restarted = true;
        self.close_all();
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Project> {
        self.open.iter_mut()
    }

    /// What was wrong with settings since somebody asked last. The defaults hold there.
    pub(super) fn take_problems(&mut self) -> Vec<String> {
        std::mem::take(&mut self.problems)
    }

    /// The project of a file, opened where it is not. What is wrong with its settings is among
    /// [`Projects::take_problems`].
    pub(super) fn of(&mut self, path: &Path, settings: &ClientSettings) -> &mut Project {
        // An untitled document lies nowhere: it has the settings of the workspace.
        let base = self.base();
        let directory = path.parent().filter(|parent| parent.is_absolute()).unwrap_or(&base);
        let folder = self.folder_of(directory);
        let file = discovery::nearest(directory).unwrap_or_else(|error| {
            self.problems.push(error.to_string());
            None
        });
        let root = file
            .as_ref()
            .and_then(|options| options.project_root.clone())
            .map(|root| real_directory(&root))
            .filter(|root| root.starts_with(&folder))
            .unwrap_or(folder);
        if let Some(index) = self.open.iter().position(|project| project.root() == root) {
            return &mut self.open[index];
        }
        let baseline = if self.is_restarted { &Baseline::Disk } else { &settings.server.baseline };
        let project = open(&root, file, settings, baseline, &mut self.problems);
        self.open.push(project);
        self.open.last_mut().expect("one was pushed")
    }

    /// The innermost workspace folder around a directory, or else what looks like a project.
    fn folder_of(&self, directory: &Path) -> PathBuf {
        let holders = self.folders.iter().filter(|folder| directory.starts_with(folder));
        if let Some(folder) = holders.max_by_key(|folder| folder.as_os_str().len()) {
            return folder.clone();
        }
        let is_marked =
            |place: &&Path| ROOT_MARKERS.iter().any(|marker| place.join(marker).exists());
        directory.ancestors().find(is_marked).unwrap_or(directory).to_path_buf()
    }
}

fn open(
    root: &Path,
    file: Option<Options>,
    settings: &ClientSettings,
    baseline: &Baseline,
    problems: &mut Vec<String>,
) -> Project {
    let mut file = file.unwrap_or_default();
    if !settings.server.trusted {
        // Whoever wrote the workspace does not say where on this machine to look.
        file.python = None;
    }
    let mut config = Config::resolve(&[file, settings.options.clone()]);
    if config.python.is_none() {
        // One that has been removed since is no mistake of whoever set the server up.
        config.python = settings.server.active_python.clone().filter(|path| path.exists());
    }
    let baseline = match baseline {
        Baseline::Disk => None,
        // A repository's own configuration names programs that git starts (filters, remotes from
        // which objects are fetched when they are asked for).
        Baseline::Git(_) if !settings.server.trusted => {
            problems
                .push("the baseline is the disk, since the workspace is not trusted".to_owned());
            None
        }
        Baseline::Git(revision) => match git_baseline(root, revision) {
            Ok(tree) => Some(tree),
            Err(error) => {
                problems.push(format!("the baseline is the disk, since {error:#}"));
                None
            }
        },
    };
    let around =
        Surroundings { directory: root.to_path_buf(), variable: &|name| std::env::var_os(name) };
    match Project::open(root, config.clone(), baseline.clone(), &around) {
        Ok(project) => project,
        Err(error) => {
            problems.push(error.to_string());
            let config = Config { python: None, ..config };
            let nothing = Surroundings { directory: root.to_path_buf(), variable: &|_| None };
            Project::open(root, config, baseline, &nothing)
                .expect("without a setting there is nothing that could be wrong")
        }
    }
}

fn git_baseline(root: &Path, revision: &str) -> anyhow::Result<Arc<dyn FileTree>> {
    let repository = Repository::discover(root)?;
    let Some(repository) = repository else {
        anyhow::bail!("`{}` is in no git work tree", root.display());
    };
    let commit = repository.resolve(revision)?;
    Ok(Arc::new(GitTree::open(&repository, &commit, revision, DEFAULT_MAX_FILE_SIZE)?))
}
