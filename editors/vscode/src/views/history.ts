// The history of a module: what the process has loaded of it, newest first.

import * as vscode from "vscode";

import { currentLife, type HistoryEvent } from "../protocol.ts";
import { historyRequest } from "../requests.ts";
import { serverUri, type Server } from "../server.ts";
import { eventText } from "../wording.ts";
import { ModuleView } from "./module.ts";

/** A row of the tree. */
export type HistoryRow =
  | { row: "pending"; module: vscode.Uri }
  | { row: "event"; event: HistoryEvent; isReadable: boolean; module: vscode.Uri };

const ICONS = {
  imported: "cloud-download",
  reloaded: "sync",
  aborted: "error",
  restarted: "debug-restart",
} as const;

/** The tree of the history. */
export class HistoryView extends ModuleView<HistoryRow> {
  constructor(server: Server) {
    super(server);
    this.subscriptions.push(vscode.window.registerTreeDataProvider("reloadsafe.history", this));
  }

  async getChildren(row?: HistoryRow): Promise<HistoryRow[]> {
    const { module } = this;
    if (row !== undefined || module === undefined) {
      return [];
    }
    const textDocument = { uri: serverUri(module) };
    const { events, pending } = await this.server.request(historyRequest, { textDocument });
    // Versions count from the last import; only those after it still have a text.
    const readable = new Set(currentLife(events));
    const rows = events.map((event): HistoryRow => {
      return { row: "event", event, isReadable: readable.has(event), module };
    });
    if (pending) {
      rows.push({ row: "pending", module });
    }
    return rows.reverse();
  }

  getTreeItem(row: HistoryRow): vscode.TreeItem {
    if (row.row === "pending") {
      const item = new vscode.TreeItem("The text in the editor");
      item.description = "not loaded yet";
      item.iconPath = new vscode.ThemeIcon("edit");
      return item;
    }
    const { event, isReadable, module } = row;
    const item = new vscode.TreeItem(`Version ${event.version}`);
    const clock = new Date(event.at * 1000).toLocaleTimeString();
    item.description = `${eventText(event)}, ${clock}`;
    item.tooltip = new Date(event.at * 1000).toLocaleString();
    item.iconPath = new vscode.ThemeIcon(ICONS[event.kind]);
    if (isReadable) {
      item.contextValue = "version";
      item.command = {
        command: "reloadsafe.compareWithVersion",
        title: "Compare with the Editor",
        arguments: [module.toString(), event.version],
      };
    }
    return item;
  }
}
