"""Every feature of the server, as each of the clients of `conftest.py` would use it.

What is checked besides what is asserted here: that each message parses strictly as the protocol's
types say, and that nothing is sent that the client has not announced (`strict.py`).
"""

from __future__ import annotations

import asyncio

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from conftest import FIRST, connect, end
from strict import StrictClient, get

COMMANDS = {
    "reloadsafe.markReloaded",
    "reloadsafe.markRestarted",
    "reloadsafe.showNamespace",
    "reloadsafe.showHistory",
    "reloadsafe.showPlan",
    "reloadsafe.compareWithVersion",
}

# Before the read stands what has another length in each of the encodings.
RENAMED = FIRST.replace("def area", "def surface").replace("sum(area", "sum('𝒳é' and area")


def codes(diagnostics) -> list[str]:
    return sorted(str(it.code) for it in diagnostics)


async def test_initialize(client: StrictClient):
    server = client.result.capabilities
    offered = get(client.capabilities, "general.position_encodings")
    assert server.position_encoding in (offered or [types.PositionEncodingKind.Utf16])
    assert client.result.server_info.name == "reloadsafe"
    sync = server.text_document_sync
    assert sync.change == types.TextDocumentSyncKind.Incremental
    assert sync.open_close and sync.save.include_text
    assert set(server.execute_command_provider.commands) == COMMANDS
    assert server.notebook_document_sync is None
    refreshes = get(client.capabilities, "workspace.diagnostics.refresh_support")
    assert client.pulls == bool(refreshes)


async def test_registrations(client: StrictClient):
    announced = {
        types.WORKSPACE_DID_CHANGE_WATCHED_FILES: "workspace.did_change_watched_files",
        types.WORKSPACE_DID_CHANGE_CONFIGURATION: "workspace.did_change_configuration",
    }
    wanted = {
        method
        for method, path in announced.items()
        if get(client.capabilities, f"{path}.dynamic_registration")
    }
    if wanted:
        registered = client.received[types.CLIENT_REGISTER_CAPABILITY]
        await client.until("registration", lambda: registered)
        assert {it.method for params in registered for it in params.registrations} == wanted
    client.open("shapes.py")
    await client.shown("shapes.py")
    assert len(client.received[types.CLIENT_REGISTER_CAPABILITY]) == bool(wanted)


async def test_edits_saves_and_closing(client: StrictClient):
    client.open("shapes.py")
    assert await client.shown("shapes.py") == []
    client.type_over("shapes.py", "def area", "def surface")
    found = await client.shown("shapes.py")
    assert "RS104" in codes(found)
    ghost = next(it for it in found if it.code == "RS104")
    assert ghost.range == client.range_of("shapes.py", "area")
    client.set("shapes.py", RENAMED)
    found = await client.shown("shapes.py")
    ghost = next(it for it in found if it.code == "RS104")
    # In the units that were agreed on.
    assert ghost.range == client.range_of("shapes.py", "area")
    assert client.document("shapes.py").text_in_client_range(ghost.range) == "area"
    # The save is the reload; what it left over is still there, and read.
    client.save("shapes.py")
    assert "RS104" in codes(await client.shown("shapes.py"))
    client.close("shapes.py")
    if client.pulls:
        assert (await client.pull("shapes.py")).items == []
    else:
        assert await client.published("shapes.py", None) == []


