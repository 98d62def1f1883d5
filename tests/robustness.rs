//! Whatever the text, what is said of it stands in it, the same each time, and nothing panics:
//! the checks of `fuzz/`, on mutations of the sources at hand and on made-up histories.

#[path = "../fuzz/checks.rs"]
mod checks;
#[path = "../fuzz/grammar.rs"]
mod grammar;

use std::path::{Path, PathBuf};

/// How many mutations each source has, and how many histories are made up.
const MUTATIONS: u64 = 2;
const HISTORIES: u64 = 200;

/// Numbers that look random and are the same each time (xorshift64*).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    fn below(&mut self, count: usize) -> usize {
        (self.roll() % count.max(1) as u64) as usize
    }
}

/// The Python that the repository's own scripts and Markdown cases consist of.
fn sources() -> Vec<String> {
    let mut found = Vec::new();
    let mut pending: Vec<PathBuf> = ["examples", "tests", "tools", "src/rules"]
        .map(|folder| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
        .to_vec();
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).unwrap();
            pending.extend(entries.map(|entry| entry.unwrap().path()));
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("py") => found.push(text),
                Some("md") => found.extend(fenced(&text)),
                _ => {}
            }
        }
    }
    found.sort();
    found.dedup();
    assert!(found.len() > 100, "the sources have moved");
    found
}

/// The blocks of Python in a Markdown text.
fn fenced(text: &str) -> Vec<String> {
    let blocks = text.split("```py").skip(1).filter_map(|rest| rest.split_once('\n'));
    blocks.map(|(_, rest)| rest.split("```").next().unwrap_or_default().to_owned()).collect()
}

fn mutated(text: &str, dice: &mut Dice) -> String {
    const INSERTED: [&str; 14] =
        ["(", ")", "\"", "'''", ":", "\n", "\t", "\\\n", "é", "\u{feff}", "#", "f'{", " := ", "\r"];
    let mut text = text.to_owned();
    for _ in 0..1 + dice.below(3) {
        let mut at = dice.below(text.len() + 1);
        let mut end = (at + dice.below(12)).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        while !text.is_char_boundary(end) {
            end += 1;
        }
        match dice.below(4) {
            0 => text.replace_range(at..end, ""),
            1 => text.insert_str(at, INSERTED[dice.below(INSERTED.len())]),
            2 => text.truncate(end),
            _ => {
                let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
                let (one, other) = (dice.below(lines.len()), dice.below(lines.len()));
                if one < lines.len() && other < lines.len() {
                    lines.swap(one, other);
                }
                text = lines.concat();
            }
        }
    }
    text
}

#[test]
fn mutated_sources_are_refused_or_understood() {
    let mut dice = Dice(1);
    for text in sources() {
        checks::parse(text.as_bytes());
        for round in 0..MUTATIONS {
            let mutated = mutated(&text, &mut dice);
            checks::parse(mutated.as_bytes());
            // Most mutations of long texts do not compile, which is soon found out.
            if round == 0 {
                checks::simulate(&[&text, &mutated]);
            }
        }
        let mut bytes = text.into_bytes();
        if let Some(byte) = bytes.get_mut(dice.below(200)) {
            *byte = dice.roll() as u8;
        }
        checks::parse(&bytes);
    }
}

#[test]
fn a_number_may_end_anywhere() {
    for number in ["1", "0x", "0b1", "1_", "1.", "1e", "1e+", "0_", "1.5j"] {
        for after in ["", "é", "𝒳", "_", "\u{301}", "x", "é1", "\n"] {
            checks::parse(format!("x = {number}{after}").as_bytes());
        }
    }
}

#[test]
fn made_up_histories_are_followed() {
    let mut dice = Dice(2);
    for _ in 0..HISTORIES {
        let bytes: Vec<u8> = (0..400).map(|_| dice.roll() as u8).collect();
        let versions = grammar::history(&bytes);
        let versions: Vec<&str> = versions.iter().map(String::as_str).collect();
        checks::simulate(&versions);
    }
}

#[test]
fn settings_are_refused_or_understood() {
    let text = "[tool.reloadsafe]\nselect = [\"ALL\"]\nfail-on = \"warning\"\nsrc = [\"src\"]\n\
                [tool.reloadsafe.per-file-ignores]\n\"!tests/\" = [\"RS1\"]\n";
    let json = r#"{"select": ["RS1"], "exclude": ["build/"], "perFileIgnores": {"a": ["ALL"]}}"#;
    let mut dice = Dice(3);
    for _ in 0..500 {
        checks::config(&mutated(text, &mut dice));
        checks::config(&mutated(json, &mut dice));
    }
}
