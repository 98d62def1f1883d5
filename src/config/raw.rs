//! Settings as they stand in TOML or JSON, before they are understood: one shape for both,
//! with the keys in kebab-case and, for TOML, with the places.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value and its byte range in the file.
#[derive(Debug, Clone)]
pub(super) struct Raw {
    pub(super) span: Option<Range<usize>>,
    pub(super) value: RawValue,
}

#[derive(Debug, Clone)]
pub(super) enum RawValue {
    Text(String),
    List(Vec<Raw>),
    Table(Vec<RawEntry>),
    /// Anything that no setting takes, in words.
    Other(&'static str),
}

#[derive(Debug, Clone)]
pub(super) struct RawEntry {
    pub(super) key: String,
    /// The key's byte range in the file.
    pub(super) key_span: Option<Range<usize>>,
    pub(super) value: Raw,
}

impl Raw {
    /// What it is, for a message.
    pub(super) fn describe(&self) -> &'static str {
        match self.value {
            RawValue::Text(_) => "a string",
            RawValue::List(_) => "a list",
            RawValue::Table(_) => "a table",
            RawValue::Other(what) => what,
        }
    }

    pub(super) fn from_toml(value: &Spanned<DeValue<'_>>) -> Raw {
        let raw = match value.get_ref() {
            DeValue::String(text) => RawValue::Text(text.to_string()),
            DeValue::Array(items) => RawValue::List(items.iter().map(Raw::from_toml).collect()),
            DeValue::Table(table) => RawValue::Table(toml_entries(table)),
            DeValue::Integer(_) => RawValue::Other("an integer"),
            DeValue::Float(_) => RawValue::Other("a number"),
            DeValue::Boolean(_) => RawValue::Other("a boolean"),
            DeValue::Datetime(_) => RawValue::Other("a date"),
        };
        Raw { span: Some(value.span()), value: raw }
    }

    /// A JSON value whose own keys (not those of the tables in it) are settings in camelCase.
    pub(super) fn from_json(value: &serde_json::Value) -> Raw {
        use serde_json::Value;
        let raw = match value {
            Value::String(text) => RawValue::Text(text.clone()),
            Value::Array(items) => RawValue::List(items.iter().map(Raw::from_json).collect()),
            Value::Object(object) => RawValue::Table(
                object
                    .iter()
                    .map(|(key, value)| RawEntry {
                        key: key.clone(),
                        key_span: None,
                        value: Raw::from_json(value),
                    })
                    .collect(),
            ),
            Value::Number(_) => RawValue::Other("a number"),
            Value::Bool(_) => RawValue::Other("a boolean"),
            Value::Null => RawValue::Other("null"),
        };
        Raw { span: None, value: raw }
    }
}

/// The entries of a TOML table, in the order of the file.
pub(super) fn toml_entries(table: &DeTable<'_>) -> Vec<RawEntry> {
    let mut entries: Vec<RawEntry> = table
        .iter()
        .map(|(key, value)| RawEntry {
            key: key.get_ref().to_string(),
            key_span: Some(key.span()),
            value: Raw::from_toml(value),
        })
        .collect();
    entries.sort_by_key(|entry| entry.key_span.as_ref().map(|span| span.start));
    entries
}

/// `perFileIgnores` to `per-file-ignores`.
pub(super) fn kebab_case(camel: &str) -> String {
    let mut kebab = String::with_capacity(camel.len() + 4);
    for character in camel.chars() {
        if character.is_ascii_uppercase() {
            kebab.push('-');
        }
        kebab.push(character.to_ascii_lowercase());
    }
    kebab
}

/// `per-file-ignores` to `perFileIgnores`.
pub(super) fn camel_case(kebab: &str) -> String {
    let mut words = kebab.split('-');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(word.len().min(1));
        camel.push_str(&first.to_ascii_uppercase());
        camel.push_str(rest);
    }
    camel
}
