//! How virtual environments and installations lie on disk.

use std::fs;
use std::path::{Path, PathBuf};

/// A virtual environment, as its `pyvenv.cfg` describes it (`Lib/venv/__init__.py`, and the
/// same keys as written by virtualenv and uv).
#[derive(Debug)]
pub(super) struct Venv {
    directory: PathBuf,
    /// The directory of the interpreter it was made with.
    home: Option<PathBuf>,
    /// The prefix of that interpreter, where virtualenv says it.
    base_prefix: Option<PathBuf>,
    /// The number after `3.`.
    pub(super) minor: Option<u8>,
    /// Whether the packages of the base installation can be imported too.
    pub(super) includes_system: bool,
}

impl Venv {
    /// The virtual environment in a directory, `None` where it is none.
    pub(super) fn at(directory: &Path) -> Option<Venv> {
        let config = fs::read(directory.join("pyvenv.cfg")).ok()?;
        let mut venv = Venv {
            directory: directory.to_path_buf(),
            home: None,
            base_prefix: None,
            minor: None,
            includes_system: false,
        };
        for line in String::from_utf8_lossy(&config).lines() {
            let Some((key, value)) = line.split_once('=') else { continue };
            let value = value.trim();
            match key.trim().to_ascii_lowercase().as_str() {
                "home" => venv.home = Some(value.into()),
                "base-prefix" => venv.base_prefix = Some(value.into()),
                "version" | "version_info" => venv.minor = venv.minor.or(minor_of(value)),
                "include-system-site-packages" => {
                    venv.includes_system = value.eq_ignore_ascii_case("true");
                }
                _ => {}
            }
        }
        let found = library_directories(directory).into_iter().next();
        venv.minor = venv.minor.or(found.map(|(minor, _)| minor));
        Some(venv)
    }

    /// The installation it was made from.
    pub(super) fn base(&self) -> Option<Installation> {
        let prefixes = self.base_prefix.as_deref().into_iter();
        let mut prefixes = prefixes.chain(self.home.as_deref().and_then(Path::parent));
        prefixes.find_map(|prefix| Installation::at(prefix, self.minor)).or_else(|| {
            let programs = ["python3", "python", "python.exe"];
            let home = self.home.as_deref()?;
            programs.iter().find_map(|name| Installation::of_program(&home.join(name)))
        })
    }

    pub(super) fn site_packages(&self, minor: u8) -> Vec<PathBuf> {
        let mut places: Vec<PathBuf> = library_directories(&self.directory)
            .into_iter()
            .filter(|(found, _)| *found == minor)
            .map(|(_, library)| library.join("site-packages"))
            .collect();
        places.push(self.directory.join("Lib/site-packages"));
        existing(places)
    }
}

/// A Python that stands on its own.
#[derive(Debug)]
pub(super) struct Installation {
    prefix: PathBuf,
    /// The directory of `os.py`.
    pub(super) stdlib: PathBuf,
    /// The number after `3.`.
    pub(super) minor: u8,
}

impl Installation {
    /// The installation of this version below a prefix; without a version the newest.
    pub(super) fn at(prefix: &Path, minor: Option<u8>) -> Option<Installation> {
        let mut found: Vec<(u8, PathBuf)> = library_directories(prefix);
        found.retain(|(version, library)| {
            minor.is_none_or(|minor| minor == *version) && library.join("os.py").is_file()
        });
        if let Some((minor, stdlib)) = found.into_iter().next_back() {
            return Some(Installation { prefix: prefix.to_path_buf(), stdlib, minor });
        }
        Installation::on_windows(prefix, minor)
    }

    /// `python.exe` beside `Lib`; the version is in the name of `python311.dll`.
    fn on_windows(prefix: &Path, minor: Option<u8>) -> Option<Installation> {
        let stdlib = prefix.join("Lib");
        if !stdlib.join("os.py").is_file() {
            return None;
        }
        let names = fs::read_dir(prefix).ok()?.flatten().map(|entry| entry.file_name());
        let of_dll = |name: &str| name.strip_prefix("python3")?.strip_suffix(".dll")?.parse().ok();
        let minor = minor.or_else(|| names.filter_map(|name| of_dll(name.to_str()?)).max())?;
        Some(Installation { prefix: prefix.to_path_buf(), stdlib, minor })
    }

    /// The installation that an interpreter belongs to, links followed.
    pub(super) fn of_program(program: &Path) -> Option<Installation> {
        let program = fs::canonicalize(program).ok()?;
        let name = program.file_name()?.to_str()?;
        if !name.starts_with("python") && !name.starts_with("pypy") {
            return None;
        }
        let minor = name.split_once("3.").and_then(|(_, minor)| leading_number(minor));
        let directory = program.parent()?;
        let prefixes = directory.parent().into_iter().chain([directory]);
        prefixes.into_iter().find_map(|prefix| Installation::at(prefix, minor))
    }

    /// The packages of the installation: `site-packages`, and Debian's `dist-packages`
    /// (<https://www.debian.org/doc/packaging-manuals/python-policy/>).
    pub(super) fn site_packages(&self) -> Vec<PathBuf> {
        let mut places = Vec::new();
        if self.prefix == Path::new("/usr") || self.prefix.ends_with("usr") {
            let local = self.prefix.join(format!("local/lib/python3.{}", self.minor));
            places.push(local.join("dist-packages"));
            places.push(local.join("site-packages"));
            places.push(self.prefix.join("lib/python3/dist-packages"));
            places.push(self.stdlib.join("dist-packages"));
        }
        places.push(self.stdlib.join("site-packages"));
        existing(places)
    }
}

/// `lib/python3.N` and the like below a prefix, by version.
fn library_directories(prefix: &Path) -> Vec<(u8, PathBuf)> {
    let mut found: Vec<(u8, PathBuf)> = Vec::new();
    for library in ["lib", "lib64"] {
        for entry in fs::read_dir(prefix.join(library)).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let number = name.strip_prefix("python3.").or_else(|| name.strip_prefix("pypy3."));
            // A free-threaded build has `python3.13t`.
            let minor = number.map(|rest| rest.strip_suffix('t').unwrap_or(rest));
            if let Some(minor) = minor.and_then(|minor| minor.parse().ok()) {
                found.push((minor, entry.path()));
            }
        }
    }
    found.sort_by_key(|(minor, _)| *minor);
    found
}

/// The directories that exist, each once though links may lead to it twice.
fn existing(places: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut seen = Vec::new();
    let mut kept = Vec::new();
    for place in places {
        let Ok(real) = fs::canonicalize(&place) else { continue };
        if real.is_dir() && !seen.contains(&real) {
            seen.push(real);
            kept.push(place);
        }
    }
    kept
}

/// The number after `3.` in `3.11.2` or `3.11.2.final.0`.
fn minor_of(version: &str) -> Option<u8> {
    leading_number(version.strip_prefix("3.")?)
}

fn leading_number(text: &str) -> Option<u8> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_as_venv_and_virtualenv_write_them() {
        assert_eq!(minor_of("3.11.2"), Some(11));
        assert_eq!(minor_of("3.13.0.final.0"), Some(13));
        assert_eq!(minor_of("2.7.18"), None);
        assert_eq!(leading_number("12-config"), Some(12));
    }
}
