//! Helix in a terminal: a finding and its fix.

use super::{assert_mended, by_script, program};

#[test]
fn helix_shows_a_finding_and_applies_a_fix() {
    let Some(helix) = program("RELOADSAFE_HELIX", "hx") else { return };
    assert_mended(&by_script("helix", &[helix.into()]));
}
