import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";

import { expand, findBinary, type Surroundings } from "../../src/binary.ts";

let root: string;
let around: Surroundings;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "reloadsafe-"));
  around = {
    setting: null,
    extension: join(root, "extension"),
    workspace: join(root, "workspace"),
    home: join(root, "home"),
    environment: { PATH: join(root, "path") },
    windows: false,
  };
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

/** A file in a folder of its own, that can be executed or not. */
function put(folder: string, name: string, mode = 0o755): string {
  mkdirSync(join(root, folder), { recursive: true });
  const path = join(root, folder, name);
  writeFileSync(path, "", { mode });
  return path;
}

test("the setting wins over what came with the extension, and that over the PATH", () => {
  assert.match(JSON.stringify(findBinary(around)), /not on the PATH/);
  const path = put("path", "reloadsafe");
  assert.deepEqual(findBinary(around), { path, from: "PATH" });
  const own = put("extension/bin", "reloadsafe");
  assert.deepEqual(findBinary(around), { path: own, from: "extension" });
  const named = put("elsewhere", "rs");
  assert.deepEqual(findBinary({ ...around, setting: named }), { path: named, from: "setting" });
});

test("a setting is a path from the workspace folder, or a name on the PATH", () => {
  const inside = put("workspace/tools", "rs");
  for (const setting of ["tools/rs", "${workspaceFolder}/tools/rs", "../workspace/tools/rs"]) {
    assert.deepEqual(findBinary({ ...around, setting }), { path: inside, from: "setting" });
  }
  // A bare name is not looked for in the workspace.
  put("workspace", "rs");
  assert.match(JSON.stringify(findBinary({ ...around, setting: "rs" })), /is no program/);
  const path = put("path", "rs");
  assert.deepEqual(findBinary({ ...around, setting: "rs" }), { path, from: "setting" });
});

test("what cannot be executed is no program, nor is a relative place on the PATH", () => {
  put("path", "reloadsafe", 0o644);
  mkdirSync(join(root, "extension/bin/reloadsafe"), { recursive: true });
  assert.match(JSON.stringify(findBinary(around)), /not on the PATH/);
  const relative = { ...around, environment: { PATH: "." } };
  assert.match(JSON.stringify(findBinary(relative)), /not on the PATH/);
});

test("on Windows programs end in .exe", () => {
  const path = put("path", "reloadsafe.exe");
  const windows = { ...around, windows: true, environment: { Path: join(root, "path") } };
  assert.deepEqual(findBinary(windows), { path, from: "PATH" });
});

test("what stands for something in a path is replaced", () => {
  const places = { workspace: "/w", home: "/h", environment: { TOOLS: "/t" } };
  assert.equal(expand("~/bin/rs", places), "/h/bin/rs");
  assert.equal(expand("~other/rs", places), "~other/rs");
  assert.equal(expand("${env:TOOLS}${env:NONE}/${userHome}/rs", places), "/t//h/rs");
  assert.equal(expand("${workspaceFolder}/.venv", { ...places, workspace: undefined }), "/.venv");
});
