//! What git knows, asked of the `git` program: it honours the user's configuration, worktrees
//! and partial clones. Nothing is checked out, and no branch, worktree or index is written.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What the environment of a git hook sets, and what would point git at another repository
/// than the one that is asked about.
const FOREIGN_VARIABLES: &[&str] =
    &["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_CEILING_DIRECTORIES"];

/// Why git could not answer.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    #[error("`git` could not be run: {0}")]
    NotRun(#[source] io::Error),
    #[error("`{command}` failed: {message}")]
    Failed { command: String, message: String },
    #[error("git has no revision `{revision}` here{hint}")]
    NoRevision { revision: String, hint: &'static str },
    #[error(
        "`{base}` and `{head}` have no common ancestor{hint}; `--base-exact` compares them as they are"
    )]
    NoMergeBase { base: String, head: String, hint: &'static str },
    #[error("git gave an answer that cannot be read: {0}")]
    BadAnswer(String),
}

/// What to do about a revision that a shallow clone may have left out.
const SHALLOW_HINT: &str = ": the clone is shallow, fetch more of the history (`fetch-depth: 0` for actions/checkout, `git fetch --unshallow`)";

/// The work tree of a repository.
#[derive(Debug, Clone)]
pub struct Repository {
    root: PathBuf,
}

/// What happened to a file between two revisions. A renamed module is another module, so a
/// rename is a deletion and an addition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Added,
    Modified,
    Deleted,
}

