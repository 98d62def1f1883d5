//! How many findings there are of each rule.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::CheckReport;
use crate::diagnostic::{Diagnostic, Severity};
use crate::rules;

/// The findings of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    pub code: &'static str,
    pub count: usize,
    /// How many have a safe fix among the fixes that were looked for.
    pub fixable: usize,
    /// How loud the loudest is.
    pub severity: Severity,
}

/// By rule, the most frequent first, equal ones by code.
pub fn count(findings: &[Diagnostic]) -> Vec<Count> {
    let mut counts: BTreeMap<&'static str, Count> = BTreeMap::new();
    for found in findings {
        let fresh = Count { code: found.code, count: 0, fixable: 0, severity: found.severity };
        let count = counts.entry(found.code).or_insert(fresh);
        count.count += 1;
        count.fixable += usize::from(found.fixes.iter().any(|fix| fix.safe));
        count.severity = count.severity.max(found.severity);
    }
    let mut counts: Vec<Count> = counts.into_values().collect();
    counts.sort_by_key(|count| (Reverse(count.count), count.code));
    counts
}

/// Writes a line for each rule: the number, the code, whether `--fix` would fix all (`[*]`) or
/// some (`[-]`) of them, and the name.
///
/// # Errors
/// What writing to `out` fails with.
pub fn write(out: &mut dyn Write, report: &CheckReport) -> io::Result<()> {
    let counts = count(&report.diagnostics);
    let width = counts.iter().map(|count| count.count.to_string().len()).max().unwrap_or(0);
    let any = counts.iter().any(|count| count.fixable > 0);
    for Count { code, count, fixable, .. } in counts {
        let mark = match fixable {
            _ if !any => "",
            0 => "    ",
            all if all == count => "[*] ",
            _ => "[-] ",
        };
        writeln!(out, "{count:>width$}  {code}  {mark}{}", rules::name_of(code))?;
    }
    if any {
        writeln!(out, "[*] fixed by `reloadsafe check --fix`, [-] some of them")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::{Renamed, orphan, plain};

    #[test]
    fn the_most_frequent_is_first() {
        let mut report = Renamed::new().report();
        let shown = |report: &CheckReport| plain(|out| write(out, report));
        assert_eq!(shown(&report), "1  RS104  ghost-read\n");
        let mut fixable = orphan("b\n", "b");
        fixable.fixes = report.diagnostics[0].fixes.clone();
        fixable.fixes[0].safe = true;
        report.diagnostics.extend((0..9).map(|_| orphan("area\n", "area")));
        report.diagnostics.push(fixable);
        let lines = "10  RS101  [-] orphaned-definition\n 1  RS104      ghost-read\n";
        assert!(shown(&report).starts_with(lines), "{}", shown(&report));
    }
}
