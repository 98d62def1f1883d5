//! Where a finding is, for formats that machines of other projects read.

use std::path::{Path, PathBuf};

use crate::diagnostic::Location;
use crate::text::source::Source;
use crate::workspace::tree::absolute;

/// The directories that paths in an output are about. Both absolute.
#[derive(Debug, Clone)]
pub struct Root {
    /// What the user's relative paths are relative to.
    pub current: PathBuf,
    /// What the paths of the output are relative to.
    pub root: PathBuf,
}

impl Root {
    /// The current directory is both.
    #[cfg(test)]
    pub(super) fn current(directory: PathBuf) -> Root {
        Root { current: directory.clone(), root: directory }
    }

    /// A path that the user named: relative to the root where it lies below it, else absolute;
    /// with `/` between its parts.
    pub(super) fn relative(&self, path: &Path) -> String {
        let absolute = absolute(&self.current, path);
        let below = absolute.strip_prefix(&self.root).unwrap_or(&absolute);
        super::json::path_text(below)
    }

    /// As [`Root::relative`], of the file of a text.
    pub(super) fn file(&self, source: &Source) -> String {
        self.relative(source.path())
    }
}

/// First and last line of a range, from 1: a range that ends where a line begins ends before.
pub(super) fn lines(location: &Location) -> (u32, u32) {
    let Location { source, span } = location;
    let first = source.line(span.start);
    let last = if span.end > span.start { source.line(span.end - 1) } else { first };
    (first, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_root_wherever_the_program_runs() {
        let root = Root { current: "/repo/sub".into(), root: "/repo".into() };
        assert_eq!(root.relative(Path::new("./a.py")), "sub/a.py");
        assert_eq!(root.relative(Path::new("../b.py")), "b.py");
        assert_eq!(root.relative(Path::new("/repo/c.py")), "c.py");
        assert_eq!(root.relative(Path::new("/else/d.py")), "/else/d.py");
    }
}
