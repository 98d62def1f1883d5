import assert from "node:assert/strict";
import { test } from "node:test";

import { currentLife, type HistoryEvent, type ModuleStatus } from "../../src/protocol.ts";
import { entryPlace, eventText, statusDetails, statusText } from "../../src/wording.ts";

const calm: ModuleStatus = { uri: "", version: 0, orphans: 0, abortPoints: 0, severity: null };

test("the status bar counts what there is", () => {
  assert.equal(statusText(calm), "$(check) v0");
  assert.equal(statusText({ ...calm, version: null }), "$(check) not loaded");
  const worse = { ...calm, version: 3, orphans: 1, abortPoints: 2, severity: 1 } as const;
  assert.equal(statusText(worse), "$(error) v3 · 1 orphan · 2 abort points");
  assert.equal(statusText({ ...calm, outOfStep: true }), "$(warning) v0 · changed on disk");
  assert.equal(statusDetails(worse).length, 3);
});

test("a place names its version only where that is not the text in the editor", () => {
  const entry = { name: "f", kind: "function", origin: "orphan", version: 1, line: 7 } as const;
  assert.equal(entryPlace({ ...entry, certainty: "always" }, 1), "line 7");
  assert.equal(entryPlace({ ...entry, certainty: "maybe" }, 2), "version 1, line 7, maybe");
});

test("versions can be read since the last import", () => {
  const event = (kind: HistoryEvent["kind"], version: number) => ({ kind, version, at: 0 });
  const before = [event("imported", 0), event("reloaded", 1)];
  assert.deepEqual(currentLife(before), before);
  const after = [event("restarted", 0), event("aborted", 1)];
  assert.deepEqual(currentLife([...before, ...after]), after);
  assert.deepEqual(currentLife([]), []);
});

test("a stop says where", () => {
  assert.equal(eventText({ kind: "aborted", version: 1, at: 0, line: 4 }), "stopped at line 4");
  assert.equal(eventText({ kind: "reloaded", version: 1, at: 0 }), "reloaded");
});
