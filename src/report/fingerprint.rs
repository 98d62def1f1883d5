//! What makes a finding the same finding after edits elsewhere.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;

/// The fingerprints of findings, one for each, in their order: 16 hexadecimal digits that
/// depend on the code, the path as the user named it and the finding's key, but on no line
/// number. Findings that agree in all three are numbered, so that no two are equal.
pub fn fingerprints(diagnostics: &[Diagnostic]) -> Vec<String> {
    let mut seen: HashMap<u64, u64> = HashMap::new();
    let fingerprint = |diagnostic: &Diagnostic| {
        let path = super::json::path_text(diagnostic.location.source.path());
        let first = hash(&[diagnostic.code, path.trim_start_matches("./"), &diagnostic.key]);
        let count = seen.entry(first).or_default();
        *count += 1;
        match *count {
            1 => format!("{first:016x}"),
            number => format!("{:016x}", hash(&[&format!("{first:016x}"), &number.to_string()])),
        }
    };
    diagnostics.iter().map(fingerprint).collect()
}

/// FNV-1a, 64 bit: written out because results are stored by CI services for years, and no
/// hasher of the standard library or of a crate promises to stay the same.
pub(super) fn hash(parts: &[&str]) -> u64 {
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
