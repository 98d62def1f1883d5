// A workspace that is not trusted: modules are analysed, but the workspace's own settings do not
// say what is started. Its `reloadsafe.path` is a program that fails.

import assert from "node:assert/strict";
import * as vscode from "vscode";

import { Module } from "./editor.ts";
import type { Checks } from "./extension.ts";

export function restricted(folder: vscode.Uri): Checks {
  return {
    "the workspace is not trusted, and its setting does not hold": async () => {
      assert.equal(vscode.workspace.isTrusted, false);
      const file = vscode.Uri.joinPath(folder, ".vscode", "settings.json");
      const said = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
      assert.deepEqual(JSON.parse(said), { "reloadsafe.path": "/bin/false" });
      const section = vscode.workspace.getConfiguration("reloadsafe");
      assert.equal(section.get("path"), null);
    },

    "the program that came with the extension analyses it all the same": async () => {
      const module = await Module.open(vscode.Uri.joinPath(folder, "shapes.py"));
      await module.replace("area", "surface");
      await module.finding("RS104");
    },
  };
}
