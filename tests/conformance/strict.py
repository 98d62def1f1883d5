"""A language client that believes nothing: each message of the server must be exactly what the
protocol's types say, and nothing may be sent that the client has not announced it can take.
"""

from __future__ import annotations

import asyncio
import collections
import copy
import functools
import json
import pathlib
from typing import Any, Optional, Sequence, Union

import cattrs
import cattrs.gen
import pytest_lsp
from lsprotocol import converters, types
from pygls.workspace import PositionCodec, TextDocument
from pytest_lsp.client import register_lsp_features
from pytest_lsp.protocol import LanguageClientProtocol

import contract

#: How long anything may take that is expected to happen, in seconds.
PATIENCE = 60


class Breach(Exception):
    """The server has done what the protocol or the client's capabilities do not allow."""


@functools.cache
def strict_converter() -> cattrs.Converter:
    """What the types say and nothing besides: no unknown field, no number for a string."""
    converter = converters.get_converter(cattrs.Converter(forbid_extra_keys=True, omit_if_default=True))

    def exactly(kind: type):
        def structure(value: Any, _: type) -> Any:
            if type(value) is not kind:
                raise Breach(f"{value!r} should be a {kind.__name__}")
            return value

        return structure

    for kind in (int, str, bool):
        # Not for its subclasses, which are the protocol's enumerations.
        converter.register_structure_hook_func(lambda it, kind=kind: it is kind, exactly(kind))
    # lsprotocol itself has no way to read this one: `section` of a registration.
    converter.register_structure_hook(
        Optional[Union[str, Sequence[str]]], lambda value, _: section(value)
    )
    # It takes every action for a command that has one; strictly, no action is.
    converter.register_structure_hook(
        Union[types.Command, types.CodeAction],
        lambda value, _: converter.structure(
            value, types.Command if isinstance(value.get("command"), str) else types.CodeAction
        ),
    )
    read = contract.GhostRead
    renamed = cattrs.override(rename="from")
    converter.register_structure_hook(
        read, cattrs.gen.make_dict_structure_fn(read, converter, from_=renamed)
    )
    converter.register_unstructure_hook(
        read, cattrs.gen.make_dict_unstructure_fn(read, converter, from_=renamed)
    )
    return converter


def section(value: Any) -> Any:
    items = value if isinstance(value, list) else [value]
    if not all(item is None or isinstance(item, str) for item in items):
        raise Breach(f"{value!r} names no section")
    return value


def get(capabilities: Any, path: str) -> Any:
    """A capability, None where it or what is around it was not announced."""
    for name in path.split("."):
        if capabilities is None:
            return None
        capabilities = getattr(capabilities, name)
    return capabilities


#: What has to be announced before the server may ask for it.
NEEDED = {
    types.WORKSPACE_CONFIGURATION: "workspace.configuration",
    types.WORKSPACE_DIAGNOSTIC_REFRESH: "workspace.diagnostics.refresh_support",
    types.WORKSPACE_CODE_LENS_REFRESH: "workspace.code_lens.refresh_support",
    types.WORKSPACE_INLAY_HINT_REFRESH: "workspace.inlay_hint.refresh_support",
    types.WINDOW_SHOW_DOCUMENT: "window.show_document.support",
    types.WINDOW_WORK_DONE_PROGRESS_CREATE: "window.work_done_progress",
}

#: The same for what it may register.
REGISTERED = {
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: (
        "workspace.did_change_watched_files.dynamic_registration"
    ),
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: (
        "workspace.did_change_configuration.dynamic_registration"
    ),
    types.WORKSPACE_TEXT_DOCUMENT_CONTENT: (
        "workspace.text_document_content.dynamic_registration"
    ),
}


class StrictProtocol(LanguageClientProtocol):
    """Parses strictly, and compares what was parsed with what was sent."""

    def get_result_type(self, method: str) -> Any:
        return contract.RESPONSES.get(method) or super().get_result_type(method)

    def get_message_type(self, method: str) -> Any:
        return contract.NOTIFICATIONS.get(method) or super().get_message_type(method)

    def structure_message(self, data: dict[str, Any]) -> Any:
        if "jsonrpc" not in data:
            # A part of a message.
            return data
        raw = copy.deepcopy(data)
        try:
            message = super().structure_message(data)
        except Exception as error:
            raise self._server.breach(f"cannot be parsed: {raw}: {error.__cause__!r}") from error
        again = self._converter.unstructure(message)
        if canonical(again) != canonical(raw):
            raise self._server.breach(f"sent {canonical(raw)}, which means {canonical(again)}")
        self._server.check(raw.get("method"), "id" in raw, getattr(message, "params", None))
        return message


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


