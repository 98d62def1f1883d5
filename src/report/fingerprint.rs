//! What makes a finding the same finding after edits elsewhere.

use std::collections::HashMap;

use super::json::path_text;
use crate::diagnostic::Diagnostic;

/// The fingerprints of findings, one for each, in their order: 16 hexadecimal digits that
/// depend on the code, the path as the user named it and the finding's key, but on no line
/// number. Findings that agree in all three are numbered, so that no two are equal.
pub fn fingerprints(diagnostics: &[Diagnostic]) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let fingerprint = |diagnostic: &Diagnostic| {
        let first = unnumbered(diagnostic, &path_text(diagnostic.location.source.path()));
        let count = seen.entry(first.clone()).or_default();
        *count += 1;
        numbered(&first, *count)
    };
    diagnostics.iter().map(fingerprint).collect()
}

/// What findings that agree in code, path and key have in common: the fingerprint of the first of
/// them. The path is the one of the place, with `/`.
pub fn unnumbered(diagnostic: &Diagnostic, path: &str) -> String {
    let path = path.trim_start_matches("./");
    format!("{:016x}", hash(&[diagnostic.code, path, &diagnostic.key]))
}

/// The fingerprint of one of several findings that agree, counted from 1.
pub(super) fn numbered(first: &str, number: usize) -> String {
    match number {
        1 => first.to_owned(),
        number => format!("{:016x}", hash(&[first, &number.to_string()])),
    }
}

/// FNV-1a, 64 bit: written out because results are stored by CI services for years, and no
/// hasher of the standard library or of a crate promises to stay the same.
pub(crate) fn hash(parts: &[&str]) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        // 0xFF occurs in no UTF-8 text: it keeps ("ab", "c") from ("a", "bc").
        for byte in part.bytes().chain([0xFF]) {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::orphan;

    #[test]
    fn a_fingerprint_survives_edits_elsewhere_and_is_fixed_for_all_time() {
        let here = orphan("def area(): ...\n", "area");
        let lower = orphan("# one\n# two\ndef area(): ...\n", "area");
        let both = [fingerprints(&[here]), fingerprints(&[lower])];
        assert_eq!(both[0], both[1]);
        assert_eq!(both[0], ["b6828caf8efb6e69"]);
    }

    #[test]
    fn findings_that_look_the_same_are_numbered() {
        let twice = [orphan("area\n", "area"), orphan("area\n", "area"), orphan("b\n", "b")];
        let [first, second, other]: [String; 3] = fingerprints(&twice).try_into().unwrap();
        assert!(first != second && second != other && first != other);
    }
}