async def test_pulling(client: StrictClient):
    if not client.pulls:
        # A client that is pushed at may ask all the same: it is answered.
        client.open("shapes.py")
        client.set("shapes.py", RENAMED)
        pushed = await client.published("shapes.py", 2)
        assert codes((await client.pull("shapes.py")).items) == codes(pushed)
        return
    client.open("shapes.py")
    client.set("shapes.py", RENAMED)
    report = await client.pull("shapes.py")
    assert report.kind == "full" and "RS104" in codes(report.items)
    again = await client.pull("shapes.py", report.result_id)
    assert isinstance(again, types.RelatedUnchangedDocumentDiagnosticReport)
    assert again.result_id == report.result_id
    everything = await client.workspace_diagnostic_async(types.WorkspaceDiagnosticParams([]))
    by_uri = {it.uri: it for it in everything.items}
    assert codes(by_uri[client.uri("shapes.py")].items) == codes(report.items)
    assert by_uri[client.uri("shapes.py")].version == 2
    # The importer is not open, and meets the lost name.
    assert codes(by_uri[client.uri("app.py")].items) == ["RS107"]
    for whole in everything.items:
        for diagnostic in whole.items:
            client.check_diagnostic(diagnostic)
    known = [types.PreviousResultId(it.uri, it.result_id) for it in everything.items]
    again = await client.workspace_diagnostic_async(types.WorkspaceDiagnosticParams(known))
    assert {it.kind for it in again.items} == {"unchanged"}
    client.save("shapes.py")
    await client.until("refresh", lambda: client.diagnostic_refresh_count > 0)
    assert not client.received[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS]


async def test_code_actions(client: StrictClient):
    client.open("shapes.py")
    client.set("shapes.py", RENAMED)
    found = await client.shown("shapes.py")
    ghost = next(it for it in found if it.code == "RS104")
    announced = get(client.capabilities, "text_document.code_action")
    params = types.CodeActionParams(
        types.TextDocumentIdentifier(client.uri("shapes.py")),
        ghost.range,
        types.CodeActionContext([ghost], only=[types.CodeActionKind.QuickFix]),
    )
    actions = await client.text_document_code_action_async(params)
    if get(announced, "code_action_literal_support") is None:
        assert actions is None
        return
    properties = get(announced, "resolve_support.properties") or []
    resolves = "edit" in properties and bool(announced.data_support)
    preferred = []
    for action in actions:
        assert isinstance(action, types.CodeAction)
        assert str(action.kind).startswith("quickfix")
        assert action.is_preferred is None or announced.is_preferred_support
        for shown in action.diagnostics or []:
            client.check_diagnostic(shown)
            assert shown in found
        assert resolves or action.edit or action.command
        if action.is_preferred or not announced.is_preferred_support:
            preferred.append(action)
    assert preferred, actions
    action = preferred[0]
    if action.edit is None:
        action = await client.code_action_resolve_async(action)
    client.apply(action.edit)
    compile(client.texts["shapes.py"], "shapes.py", "exec")
    assert "RS104" not in codes(await client.shown("shapes.py"))


async def test_every_safe_fix_at_once(client: StrictClient):
    first = "def area(w):\n    return w\n\n\ndef size(x):\n    return x\n"
    (client.folder / "lone.py").write_text(first)
    client.open("lone.py")
    client.set("lone.py", "X = '𝒳é'\n")
    assert codes(await client.shown("lone.py")) == ["RS101", "RS101"]
    params = types.CodeActionParams(
        types.TextDocumentIdentifier(client.uri("lone.py")),
        types.Range(types.Position(0, 0), types.Position(0, 0)),
        types.CodeActionContext([], only=[types.CodeActionKind.SourceFixAll]),
    )
    actions = await client.text_document_code_action_async(params)
    if get(client.capabilities, "text_document.code_action.code_action_literal_support") is None:
        assert actions is None
        return
    (action,) = actions
    assert action.kind == "source.fixAll.reloadsafe"
    if action.edit is None:
        action = await client.code_action_resolve_async(action)
    client.apply(action.edit)
    assert await client.shown("lone.py") == []


async def test_an_action_of_an_older_text_is_refused(client: StrictClient):
    announced = get(client.capabilities, "text_document.code_action")
    if "edit" not in (get(announced, "resolve_support.properties") or []):
        pytest.skip("the client does not resolve")
    client.open("shapes.py")
    client.set("shapes.py", RENAMED)
    (ghost,) = [it for it in await client.shown("shapes.py") if it.code == "RS104"]
    params = types.CodeActionParams(
        types.TextDocumentIdentifier(client.uri("shapes.py")),
        ghost.range,
        types.CodeActionContext([]),
    )
    actions = await client.text_document_code_action_async(params)
    action = next(it for it in actions if it.data is not None)
    client.type_over("shapes.py", "import math\n", "import math\n\n\n")
    with pytest.raises(JsonRpcException) as refused:
        await client.code_action_resolve_async(action)
    assert refused.value.code == types.LSPErrorCodes.ContentModified


