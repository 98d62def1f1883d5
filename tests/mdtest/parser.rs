//! Markdown to cases.
//!
//! A file is a suite; a heading with at least one versioned file under it is a case. A line
//! with a path in backticks and `version N:` (`before:` is 0, `after:` is 1) names the fenced
//! `py` block that follows; the first file that has versions is the module that is reloaded.
//! Without a version it is a file of the workspace that stays as it is; other files have
//! changed together with the module where they have a version 0 and 1, are new where they only
//! have 1, and gone where they only have 0; with a title in quotes (`m.py` with "Remove …":) it is what a file is after that fix.
//! A `toml` block is configuration, inherited by the headings below; its table `[mdtest]`
//! is for the harness. A `world` block says what CPython does.

use std::path::{Path, PathBuf};

/// One heading and what stands under it.
#[derive(Debug)]
pub(crate) struct Case {
    /// The Markdown file.
    pub(crate) suite: PathBuf,
    /// The headings, joined.
    pub(crate) title: String,
    /// The line of the last heading, from 1.
    pub(crate) line: usize,
    /// By version number.
    pub(crate) versions: Vec<Block>,
    /// Path of the module that is reloaded, as the suite names it.
    pub(crate) path: String,
    /// The rest of the workspace, as the last version finds it.
    pub(crate) others: Vec<(String, Block)>,
    /// What of it was otherwise when the first version was imported; None where it was not there.
    pub(crate) earlier: Vec<(String, Option<Block>)>,
    pub(crate) config: toml::Table,
    pub(crate) settings: Settings,
    pub(crate) world: Option<Block>,
    /// What fixes make of files.
    pub(crate) fixed: Vec<Fixed>,
    /// The line below everything that belongs to the case, from 1.
    pub(crate) end: usize,
}

/// A file after a fix.
#[derive(Debug)]
pub(crate) struct Fixed {
    pub(crate) path: String,
    pub(crate) title: String,
    pub(crate) block: Block,
}

/// The text of a fenced block.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(crate) text: String,
    /// The line of the Markdown file on which the text begins, from 1.
    pub(crate) line: usize,
}

/// The table `[mdtest]`.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The oldest Python 3 minor version that can run the case.
    pub(crate) min_python: Option<i64>,
    /// The first Python 3 minor version that behaves otherwise.
    pub(crate) below_python: Option<i64>,
    /// Whether findings are compared with the assertions; `findings = false` where a suite is
    /// about worlds only.
    pub(crate) findings: bool,
}

impl Case {
    /// The dotted name of the module that is reloaded.
    pub(crate) fn module(&self) -> String {
        module_name(&self.path)
    }

    /// The version that is reloaded last.
    pub(crate) fn last(&self) -> &Block {
        self.versions.last().expect("a case has versions")
    }

    /// The rest of the workspace, as the first version finds it.
    pub(crate) fn first_others(&self) -> Vec<(&str, &Block)> {
        let is_earlier = |path: &String| self.earlier.iter().any(|(known, _)| known == path);
        let same = self.others.iter().filter(|(path, _)| !is_earlier(path));
        let same = same.map(|(path, block)| (path.as_str(), block));
        let earlier = self.earlier.iter();
        same.chain(earlier.filter_map(|(path, block)| Some((path.as_str(), block.as_ref()?))))
            .collect()
    }

    /// Where the case is written, for people.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}: {}", self.suite.display(), self.line, self.title)
    }
}

/// `pkg/a.py` is `pkg.a`, `pkg/__init__.py` is `pkg`.
pub(crate) fn module_name(path: &str) -> String {
    let stem = path.strip_suffix(".py").unwrap_or(path);
    stem.strip_suffix("/__init__").unwrap_or(stem).replace('/', ".")
}

/// Reads the cases of one Markdown file.
pub(crate) fn parse(suite: &Path, text: &str) -> Result<Vec<Case>, String> {
    let mut parser =
        Parser { suite, headings: Vec::new(), section: Section::default(), cases: Vec::new() };
    let lines: Vec<&str> = text.lines().collect();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        if let Some(language) = line.strip_prefix("```") {
            let end = (at + 1..lines.len())
                .find(|&end| lines[end].trim_end() == "```")
                .ok_or_else(|| format!("{}:{}: the block has no end", suite.display(), at + 1))?;
            let mut text = lines[at + 1..end].join("\n");
            text.push('\n');
            if end == at + 1 {
                text.clear();
            }
            parser.block(language.trim(), Block { text, line: at + 2 })?;
            parser.section.end = end + 2;
            at = end + 1;
            continue;
        }
        if line.starts_with('#') {
            parser.heading(line, at + 1)?;
        } else if !line.trim().is_empty() {
            parser.section.label = label(line);
        }
        at += 1;
    }
    parser.finish()?;
    Ok(parser.cases)
}

