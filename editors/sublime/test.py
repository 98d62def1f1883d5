"""usage: test.py

Sublime Text runs nowhere that our tests reach, so this gives plugin.py what it takes of Sublime Text
and its package LSP as stand-ins, and looks at what it does with the server's answers. That the real
ones are as the stand-ins is not tried. Standard library only."""

import importlib.util
import pathlib
import sys
import types

shown = []
registered = []


class View:
    def __init__(self, syntax):
        self.syntax = syntax

    def set_name(self, name):
        self.name = name

    def set_scratch(self, scratch):
        assert scratch

    def run_command(self, command, arguments):
        assert command == "append"
        shown.append((self.name, arguments["characters"], self.syntax))

    def set_read_only(self, read_only):
        assert read_only


class Window:
    def new_file(self, syntax):
        return View(syntax)


class Request:
    def __init__(self, method, params):
        self.method, self.params = method, params


class Session:
    window = Window()

    def __init__(self, answer):
        self.answer, self.sent = answer, []

    def send_request(self, request, answered, failed):
        self.sent.append((request.method, request.params))
        answered(self.answer)

    send_request_async = send_request


class AbstractPlugin:
    def __init__(self, session):
        self.weaksession = lambda: session


class LspTextCommand:
    def __init__(self, session):
        self.session_by_name = lambda name: session if name == "reloadsafe" else None
        self.view = types.SimpleNamespace(file_name=lambda: "/w/shapes.py")


sublime = types.ModuleType("sublime")
sublime.set_timeout = lambda run: run()
lsp = types.ModuleType("LSP.plugin")
lsp.AbstractPlugin, lsp.LspTextCommand, lsp.Request = AbstractPlugin, LspTextCommand, Request
lsp.filename_to_uri = lambda path: "file://" + path
lsp.register_plugin = lsp.unregister_plugin = registered.append
sys.modules.update({"sublime": sublime, "LSP": types.ModuleType("LSP"), "LSP.plugin": lsp})
place = pathlib.Path(__file__).resolve().with_name("plugin.py")
spec = importlib.util.spec_from_file_location("reloadsafe_plugin", place)
plugin = importlib.util.module_from_spec(spec)
spec.loader.exec_module(plugin)

plugin.plugin_loaded()
assert registered == [plugin.Reloadsafe]
assert plugin.Reloadsafe.name() == plugin.LspReloadsafeCommand.session_name

session = Session({"uri": "reloadsafe:///w/shapes.py?namespace", "text": "orphans"})
plugin.LspReloadsafeCommand(session).run(None, "showNamespace")
params = {"command": "reloadsafe.showNamespace", "arguments": ["file:///w/shapes.py"]}
assert session.sent == [("workspace/executeCommand", params)], session.sent
assert shown.pop() == ("shapes.py: namespace", "orphans", plugin.PLAIN)

done = []
old = "reloadsafe:///w/shapes.py?version=0"
session = Session({"left": old, "right": "file:///w/shapes.py", "text": "def area(): ..."})
server = plugin.Reloadsafe(session)
command = {"command": "reloadsafe.compareWithVersion", "arguments": ["file:///w/shapes.py", 0]}
assert server.on_pre_server_command(command, lambda: done.append(True)) and done
assert shown.pop() == ("shapes.py: version 0", "def area(): ...", plugin.PYTHON)
assert not server.on_pre_server_command({"command": "other.command"}, None)

opened = []
assert server.on_open_uri_async(old, lambda *what: opened.append(what))
assert session.sent[-1] == ("reloadsafe/versionText", {"uri": old})
assert opened == [("shapes.py: version 0", "def area(): ...", plugin.PYTHON)]
assert not server.on_open_uri_async("file:///w/shapes.py", None)

session = Session(None)
plugin.LspReloadsafeCommand(session).run(None, "markRestarted")
assert not shown
print("plugin\tworks with the stand-ins")
