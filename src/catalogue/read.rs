//! Reading a catalogue's text. Pure: [`crate::config::discovery`] opens the files.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use super::spec::{Condition, Key, Kind};
use super::{Effect, Entry, Facts, Harmless, Releases, Rewrite, Undoing};
use crate::python::PythonVersion;

/// Why a catalogue is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueError {
    /// Where in the text, in bytes.
    pub span: Option<Range<usize>>,
    /// What is wrong, without a full stop.
    pub message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCatalogue {
    #[serde(default)]
    entry: Vec<Spanned<RawEntry>>,
    #[serde(default)]
    same: Vec<Spanned<String>>,
    #[serde(default)]
    harmless: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawEntry {
    #[serde(default)]
    call: Vec<Spanned<String>>,
    #[serde(default)]
    base: Vec<Spanned<String>>,
    #[serde(default)]
    key: Vec<Spanned<String>>,
    #[serde(default)]
    differs: Vec<Spanned<String>>,
    #[serde(default)]
    only: Vec<Spanned<String>>,
    #[serde(default)]
    unless: Vec<Spanned<String>>,
    #[serde(default)]
    unless_made: Vec<Spanned<String>>,
    #[serde(default)]
    only_made: Vec<Spanned<String>>,
    #[serde(default)]
    inherited: bool,
    #[serde(default)]
    direct: bool,
    #[serde(default)]
    on_any: bool,
    #[serde(default)]
    while_held: bool,
    #[serde(default)]
    open: bool,
    raises: Option<OneOrMore>,
    repeats: Option<String>,
    depends: Option<RawDependency>,
    wraps: Option<RawWrapping>,
    #[serde(default)]
    after: Vec<Spanned<String>>,
    reason: String,
    #[serde(default)]
    undone_by: Vec<RawUndoing>,
    python: Option<Spanned<String>>,
    package: Option<Spanned<String>>,
    rewrite: Option<RawRewrite>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn into_classes(self) -> Vec<String> {
        match self {
            OneOrMore::One(class) => vec![class],
            OneOrMore::More(classes) => classes,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDependency {
    on: String,
    raises: OneOrMore,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWrapping {
    value: Spanned<String>,
    original: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawUndoing {
    // What is untagged has no places of its own.
    Call(String),
    Keyed(KeyedUndoing),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyedUndoing {
    call: String,
    #[serde(default)]
    key: Vec<String>,
    #[serde(default)]
    only: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRewrite {
    argument: Option<String>,
    before: Option<String>,
}

/// Understands the text of a catalogue.
///
/// # Errors
/// Text that is not TOML, an unknown key, a value that is not understood: with the place.
pub fn read(text: &str) -> Result<Facts, CatalogueError> {
    let raw: RawCatalogue = toml::from_str(text).map_err(|error| CatalogueError {
        span: error.span(),
        message: error.message().lines().next().unwrap_or_default().to_owned(),
    })?;
    let mut harmless = Harmless::default();
    raw.harmless.iter().for_each(|(module, names)| harmless.add(module, names));
    Ok(Facts {
        harmless,
        entries: raw.entry.into_iter().map(entry).collect::<Result<_, _>>()?,
        same: raw.same.iter().map(path).collect::<Result<_, _>>()?,
    })
}

fn entry(raw: Spanned<RawEntry>) -> Result<Entry, CatalogueError> {
    let span = raw.span();
    let raw = raw.into_inner();
    let fail = |message: &str| CatalogueError { span: Some(span.clone()), message: message.into() };
    let (kind, names) = match (raw.call.is_empty(), raw.base.is_empty()) {
        (false, true) => (Kind::Call, &raw.call),
        (true, false) => (Kind::Base, &raw.base),
        _ => return Err(fail("an entry has either `call` or `base`")),
    };
    let wraps = raw.wraps.map(wrapping).transpose()?;
    let effect = effect(raw.raises, raw.repeats, raw.depends, wraps)
        .ok_or_else(|| fail("an entry has one of `raises`, `repeats`, `depends` and `wraps`"))?;
    if !raw.after.is_empty() && !matches!(effect, Effect::Raises(_)) {
        return Err(fail("only what `raises` can do so `after` something"));
    }
    if !raw.differs.is_empty() && !matches!(effect, Effect::Raises(_)) {
        return Err(fail("only of what `raises` it matters that something `differs`"));
    }
    let here = |text: &String| Spanned::new(span.clone(), text.clone());
    let undone_by = raw.undone_by.iter().map(|undoing| match undoing {
        RawUndoing::Call(call) => {
            Ok(Undoing { path: path(&here(call))?, key: Vec::new(), only: Vec::new() })
        }
        RawUndoing::Keyed(keyed) => {
            let given: Vec<Spanned<String>> = keyed.key.iter().map(here).collect();
            let only: Vec<Spanned<String>> = keyed.only.iter().map(here).collect();
            let only = each(&only, Condition::parse)?;
            Ok(Undoing { path: path(&here(&keyed.call))?, key: keys(&given)?, only })
        }
    });
    let rewrite = match raw.rewrite {
        None => None,
        Some(RawRewrite { argument: Some(argument), before: None }) => {
            Some(Rewrite::Argument(argument))
        }
        Some(RawRewrite { argument: None, before: Some(before) }) => Some(Rewrite::Before(before)),
        Some(_) => return Err(fail("a `rewrite` has either `argument` or `before`")),
    };
    let (since, until) = match &raw.python {
        Some(range) => pythons(range)?,
        None => (None, None),
    };
    Ok(Entry {
        kind,
        paths: names.iter().map(path).collect::<Result<_, _>>()?,
        key: keys(&raw.key)?,
        differs: keys(&raw.differs)?,
        only: each(&raw.only, Condition::parse)?,
        unless: each(&raw.unless, Condition::parse)?,
        unless_made: each(&raw.unless_made, Condition::parse)?,
        only_made: each(&raw.only_made, Condition::parse)?,
        is_inherited: raw.inherited,
        is_direct: raw.direct,
        is_on_any: raw.on_any,
        while_held: raw.while_held,
        is_open: raw.open,
        effect,
        after: raw.after.iter().map(path).collect::<Result<_, _>>()?,
        reason: raw.reason,
        undone_by: undone_by.collect::<Result<_, CatalogueError>>()?,
        since,
        until,
        releases: raw.package.as_ref().map(releases).transpose()?,
        rewrite,
    })
}

fn effect(
    raises: Option<OneOrMore>,
    repeats: Option<String>,
    depends: Option<RawDependency>,
    wraps: Option<Effect>,
) -> Option<Effect> {
    let is_some = |classes: &Vec<String>| !classes.is_empty();
    match (raises, repeats, depends, wraps) {
        (Some(classes), None, None, None) => {
            Some(classes.into_classes()).filter(is_some).map(Effect::Raises)
        }
        (None, Some(noun), None, None) => Some(Effect::Repeats(noun)),
        (None, None, None, Some(wraps)) => Some(wraps),
        (None, None, Some(RawDependency { on, raises }), None) => {
            let raises = Some(raises.into_classes()).filter(is_some)?;
            Some(Effect::Depends { on, raises })
        }
        _ => None,
    }
}

fn wrapping(raw: RawWrapping) -> Result<Effect, CatalogueError> {
    let value = Key::parse(raw.value.get_ref()).map_err(|message| at(&raw.value, message))?;
    Ok(Effect::Wraps { value, original: path(&raw.original)? })
}

fn at(text: &Spanned<String>, message: String) -> CatalogueError {
    CatalogueError { span: Some(text.span()), message }
}

fn each<T>(
    texts: &[Spanned<String>],
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<Vec<T>, CatalogueError> {
    texts.iter().map(|text| parse(text.get_ref()).map_err(|message| at(text, message))).collect()
}

fn keys(texts: &[Spanned<String>]) -> Result<Vec<Key>, CatalogueError> {
    each(texts, Key::parse)
}

/// A dotted name: `module.Class().method`.
fn path(text: &Spanned<String>) -> Result<String, CatalogueError> {
    let given = text.get_ref();
    let is_name = |part: &str| {
        let part = part.strip_suffix("()").unwrap_or(part);
        !part.is_empty() && part.chars().all(|letter| letter == '_' || letter.is_alphanumeric())
    };
    if given.contains('.') && given.split('.').all(is_name) {
        return Ok(given.clone());
    }
    Err(at(text, format!("`{given}` is no dotted name with its module")))
}

/// `>=3.12`, `<3.13`, or both with a comma between them.
fn pythons(
    text: &Spanned<String>,
) -> Result<(Option<PythonVersion>, Option<PythonVersion>), CatalogueError> {
    let (since, until) = range(text, text.get_ref())?;
    let version = |numbers: Vec<u32>| match numbers[..] {
        [3, minor] => Ok(PythonVersion { minor: minor as u8 }),
        _ => Err(at(text, format!("`{}` names no Python 3 version", text.get_ref()))),
    };
    Ok((since.map(version).transpose()?, until.map(version).transpose()?))
}

/// `absl-py<2.5`.
fn releases(text: &Spanned<String>) -> Result<Releases, CatalogueError> {
    let given = text.get_ref();
    let Some(end) = given.find(['<', '>']) else {
        return Err(at(text, format!("`{given}` has no `>=` or `<` after the distribution")));
    };
    let (since, until) = range(text, &given[end..])?;
    Ok(Releases { distribution: given[..end].trim().to_owned(), since, until })
}

type Numbers = Option<Vec<u32>>;

fn range(text: &Spanned<String>, given: &str) -> Result<(Numbers, Numbers), CatalogueError> {
    let (mut since, mut until) = (None, None);
    for part in given.split(',').map(str::trim) {
        let (bound, rest) = match (part.strip_prefix(">="), part.strip_prefix('<')) {
            (Some(rest), _) => (&mut since, rest),
            (None, Some(rest)) => (&mut until, rest),
            _ => return Err(at(text, format!("`{part}` is neither `>=…` nor `<…`"))),
        };
        let numbers = rest.trim().split('.').map(str::parse).collect::<Result<Vec<u32>, _>>();
        *bound = Some(numbers.map_err(|_| at(text, format!("`{rest}` is no version")))?);
    }
    Ok((since, until))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_error(text: &str, at: Option<&str>, message: &str) {
        let error = read(text).unwrap_err();
        assert_eq!(error.message, message);
        if let Some(at) = at {
            assert_eq!(error.span.map(|span| &text[span]), Some(at));
        }
    }

    #[test]
    fn an_entry_is_read() {
        let text = r#"
            [[entry]]
            call = ["a.B().c"]
            key = ["0|name"]
            unless = ["force=True"]
            raises = ["a.Error", "ValueError"]
            reason = "it is there"
            undone-by = ["a.clear", { call = "a.B().d", key = ["0"] }]
            python = ">=3.9,<3.13"
            package = "a-b<2.5"
            rewrite = { argument = "force=True" }
        "#;
        let facts = read(text).unwrap();
        let [entry] = &facts.entries[..] else { panic!() };
        assert_eq!((entry.kind, &entry.paths[..]), (Kind::Call, &["a.B().c".to_owned()][..]));
        assert_eq!(entry.since.map(|version| version.minor), Some(9));
        assert_eq!(entry.until.map(|version| version.minor), Some(13));
        assert_eq!(entry.undone_by.len(), 2);
        let releases = entry.releases.as_ref().unwrap();
        assert_eq!((&*releases.distribution, &releases.until), ("a-b", &Some(vec![2, 5])));
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        let entry = |rest: &str| format!("[[entry]]\nreason = 'r'\n{rest}");
        check_error(
            "[[entri]]",
            None,
            "unknown field `entri`, expected one of `entry`, `same`, `harmless`",
        );
        check_error(
            &entry("call = ['a.b']"),
            None,
            "an entry has one of `raises`, `repeats`, `depends` and `wraps`",
        );
        check_error(&entry("raises = 'E'"), None, "an entry has either `call` or `base`");
        let rest = "call = ['b']\nraises = 'E'";
        check_error(&entry(rest), Some("'b'"), "`b` is no dotted name with its module");
        let rest = "call = ['a.b']\nraises = 'E'\nkey = ['a b']";
        check_error(&entry(rest), Some("'a b'"), "`a b` is no argument");
        let rest = "call = ['a.b']\nraises = 'E'\npython = '3.9'";
        check_error(&entry(rest), Some("'3.9'"), "`3.9` is neither `>=…` nor `<…`");
    }
}
