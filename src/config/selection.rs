//! Which rules report: codes, names and prefixes, folded over layers.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::error::did_you_mean;
use super::options::Options;
use crate::rules;

/// What selects rules: `ALL`, a prefix such as `RS` or `RS1`, a code, or a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Selector {
    /// Every rule.
    All,
    /// The beginning of codes.
    Prefix(String),
    /// One rule, by its code.
    Code(&'static str),
}

/// A text that selects no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown rule `{0}`{1}")]
pub struct UnknownRule(String, String);

impl Selector {
    /// Whether the rule with this code is selected.
    pub fn matches(&self, code: &str) -> bool {
        match self {
            Selector::All => true,
            Selector::Prefix(prefix) => code.starts_with(prefix.as_str()),
            Selector::Code(own) => *own == code,
        }
    }

    /// Of two selectors that disagree the more specific one wins.
    fn specificity(&self) -> usize {
        match self {
            Selector::All => 0,
            Selector::Prefix(prefix) => prefix.len(),
            Selector::Code(_) => usize::MAX,
        }
    }
}

impl FromStr for Selector {
    type Err = UnknownRule;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let upper = text.to_ascii_uppercase();
        if upper == "ALL" {
            return Ok(Selector::All);
        }
        if let Some(code) = rules::lookup(text).map(|known| known.code()) {
            return Ok(Selector::Code(code));
        }
        let is_prefix = upper.starts_with("RS")
            && rules::known().any(|known| known.code().starts_with(upper.as_str()));
        if is_prefix {
            return Ok(Selector::Prefix(upper));
        }
        let candidates = rules::known().flat_map(|known| [known.code(), known.name()]);
        Err(UnknownRule(text.to_owned(), did_you_mean(text, candidates)))
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Selector::All => "ALL",
            Selector::Prefix(prefix) => prefix,
            Selector::Code(code) => code,
        })
    }
}

/// The set of rules that report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSelection {
    enabled: BTreeSet<&'static str>,
    /// Those that were selected by their codes or names.
    named: BTreeSet<&'static str>,
}

impl RuleSelection {
    /// Folds layers, the weakest first. A layer with `select` begins anew; one without adjusts
    /// what the weaker layers say. Within a layer the more specific selector wins, and
    /// `ignore` wins over a `select` that is as specific.
    pub fn resolve(layers: &[Options]) -> RuleSelection {
        let mut enabled: BTreeSet<&'static str> = rules::known()
            .map(|known| known.code())
            .filter(|code| !rules::is_preview(code))
            .collect();
        let mut named = BTreeSet::new();
        for layer in layers {
            let mut decisions: Vec<(&Selector, bool)> = Vec::new();
            let select = layer.select.iter().chain(&layer.extend_select).flatten();
            decisions.extend(select.map(|selector| (selector, true)));
            decisions.extend(layer.ignore.iter().flatten().map(|selector| (selector, false)));
            // Stable: what is as specific stays in the order of `select`, `ignore`.
            decisions.sort_by_key(|(selector, _)| selector.specificity());
            if layer.select.is_some() {
                enabled.clear();
            }
            for code in rules::known().map(|known| known.code()) {
                let by_name = |selector: &Selector| matches!(selector, Selector::Code(_));
                let decision = decisions.iter().rev().find(|(selector, selects)| {
                    let counts = !selects || by_name(selector) || !rules::is_preview(code);
                    counts && selector.matches(code)
                });
                match decision {
                    Some((selector, true)) => {
                        enabled.insert(code);
                        if by_name(selector) {
                            named.insert(code);
                        }
                    }
                    Some((_, false)) => {
                        enabled.remove(code);
                    }
                    None => {}
                }
            }
        }
        named.retain(|code| enabled.contains(code));
        RuleSelection { enabled, named }
    }

    /// Whether the rule with this code reports, and was asked for by its code or name.
    pub fn is_named(&self, code: &str) -> bool {
        self.named.contains(code)
    }

    /// Whether the rule with this code reports.
    pub fn is_enabled(&self, code: &str) -> bool {
        self.enabled.contains(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selectors(texts: &[&str]) -> Option<Vec<Selector>> {
        Some(texts.iter().map(|text| text.parse().unwrap()).collect())
    }

    #[test]
    fn codes_names_and_prefixes_select() {
        assert_eq!("rs101".parse(), Ok(Selector::Code("RS101")));
        assert_eq!("ghost-read".parse(), Ok(Selector::Code("RS104")));
        assert_eq!("RS1".parse(), Ok(Selector::Prefix("RS1".to_owned())));
        assert_eq!("all".parse(), Ok(Selector::All));
    }

    #[test]
    fn what_selects_nothing_is_an_error_with_a_guess() {
        let error = "ghost-raed".parse::<Selector>().unwrap_err();
        assert_eq!(error.to_string(), "unknown rule `ghost-raed` (did you mean `ghost-read`?)");
        assert!("RS777".parse::<Selector>().is_err());
        assert!("".parse::<Selector>().is_err());
        assert!("R".parse::<Selector>().is_err());
    }

    #[test]
    fn what_is_selected_by_its_name_is_told_apart() {
        let selection = |select: &[&str], ignore: &[&str]| {
            let (extend_select, ignore) = (selectors(select), selectors(ignore));
            RuleSelection::resolve(&[Options { extend_select, ignore, ..Options::default() }])
        };
        let named = |select: &[&str]| selection(select, &[]).is_named("RS203");
        assert!(!named(&[]) && !named(&["ALL", "RS2"]) && named(&["second-run-failure"]));
        let both = selection(&["RS203"], &["RS2"]);
        assert!(both.is_enabled("RS203") && both.is_named("RS203"), "the more specific wins");
        let layers = ["RS203", "RS101"].map(|code| Options {
            extend_select: selectors(&[code]),
            ignore: (code == "RS101").then(|| selectors(&["RS203"])).flatten(),
            ..Options::default()
        });
        assert!(!RuleSelection::resolve(&layers).is_named("RS203"));
    }

    #[test]
    fn the_more_specific_selector_wins() {
        let layer = Options {
            select: selectors(&["RS1", "RS201"]),
            ignore: selectors(&["RS102", "RS2"]),
            ..Options::default()
        };
        let selection = RuleSelection::resolve(&[layer]);
        assert!(selection.is_enabled("RS101"));
        assert!(!selection.is_enabled("RS102"));
        assert!(selection.is_enabled("RS201"));
        assert!(!selection.is_enabled("RS202"));
        assert!(!selection.is_enabled("RS901"));
    }

    #[test]
    fn a_stronger_layer_adjusts_or_begins_anew() {
        let file = Options { ignore: selectors(&["RS1"]), ..Options::default() };
        let adjusting = Options { extend_select: selectors(&["RS104"]), ..Options::default() };
        let selection = RuleSelection::resolve(&[file.clone(), adjusting]);
        assert!(selection.is_enabled("RS104") && selection.is_enabled("RS201"));
        assert!(!selection.is_enabled("RS101"));
        let anew = Options { select: selectors(&["RS1"]), ..Options::default() };
        let selection = RuleSelection::resolve(&[file, anew]);
        assert!(selection.is_enabled("RS101") && !selection.is_enabled("RS201"));
    }
}