impl Repository {
    /// The repository whose work tree holds the directory; `None` where there is none (and in
    /// a bare repository).
    ///
    /// # Errors
    ///
    /// Where git cannot be run, or refuses the repository (`safe.directory`).
    pub fn discover(directory: &Path) -> Result<Option<Repository>, GitError> {
        match run(directory, ["rev-parse", "--show-toplevel"]) {
            Ok(output) => {
                let line = output.strip_suffix(b"\n").unwrap_or(&output);
                Ok((!line.is_empty()).then(|| Repository { root: os_string(line).into() }))
            }
            Err(GitError::Failed { message, .. })
                if message.contains("not a git repository")
                    || message.contains("must be run in a work tree") =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The top directory of the work tree, as git names it (links resolved).
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where git keeps what belongs to the work tree, and what all work trees share: the same
    /// unless this is one that `git worktree` has added.
    ///
    /// # Errors
    ///
    /// Where git fails.
    pub fn directories(&self) -> Result<(PathBuf, PathBuf), GitError> {
        let own = run(&self.root, ["rev-parse", "--absolute-git-dir"])?;
        // Relative to where git was asked, in older versions of git and the main work tree.
        let common = run(&self.root, ["rev-parse", "--git-common-dir"])?;
        let own = PathBuf::from(first_line(&own)?);
        let common = self.root.join(first_line(&common)?);
        Ok((own, common))
    }

    /// The object name of the commit that a user's words mean.
    ///
    /// # Errors
    ///
    /// Where there is no such commit; a shallow clone is said to be the likely reason.
    pub fn resolve(&self, revision: &str) -> Result<String, GitError> {
        let commit = format!("{revision}^{{commit}}");
        // No --end-of-options: rev-parse of git < 2.30 echoes it. `--verify` takes one word only.
        if revision.is_empty() || revision.starts_with('-') {
            return Err(self.no_revision(revision));
        }
        match run(&self.root, ["rev-parse", "--verify", "--quiet", &commit]) {
            Ok(output) => first_line(&output),
            Err(GitError::Failed { .. }) => Err(self.no_revision(revision)),
            Err(error) => Err(error),
        }
    }

    /// Whether HEAD names a commit: false in a repository without any.
    pub fn has_head(&self) -> bool {
        self.resolve("HEAD").is_ok()
    }

    /// The commit from which both revisions come.
    ///
    /// # Errors
    ///
    /// Where one of them, or a common ancestor, is not there.
    pub fn merge_base(&self, base: &str, head: &str) -> Result<String, GitError> {
        let (base_id, head_id) = (self.resolve(base)?, self.resolve(head)?);
        match run(&self.root, ["merge-base", &base_id, &head_id]) {
            Ok(output) => first_line(&output),
            Err(GitError::Failed { .. }) => Err(GitError::NoMergeBase {
                base: base.to_owned(),
                head: head.to_owned(),
                hint: self.shallow_hint(),
            }),
            Err(error) => Err(error),
        }
    }

    /// The commits after `base` up to `head`, the oldest first, along first parents.
    ///
    /// # Errors
    ///
    /// Where git fails.
    pub fn commits(&self, base: &str, head: &str) -> Result<Vec<String>, GitError> {
        let range = format!("{base}..{head}");
        let arguments =
            ["rev-list", "--reverse", "--first-parent", "--end-of-options", &range, "--"];
        let output = run(&self.root, arguments)?;
        Ok(String::from_utf8_lossy(&output).lines().map(str::to_owned).collect())
    }

    /// What differs between a commit (an object name) and another one, or the working tree
    /// with its untracked files that are not ignored. Absolute paths; submodules whose commit
    /// changed are among them.
    ///
    /// # Errors
    ///
    /// Where git fails.
    pub fn changes(
        &self,
        base: &str,
        head: Option<&str>,
    ) -> Result<BTreeMap<PathBuf, Change>, GitError> {
        let mut arguments = vec!["diff", "--name-status", "--no-renames", "-z", "--no-ext-diff"];
        arguments.extend(["--no-textconv", "--ignore-submodules=dirty", "--end-of-options", base]);
        arguments.extend(head);
        arguments.push("--");
        let mut changes = self.name_status(&run(&self.root, arguments)?)?;
        if head.is_none() {
            let untracked = run(&self.root, ["ls-files", "--others", "--exclude-standard", "-z"])?;
            for path in self.paths(&untracked) {
                // Deleted from the index but kept on disk: there all the same.
                let change = match changes.get(&path) {
                    Some(_) => Change::Modified,
                    None => Change::Added,
                };
                changes.insert(path, change);
            }
        }
        Ok(changes)
    }

    /// Files and whole directories that git is told to ignore and that exist: generated
    /// modules, virtual environments. No revision has them; the process has them all the same.
    ///
    /// # Errors
    ///
    /// Where git fails.
    pub fn ignored(&self) -> Result<Vec<PathBuf>, GitError> {
        let mut arguments = vec!["ls-files", "--others", "--ignored", "--exclude-standard"];
        arguments.extend(["--directory", "-z"]);
        Ok(self.paths(&run(&self.root, arguments)?).collect())
    }

    fn name_status(&self, output: &[u8]) -> Result<BTreeMap<PathBuf, Change>, GitError> {
        let mut changes = BTreeMap::new();
        let mut fields = output.split(|&byte| byte == 0).filter(|field| !field.is_empty());
        while let Some(status) = fields.next() {
            let path = fields.next().ok_or_else(|| bad_answer(output))?;
            let change = match status {
                b"A" => Change::Added,
                b"D" => Change::Deleted,
                _ => Change::Modified,
            };
            changes.insert(self.root.join(os_string(path)), change);
        }
        Ok(changes)
    }

    fn paths(&self, output: &[u8]) -> impl Iterator<Item = PathBuf> {
        let fields = output.split(|&byte| byte == 0).filter(|field| !field.is_empty());
        fields.map(|field| self.root.join(os_string(field))).collect::<Vec<_>>().into_iter()
    }

    fn no_revision(&self, revision: &str) -> GitError {
        GitError::NoRevision { revision: revision.to_owned(), hint: self.shallow_hint() }
    }

    fn shallow_hint(&self) -> &'static str {
        let answer = run(&self.root, ["rev-parse", "--is-shallow-repository"]);
        if answer.is_ok_and(|answer| answer.starts_with(b"true")) { SHALLOW_HINT } else { "" }
    }
}

/// A `git` that asks nothing, runs no hooks of the repository and writes nothing.
pub(super) fn command(directory: &Path) -> Command {
    let mut command = Command::new("git");
    for variable in FOREIGN_VARIABLES {
        command.env_remove(variable);
    }
    command
        .env("LC_ALL", "C")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .arg("--no-pager")
        .arg("--literal-pathspecs")
        .args(["-c", "core.fsmonitor=false", "-C"])
        .arg(directory)
        .stdin(Stdio::null());
    command
}

/// What a git command prints.
pub(super) fn run<A: AsRef<OsStr>>(
    directory: &Path,
    arguments: impl IntoIterator<Item = A>,
) -> Result<Vec<u8>, GitError> {
    let mut command = command(directory);
    let arguments: Vec<OsString> = arguments.into_iter().map(|a| a.as_ref().to_owned()).collect();
    let output = command.args(&arguments).output().map_err(GitError::NotRun)?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let words: Vec<_> = arguments.iter().map(|word| word.to_string_lossy()).collect();
    let message = String::from_utf8_lossy(&output.stderr);
    let message = message.trim().trim_start_matches("fatal: ").to_owned();
    Err(GitError::Failed { command: format!("git {}", words.join(" ")), message })
}

fn first_line(output: &[u8]) -> Result<String, GitError> {
    let text = std::str::from_utf8(output).map_err(|_| bad_answer(output))?;
    text.lines().next().map(str::to_owned).ok_or_else(|| bad_answer(output))
}

fn bad_answer(output: &[u8]) -> GitError {
    GitError::BadAnswer(String::from_utf8_lossy(output).chars().take(200).collect())
}

/// A path as git prints it with `-z`: bytes where paths are bytes.
#[cfg(unix)]
pub(super) fn os_string(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStrExt;
    OsStr::from_bytes(bytes).to_owned()
}

/// A path as git prints it with `-z`: UTF-8 with forward slashes elsewhere.
#[cfg(not(unix))]
pub(super) fn os_string(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}
