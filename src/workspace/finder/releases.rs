//! Which releases of distributions are installed: the names of their `.dist-info` directories
//! (the specification "Recording installed projects") say it; and what they offer, as
//! `entry_points.txt` in it says (the specification "Entry points").

use std::sync::PoisonError;

use super::Finder;
use crate::modules::ModuleOrigin;

impl Finder {
    /// The numbers of the release that is installed: 2, 1 and 0 of `absl_py-2.1.0.dist-info`.
    pub(super) fn installed_release(&self, distribution: &str) -> Option<Vec<u32>> {
        let wanted = normalised(distribution);
        let installed = self.entries.iter().filter(|at| at.origin != ModuleOrigin::StandardLibrary);
        installed
            .filter_map(|entry| {
                let listing = self.shared.files.listing(&entry.directory);
                listing.directories().find_map(|name| release_of(name, &wanted))
            })
            .next()
    }

    /// Whether anything on the path offers an entry point of a group.
    pub(super) fn offers_entry_points(&self, group: &str) -> bool {
        let groups = &self.shared.groups;
        let known = groups.read().unwrap_or_else(PoisonError::into_inner).get(group).copied();
        known.unwrap_or_else(|| {
            let is_there = self.finds_entry_points(group);
            let mut groups = groups.write().unwrap_or_else(PoisonError::into_inner);
            groups.insert(group.to_owned(), is_there);
            is_there
        })
    }

    fn finds_entry_points(&self, group: &str) -> bool {
        self.entries.iter().filter(|at| at.origin != ModuleOrigin::StandardLibrary).any(|entry| {
            let listing = self.shared.files.listing(&entry.directory);
            let mut about = listing.directories().filter(|name| {
                [".dist-info", ".egg-info"].iter().any(|suffix| name.ends_with(suffix))
            });
            about.any(|name| {
                let path = entry.directory.join(name).join("entry_points.txt");
                // What is there and cannot be read may offer anything.
                match self.shared.files.tree(&path).read(&path) {
                    Ok(None) => false,
                    Ok(Some(text)) => has_group(&String::from_utf8_lossy(&text), group),
                    Err(_) => true,
                }
            })
        })
    }
}

/// Whether a section of the group is there and is not empty.
fn has_group(text: &str, group: &str) -> bool {
    let is_section = |line: &str| {
        let name = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        name.is_some_and(|name| name.trim() == group)
    };
    let mut lines = text.lines().map(str::trim).skip_while(|line| !is_section(line)).skip(1);
    let is_there = |line: &str| !line.is_empty() && !line.starts_with(['#', ';']);
    lines.find(|line| is_there(line)).is_some_and(|line| !line.starts_with('['))
}

fn release_of(directory: &str, wanted: &str) -> Option<Vec<u32>> {
    let (name, version) = directory.strip_suffix(".dist-info")?.rsplit_once('-')?;
    if normalised(name) != wanted {
        return None;
    }
    let numbers = version.split('.').map_while(|part| {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    });
    Some(numbers.collect())
}

/// As the index compares names: `-`, `_` and `.` are the same, and so are large and small letters
/// (the specification "Names and normalization").
fn normalised(name: &str) -> String {
    name.to_lowercase().replace(['_', '.'], "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_with_a_line_is_a_group() {
        let text = "[console_scripts]\nrun = a:b\n\n[empty]\n# none\n[last]\nx = y\n";
        assert!(has_group(text, "console_scripts") && has_group(text, "last"));
        assert!(!has_group(text, "empty") && !has_group(text, "run"));
    }

    #[test]
    fn names_of_directories_say_the_release() {
        let release = |directory| release_of(directory, &normalised("Absl_Py"));
        assert_eq!(release("absl_py-2.1.0.dist-info"), Some(vec![2, 1, 0]));
        assert_eq!(release("absl.py-2.1.0rc1.dist-info"), Some(vec![2, 1, 0]));
        assert_eq!(release("absl-2.1.0.dist-info"), None);
        assert_eq!(release("absl_py"), None);
    }
}
