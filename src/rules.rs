//! The rules: an explicit table of what there is, one file per rule with its page beside it.
//!
//! A rule compares worlds ([`crate::simulation`]); it does not walk syntax to guess.

pub mod accumulating_rebind;
pub mod cannot_verify;
pub mod certain_abort;
pub mod diverging_branch;
pub mod environment_abort_risk;
mod findings;
pub mod ghost_import;
pub mod ghost_read;
pub mod new_abort_risk;
pub mod orphan_hides_getattr;
pub mod orphan_shadows_builtin;
pub mod orphaned_definition;
pub mod orphaned_import;
pub mod orphaned_variable;
pub mod repeated_effect;
pub mod second_run_failure;
pub mod stacked_wrapper;
pub mod stale_all;
pub mod stale_dependency_import;
pub mod stale_metadata;
pub mod torn_dependency;
pub mod unused_suppression;

use crate::comparison::Comparison;
use crate::diagnostic::{Diagnostic, Severity};
use crate::simulation::{Outcome, Stage};
use findings::Findings;

/// Every rule there is, by code.
pub static RULES: &[Rule] = &[
    orphaned_definition::RULE,
    orphaned_variable::RULE,
    orphaned_import::RULE,
    ghost_read::RULE,
    orphan_shadows_builtin::RULE,
    orphan_hides_getattr::RULE,
    ghost_import::RULE,
    stale_all::RULE,
    stale_metadata::RULE,
    diverging_branch::RULE,
    accumulating_rebind::RULE,
    certain_abort::RULE,
    new_abort_risk::RULE,
    second_run_failure::RULE,
    environment_abort_risk::RULE,
    torn_dependency::RULE,
    stale_dependency_import::RULE,
    repeated_effect::RULE,
    stacked_wrapper::RULE,
    cannot_verify::RULE,
    unused_suppression::RULE,
];

/// Codes that the contract has and this version does not implement, by code.
pub static RESERVED: &[ReservedRule] = &[
    ReservedRule { code: "RS112", name: "stale-bytecode" },
    ReservedRule { code: "RS301", name: "state-reset" },
    ReservedRule { code: "RS302", name: "class-identity-split" },
    ReservedRule { code: "RS303", name: "sentinel-identity-split" },
    ReservedRule { code: "RS304", name: "explicit-super" },
    ReservedRule { code: "RS305", name: "stale-from-import" },
    ReservedRule { code: "RS401", name: "unsafe-reload-call" },
    ReservedRule { code: "RS402", name: "reload-order" },
    ReservedRule { code: "RS403", name: "shallow-package-reload" },
    ReservedRule { code: "RS404", name: "not-reloadable" },
    ReservedRule { code: "RS405", name: "reload-then-stale-name" },
    ReservedRule { code: "RS406", name: "removed-reload-api" },
];

/// Lets every rule judge the compared worlds.
pub fn check(comparison: &Comparison) -> Vec<Diagnostic> {
    let outcome = |stage: Option<&Stage>| stage.map(|stage| stage.outcome);
    if outcome(comparison.stages.last()) == Some(Outcome::SyntaxError) {
        // Nothing runs and nothing changes: there is no new world to compare.
        return Vec::new();
    }
    if outcome(comparison.stages.first()) == Some(Outcome::Aborts) {
        // A module whose first import fails is not in `sys.modules`: nothing can be reloaded.
        return Vec::new();
    }
    let mut findings = Findings::default();
    for check in CHECKS {
        check(comparison, &mut findings);
    }
    let mut diagnostics = findings.diagnostics;
    diagnostics.sort_by_key(|found| (found.location.span, found.code));
    diagnostics
}

/// The checks, in the order in which they may tell of something: of one cause, the worst first.
const CHECKS: &[fn(&Comparison, &mut Findings)] = &[
    certain_abort::check,
    second_run_failure::check,
    stale_dependency_import::check,
    new_abort_risk::check,
    torn_dependency::check,
    environment_abort_risk::check,
    accumulating_rebind::check,
    diverging_branch::check,
    ghost_read::check,
    orphan_shadows_builtin::check,
    ghost_import::check,
    orphan_hides_getattr::check,
    stale_all::check,
    orphaned_definition::check,
    orphaned_variable::check,
    orphaned_import::check,
    stale_metadata::check,
    repeated_effect::check,
    stacked_wrapper::check,
    cannot_verify::check,
];

/// Where the rules' pages are: relative to the root of the repository, until there is a site. On
/// the site that is made of `docs/` they are at `rules/ghost-read/` and so on.
const RULES_URL: &str = "docs/rules/";

/// What is known of a rule besides how it is checked.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Such as `RS101`; never reused.
    pub code: &'static str,
    /// The kebab-case name, accepted wherever the code is.
    pub name: &'static str,
    /// The severity of a finding that nothing makes louder or quieter.
    pub default_severity: Severity,
    /// One line for tables, without a full stop.
    pub summary: &'static str,
    /// The rule's page, Markdown.
    pub docs: &'static str,
    /// How far the rule may be relied on.
    pub status: Status,
}

/// How far a rule may be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// On by default, since this version.
    Stable { since: &'static str },
    /// Only where it is selected by its code or name: not fast or not sure enough yet.
    Preview,
}

/// A code with a name and a meaning, but without a check yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReservedRule {
    /// Such as `RS301`.
    pub code: &'static str,
    /// The kebab-case name.
    pub name: &'static str,
}

