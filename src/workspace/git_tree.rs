//! The files of one commit, read from git's objects.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::{Mutex, PoisonError};

use super::git::{self, GitError, Repository};
use super::tree::{DiskTree, Entry, FileTree, absolute, check_content, check_size};
use crate::text::source::Revision;

/// How many symbolic links one path may lead through, as on Linux.
const MAX_LINKS: usize = 40;

/// The tree of a commit as it would lie in the work tree. Files that no revision has because
/// git ignores them, and the files of submodules, are those of the disk.
#[derive(Debug)]
pub struct GitTree {
    root: PathBuf,
    revision: String,
    blobs: BTreeMap<PathBuf, Blob>,
    directories: BTreeSet<PathBuf>,
    submodules: Vec<PathBuf>,
    ignored: Vec<PathBuf>,
    has_links: bool,
    disk: DiskTree,
    max_size: u64,
    readers: Mutex<Vec<BlobReader>>,
}

#[derive(Debug)]
struct Blob {
    id: String,
    is_link: bool,
}

impl GitTree {
    /// Lists the tree of a commit. `commit` is an object name, `label` is what the user
    /// called it; files of more than `max_size` bytes will not be read.
    ///
    /// # Errors
    ///
    /// Where git fails.
    pub fn open(
        repository: &Repository,
        commit: &str,
        label: &str,
        max_size: u64,
    ) -> Result<GitTree, GitError> {
        let root = repository.root();
        let arguments = ["ls-tree", "-r", "-z", "--full-tree", "--end-of-options", commit];
        let listing = git::run(root, arguments)?;
        let mut tree = GitTree {
            root: root.to_path_buf(),
            revision: label.to_owned(),
            blobs: BTreeMap::new(),
            directories: BTreeSet::from([root.to_path_buf()]),
            submodules: Vec::new(),
            ignored: repository.ignored()?,
            has_links: false,
            disk: DiskTree::new(max_size),
            max_size,
            readers: Mutex::new(Vec::new()),
        };
        for line in listing.split(|&byte| byte == 0).filter(|line| !line.is_empty()) {
            tree.add(line)?;
        }
        Ok(tree)
    }

    /// The submodules of the commit, by the directories in which they lie.
    pub fn submodules(&self) -> &[PathBuf] {
        &self.submodules
    }

    /// Every file of the commit (symbolic links to files among them), in order.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.blobs.keys().map(PathBuf::as_path)
    }

    /// One `MODE TYPE OBJECT<TAB>PATH` of `ls-tree -z`.
    fn add(&mut self, line: &[u8]) -> Result<(), GitError> {
        let bad = || GitError::BadAnswer(String::from_utf8_lossy(line).into_owned());
        let tab = line.iter().position(|&byte| byte == b'\t').ok_or_else(bad)?;
        let head = std::str::from_utf8(&line[..tab]).map_err(|_| bad())?;
        let mut words = head.split(' ');
        let (Some(mode), Some(_), Some(id)) = (words.next(), words.next(), words.next()) else {
            return Err(bad());
        };
        let path = self.root.join(git::os_string(&line[tab + 1..]));
        let parents = path.ancestors().skip(1).take_while(|parent| **parent != self.root);
        for parent in parents {
            if !self.directories.insert(parent.to_path_buf()) {
                break;
            }
        }
        if mode == "160000" {
            self.submodules.push(path);
        } else {
            let is_link = mode == "120000";
            self.has_links |= is_link;
            self.blobs.insert(path, Blob { id: id.to_owned(), is_link });
        }
        Ok(())
    }

    /// Whether the disk stands in for the revision at this path.
    fn is_disk(&self, path: &Path) -> bool {
        let covers = |tops: &[PathBuf]| tops.iter().any(|top| path.starts_with(top));
        !path.starts_with(&self.root)
            || covers(&self.submodules)
            || (covers(&self.ignored) && !self.blobs.contains_key(path))
    }

    /// The path that a path leads to through the symbolic links of the tree.
    fn resolve(&self, path: &Path) -> PathBuf {
        let mut path = path.to_path_buf();
        if !self.has_links {
            return path;
        }
        for _ in 0..MAX_LINKS {
            match self.follow_first_link(&path) {
                Some(target) => path = target,
                None => return path,
            }
        }
        // A loop: a path that no tree has.
        self.root.join("\0")
    }

    fn follow_first_link(&self, path: &Path) -> Option<PathBuf> {
        let mut parts: Vec<&Path> = path.ancestors().collect();
        parts.reverse();
        let link = parts
            .into_iter()
            .find(|part| self.blobs.get(*part).is_some_and(|blob| blob.is_link))?;
        let target = self.blob(&self.blobs.get(link)?.id).ok()?;
        let target = absolute(link.parent()?, Path::new(&git::os_string(&target)));
        let rest = path.strip_prefix(link).ok()?;
        Some(if rest.as_os_str().is_empty() { target } else { target.join(rest) })
    }

    /// The content of an object.
    fn blob(&self, id: &str) -> io::Result<Vec<u8>> {
        let lock = || self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = lock().pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => BlobReader::start(&self.root)?,
        };
        let (bytes, reusable) = reader.read(id, self.max_size);
        if reusable {
            lock().push(reader);
        }
        bytes
    }
}

