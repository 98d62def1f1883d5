//! The comments that say which findings are expected, and how they meet the findings.

use serde_json::Value;

/// `# warning: [orphaned-definition] "text part"`.
#[derive(Debug, Clone)]
pub(crate) struct Assertion {
    pub(crate) severity: String,
    /// A code or a name.
    pub(crate) rule: String,
    /// A part of the message.
    pub(crate) text: Option<String>,
    /// The line on which it is written, from 1.
    pub(crate) line: u32,
    /// The last line of the text on which the finding may be; the first is `line`.
    pub(crate) until: u32,
}

impl Assertion {
    pub(crate) fn matches(&self, finding: &Value, line: u32) -> bool {
        let is = |key: &str, wanted: &str| finding[key].as_str() == Some(wanted);
        is("severity", &self.severity)
            && (is("code", &self.rule) || is("name", &self.rule))
            && (self.line..=self.until).contains(&line)
            && self
                .text
                .as_ref()
                .is_none_or(|part| finding["message"].as_str().unwrap_or("").contains(part))
    }
}

impl std::fmt::Display for Assertion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: [{}]", self.severity, self.rule)?;
        self.text.as_ref().map_or(Ok(()), |text| write!(f, " \"{text}\""))
    }
}

/// The assertions of a text. One that stands alone on its line is about the next line that is
/// not an assertion; at the end of the text, about whatever comes after it.
pub(crate) fn parse(text: &str) -> Vec<Assertion> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(start) = first_mark(line) else { continue };
        let until = if is_alone(line) {
            let next = (at + 1..lines.len()).find(|&next| !is_alone(lines[next]));
            next.map_or(u32::MAX, |next| next as u32 + 1)
        } else {
            at as u32 + 1
        };
        for part in line[start..].split("# ").filter(|part| !part.trim().is_empty()) {
            if let Some((severity, rule, text)) = one(part.trim()) {
                found.push(Assertion { severity, rule, text, line: at as u32 + 1, until });
            }
        }
    }
    found
}

/// The text of a line without its assertions.
pub(crate) fn stripped(line: &str) -> &str {
    first_mark(line).map_or(line, |start| line[..start].trim_end())
}

fn is_alone(line: &str) -> bool {
    first_mark(line).is_some_and(|start| line[..start].trim().is_empty())
}

fn first_mark(line: &str) -> Option<usize> {
    ["error", "warning", "info", "hint"]
        .iter()
        .filter_map(|severity| line.find(&format!("# {severity}: [")))
        .min()
}

fn one(part: &str) -> Option<(String, String, Option<String>)> {
    let (severity, rest) = part.split_once(": [")?;
    let (rule, rest) = rest.split_once(']')?;
    let text = rest.trim();
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    Some((severity.to_owned(), rule.to_owned(), text.map(str::to_owned)))
}

/// Pairs assertions with findings (each with its line); gives what is left of both.
pub(crate) fn unmatched<'a>(
    assertions: &'a [Assertion],
    findings: &'a [(u32, &'a Value)],
) -> (Vec<&'a Assertion>, Vec<&'a (u32, &'a Value)>) {
    let mut left: Vec<&Assertion> = assertions.iter().collect();
    // The narrower an assertion, the earlier it chooses.
    left.sort_by_key(|assertion| (assertion.until - assertion.line, assertion.text.is_none()));
    let mut open: Vec<&(u32, &Value)> = findings.iter().collect();
    left.retain(|assertion| {
        let taken = open.iter().position(|(line, finding)| assertion.matches(finding, *line));
        taken.is_none_or(|taken| {
            open.remove(taken);
            false
        })
    });
    (left, open)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn trailing_stacked_and_alone() {
        let text = "x = 1  # error: [RS101] \"a b\" # hint: [orphaned-import]\n# info: [RS900]\n# error: [RS104]\ny\n# hint: [RS103]\n";
        let found = parse(text);
        let seen: Vec<_> = found.iter().map(|a| (a.rule.as_str(), a.line, a.until)).collect();
        let end = u32::MAX;
        assert_eq!(
            seen,
            [
                ("RS101", 1, 1),
                ("orphaned-import", 1, 1),
                ("RS900", 2, 4),
                ("RS104", 3, 4),
                ("RS103", 5, end)
            ]
        );
        assert_eq!(found[0].text.as_deref(), Some("a b"));
        assert_eq!(stripped("x = 1  # error: [RS101]"), "x = 1");
    }

    #[test]
    fn every_assertion_takes_one_finding() {
        let finding = json!({"code": "RS101", "name": "orphaned-definition", "severity": "warning", "message": "m"});
        let findings = [(1, &finding), (1, &finding)];
        let assertions = parse("f()  # warning: [RS101]\n");
        let (missing, extra) = unmatched(&assertions, &findings);
        assert_eq!((missing.len(), extra.len()), (0, 1));
    }
}