/// What a code or a name stands for.
#[derive(Debug, Clone, Copy)]
pub enum KnownRule {
    /// This version checks it.
    Implemented(&'static Rule),
    /// This version does not check it.
    Reserved(&'static ReservedRule),
}

impl KnownRule {
    /// The code.
    pub fn code(self) -> &'static str {
        match self {
            KnownRule::Implemented(rule) => rule.code,
            KnownRule::Reserved(reserved) => reserved.code,
        }
    }

    /// The kebab-case name.
    pub fn name(self) -> &'static str {
        match self {
            KnownRule::Implemented(rule) => rule.name,
            KnownRule::Reserved(reserved) => reserved.name,
        }
    }
}

/// Every code of the contract: the implemented ones, then the reserved ones, each by code.
pub fn known() -> impl Iterator<Item = KnownRule> {
    let implemented = RULES.iter().map(KnownRule::Implemented);
    implemented.chain(RESERVED.iter().map(KnownRule::Reserved))
}

/// What a code or a name, in any case, stands for.
pub fn lookup(code_or_name: &str) -> Option<KnownRule> {
    known().find(|known| {
        known.code().eq_ignore_ascii_case(code_or_name)
            || known.name().eq_ignore_ascii_case(code_or_name)
    })
}

/// The rule with exactly this code.
pub fn rule(code: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code == code)
}

/// The kebab-case name of a code, or the code itself where it has none.
pub fn name_of(code: &'static str) -> &'static str {
    lookup(code).map_or(code, KnownRule::name)
}

/// Whether a rule is checked only where it is selected by its code or name.
pub fn is_preview(code: &str) -> bool {
    rule(code).is_some_and(|rule| rule.status == Status::Preview)
}

/// Whether a rule is about what may happen, so that `maybe` says nothing more.
pub fn is_about_risk(code: &str) -> bool {
    [new_abort_risk::RULE.code, torn_dependency::RULE.code].contains(&code)
}

/// Where the page of the rule with this code is.
pub fn url(code: &str) -> String {
    let name = rule(code).map_or(code, |rule| rule.name);
    format!("{RULES_URL}{name}.md")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECTIONS: [&str; 6] = [
        "What it does",
        "Why is this bad?",
        "Example",
        "Use instead",
        "Known problems",
        "References",
    ];

    #[test]
    fn every_rule_has_a_page_with_all_sections_in_order() {
        for rule in RULES {
            let title = format!("# {} ({})\n", rule.name, rule.code);
            assert!(rule.docs.starts_with(&title), "{}", rule.code);
            let mut sections: Vec<&str> =
                rule.docs.lines().filter_map(|line| line.strip_prefix("## ")).collect();
            // Only where there are some.
            if sections.get(4) == Some(&"Fixes") {
                sections.remove(4);
            }
            assert_eq!(sections, SECTIONS, "{}", rule.code);
            assert!(!rule.docs.contains("\n\n\n\n"), "{}", rule.code);
            for (at, heading) in rule.docs.match_indices("\n## ") {
                let body = rule.docs[at + heading.len()..].split("\n## ").next().unwrap();
                assert!(body.lines().count() > 2, "{} has an empty section", rule.code);
            }
        }
    }

    #[test]
    fn every_example_is_a_pair_and_has_a_way_out() {
        for rule in RULES {
            let (_, example) = rule.docs.split_once("## Example").unwrap();
            let (example, instead) = example.split_once("## Use instead").unwrap();
            assert!(example.contains(" before:\n\n```py\n"), "{}", rule.code);
            assert!(example.contains(" after:\n\n```py\n"), "{}", rule.code);
            assert!(instead.contains("```py\n"), "{}", rule.code);
        }
    }

    #[test]
    fn the_tables_are_sorted_and_nothing_is_there_twice() {
        assert!(RULES.is_sorted_by(|a, b| a.code < b.code));
        assert!(RESERVED.is_sorted_by(|a, b| a.code < b.code));
        let codes: std::collections::HashSet<_> = known().map(KnownRule::code).collect();
        let names: std::collections::HashSet<_> = known().map(KnownRule::name).collect();
        assert_eq!((codes.len(), names.len()), (known().count(), known().count()));
    }

    #[test]
    fn names_are_kebab_case_and_those_of_the_files() {
        for known in known() {
            let is_kebab = |c: char| c.is_ascii_lowercase() || c == '-';
            assert!(known.name().chars().all(is_kebab), "{}", known.name());
            let number = known.code().strip_prefix("RS").unwrap();
            assert!(number.len() == 3 && number.parse::<u16>().is_ok(), "{}", known.code());
        }
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter_map(|name| Some(name.strip_suffix(".md")?.to_owned()))
            .collect();
        files.sort();
        let mut expected: Vec<String> =
            RULES.iter().map(|rule| rule.name.replace('-', "_")).collect();
        expected.sort();
        assert_eq!(files, expected);
        for rule in RULES {
            let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(url(rule.code));
            let (title, _) = rule.docs.split_once('\n').unwrap();
            assert!(std::fs::read_to_string(page).unwrap().contains(title), "{}", rule.code);
        }
    }

    #[test]
    fn codes_and_names_are_found_in_any_case() {
        assert_eq!(lookup("rs104").map(KnownRule::name), Some("ghost-read"));
        assert_eq!(lookup("Ghost-Read").map(KnownRule::code), Some("RS104"));
        assert_eq!(lookup("state-reset").map(KnownRule::code), Some("RS301"));
        assert!(lookup("RS1").is_none() && rule("RS301").is_none());
    }
}