class StrictClient(pytest_lsp.LanguageClient):
    """One session with a server."""

    def __init__(self) -> None:
        super().__init__(converter_factory=strict_converter, protocol_cls=StrictProtocol)
        register_lsp_features(self)
        self.breaches: list[str] = []
        #: Requests and notifications of the server's, by method.
        self.received: dict[str, list[Any]] = collections.defaultdict(list)
        self.asked_for_status = False
        self.versions: dict[str, int] = {}
        self.texts: dict[str, str] = {}
        self.folder: pathlib.Path
        self.result: types.InitializeResult
        for method in (
            types.CLIENT_REGISTER_CAPABILITY,
            types.WORKSPACE_CODE_LENS_REFRESH,
            types.WORKSPACE_INLAY_HINT_REFRESH,
            *contract.NOTIFICATIONS,
        ):
            self.feature(method)(lambda *_: None)

    # What is not allowed

    def breach(self, what: str) -> Breach:
        self.breaches.append(what)
        return Breach(what)

    def report_server_error(self, error: Exception, source: Any) -> None:
        self.breaches.append(f"{source.__name__}: {error!r}")
        super().report_server_error(error, source)

    def check(self, method: str | None, is_request: bool, params: Any) -> None:
        """Checks a message of the server's against what the client has announced."""
        if method is None:
            return
        self.received[method].append(params)
        if method == types.CLIENT_REGISTER_CAPABILITY:
            for registration in params.registrations:
                self.check_registration(registration)
        elif is_request:
            needed = NEEDED.get(method)
            if needed is None or not get(self.capabilities, needed):
                self.breach(f"{method} without {needed}")
        elif method == types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS:
            for diagnostic in params.diagnostics:
                self.check_diagnostic(diagnostic)
        elif method == "reloadsafe/status" and not self.asked_for_status:
            self.breach("a status that nobody has asked for")
        elif method == types.PROGRESS and params.token not in self.progress_reports:
            self.breach(f"progress {params.token!r} that was not created")

    def check_registration(self, registration: types.Registration) -> None:
        needed = REGISTERED.get(registration.method)
        if needed is None or not get(self.capabilities, needed):
            self.breach(f"{registration.method} is registered without {needed}")
            return
        options = types.METHOD_TO_TYPES[registration.method][3]
        if options is not None:
            converter, raw = self.protocol._converter, registration.register_options
            again = converter.unstructure(converter.structure(copy.deepcopy(raw), options))
            if canonical(again) != canonical(raw):
                self.breach(f"registered {canonical(raw)}, which means {canonical(again)}")

    def check_diagnostic(self, diagnostic: types.Diagnostic) -> None:
        announced = get(self.capabilities, "text_document.publish_diagnostics")
        tags = get(announced, "tag_support.value_set") or []
        for value, allowed, name in (
            (diagnostic.related_information, get(announced, "related_information"), "related"),
            (diagnostic.code_description, get(announced, "code_description_support"), "links"),
            (diagnostic.data, get(announced, "data_support"), "data"),
            (diagnostic.tags, all(tag in tags for tag in diagnostic.tags or []), "tags"),
        ):
            if value is not None and not allowed:
                self.breach(f"a diagnostic with {name}, which was not announced: {diagnostic}")
        if diagnostic.source != "reloadsafe" or not str(diagnostic.code).startswith("RS"):
            self.breach(f"not one of ours: {diagnostic}")

    # Files and documents

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def codec(self) -> PositionCodec:
        encoding = self.result.capabilities.position_encoding
        return PositionCodec(encoding or types.PositionEncodingKind.Utf16)

    def document(self, name: str) -> TextDocument:
        """The text as pygls sees it, in the encoding that was agreed on."""
        return TextDocument(self.uri(name), self.texts[name], position_codec=self.codec())

    def open(self, name: str, text: str | None = None) -> None:
        text = (self.folder / name).read_text() if text is None else text
        self.texts[name], self.versions[name] = text, 1
        item = types.TextDocumentItem(self.uri(name), types.LanguageKind.Python, 1, text)
        self.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def change(self, name: str, *changes: types.TextDocumentContentChangeEvent) -> None:
        document = self.document(name)
        for change in changes:
            document.apply_change(change)
        self.texts[name] = document.source
        self.versions[name] += 1
        self.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(self.versions[name], self.uri(name)),
                list(changes),
            )
        )

    def set(self, name: str, text: str) -> None:
        self.change(name, types.TextDocumentContentChangeWholeDocument(text))

    def range_of(self, name: str, text: str) -> types.Range:
        """Where a text stands first, in the client's units."""
        document = self.document(name)
        before, _, _ = self.texts[name].partition(text)
        line = before.count("\n")
        start = types.Position(line, len(before) - (before.rfind("\n") + 1))
        end = types.Position(line, start.character + len(text))
        return types.Range(
            document.position_codec.position_to_client_units(document.lines, start),
            document.position_codec.position_to_client_units(document.lines, end),
        )

    def type_over(self, name: str, old: str, new: str) -> None:
        change = types.TextDocumentContentChangePartial(self.range_of(name, old), new)
        self.change(name, change)

    def save(self, name: str) -> None:
        (self.folder / name).write_text(self.texts[name])
        document = types.TextDocumentIdentifier(self.uri(name))
        self.text_document_did_save(
            types.DidSaveTextDocumentParams(document, text=self.texts[name])
        )

    def close(self, name: str) -> None:
        del self.texts[name], self.versions[name]
        document = types.TextDocumentIdentifier(self.uri(name))
        self.text_document_did_close(types.DidCloseTextDocumentParams(document))

    def apply(self, edit: types.WorkspaceEdit) -> None:
        """Applies an edit as an editor does, and tells the server."""
        if edit.document_changes is not None:
            if not get(self.capabilities, "workspace.workspace_edit.document_changes"):
                self.breach("document changes, which were not announced")
            assert edit.changes is None
            files = {}
            for change in edit.document_changes:
                assert isinstance(change, types.TextDocumentEdit), change
                about = change.text_document
                if about.version is not None:
                    assert about.version == self.versions[self.file_of(about.uri)], change
                files[about.uri] = change.edits
        else:
            files = edit.changes or {}
        assert files, "an edit that edits nothing"
        for uri, edits in files.items():
            # From the end on, so that no edit moves the next one.
            edits = sorted(edits, key=lambda it: (it.range.start.line, it.range.start.character))
            for at, following in zip(edits, edits[1:]):
                assert at.range.end <= following.range.start, f"edits overlap: {edits}"
            changes = [
                types.TextDocumentContentChangePartial(edit.range, edit.new_text)
                for edit in reversed(edits)
            ]
            self.change(self.file_of(uri), *changes)

    def file_of(self, uri: str) -> str:
        return next(name for name in self.texts if self.uri(name) == uri)

    # Waiting

    async def until(self, what: str, condition: Any) -> Any:
        """Waits until something holds; gives it."""

        async def poll() -> Any:
            while not (found := condition()):
                if self.breaches:
                    raise Breach("\n".join(self.breaches))
                await asyncio.sleep(0.005)
            return found

        try:
            return await asyncio.wait_for(poll(), PATIENCE)
        except asyncio.TimeoutError:
            raise Breach(f"no {what}; received: {dict(self.received)}") from None

    async def in_the_end(self, what: str, is_so: Any) -> None:
        """Waits until something is so, asking again only when the server says that it should."""
        while True:
            refreshes = self.diagnostic_refresh_count
            if await is_so():
                return
            await self.until(
                f"refresh, though {what} is not there yet",
                lambda: self.diagnostic_refresh_count > refreshes,
            )

    async def published(self, name: str, version: int | None) -> list[types.Diagnostic]:
        """What is shown for a version of a document, when it is."""
        uri = self.uri(name)

        def newest() -> Any:
            published = self.received[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS]
            own = [it for it in published if it.uri == uri]
            return own and own[-1].version == version and own[-1]

        return list((await self.until(f"diagnostics of {name}", newest)).diagnostics)

    async def shown(self, name: str) -> list[types.Diagnostic]:
        """The diagnostics of a document as it is now, pushed or pulled."""
        if self.pulls:
            report = await self.pull(name)
            assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
            return list(report.items)
        return await self.published(name, self.versions[name])

    async def pull(self, name: str, previous: str | None = None) -> Any:
        document = types.TextDocumentIdentifier(self.uri(name))
        report = await self.text_document_diagnostic_async(
            types.DocumentDiagnosticParams(
                document, identifier="reloadsafe", previous_result_id=previous
            )
        )
        for diagnostic in getattr(report, "items", []):
            self.check_diagnostic(diagnostic)
        return report

    @property
    def pulls(self) -> bool:
        """Whether the server has said that it can be asked for diagnostics."""
        return self.result.capabilities.diagnostic_provider is not None

    async def command(self, command: str, *arguments: Any) -> Any:
        params = types.ExecuteCommandParams(command, arguments=list(arguments))
        return await self.workspace_execute_command_async(params)

    async def request(self, method: str, params: Any) -> Any:
        """A request of our own."""
        return await self.protocol.send_request_async(method, params)