impl FileTree for GitTree {
    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        let path = self.resolve(path);
        if self.is_disk(&path) {
            return self.disk.read(&path);
        }
        if self.directories.contains(&path) {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a directory"));
        }
        let Some(blob) = self.blobs.get(&path) else { return Ok(None) };
        let bytes = self.blob(&blob.id)?;
        check_content(&bytes)?;
        Ok(Some(bytes))
    }

    fn is_file(&self, path: &Path) -> bool {
        let path = self.resolve(path);
        if self.is_disk(&path) { self.disk.is_file(&path) } else { self.blobs.contains_key(&path) }
    }

    fn is_dir(&self, path: &Path) -> bool {
        let path = self.resolve(path);
        self.directories.contains(&path) || (self.is_disk(&path) && self.disk.is_dir(&path))
    }

    fn list_dir(&self, path: &Path) -> Vec<Entry> {
        let dir = self.resolve(path);
        if self.is_disk(&dir) {
            return self.disk.list_dir(&dir);
        }
        let mut entries: BTreeMap<OsString, bool> = BTreeMap::new();
        let mut list = |path: &Path, is_dir: bool| {
            let mut rest = path.strip_prefix(&dir).into_iter().flat_map(Path::components);
            if let (Some(Component::Normal(name)), None) = (rest.next(), rest.next()) {
                entries.insert(name.to_owned(), is_dir);
            }
        };
        for path in &self.ignored {
            if self.disk.is_dir(path) || self.disk.is_file(path) {
                list(path, self.disk.is_dir(path));
            }
        }
        for path in self.submodules.iter().chain(beneath_set(&self.directories, &dir)) {
            list(path, true);
        }
        let blobs = self.blobs.range(dir.clone()..);
        for (path, blob) in blobs.take_while(|(path, _)| path.starts_with(&dir)) {
            if path.parent() != Some(dir.as_path()) {
                continue;
            }
            if !blob.is_link || self.is_file(path) {
                list(path, false);
            } else if self.is_dir(path) {
                list(path, true);
            }
        }
        entries.into_iter().map(|(name, is_dir)| Entry { name, is_dir }).collect()
    }

    fn revision(&self) -> Revision {
        Revision::Git(self.revision.clone())
    }
}

fn beneath_set<'a>(
    paths: &'a BTreeSet<PathBuf>,
    dir: &'a Path,
) -> impl Iterator<Item = &'a PathBuf> {
    paths.range(dir.to_path_buf()..).take_while(move |path| path.starts_with(dir))
}

/// A running `git cat-file --batch`.
#[derive(Debug)]
struct BlobReader {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl BlobReader {
    fn start(root: &Path) -> io::Result<BlobReader> {
        let mut command = git::command(root);
        command.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::null()).spawn()?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => {
                Ok(BlobReader { child, input, output: BufReader::new(output) })
            }
            _ => Err(io::Error::other("`git cat-file` has no pipes")),
        }
    }

    /// The content of an object, and whether the process can be asked again.
    fn read(&mut self, id: &str, max_size: u64) -> (io::Result<Vec<u8>>, bool) {
        match self.request(id) {
            Ok(size) => {
                let content = self.content(size, max_size);
                let reusable =
                    content.as_ref().err().is_none_or(|e| e.kind() == io::ErrorKind::FileTooLarge);
                (content, reusable)
            }
            Err(error) => (Err(error), false),
        }
    }

    /// Asks for an object; the answer begins with `OBJECT TYPE SIZE`.
    fn request(&mut self, id: &str) -> io::Result<u64> {
        writeln!(self.input, "{id}")?;
        self.input.flush()?;
        let mut header = String::new();
        self.output.read_line(&mut header)?;
        let mut words = header.split_whitespace().skip(1);
        let (kind, size) = (words.next(), words.next());
        match size.and_then(|size| size.parse().ok()) {
            Some(size) => Ok(size),
            None if kind == Some("missing") => Err(io::Error::other(
                "git does not have this object (a partial clone, or a damaged one)",
            )),
            None => Err(io::Error::other("`git cat-file` ended early")),
        }
    }

    fn content(&mut self, size: u64, max_size: u64) -> io::Result<Vec<u8>> {
        let too_large = check_size(size, max_size);
        if too_large.is_err() {
            io::copy(&mut (&mut self.output).take(size + 1), &mut io::sink())?;
            too_large?;
        }
        let mut bytes = Vec::with_capacity(size as usize);
        (&mut self.output).take(size).read_to_end(&mut bytes)?;
        let mut line_end = [0];
        self.output.read_exact(&mut line_end)?;
        Ok(bytes)
    }
}

impl Drop for BlobReader {
    fn drop(&mut self) {
        // It ends by itself when its input closes, but must be waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