struct Parser<'a> {
    suite: &'a Path,
    /// Depth, title and configuration of the headings that are open.
    headings: Vec<(usize, String, toml::Table)>,
    section: Section,
    cases: Vec<Case>,
}

#[derive(Default)]
struct Section {
    line: usize,
    label: Option<(String, Role)>,
    fixed: Vec<Fixed>,
    end: usize,
    versions: Vec<(usize, String, Block)>,
    others: Vec<(String, Block)>,
    world: Option<Block>,
}

impl Parser<'_> {
    fn heading(&mut self, line: &str, at: usize) -> Result<(), String> {
        self.finish()?;
        let depth = line.chars().take_while(|&c| c == '#').count();
        self.headings.retain(|(open, ..)| *open < depth);
        self.headings.push((depth, line[depth..].trim().to_owned(), toml::Table::new()));
        self.section = Section { line: at, ..Section::default() };
        Ok(())
    }

    fn block(&mut self, language: &str, block: Block) -> Result<(), String> {
        let at = format!("{}:{}", self.suite.display(), block.line);
        match language {
            "world" => self.section.world = Some(block),
            "toml" => {
                let table = block.text.parse().map_err(|error| format!("{at}: {error}"))?;
                match self.headings.last_mut() {
                    Some((_, _, config)) => *config = table,
                    None => return Err(format!("{at}: configuration above the first heading")),
                }
            }
            "py" => match self.section.label.take() {
                Some((path, Role::Version(version))) => {
                    self.section.versions.push((version, path, block));
                }
                Some((path, Role::Other)) => self.section.others.push((path, block)),
                Some((path, Role::Fixed(title))) => {
                    self.section.fixed.push(Fixed { path, title, block });
                }
                None => return Err(format!("{at}: a py block without a line that names its file")),
            },
            _ => {}
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), String> {
        let section = std::mem::take(&mut self.section);
        if section.versions.is_empty() {
            if section.world.is_some() || !section.others.is_empty() {
                return Err(format!(
                    "{}:{}: no version of a module",
                    self.suite.display(),
                    section.line
                ));
            }
            return Ok(());
        }
        let place = format!("{}:{}", self.suite.display(), section.line);
        let path = section.versions[0].1.clone();
        let (versions, changed): (Vec<_>, Vec<_>) =
            section.versions.into_iter().partition(|(_, of, _)| *of == path);
        if versions.iter().enumerate().any(|(at, (version, ..))| *version != at) {
            return Err(format!("{place}: versions of one module, from 0, in order"));
        }
        let (others, earlier) = changed_together(changed, section.others)
            .map_err(|error| format!("{place}: {error}"))?;
        if versions.len() < 2 || versions.len() > 2 && !earlier.is_empty() {
            return Err(format!(
                "{place}: a case needs two versions (and no more where other files have some)"
            ));
        }
        let mut config = toml::Table::new();
        for (_, _, table) in &self.headings {
            config.extend(table.clone());
        }
        let own = config.remove("mdtest");
        let number =
            |key: &str| own.as_ref().and_then(|own| own.get(key)).and_then(toml::Value::as_integer);
        let findings =
            own.as_ref().and_then(|own| own.get("findings")).and_then(toml::Value::as_bool);
        let settings = Settings {
            min_python: number("min-python"),
            below_python: number("below-python"),
            findings: findings.unwrap_or(true),
        };
        let titles: Vec<&str> = self.headings.iter().map(|(_, title, _)| title.as_str()).collect();
        self.cases.push(Case {
            suite: self.suite.to_owned(),
            title: titles.join(" - "),
            line: section.line,
            versions: versions.into_iter().map(|(.., block)| block).collect(),
            path,
            others,
            earlier,
            config,
            settings,
            world: section.world,
            fixed: section.fixed,
            end: section.end,
        });
        Ok(())
    }
}

