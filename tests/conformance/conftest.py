"""The clients under whose capabilities the server is tried, and a session with each."""

from __future__ import annotations

import os
import pathlib

import pytest
import pytest_asyncio
from lsprotocol import types
from pytest_lsp import client_capabilities

from strict import StrictClient

FIRST = """\
import math


def area(w, h):
    return w * h


def total(items):
    return sum(area(w, h) for w, h in items)
"""


def pulling() -> types.ClientCapabilities:
    """What came to VS Code since 1.65: LSP 3.17 and 3.18."""
    capabilities = client_capabilities("visual_studio_code")
    document, workspace = capabilities.text_document, capabilities.workspace
    assert document is not None and workspace is not None
    document.diagnostic = types.DiagnosticClientCapabilities(dynamic_registration=True)
    document.inlay_hint = types.InlayHintClientCapabilities(dynamic_registration=True)
    workspace.diagnostics = types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
    workspace.inlay_hint = types.InlayHintWorkspaceClientCapabilities(refresh_support=True)
    workspace.text_document_content = types.TextDocumentContentClientCapabilities(
        dynamic_registration=True
    )
    capabilities.general = types.GeneralClientCapabilities(
        position_encodings=[types.PositionEncodingKind.Utf16]
    )
    return capabilities


CLIENTS = {
    "visual_studio_code": lambda: client_capabilities("visual_studio_code"),
    "visual_studio_code, pulling": pulling,
    "neovim 0.11": lambda: client_capabilities("neovim@v0.11"),
    "neovim 0.6": lambda: client_capabilities("neovim@v0.6"),
    "emacs": lambda: client_capabilities("emacs"),
    "nothing announced": types.ClientCapabilities,
}


async def connect(folder: pathlib.Path) -> StrictClient:
    """A client with a server that has not been told anything yet."""
    client = StrictClient()
    client.folder = folder
    environment = dict(os.environ, VIRTUAL_ENV="", CONDA_PREFIX="")
    await client.start_io(os.environ["RELOADSAFE_SERVER"], "server", env=environment)
    return client


async def end(client: StrictClient) -> None:
    """`shutdown` and `exit`; what was wrong on the way is told."""
    process = client._server
    if client.error is None:
        await client.shutdown_session()
    await client.stop()
    assert not client.breaches, "\n".join(client.breaches)
    assert process is not None and process.returncode == 0, process


@pytest.fixture(params=CLIENTS)
def capabilities(request: pytest.FixtureRequest) -> types.ClientCapabilities:
    return CLIENTS[request.param]()


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    (tmp_path / "shapes.py").write_text(FIRST)
    (tmp_path / "app.py").write_text("from shapes import area\n\nprint(area(1, 2))\n")
    return tmp_path


@pytest.fixture
def options() -> dict | None:
    """The initialization options; tests override it."""
    return None


@pytest_asyncio.fixture
async def client(capabilities, folder, options):
    client = await connect(folder)
    client.asked_for_status = bool(options and options.get("status"))
    client.result = await client.initialize_session(
        types.InitializeParams(
            capabilities=capabilities,
            root_uri=folder.as_uri(),
            workspace_folders=[types.WorkspaceFolder(folder.as_uri(), "test")],
            initialization_options=options,
        )
    )
    yield client
    await end(client)