async def test_hover(client: StrictClient):
    client.open("shapes.py")
    client.set("shapes.py", RENAMED)
    at = client.range_of("shapes.py", "area")
    document = types.TextDocumentIdentifier(client.uri("shapes.py"))
    hover = await client.text_document_hover_async(types.HoverParams(document, at.start))
    assert hover.range == at
    assert "orphan" in hover.contents.value
    formats = get(client.capabilities, "text_document.hover.content_format")
    assert hover.contents.kind in (formats or [types.MarkupKind.PlainText])
    is_markdown = hover.contents.kind == types.MarkupKind.Markdown
    assert ("`" in hover.contents.value) == is_markdown, hover.contents
    nothing = types.HoverParams(document, types.Position(1, 0))
    assert await client.text_document_hover_async(nothing) is None


async def test_code_lenses(client: StrictClient):
    client.open("shapes.py")
    client.set("shapes.py", RENAMED)
    document = types.TextDocumentIdentifier(client.uri("shapes.py"))
    lenses = await client.text_document_code_lens_async(types.CodeLensParams(document))
    assert "1 orphan" in lenses[0].command.title
    for lens in lenses:
        assert lens.range.end.line == lens.range.start.line
        assert lens.command.command in COMMANDS
        shown = await client.command(lens.command.command, *lens.command.arguments)
        assert shown["text"]


async def test_inlay_hints(client: StrictClient):
    client.open("shapes.py")
    client.set("shapes.py", FIRST.replace("def total", "raise RuntimeError\n\n\ndef total"))
    document = types.TextDocumentIdentifier(client.uri("shapes.py"))
    everything = types.Range(types.Position(0, 0), types.Position(99, 0))
    params = types.InlayHintParams(document, everything)
    (hint,) = await client.text_document_inlay_hint_async(params)
    assert "stopped here" in str(hint.label)
    assert hint.position == client.range_of("shapes.py", "raise RuntimeError").end


@pytest.mark.parametrize("options", [{"hover": False, "codeLens": False, "inlayHints": False}])
async def test_what_is_switched_off_is_not_there(client: StrictClient):
    client.open("shapes.py")
    client.set("shapes.py", RENAMED)
    document = types.TextDocumentIdentifier(client.uri("shapes.py"))
    at = client.range_of("shapes.py", "area")
    assert await client.text_document_hover_async(types.HoverParams(document, at.start)) is None
    assert await client.text_document_code_lens_async(types.CodeLensParams(document)) is None
    hints = types.InlayHintParams(document, at)
    assert await client.text_document_inlay_hint_async(hints) is None


async def test_commands(client: StrictClient):
    client.open("shapes.py")
    client.open("app.py")
    client.set("shapes.py", RENAMED)
    uri = client.uri("shapes.py")
    for command in ("Namespace", "History", "Plan"):
        shown = await client.command(f"reloadsafe.show{command}", uri)
        assert shown["text"], command
        assert (await version_text(client, shown["uri"])).text == shown["text"]
    plan = (await client.command("reloadsafe.showPlan"))["text"]
    assert "shapes" in plan
    compared = await client.command("reloadsafe.compareWithVersion", uri, 0)
    assert compared["right"] == uri
    assert (await version_text(client, compared["left"])).text == FIRST
    shows = get(client.capabilities, "window.show_document.support")
    assert len(client.shown_documents) == (4 if shows else 0)
    client.save("shapes.py")
    assert "RS104" in codes(await client.shown("shapes.py"))
    assert await client.command("reloadsafe.markReloaded", uri) is None
    assert await kinds(client) == ["imported", "reloaded", "reloaded"]
    assert await client.command("reloadsafe.markRestarted", uri) is None
    assert (await kinds(client))[-1] == "restarted"
    assert await client.command("reloadsafe.markRestarted") is None
    for command, arguments in (
        ("reloadsafe.nothing", []),
        ("reloadsafe.markReloaded", []),
        ("reloadsafe.compareWithVersion", [uri, 77]),
        ("reloadsafe.showNamespace", ["file:///nowhere.py"]),
    ):
        with pytest.raises(JsonRpcException):
            await client.command(command, *arguments)


