//! Which releases of distributions are installed: the names of their `.dist-info` directories
//! (the specification "Recording installed projects") say it.

use super::Finder;
use crate::modules::ModuleOrigin;

impl Finder {
    /// The numbers of the release that is installed: 2, 1 and 0 of `absl_py-2.1.0.dist-info`.
    pub(super) fn installed_release(&self, distribution: &str) -> Option<Vec<u32>> {
        let wanted = normalised(distribution);
        let installed = self.entries.iter().filter(|at| at.origin == ModuleOrigin::Environment);
        installed
            .filter_map(|entry| {
                let listing = self.shared.files.listing(&entry.directory);
                listing.directories().find_map(|name| release_of(name, &wanted))
            })
            .next()
    }
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
    fn names_of_directories_say_the_release() {
        let release = |directory| release_of(directory, &normalised("Absl_Py"));
        assert_eq!(release("absl_py-2.1.0.dist-info"), Some(vec![2, 1, 0]));
        assert_eq!(release("absl.py-2.1.0rc1.dist-info"), Some(vec![2, 1, 0]));
        assert_eq!(release("absl-2.1.0.dist-info"), None);
        assert_eq!(release("absl_py"), None);
    }
}
