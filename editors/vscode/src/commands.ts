// The commands. Those that the server has too keep its names, since code lenses and code actions
// come with them.

import * as vscode from "vscode";

import { SCHEME } from "./addresses.ts";
import { currentLife, type Comparison } from "./protocol.ts";
import { historyRequest } from "./requests.ts";
import { editorUri, serverUri, type Server } from "./server.ts";
import { shownModule } from "./views/module.ts";
import { versionUri } from "./views/namespace.ts";
import type { HistoryRow } from "./views/history.ts";
import { eventText } from "./wording.ts";

/** A command of ours, what it is given, what it gives back. */
type Action = (...given: unknown[]) => unknown;

/** Registers every command. */
export function registerCommands(
  server: Server,
  output: vscode.OutputChannel,
): vscode.Disposable[] {
  const commands: Record<string, Action> = {
    markReloaded: (module) => mark(server, "markReloaded", module),
    markRestarted: (module) => mark(server, "markRestarted", module),
    markAllRestarted: () => server.execute("reloadsafe.markRestarted", []),
    showNamespace: (module) => show(server, "showNamespace", module),
    showHistory: (module) => show(server, "showHistory", module),
    showPlan: () => server.execute("reloadsafe.showPlan", []),
    compareWithVersion: (module, version) => compare(server, module, version),
    openVersion: (row) => openVersion(row),
    restartServer: () => server.restart(),
    showOutput: () => {
      output.show();
    },
    showMenu: showMenu,
  };
  return Object.entries(commands).map(([name, action]) =>
    vscode.commands.registerCommand(`reloadsafe.${name}`, async (...given: unknown[]) => {
      try {
        return await action(...given);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        void vscode.window.showErrorMessage(`reloadsafe: ${why}`);
        return undefined;
      }
    }),
  );
}

/** The module that a command is about: what it is given, else the one that is shown. */
function moduleOf(given: unknown): vscode.Uri {
  const row = given as Partial<HistoryRow> | undefined;
  const uri =
    typeof given === "string"
      ? vscode.Uri.parse(given)
      : given instanceof vscode.Uri
        ? given
        : (row?.module ?? shownModule() ?? moduleBehind());
  if (uri === undefined) {
    throw new Error("open the Python module that this is about");
  }
  return uri;
}

/** The module whose old version, namespace or history is shown. */
function moduleBehind(): vscode.Uri | undefined {
  const uri = vscode.window.activeTextEditor?.document.uri;
  if (uri?.scheme !== SCHEME || !uri.query.includes("?")) {
    return undefined;
  }
  const { path } = vscode.Uri.parse(serverUri(uri));
  return vscode.workspace.textDocuments.map(({ uri }) => uri).find((uri) => uri.path === path);
}

async function mark(server: Server, what: string, given: unknown): Promise<void> {
  await server.execute(`reloadsafe.${what}`, [serverUri(moduleOf(given))]);
}

/** The server opens what it has to show, and answers with the text. */
async function show(server: Server, what: string, given: unknown): Promise<unknown> {
  return server.execute(`reloadsafe.${what}`, [serverUri(moduleOf(given))]);
}

async function compare(server: Server, given: unknown, which: unknown): Promise<void> {
  const module = moduleOf(given);
  const row = given as Partial<Extract<HistoryRow, { row: "event" }>> | undefined;
  const named = typeof which === "number" ? which : row?.event?.version;
  const version = named ?? (await pickVersion(server, module));
  if (version === undefined) {
    return;
  }
  const answer = await server.execute("reloadsafe.compareWithVersion", [
    serverUri(module),
    version,
  ]);
  const { left, right, title } = answer as Comparison;
  await vscode.commands.executeCommand("vscode.diff", editorUri(left), editorUri(right), title);
}

async function pickVersion(server: Server, module: vscode.Uri): Promise<number | undefined> {
  const textDocument = { uri: serverUri(module) };
  const { events } = await server.request(historyRequest, { textDocument });
  const items = currentLife(events)
    .map((event) => ({
      label: `Version ${event.version}`,
      description: `${eventText(event)}, ${new Date(event.at * 1000).toLocaleTimeString()}`,
      version: event.version,
    }))
    .reverse();
  if (items.length === 0) {
    throw new Error("the process has not loaded this module");
  }
  const placeHolder = "Compare the text in the editor with";
  const picked = await vscode.window.showQuickPick(items, { placeHolder });
  return picked?.version;
}

async function openVersion(given: unknown): Promise<void> {
  const row = given as HistoryRow;
  if (row.row === "event") {
    const uri = versionUri(row.module, row.event.version);
    await vscode.commands.executeCommand("vscode.open", uri);
  }
}

async function showMenu(): Promise<void> {
  const items = [
    ["markReloaded", "$(sync) The process has reloaded this module"],
    ["markRestarted", "$(debug-restart) The process was restarted"],
    ["showNamespace", "$(symbol-namespace) Show the namespace after the reload"],
    ["showHistory", "$(history) Show the history"],
    ["showPlan", "$(list-ordered) Show in which order to reload"],
    ["compareWithVersion", "$(diff) Compare with a version…"],
    ["showOutput", "$(output) Show the output"],
    ["restartServer", "$(refresh) Restart the server"],
  ].map(([command = "", label = ""]) => ({ command, label }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: "reloadsafe" });
  if (picked !== undefined) {
    await vscode.commands.executeCommand(`reloadsafe.${picked.command}`);
  }
}