async def kinds(client: StrictClient) -> list[str]:
    document = {"textDocument": {"uri": client.uri("shapes.py")}}
    history = await client.request("reloadsafe/history", document)
    return [event.kind for event in history.events]


async def version_text(client: StrictClient, uri: str):
    """The same text under both names."""
    own = await client.request("reloadsafe/versionText", {"uri": uri})
    params = types.TextDocumentContentParams(uri)
    standard = await client.workspace_text_document_content_async(params)
    assert standard.text == own.text
    return own


async def test_old_versions_and_pages_can_be_read(client: StrictClient):
    client.open("shapes.py")
    client.set("shapes.py", RENAMED)
    found = await client.shown("shapes.py")
    for diagnostic in found:
        if diagnostic.code_description is not None:
            page = await version_text(client, diagnostic.code_description.href)
            assert page.text.startswith("#")
        for related in diagnostic.related_information or []:
            if related.location.uri.startswith("reloadsafe:"):
                assert (await version_text(client, related.location.uri)).text == FIRST
    if get(client.capabilities, "text_document.publish_diagnostics.related_information"):
        assert any(it.related_information for it in found)
    announced = get(client.capabilities, "workspace.text_document_content")
    provided = get(client.result.capabilities, "workspace.text_document_content")
    assert (provided is not None) == (announced is not None)
    if provided is not None:
        assert list(provided.schemes) == ["reloadsafe"]
    with pytest.raises(JsonRpcException):
        await version_text(client, "reloadsafe:///nowhere.py?version=0")


async def test_own_requests(client: StrictClient):
    client.open("shapes.py")
    client.set("shapes.py", RENAMED + "\nraise RuntimeError\n")
    document = {"textDocument": {"uri": client.uri("shapes.py")}}
    simulation = await client.request("reloadsafe/namespace", document)
    assert simulation.module == "shapes"
    origins = {entry.name: entry.origin for entry in simulation.namespace}
    assert origins["area"] == "orphan" and origins["surface"] == "added"
    assert [point.cause for point in simulation.abort_points] == ["certain"]
    assert simulation.diagnostics and simulation.ghost_reads
    assert await kinds(client) == ["imported"]
    client.save("shapes.py")
    assert await kinds(client) == ["imported", "aborted"]
    for method in ("reloadsafe/namespace", "reloadsafe/history"):
        with pytest.raises(JsonRpcException) as refused:
            await client.request(method, {"textDocument": {"uri": "file:///nowhere.py"}})
        assert refused.value.code == types.ErrorCodes.InvalidParams


@pytest.mark.parametrize("options", [{"status": True}])
async def test_status(client: StrictClient):
    client.open("shapes.py")
    client.set("shapes.py", RENAMED)
    await client.shown("shapes.py")
    states = client.received["reloadsafe/status"]
    await client.until("status", lambda: states and states[-1].orphans == 1)
    assert states[-1].uri == client.uri("shapes.py")
    assert (states[-1].version, states[-1].severity) == (0, types.DiagnosticSeverity.Error)


async def test_progress(client: StrictClient):
    client.open("shapes.py")
    await client.shown("shapes.py")
    if not get(client.capabilities, "window.work_done_progress"):
        assert not client.received[types.WINDOW_WORK_DONE_PROGRESS_CREATE]
        return
    await client.until(
        "progress", lambda: client.received[types.WINDOW_WORK_DONE_PROGRESS_CREATE]
    )
    client.set("shapes.py", RENAMED)
    await client.shown("shapes.py")
    (reports,) = client.progress_reports.values()
    shown = [it.kind for it in reports]
    assert shown in ([], ["begin", "end"]), "once, and never left open"


