//! The measured numbers have one source, the README.

use crate::{assert_settled, docs, root, settle};

const HEAD: &str = "\
---
title: How right and how fast it is
---

<!-- Made of README.md by tests/docs. -->

# How right and how fast it is
";

/// A section of the README, without its heading.
fn section<'a>(readme: &'a str, heading: &str) -> &'a str {
    let (_, rest) = readme.split_once(&format!("\n## {heading}\n")).unwrap();
    rest.split_once("\n## ").map_or(rest, |(section, _)| section)
}

#[test]
fn the_page_has_the_numbers_of_the_readme() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let right = section(&readme, "How right it is").trim();
    let fast = section(&readme, "How fast it is").trim();
    let page = format!("{HEAD}\n## Right\n\n{right}\n\n## Fast\n\n{fast}\n");
    assert_settled(&Vec::from_iter(settle(&docs().join("accuracy.md"), &page)));
}
