//! Writing a file anew: as a whole or not at all, and never over what somebody else has written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Replaces the text of a file, if it still is what it was. A new file takes the place of the
/// old one, with its permissions; a symbolic link stays and what it leads to is replaced. A byte
/// order mark stays.
///
/// # Errors
/// In words, where the file has changed, is not UTF-8, or cannot be written.
pub fn replace(path: &Path, before: &str, after: &str) -> Result<(), String> {
    let place = fs::canonicalize(path).map_err(|error| error.to_string())?;
    let marked = unchanged(&place, before)?;
    let temporary = beside(&place);
    let written = write(&temporary, &place, marked, after).map_err(|error| error.to_string());
    // Once more, as late as can be: somebody may have saved while this one was being written.
    let result = written
        .and_then(|()| unchanged(&place, before))
        .and_then(|_| fs::rename(&temporary, &place).map_err(|error| error.to_string()));
    if result.is_err() {
        // It is of no use to anybody; where it cannot be removed the error says enough.
        let _ = fs::remove_file(&temporary);
    }
    result
}

/// Makes a file, or gives it another text whatever it has: as a whole or not at all.
///
/// # Errors
/// What writing fails with.
pub fn store(path: &Path, text: &str) -> io::Result<()> {
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let temporary = beside(&place);
    let mut file = OpenOptions::new().write(true).create_new(true).open(&temporary)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    let result = written.and_then(|()| fs::rename(&temporary, &place));
    if result.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    result
}

/// Whether the file begins with a byte order mark; an error where its text is another one.
fn unchanged(place: &Path, text: &str) -> Result<bool, String> {
    let bytes = fs::read(place).map_err(|error| error.to_string())?;
    let plain = bytes.strip_prefix(BYTE_ORDER_MARK);
    if plain.unwrap_or(&bytes) == text.as_bytes() {
        return Ok(plain.is_some());
    }
    let reason = match crate::text::decode::decode(bytes) {
        Ok(decoded) if decoded == text => "it is not UTF-8",
        _ => "it has changed meanwhile",
    };
    Err(reason.to_owned())
}

/// A name in the same directory: renaming does not lead from one file system to another.
fn beside(place: &Path) -> PathBuf {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    place.with_file_name(format!(".{name}.{}.reloadsafe", std::process::id()))
}

fn write(temporary: &Path, place: &Path, marked: bool, text: &str) -> io::Result<()> {
    let mut file: File = OpenOptions::new().write(true).create_new(true).open(temporary)?;
    if marked {
        file.write_all(BYTE_ORDER_MARK)?;
    }
    file.write_all(text.as_bytes())?;
    file.set_permissions(fs::metadata(place)?.permissions())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str, bytes: &[u8]) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("reloadsafe-rewrite-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    #[test]
    fn a_text_is_replaced_with_its_mark_and_its_permissions() {
        let path = scratch("marked.py", b"\xef\xbb\xbfx = 1\r\n");
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        replace(&path, "x = 1\r\n", "x = 2\r\n").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"\xef\xbb\xbfx = 2\r\n");
        assert!(fs::metadata(&path).unwrap().permissions().readonly());
        assert!(!beside(&path).exists());
    }

    #[test]
    fn what_has_changed_or_is_not_utf8_is_left_alone() {
        let path = scratch("changed.py", b"x = 3\n");
        assert_eq!(replace(&path, "x = 1\n", "x = 2\n").unwrap_err(), "it has changed meanwhile");
        let latin = scratch("latin.py", b"# coding: latin-1\n'\xe9'\n");
        let text = "# coding: latin-1\n'é'\n";
        assert_eq!(replace(&latin, text, "").unwrap_err(), "it is not UTF-8");
        assert_eq!(fs::read(&path).unwrap(), b"x = 3\n");
        assert!(!beside(&path).exists() && !beside(&latin).exists());
    }
}