async def test_configuration(client: StrictClient):
    pulls = get(client.capabilities, "workspace.configuration")
    if pulls:
        await client.until("question", lambda: client.received[types.WORKSPACE_CONFIGURATION])
    client.open("shapes.py")
    client.set("shapes.py", RENAMED)
    assert "RS104" in codes(await client.shown("shapes.py"))
    settings = {"ignore": ["RS1"]}
    client.set_configuration(settings, section="reloadsafe")
    client.workspace_did_change_configuration(
        types.DidChangeConfigurationParams(None if pulls else {"reloadsafe": settings})
    )
    if client.pulls:

        async def is_silent() -> bool:
            return not await client.shown("shapes.py")

        await client.in_the_end("silence", is_silent)
        return
    published = client.received[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS]
    uri = client.uri("shapes.py")
    await client.until(
        "silence",
        lambda: [it for it in published if it.uri == uri][-1].diagnostics == [],
    )


async def test_files_and_folders(client: StrictClient):
    """What an editor tells of files; the server may answer with other diagnostics only."""
    client.open("shapes.py")
    client.set("shapes.py", RENAMED)
    app, other = client.uri("app.py"), client.uri("other.py")
    (client.folder / "app.py").rename(client.folder / "other.py")
    client.workspace_did_rename_files(
        types.RenameFilesParams([types.FileRename(old_uri=app, new_uri=other)])
    )
    client.workspace_did_change_watched_files(
        types.DidChangeWatchedFilesParams(
            [
                types.FileEvent(app, types.FileChangeType.Deleted),
                types.FileEvent(other, types.FileChangeType.Created),
            ]
        )
    )
    client.workspace_did_create_files(types.CreateFilesParams([types.FileCreate(other)]))
    client.workspace_did_delete_files(types.DeleteFilesParams([types.FileDelete(app)]))
    folder = types.WorkspaceFolder((client.folder / "more").as_uri(), "more")
    for event in (
        types.WorkspaceFoldersChangeEvent(added=[folder], removed=[]),
        types.WorkspaceFoldersChangeEvent(added=[], removed=[folder]),
    ):
        client.workspace_did_change_workspace_folders(
            types.DidChangeWorkspaceFoldersParams(event)
        )
    client.set_trace(types.SetTraceParams(types.TraceValue.Verbose))
    if client.pulls:

        async def has_moved() -> bool:
            params = types.WorkspaceDiagnosticParams([])
            everything = await client.workspace_diagnostic_async(params)
            found = {it.uri: codes(it.items) for it in everything.items}
            return found.get(other) == ["RS107"] and not found.get(app)

        await client.in_the_end("the new file", has_moved)
        return
    published = client.received[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS]

    def shown(uri: str) -> list[str]:
        own = [it for it in published if it.uri == uri]
        return codes(own[-1].diagnostics) if own else []

    await client.until("the new file", lambda: shown(other) == ["RS107"] and not shown(app))


async def test_a_request_may_be_cancelled(client: StrictClient):
    client.open("shapes.py")
    client.set("shapes.py", RENAMED)
    document = types.TextDocumentIdentifier(client.uri("shapes.py"))
    pending = client.protocol.send_request(
        types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensParams(document), msg_id="cancelled"
    )
    client.cancel_request(types.CancelParams("cancelled"))
    try:
        await asyncio.wrap_future(pending)
    except JsonRpcException as error:
        assert error.code == types.LSPErrorCodes.RequestCancelled


async def test_before_initialize_and_after_shutdown(folder):
    client = await connect(folder)
    client.capabilities = types.ClientCapabilities()
    document = types.TextDocumentIdentifier(client.uri("shapes.py"))
    lenses = types.CodeLensParams(document)
    with pytest.raises(JsonRpcException) as refused:
        await client.text_document_code_lens_async(lenses)
    assert refused.value.code == types.ErrorCodes.ServerNotInitialized
    await client.initialize_session(
        types.InitializeParams(capabilities=types.ClientCapabilities())
    )
    assert await client.shutdown_async(None) is None
    with pytest.raises(JsonRpcException) as refused:
        await client.text_document_code_lens_async(lenses)
    assert refused.value.code == types.ErrorCodes.InvalidRequest
    client.exit(None)
    assert await client._server.wait() == 0
    await client.stop()
    assert not client.breaches, client.breaches
