//! Kakoune with kak-lsp in a terminal: a finding and its fix. Compiling kak-lsp takes too long for
//! CI, and no registry has it compiled, so CI goes without.

use super::{assert_mended, by_script};

#[test]
fn kakoune_shows_a_finding_and_applies_a_fix() {
    let named = ["RELOADSAFE_KAKOUNE", "RELOADSAFE_KAK_LSP"].map(std::env::var_os);
    let [Some(kakoune), Some(kak_lsp)] = named else {
        return eprintln!(
            "SKIPPED: RELOADSAFE_KAKOUNE and RELOADSAFE_KAK_LSP do not name both (tmux is needed, too)"
        );
    };
    assert_mended(&by_script("kakoune", &[kakoune, kak_lsp]));
}
