// A workspace that is not trusted: modules are analysed, but the workspace's own settings do not
// say what is started. Its `reloadsafe.path` is a program that fails. Then it is trusted.

import assert from "node:assert/strict";
import * as vscode from "vscode";

import { Module, selectPython, wait } from "./editor.ts";
import type { Checks } from "./extension.ts";

export function restricted(folder: vscode.Uri): Checks {
  let module: Module;
  let uses: Module;
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
      module = await Module.open(vscode.Uri.joinPath(folder, "shapes.py"));
      await module.replace("area", "surface");
      await module.finding("RS104");
      assert.ok(await module.document.save());
    },

    "where Python lies is not asked before the workspace is trusted": async () => {
      uses = await Module.open(vscode.Uri.joinPath(folder, "uses.py"));
      await selectPython(vscode.Uri.joinPath(folder, "env", "bin", "python3.11").fsPath);
      await uses.replace("import here", "import here, gone");
      await wait("the answer", async () => (await uses.lenses())[0]?.includes("reload pending"));
      await uses.without("RS201");
    },

    "trust that is given while it runs holds at once, and nothing is forgotten": async () => {
      // The same program goes on.
      const file = vscode.Uri.joinPath(folder, ".vscode", "settings.json");
      const text = new TextEncoder().encode('{ "reloadsafe.hover": false }');
      await vscode.workspace.fs.writeFile(file, text);
      const hover = () => vscode.workspace.getConfiguration("reloadsafe").get("hover");
      await wait("the settings", () => hover() === false);
      // Whoever drives the page presses the button.
      await vscode.commands.executeCommand("workbench.trust.manage");
      await wait("the trust", () => vscode.workspace.isTrusted);
      await uses.finding("RS201");
      assert.match(await module.history(), /version 1: reloaded/);
    },

    "another program that the trusted workspace names is started": async () => {
      const section = vscode.workspace.getConfiguration("reloadsafe");
      await section.update("path", "/bin/false", vscode.ConfigurationTarget.Workspace);
      await wait("no code lens", async () => (await module.lenses()).length === 0);
      await section.update("path", undefined, vscode.ConfigurationTarget.Workspace);
      await wait("the server", async () => (await module.lenses())[0] === "version 0");
    },
  };
}
