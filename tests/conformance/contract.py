"""The messages that only this server has, as its users are promised them.

Field names are those of the JSON. Names with underscores are the objects that `simulate` prints,
the others are the protocol's own style.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Literal, Optional, Union

MessageId = Union[int, str]
Outcome = Literal["completes", "may-abort", "aborts", "syntax-error"]
Certainty = Literal["always", "maybe"]
Severity = Literal["error", "warning", "info", "hint"]


@dataclass
class Place:
    line: int
    column: int


@dataclass
class Range:
    start: Place
    end: Place


@dataclass
class Edit:
    path: str
    range: Range
    new_text: str


@dataclass
class Fix:
    title: str
    kind: str
    preferred: bool
    safe: bool
    edits: List[Edit]


@dataclass
class Related:
    path: str
    range: Range
    message: str
    revision: Optional[str] = None


@dataclass
class Finding:
    code: str
    name: str
    severity: Severity
    message: str
    path: str
    range: Range
    certainty: Certainty
    related: List[Related]
    fixes: List[Fix]
    fingerprint: str
    url: str


@dataclass
class TornUse:
    caller: str
    line: int
    callee: str
    kind: str
    reason: str


@dataclass
class AbortPoint:
    line: int
    cause: Literal["certain", "new-risk", "second-run", "environment"]
    certainty: Certainty
    exceptions: List[str]
    reason: str
    updated: List[str]
    stale: List[str]
    missing: List[str]
    torn: List[TornUse]
    depends_on: Optional[str]


@dataclass
class Stage:
    version: int
    outcome: Outcome
    abort: Optional[AbortPoint]


@dataclass
class Restart:
    outcome: Outcome
    abort: Optional[AbortPoint]


@dataclass
class Entry:
    name: str
    kind: str
    origin: Literal["kept", "rebound", "added", "orphan", "unbound"]
    certainty: Certainty
    version: int
    line: int


@dataclass
class VersionLine:
    version: int
    line: int


@dataclass
class GhostRead:
    name: str
    line: int
    scope: Literal["module", "function"]
    certainty: Certainty
    restart: Literal["NameError", "builtin", "getattr"]
    #: `from`, which is a keyword here.
    from_: VersionLine


@dataclass
class Simulation:
    schema: int
    module: str
    stages: List[Stage]
    restart: Restart
    namespace: List[Entry]
    ghost_reads: List[GhostRead]
    abort_points: List[AbortPoint]
    diagnostics: List[Finding]


@dataclass
class Event:
    kind: Literal["imported", "reloaded", "aborted", "restarted"]
    version: int
    at: int
    line: Optional[int] = None


@dataclass
class History:
    events: List[Event]
    pending: bool


@dataclass
class VersionText:
    text: str


@dataclass
class Status:
    uri: str
    version: Optional[int]
    orphans: int
    abortPoints: int
    severity: Optional[Literal[1, 2, 3, 4]]
    outOfStep: bool


@dataclass
class StatusNotification:
    method: Literal["reloadsafe/status"]
    params: Status
    jsonrpc: Literal["2.0"]


@dataclass
class NamespaceResponse:
    id: MessageId
    result: Simulation
    jsonrpc: Literal["2.0"]


@dataclass
class HistoryResponse:
    id: MessageId
    result: History
    jsonrpc: Literal["2.0"]


@dataclass
class VersionTextResponse:
    id: MessageId
    result: VersionText
    jsonrpc: Literal["2.0"]


#: By method, what the server answers.
RESPONSES = {
    "reloadsafe/namespace": NamespaceResponse,
    "reloadsafe/history": HistoryResponse,
    "reloadsafe/versionText": VersionTextResponse,
}

#: By method, what the server sends of its own.
NOTIFICATIONS = {"reloadsafe/status": StatusNotification}
