//! The site is built, its links lead somewhere, its settings are understood.

use std::path::{Path, PathBuf};
use std::process::Command;

use reloadsafe::config::Options;

use crate::{docs, pages_below, root};

/// Where the links of a page lead, as they stand there.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    let prose = text.lines().filter(move |line| {
        in_code ^= line.starts_with("```");
        !in_code
    });
    prose.flat_map(|line| line.split("](").skip(1)).filter_map(|rest| rest.split(')').next())
}

/// What a heading is called in an address.
fn slug(heading: &str) -> String {
    let kept =
        heading.to_lowercase().replace(|c: char| !c.is_alphanumeric() && c != '-' && c != '_', " ");
    kept.split_whitespace().collect::<Vec<_>>().join("-")
}

#[test]
fn every_link_leads_to_a_page_and_a_heading() {
    let mut dead = Vec::new();
    let mut count = 0;
    for page in pages_below(&docs()) {
        let text = std::fs::read_to_string(&page).unwrap();
        for link in links(&text).filter(|link| !link.contains("://")) {
            let (path, heading) = link.split_once('#').unwrap_or((link, ""));
            let target =
                if path.is_empty() { page.clone() } else { page.parent().unwrap().join(path) };
            let found = std::fs::read(&target).ok().filter(|_| is_inside(&target));
            let leads = found.is_some_and(|bytes| {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let mut headings = text.lines().filter(|line| line.starts_with('#'));
                heading.is_empty()
                    || headings.any(|line| slug(line.trim_start_matches('#')) == heading)
            });
            count += 1;
            if !leads {
                dead.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(count > 40 && dead.is_empty(), "{count} links\n{}", dead.join("\n"));
}

/// Whether a file is part of the site.
fn is_inside(path: &Path) -> bool {
    path.canonicalize().unwrap().starts_with(docs().canonicalize().unwrap())
}

#[test]
fn every_setting_that_is_shown_is_understood() {
    let mut count = 0;
    for page in pages_below(&docs()) {
        let text = std::fs::read_to_string(&page).unwrap();
        for block in text.split("```toml\n").skip(1) {
            let (block, _) = block.split_once("```").unwrap();
            if block.contains("[[entry]]") || block.contains("[harmless]") {
                let facts = reloadsafe::catalogue::read(block);
                assert!(facts.is_ok(), "{}: {facts:?}\n{block}", page.display());
                continue;
            }
            let file = if block.contains("[tool.") { "pyproject.toml" } else { "reloadsafe.toml" };
            let options = Options::from_toml(block, Path::new(file));
            let is_understood = matches!(options, Ok(Some(_)));
            assert!(is_understood, "{}: {options:?}\n{block}", page.display());
            count += 1;
        }
    }
    assert!(count >= 2, "{count}");
}

#[test]
fn every_page_is_in_the_navigation() {
    let settings = std::fs::read_to_string(root().join("zensical.toml")).unwrap();
    for page in pages_below(&docs()) {
        let path = page.strip_prefix(docs()).unwrap().to_string_lossy().replace('\\', "/");
        if !path.starts_with("examples/") {
            assert!(settings.contains(&format!("\"{path}\"")), "{path} is not in zensical.toml");
        }
    }
}

#[test]
fn the_site_is_built() {
    let bin = std::env::var_os("RELOADSAFE_PACKAGING").map(|bin| root().join(PathBuf::from(bin)));
    let Some(zensical) = bin.map(|bin| bin.join("zensical")).filter(|path| path.is_file()) else {
        return crate::skip(
            "zensical is not in RELOADSAFE_PACKAGING",
            "RELOADSAFE_REQUIRE_PACKAGING",
        );
    };
    let output = Command::new(zensical)
        .args(["build", "--clean", "--strict"])
        .current_dir(root())
        .output()
        .unwrap();
    let said =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(output.status.success(), "{}", said.concat());
    let site = root().join("target/site");
    for page in ["index.html", "model/index.html", "rules/ghost-read/index.html"] {
        let text = std::fs::read_to_string(site.join(page)).unwrap();
        assert!(text.contains("<main"), "{page}");
        // Nobody who reads it is told to anybody else.
        for word in ["<script src=\"http", "href=\"https://fonts", "<img src=\"http"] {
            assert!(!text.contains(word), "{page}: {word}");
        }
    }
    assert!(site.join("search.json").is_file());
}
