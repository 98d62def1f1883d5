import assert from "node:assert/strict";
import { test } from "node:test";

import { toEditor, toServer } from "../../src/addresses.ts";

test("what is shown of a module has a title and a language of its own", () => {
  const paths = {
    "reloadsafe:///w/shapes.py?version=2": "/w/shapes (version 2).py",
    "reloadsafe:///w/a%20b/shapes.py?namespace": "/w/a b/shapes (namespace).txt",
    "reloadsafe:///w/shapes.py?history": "/w/shapes (history).md",
    "reloadsafe:///w.d/shapes?plan": "/w.d/shapes (plan).md",
    "reloadsafe:///c:/w/.hidden?version=0": "/c:/w/.hidden (version 0)",
    "reloadsafe:///rules/ghost-read.md": "/rules/ghost-read.md",
  };
  for (const [uri, path] of Object.entries(paths)) {
    const parts = toEditor(uri);
    assert.deepEqual(parts, { scheme: "reloadsafe", path, query: uri });
    assert.equal(toServer(parts), uri);
  }
});

test("other URIs are left alone", () => {
  assert.equal(toEditor("file:///w/shapes.py"), undefined);
  assert.equal(toServer({ scheme: "file", path: "/w/shapes.py", query: "" }), undefined);
  assert.equal(toServer({ scheme: "reloadsafe", path: "/w/shapes.py", query: "" }), undefined);
});
