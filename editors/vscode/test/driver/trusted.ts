// A workspace as most are: everything that the extension does, through the API.

import assert from "node:assert/strict";
import * as vscode from "vscode";

import { Module, ask, codeOf, pageOf, selectPython, set, shown, wait } from "./editor.ts";
import type { Checks } from "./extension.ts";

export function trusted(folder: vscode.Uri): Checks {
  let module: Module;
  let original: string;
  return {
    "above a module stands which version is loaded": async () => {
      module = await Module.open(vscode.Uri.joinPath(folder, "shapes.py"));
      original = module.document.getText();
      const lenses = await wait("a code lens", async () => {
        const found = await module.lenses();
        return found.length > 0 && found;
      });
      assert.deepEqual(lenses, ["version 0", "history"]);
    },

    "a renamed function is a ghost read where it is called": async () => {
      await module.replace("area", "surface");
      const ghost = await module.finding("RS104");
      assert.match(ghost.message, /^`area` was renamed to `surface`/);
      assert.equal(ghost.severity, vscode.DiagnosticSeverity.Error);
      assert.equal(module.document.getText(ghost.range), "area");
      assert.match((await module.lenses())[0] ?? "", /reload pending · 1 orphan/);
      const page = await vscode.workspace.openTextDocument(pageOf(ghost));
      assert.equal(page.languageId, "markdown");
      assert.match(page.getText(), /ghost-read/);
    },

    "hovering over a name says which version bound it": async () => {
      const hovers = await ask<vscode.Hover[]>(
        "vscode.executeHoverProvider",
        module.uri,
        new vscode.Position(0, 6),
      );
      const contents = hovers.flatMap((hover) => hover.contents);
      const text = contents.map((it) => (it instanceof vscode.MarkdownString ? it.value : ""));
      assert.match(text.join(" "), /`surface`: function, new in the text as it is now/);
    },

    "the preferred fix changes the buffer": async () => {
      const [ghost] = module.findings("RS104");
      assert.ok(ghost);
      const fixes = await module.fixes(ghost.range);
      const preferred = fixes.find((fix) => fix.isPreferred === true);
      assert.equal(preferred?.title, "Read `surface` instead");
      assert.ok(preferred.edit);
      assert.ok(await vscode.workspace.applyEdit(preferred.edit));
      assert.equal(module.document.getText(), original.replaceAll("area", "surface"));
      await module.without("RS104");
    },

    "a save is a reload, and what it leaves behind leads to the old version": async () => {
      assert.ok(await module.document.save());
      await wait("version 1", async () => (await module.lenses())[0]?.startsWith("version 1"));
      const orphan = await module.finding("RS101");
      const related = orphan.relatedInformation?.map(({ location }) => location.uri) ?? [];
      const old = related.find((uri) => uri.scheme === "reloadsafe");
      assert.ok(old);
      assert.ok(old.path.endsWith("/wörk space/shapes (version 0).py"), old.path);
      const document = await vscode.workspace.openTextDocument(old);
      assert.equal(document.getText(), original);
      assert.equal(document.languageId, "python");
    },

    "the namespace is shown, and follows what is typed": async () => {
      await module.command("showNamespace");
      const namespace = await shown("shapes (namespace).txt");
      assert.match(namespace.getText(), /orphan[^]*area +function +v0 line 1/);
      await module.append("\n\ndef volume(w, h, d):\n    return w * h * d\n");
      await wait("the new name", () => namespace.getText().includes("volume"));
    },

    "the history and the plan are shown": async () => {
      await module.command("showHistory");
      const history = await shown("shapes (history).md");
      assert.match(history.getText(), /version 0: imported[^]*version 1: reloaded/);
      assert.equal(history.languageId, "markdown");
      await vscode.commands.executeCommand("reloadsafe.showPlan");
      const plan = await shown("shapes (plan).md");
      assert.match(plan.getText(), /importlib\.reload\(shapes\)/);
    },

    "an old version is compared with the editor": async () => {
      await module.command("compareWithVersion", 0);
      const tab = await wait("the comparison", () => {
        const { activeTab } = vscode.window.tabGroups.activeTabGroup;
        return activeTab?.input instanceof vscode.TabInputTextDiff && activeTab;
      });
      assert.equal(tab.label, "shapes.py: version 0 ↔ now");
      const { original: left, modified } = tab.input as vscode.TabInputTextDiff;
      assert.equal(left.scheme, "reloadsafe");
      assert.equal(modified.toString(), module.uri.toString());
    },

    "where the reload stops, a hint says what is new and what is old": async () => {
      await module.show();
      await module.replace("\n\ndef total", "\nLIMIT = limit_of_nothing\n\n\ndef total");
      await module.finding("RS201");
      const all = new vscode.Range(0, 0, module.document.lineCount, 0);
      const hints = await ask<vscode.InlayHint[]>(
        "vscode.executeInlayHintProvider",
        module.uri,
        all,
      );
      const labels = hints.map(({ label }) => (typeof label === "string" ? label : ""));
      assert.equal(labels.length, 1);
      assert.match(labels[0] ?? "", /stopped here: .*old total/);
      await module.replace("\nLIMIT = limit_of_nothing\n\n\ndef total", "\n\ndef total");
      await module.without("RS201");
    },

    "imports resolve in the interpreter that is selected in the Python extension": async () => {
      const uses = await Module.open(vscode.Uri.joinPath(folder, "uses.py"));
      await uses.replace("import here", "import here, gone");
      // Which packages there are nobody has said yet.
      await uses.without("RS201");
      const environment = vscode.Uri.joinPath(folder, "env", "bin", "python3.11").fsPath;
      await selectPython(environment);
      const stop = await uses.finding("RS201");
      assert.match(stop.message, /gone/);
      assert.match(await uses.history(), /version 0: imported/);
      await set("python", "./env-of-nobody");
      await uses.without("RS201");
      await set("python", undefined);
      await uses.finding("RS201");
      await selectPython("python");
      await uses.without("RS201");
      await uses.replace("import here, gone", "import here");
      assert.ok(await uses.document.save());
    },

    "settings hold at once": async () => {
      const codes = () => module.findings().map(codeOf);
      await set("ignore", ["RS101"]);
      await wait("no orphan", () => !codes().includes("RS101"));
      await set("ignore", undefined);
      await wait("the orphan again", () => codes().includes("RS101"));
      await set("codeLens", false);
      await wait("no code lens", async () => (await module.lenses()).length === 0);
      await set("codeLens", undefined);
    },

    "where saves are no reloads, a command is": async () => {
      await set("reloadOn", "command");
      const before = await module.history();
      await module.replace("w * h * d", "d * w * h");
      assert.ok(await module.document.save());
      assert.equal(await module.history(), before);
      await module.command("markReloaded");
      assert.match(await module.history(), /version 2: reloaded/);
      await set("reloadOn", undefined);
    },

    "a restart ends what was left over": async () => {
      // Settings have just changed, and everything is looked at again.
      await module.finding("RS101");
      await module.command("markRestarted");
      await module.without();
      assert.match(await module.history(), /version 0: restarted/);
      await module.replace("def volume", "def room");
      assert.ok(await module.document.save());
      await module.finding("RS101");
      await vscode.commands.executeCommand("reloadsafe.markAllRestarted");
      await module.without();
    },

    "a command without a module is about the one that is shown": async () => {
      await module.show();
      const answer = await vscode.commands.executeCommand<{ text: string } | undefined>(
        "reloadsafe.showHistory",
      );
      assert.match(answer?.text ?? "", /version 0: restarted/);
      // Now its history is shown, which is about it, too.
      await shown("shapes (history).md");
      const again = await vscode.commands.executeCommand<{ text: string } | undefined>(
        "reloadsafe.showNamespace",
      );
      assert.match(again?.text ?? "", /room/);
    },

    "the server starts anew, and with another program": async () => {
      await module.show();
      await vscode.commands.executeCommand("reloadsafe.restartServer");
      await wait("the import", async () => (await module.lenses())[0] === "version 0");
      assert.match(await module.history(), /version 0: imported/);
      const path = vscode.workspace.getConfiguration("reloadsafe").get("path");
      await set("path", "./there-is-no-such-program");
      await wait("no code lens", async () => (await module.lenses()).length === 0);
      await set("path", path);
      await wait("the server", async () => (await module.lenses())[0] === "version 0");
    },
  };
}
