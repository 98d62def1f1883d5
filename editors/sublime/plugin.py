"""The server's commands, and the documents that exist only in it, for Sublime Text's LSP."""

import sublime
from LSP.plugin import (
    AbstractPlugin,
    LspTextCommand,
    Request,
    filename_to_uri,
    register_plugin,
    unregister_plugin,
)

PYTHON = "Packages/Python/Python.sublime-syntax"
PLAIN = "Packages/Text/Plain text.tmLanguage"


def title_of(uri):
    """`shapes.py: version 0` for an old version, `shapes.py: namespace` for what is known of it."""
    path, _, what = uri.partition("?")
    name = path.rsplit("/", 1)[-1]
    return name + ": " + what.replace("=", " ") if what else name


def syntax_of(uri):
    return PYTHON if "?version=" in uri else PLAIN


def show(window, uri, text):
    """A text in a view that nobody is asked to save."""
    view = window.new_file(syntax=syntax_of(uri))
    view.set_name(title_of(uri))
    view.set_scratch(True)
    view.run_command("append", {"characters": text})
    view.set_read_only(True)


def execute(session, params):
    """Runs one of the server's commands; what it answers is shown."""

    def answered(result):
        if isinstance(result, dict) and "text" in result:
            uri = result.get("uri") or result["left"]
            sublime.set_timeout(lambda: show(session.window, uri, result["text"]))

    def failed(error):
        sublime.set_timeout(lambda: sublime.status_message("reloadsafe: " + error["message"]))

    session.send_request(Request("workspace/executeCommand", params), answered, failed)


class Reloadsafe(AbstractPlugin):
    @classmethod
    def name(cls):
        return "reloadsafe"

    def on_pre_server_command(self, command, done_callback):
        """Code lenses and code actions lead to the same commands."""
        session = self.weaksession()
        if session is None or not command["command"].startswith("reloadsafe."):
            return False
        execute(session, command)
        done_callback()
        return True

    def on_open_uri_async(self, uri, callback):
        """Old versions, to which related locations lead."""
        session = self.weaksession()
        if session is None or not uri.startswith("reloadsafe:"):
            return False
        session.send_request_async(
            Request("reloadsafe/versionText", {"uri": uri}),
            lambda answer: callback(title_of(uri), answer["text"], syntax_of(uri)),
            lambda error: callback(title_of(uri), error["message"], PLAIN),
        )
        return True


class LspReloadsafeCommand(LspTextCommand):
    session_name = "reloadsafe"

    def run(self, edit, server_command):
        session = self.session_by_name(self.session_name)
        path = self.view.file_name()
        if session is not None and path is not None:
            command = "reloadsafe." + server_command
            execute(session, {"command": command, "arguments": [filename_to_uri(path)]})


def plugin_loaded():
    register_plugin(Reloadsafe)


def plugin_unloaded():
    unregister_plugin(Reloadsafe)
