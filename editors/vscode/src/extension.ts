// The extension: a client for the language server of reloadsafe, and what an editor can show
// besides diagnostics.

import * as vscode from "vscode";

import { registerCommands } from "./commands.ts";
import { Documents } from "./documents.ts";
import { Server } from "./server.ts";
import { StatusBar } from "./status.ts";
import { HistoryView } from "./views/history.ts";
import { NamespaceView } from "./views/namespace.ts";

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const output = vscode.window.createOutputChannel("reloadsafe");
  server = new Server(context, output);
  context.subscriptions.push(
    output,
    server,
    new Documents(server),
    new StatusBar(server),
    new NamespaceView(server),
    new HistoryView(server),
    ...registerCommands(server, output),
  );
  await server.start();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
