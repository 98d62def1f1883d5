//! Edits as JSON has them: lines and columns from 1, columns in code points.

use serde_json::Value;

/// A text with edits whose places are lines and columns from 1, columns in code points.
pub(crate) fn edited(text: &str, edits: &[&Value]) -> String {
    let lines: Vec<&str> = split_lines(text);
    let offset = |place: &Value| {
        let number = |key: &str| place[key].as_u64().unwrap_or(1) as usize;
        let start: usize = lines.iter().take(number("line") - 1).map(|line| line.len()).sum();
        let line = lines.get(number("line") - 1).copied().unwrap_or("");
        start + line.chars().take(number("column") - 1).map(char::len_utf8).sum::<usize>()
    };
    let mut spans: Vec<(usize, usize, &str)> = edits
        .iter()
        .map(|edit| {
            let range = &edit["range"];
            (
                offset(&range["start"]),
                offset(&range["end"]),
                edit["new_text"].as_str().unwrap_or(""),
            )
        })
        .collect();
    spans.sort_by_key(|span| std::cmp::Reverse(span.0));
    let mut fixed = text.to_owned();
    for (start, end, new) in spans {
        fixed.replace_range(start..end, new);
    }
    fixed
}

/// Lines with their ends, whichever of the three they have.
fn split_lines(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let mut lines = Vec::new();
    let mut start = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if byte == b'\n' || (byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
            lines.push(&text[start..=at]);
            start = at + 1;
        }
    }
    lines.push(&text[start..]);
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn edits_are_applied_by_code_points() {
        let place = |line: u32, column: u32| json!({"line": line, "column": column});
        let edit = json!({"range": {"start": place(2, 2), "end": place(2, 3)}, "new_text": "ß"});
        assert_eq!(edited("a\nébc\n", &[&edit]), "a\néßc\n");
        assert_eq!(edited("a\rébc\r\n", &[&edit]), "a\réßc\r\n");
    }
}
