"""The strict client finds what is wrong with a message: without this its silence says nothing."""

from __future__ import annotations

import pytest
from lsprotocol import types
from pytest_lsp import client_capabilities

from strict import Breach, StrictClient

RANGE = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 4}}


def published(**fields) -> dict:
    diagnostic = {"range": RANGE, "message": "x", "source": "reloadsafe", "code": "RS101"}
    params = {"uri": "file:///m.py", "diagnostics": [diagnostic | fields]}
    return notification("textDocument/publishDiagnostics", params)


def notification(method: str, params) -> dict:
    return {"jsonrpc": "2.0", "method": method, "params": params}


def registration(method: str, options) -> dict:
    registrations = [{"id": "1", "method": method, "registerOptions": options}]
    return notification("client/registerCapability", {"registrations": registrations}) | {"id": 1}


def client(capabilities: types.ClientCapabilities | None = None) -> StrictClient:
    client = StrictClient()
    client.capabilities = capabilities or types.ClientCapabilities()
    return client


def breaches(client: StrictClient, message: dict) -> list[str]:
    try:
        client.protocol.structure_message(message)
    except Breach:
        pass
    except Exception as error:
        client.breach(repr(error))
    return client.breaches


def test_what_is_right_is_no_breach():
    assert not breaches(client(), published(severity=1))
    announced = client_capabilities("visual_studio_code")
    right = published(tags=[1], data={"any": [1, None]}, codeDescription={"href": "x:y"})
    assert not breaches(client(announced), right)
    watchers = {"watchers": [{"globPattern": "**/*.py"}]}
    watched = registration("workspace/didChangeWatchedFiles", watchers)
    assert not breaches(client(announced), watched)
    section = registration("workspace/didChangeConfiguration", {"section": "reloadsafe"})
    assert not breaches(client(announced), section)


@pytest.mark.parametrize(
    "message",
    [
        published(severity="1"),
        published(severity=True),
        published(severity=7),
        published(severity=None),
        published(extra=1),
        published(message=None),
        published(range={"start": {"line": -1, "character": 0}, "end": RANGE["end"]}),
        published(source="somebody"),
        # Not announced.
        published(tags=[1]),
        published(data={}),
        published(codeDescription={"href": "x:y"}),
        published(relatedInformation=[]),
        notification("$/progress", {"token": "nobody's", "value": {"kind": "end"}}),
        notification("window/logMessage", {"type": 9, "message": "x"}),
        notification("window/logMessage", None),
        {"jsonrpc": "2.0", "id": 1, "method": "workspace/codeLens/refresh"},
        {"jsonrpc": "2.0", "id": 1, "method": "workspace/configuration", "params": {"items": []}},
        registration("workspace/didChangeWatchedFiles", {"watchers": []}),
        registration("textDocument/rename", None),
        notification("reloadsafe/status", {"uri": "file:///m.py"}),
    ],
    ids=str,
)
def test_what_is_wrong_is_a_breach(message):
    assert breaches(client(), message)


def test_what_is_registered_is_parsed():
    announced = client_capabilities("visual_studio_code")
    for options in ({"watchers": [{"glob": "**/*.py"}]}, {"watchers": [{"globPattern": "*", "kinds": 7}]}, {}):
        wrong = registration("workspace/didChangeWatchedFiles", options)
        assert breaches(client(announced), wrong)


def test_no_parameters_is_not_null():
    announced = client_capabilities("visual_studio_code")
    refresh = {"jsonrpc": "2.0", "id": 1, "method": "workspace/codeLens/refresh"}
    assert not breaches(client(announced), dict(refresh))
    assert breaches(client(announced), refresh | {"params": None})
