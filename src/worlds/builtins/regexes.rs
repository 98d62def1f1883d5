//! What regular expressions find in texts that are known: version numbers are taken apart so.

use regex::Regex;

use crate::worlds::value::Value;

/// What means something else in `re` and in the library that is asked: `$` before a line break at
/// the end, sets in sets, extensions.
const OTHERWISE: &[&str] = &["$", "[[", "&&", "--", "~~", "||", "\\Z", "\\<", "\\>", "\\b{"];
/// Extensions that are the same in both.
const GROUPS: &[&str] = &["(?:", "(?P<"];

/// What `re.findall` or `re.split` gives; None where that is not known.
pub(super) fn found_by(function: &str, pattern: &str, text: &str) -> Option<Vec<Value>> {
    let extensions = pattern.matches("(?").count();
    let known: usize = GROUPS.iter().map(|group| pattern.matches(group).count()).sum();
    if extensions != known || OTHERWISE.iter().any(|other| pattern.contains(other)) {
        return None;
    }
    let regex = Regex::new(pattern).ok()?;
    // Where an empty match is looked for after another differs.
    if regex.find_iter(text).any(|found| found.is_empty()) {
        return None;
    }
    match (function, regex.captures_len()) {
        ("findall", 1) => {
            Some(regex.find_iter(text).map(|found| Value::str(found.as_str())).collect())
        }
        ("findall", groups) => {
            let found = regex.captures_iter(text).map(|captures| {
                let group = |index| captures.get(index).map_or("", |found| found.as_str());
                let mut parts = (1..groups).map(|index| Value::str(group(index)));
                match groups {
                    2 => parts.next().unwrap_or(Value::None),
                    _ => Value::tuple(parts.collect()),
                }
            });
            Some(found.collect())
        }
        ("split", 1) => Some(regex.split(text).map(Value::str).collect()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(function: &str, pattern: &str, text: &str) -> Option<String> {
        Some(format!("{:?}", found_by(function, pattern, text)?))
    }

    #[test]
    fn what_re_finds_is_found() {
        assert_eq!(
            shown("findall", r"(\d+|[abc]\d)", "1.4b2").as_deref(),
            Some(r#"[Str("1"), Str("4"), Str("b2")]"#)
        );
        assert_eq!(
            shown("findall", r"(\w)=(\d)?", "a=1,b=").as_deref(),
            Some(r#"[Tuple([Str("a"), Str("1")]), Tuple([Str("b"), Str("")])]"#)
        );
        assert_eq!(
            shown("split", r"[.-]", "1.2-3").as_deref(),
            Some(r#"[Str("1"), Str("2"), Str("3")]"#)
        );
    }

    #[test]
    fn what_may_mean_something_else_is_left() {
        for pattern in ["a$", "(?i)a", "(?=a)", "[[a]", "a*", r"(a)\1", "("] {
            assert_eq!(shown("findall", pattern, "aab"), None, "{pattern}");
        }
    }
}
