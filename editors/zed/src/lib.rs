//! Starts reloadsafe for Python in Zed.

use zed_extension_api::settings::LspSettings;
use zed_extension_api::{
    Command, Extension, LanguageServerId, Result, Worktree, register_extension, serde_json,
};

/// What the server is called in `extension.toml` and in the settings (`lsp.reloadsafe`).
const NAME: &str = "reloadsafe";

struct Reloadsafe;

impl Extension for Reloadsafe {
    fn new() -> Self {
        Reloadsafe
    }

    /// The program of the settings, else the one on the `PATH`.
    fn language_server_command(
        &mut self,
        _: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Command> {
        let binary = LspSettings::for_worktree(NAME, worktree)?.binary;
        let (path, arguments, variables) = match binary {
            Some(binary) => (binary.path, binary.arguments, binary.env),
            None => (None, None, None),
        };
        let command = path.or_else(|| worktree.which(NAME)).ok_or_else(|| {
            format!("{NAME} is not on the PATH; name it in the setting lsp.{NAME}.binary.path")
        })?;
        let mut env = worktree.shell_env();
        env.extend(variables.unwrap_or_default());
        Ok(Command { command, args: arguments.unwrap_or_else(|| vec!["server".to_owned()]), env })
    }

    fn language_server_initialization_options(
        &mut self,
        _: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<serde_json::Value>> {
        Ok(LspSettings::for_worktree(NAME, worktree)?.initialization_options)
    }

    /// What the server asks for when the settings have changed.
    fn language_server_workspace_configuration(
        &mut self,
        _: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<serde_json::Value>> {
        let settings = LspSettings::for_worktree(NAME, worktree)?.settings;
        Ok(settings.map(|settings| serde_json::json!({ NAME: settings })))
    }
}

register_extension!(Reloadsafe);