/// What the rest of a workspace is.
type Others = Vec<(String, Block)>;
/// What it was before; None where it was not there.
type Earlier = Vec<(String, Option<Block>)>;

/// Sorts the versions of other files: what they are, with those that stay, and what they were.
fn changed_together(
    changed: Vec<(usize, String, Block)>,
    mut others: Others,
) -> Result<(Others, Earlier), String> {
    let mut earlier: Earlier = Vec::new();
    for (version, path, block) in changed {
        let known = earlier.iter().position(|(known, _)| *known == path);
        match (version, known) {
            (0, None) => earlier.push((path, Some(block))),
            (1, _) if others.iter().all(|(other, _)| *other != path) => {
                if known.is_none() {
                    earlier.push((path.clone(), None));
                }
                others.push((path, block));
            }
            _ => return Err(format!("`{path}`: before, then after, each once")),
        }
    }
    Ok((others, earlier))
}

/// What the block under a line with a path is.
#[derive(Debug, PartialEq, Eq)]
enum Role {
    Version(usize),
    /// A file of the workspace that stays as it is.
    Other,
    /// The file after the fix with this title.
    Fixed(String),
}

/// What a line such as "`a.py` version 1:" says of the next block.
fn label(line: &str) -> Option<(String, Role)> {
    let rest = line.trim().strip_prefix('`')?;
    let (path, marker) = rest.split_once('`')?;
    let marker = marker.trim().strip_suffix(':')?.trim();
    let role = match marker {
        "" => Role::Other,
        "before" => Role::Version(0),
        "after" => Role::Version(1),
        _ => match marker.strip_prefix("with \"") {
            Some(title) => Role::Fixed(title.strip_suffix('"')?.to_owned()),
            None => Role::Version(marker.strip_prefix("version ")?.parse().ok()?),
        },
    };
    path.ends_with(".py").then(|| (path.to_owned(), role))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_name_files_and_versions() {
        assert_eq!(label("`a/b.py` version 2:"), Some(("a/b.py".to_owned(), Role::Version(2))));
        assert_eq!(label("`a.py` before:"), Some(("a.py".to_owned(), Role::Version(0))));
        assert_eq!(label("`a.py`:"), Some(("a.py".to_owned(), Role::Other)));
        let fixed = Role::Fixed("Keep `a` as it was".to_owned());
        assert_eq!(label("`a.py` with \"Keep `a` as it was\":"), Some(("a.py".to_owned(), fixed)));
        assert_eq!(label("`f` is gone:"), None);
        assert_eq!(label("In `a.py` there is a function."), None);
    }

    #[test]
    fn other_files_have_versions() {
        let file = |path: &str, version: &str| {
            format!("`{path}` {version}:\n```py\n{path} {version}\n```\n")
        };
        let all =
            [("m.py", "before"), ("m.py", "after"), ("new.py", "after"), ("gone.py", "before")];
        let more = [("other.py", "before"), ("other.py", "after")];
        let text: String =
            all.iter().chain(&more).map(|(path, version)| file(path, version)).collect();
        let cases = parse(Path::new("s.md"), &format!("# A\n{text}")).unwrap();
        let case = &cases[0];
        assert_eq!((case.path.as_str(), case.versions.len()), ("m.py", 2));
        let texts = |files: Vec<(&str, &Block)>| -> Vec<String> {
            files.iter().map(|(_, block)| block.text.trim().to_owned()).collect()
        };
        let last = case.others.iter().map(|(path, block)| (path.as_str(), block)).collect();
        assert_eq!(texts(last), ["new.py after", "other.py after"]);
        assert_eq!(texts(case.first_others()), ["gone.py before", "other.py before"]);
        let text = format!("# A\n{}{}", file("m.py", "before"), file("n.py", "version 2"));
        assert!(parse(Path::new("s.md"), &text).is_err());
    }

    #[test]
    fn configuration_is_inherited_and_lines_are_kept() {
        let text = "# A\n```toml\nselect = ['RS1']\n```\n## B\n`m.py` before:\n```py\nx = 1\n```\n`m.py` after:\n```py\n```\n";
        let cases = parse(Path::new("s.md"), text).unwrap();
        assert_eq!(cases.len(), 1);
        assert_eq!(cases[0].title, "A - B");
        assert!(cases[0].config.contains_key("select"));
        assert_eq!(cases[0].versions[0].line, 8);
        assert_eq!(cases[0].last().text, "");
    }
}
