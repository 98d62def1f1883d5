//! The settings that a client sends: the server's own, and those that configuration files have.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::config::discovery::with_facts;
use crate::config::{ConfigError, Options};

/// What only the server asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServerSettings {
    pub(super) baseline: Baseline,
    pub(super) reload_on: ReloadOn,
    pub(super) code_lens: bool,
    pub(super) inlay_hints: bool,
    pub(super) hover: bool,
    pub(super) trace: Trace,
    /// False in a workspace that its user does not trust: its own files then do not say where
    /// Python lies, and git is not started in it.
    pub(super) trusted: bool,
    /// The interpreter or environment that is selected in the editor, a whole path: where no
    /// configuration says `python`, it counts before what the server's own process has active.
    pub(super) active_python: Option<PathBuf>,
}

/// What the process is taken to have imported when a document is opened first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Baseline {
    /// What lies on the disk.
    Disk,
    /// What git holds at this revision.
    Git(String),
}

/// What counts as a reload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReloadOn {
    Save,
    Command,
}

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trace {
    Off,
    Messages,
    Verbose,
}

impl Default for ServerSettings {
    fn default() -> Self {
        ServerSettings {
            baseline: Baseline::Disk,
            reload_on: ReloadOn::Save,
            code_lens: true,
            inlay_hints: true,
            hover: true,
            trace: Trace::Off,
            trusted: true,
            active_python: None,
        }
    }
}

/// What a client's settings say.
#[derive(Debug, Clone, Default)]
pub(super) struct ClientSettings {
    pub(super) server: ServerSettings,
    /// The keys that configuration files have, too.
    pub(super) options: Options,
    /// What the client sent, to see whether it sends anything new.
    said: Value,
}

impl ClientSettings {
    /// Whether the client has said the same.
    pub(super) fn are_as_in(&self, others: &ClientSettings) -> bool {
        self.said == others.said
    }

    /// Reads settings as a client sends them: the object itself, or one that holds it under
    /// `reloadsafe` (`workspace/didChangeConfiguration`). Relative paths are relative to `base`.
    /// A key that is wrong is named and counts as not said; the others hold.
    pub(super) fn read(value: &Value, base: &Path) -> (ClientSettings, Vec<String>) {
        let value = value.get("reloadsafe").unwrap_or(value);
        let mut problems = Vec::new();
        let mut settings = ClientSettings { said: value.clone(), ..ClientSettings::default() };
        let Value::Object(entries) = value else {
            if !value.is_null() {
                problems.push("the settings must be an object".to_owned());
            }
            return (settings, problems);
        };
        let mut others = Map::new();
        for (key, value) in entries.iter().filter(|(_, value)| !value.is_null()) {
            match settings.server.set(key, value) {
                Some(Ok(())) => {}
                Some(Err(expected)) => problems.push(format!("`{key}` must be {expected}")),
                None => {
                    others.insert(key.clone(), value.clone());
                }
            }
        }
        settings.options = read_options(&others, base, &mut problems);
        (settings, problems)
    }
}

/// All options at once where they are right, else each that is.
fn read_options(others: &Map<String, Value>, base: &Path, problems: &mut Vec<String>) -> Options {
    let read = |entries: Map<String, Value>| -> Result<Options, ConfigError> {
        with_facts(Options::from_json(&Value::Object(entries), base)?)
    };
    if let Ok(options) = read(others.clone()) {
        return options;
    }
    let mut right = Map::new();
    for (key, value) in others {
        match read(Map::from_iter([(key.clone(), value.clone())])) {
            Ok(_) => {
                right.insert(key.clone(), value.clone());
            }
            Err(error) => problems.push(error.to_string()),
        }
    }
    read(right).unwrap_or_default()
}

impl ServerSettings {
    /// Sets what a key says; `None` where it is none of these. The error says what is expected.
    fn set(&mut self, key: &str, value: &Value) -> Option<Result<(), &'static str>> {
        match key {
            "baseline" => {
                let baseline = value.as_str().and_then(Baseline::parse);
                Some(assign(&mut self.baseline, baseline, "\"disk\" or \"git:REVISION\""))
            }
            "reloadOn" => {
                let reload_on = match value.as_str() {
                    Some("save") => Some(ReloadOn::Save),
                    Some("command") => Some(ReloadOn::Command),
                    _ => None,
                };
                Some(assign(&mut self.reload_on, reload_on, "\"save\" or \"command\""))
            }
            "trace" => {
                let trace = value.as_str().and_then(Trace::parse);
                Some(assign(&mut self.trace, trace, "\"off\", \"messages\" or \"verbose\""))
            }
            "codeLens" => Some(assign(&mut self.code_lens, value.as_bool(), "true or false")),
            "inlayHints" => Some(assign(&mut self.inlay_hints, value.as_bool(), "true or false")),
            "hover" => Some(assign(&mut self.hover, value.as_bool(), "true or false")),
            "trusted" => Some(assign(&mut self.trusted, value.as_bool(), "true or false")),
            "activePython" => {
                let path = value.as_str().map(PathBuf::from).filter(|path| path.is_absolute());
                Some(assign(&mut self.active_python, path.map(Some), "an absolute path"))
            }
            // Read with the client's capabilities.
            "status" => Some(value.as_bool().map(|_| ()).ok_or("true or false")),
            _ => None,
        }
    }
}

fn assign<T>(slot: &mut T, value: Option<T>, expected: &'static str) -> Result<(), &'static str> {
    *slot = value.ok_or(expected)?;
    Ok(())
}

impl Baseline {
    fn parse(text: &str) -> Option<Baseline> {
        match text.strip_prefix("git:") {
            Some(revision) if !revision.is_empty() => Some(Baseline::Git(revision.to_owned())),
            _ => (text == "disk").then_some(Baseline::Disk),
        }
    }
}

impl Trace {
    /// The protocol's words (LSP 3.17, `TraceValue`).
    pub(super) fn parse(text: &str) -> Option<Trace> {
        match text {
            "off" => Some(Trace::Off),
            "messages" => Some(Trace::Messages),
            "verbose" => Some(Trace::Verbose),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value) -> (ClientSettings, Vec<String>) {
        ClientSettings::read(value, Path::new("/w"))
    }

    #[test]
    fn settings_are_read_bare_or_under_their_name() {
        for value in
            [json!({"reloadOn": "command"}), json!({"reloadsafe": {"reloadOn": "command"}})]
        {
            let (settings, problems) = read(&value);
            assert_eq!((settings.server.reload_on, problems), (ReloadOn::Command, Vec::new()));
        }
        let (settings, _) = read(&json!({"baseline": "git:origin/main", "ignore": ["RS1"]}));
        assert_eq!(settings.server.baseline, Baseline::Git("origin/main".to_owned()));
        assert!(read(&Value::Null).1.is_empty());
    }

    #[test]
    fn what_is_wrong_is_named_and_the_rest_holds() {
        let (settings, problems) =
            read(&json!({"reloadOn": "always", "hover": false, "pythn": "x", "failOn": "info"}));
        assert!(!settings.server.hover);
        assert_eq!(settings.options.fail_on, Some(crate::diagnostic::Severity::Info));
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems[0].contains("`reloadOn` must be \"save\" or \"command\""));
        assert!(problems[1].contains("pythn"));
        assert_eq!(read(&json!(3)).1, ["the settings must be an object"]);
    }
}
