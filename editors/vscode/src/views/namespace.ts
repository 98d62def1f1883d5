// The simulated namespace: what the module would hold after the reload.

import * as vscode from "vscode";

import type { AbortPoint, GhostRead, NamespaceEntry, Simulation } from "../protocol.ts";
import { namespaceRequest } from "../requests.ts";
import { editorUri, serverUri, type Server } from "../server.ts";
import { ORIGINS, entryPlace } from "../wording.ts";
import { ModuleView, openLine } from "./module.ts";

/** A row of the tree: a group, or something in one. */
export type Row =
  | { row: "group"; id: string; label: string; meaning: string; rows: Row[] }
  | { row: "entry"; entry: NamespaceEntry; pending: number; module: vscode.Uri }
  | { row: "ghost"; read: GhostRead; module: vscode.Uri }
  | { row: "stop"; point: AbortPoint; module: vscode.Uri };

const ICONS = {
  function: "symbol-function",
  class: "symbol-class",
  import: "symbol-module",
  variable: "symbol-variable",
} as const;

/** The tree of the namespace. */
export class NamespaceView extends ModuleView<Row> {
  constructor(server: Server) {
    super(server);
    this.subscriptions.push(vscode.window.registerTreeDataProvider("reloadsafe.namespace", this));
  }

  async getChildren(row?: Row): Promise<Row[]> {
    if (row !== undefined) {
      return row.row === "group" ? row.rows : [];
    }
    const { module } = this;
    if (module === undefined) {
      return [];
    }
    try {
      const textDocument = { uri: serverUri(module) };
      return rows(await this.server.request(namespaceRequest, { textDocument }), module);
    } catch {
      // Nothing is known of it yet; the next status brings it.
      return [];
    }
  }

  getTreeItem(row: Row): vscode.TreeItem {
    switch (row.row) {
      case "group":
        return groupItem(row);
      case "entry":
        return entryItem(row.entry, row.pending, row.module);
      case "ghost":
        return ghostItem(row.read, row.module);
      case "stop":
        return stopItem(row.point, row.module);
    }
  }
}

/** The groups that have something in them. */
export function rows(simulation: Simulation, module: vscode.Uri): Row[] {
  const pending = simulation.stages.length - 1;
  const groups: Extract<Row, { row: "group" }>[] = [
    {
      row: "group",
      id: "stops",
      label: "Abort points",
      meaning: "where the reload can stop half-way",
      rows: simulation.abort_points.map((point) => ({ row: "stop", point, module })),
    },
    {
      row: "group",
      id: "ghosts",
      label: "Ghost reads",
      meaning: "find what is left over",
      rows: simulation.ghost_reads.map((read) => ({ row: "ghost", read, module })),
    },
    ...ORIGINS.map(({ origin, label, meaning }) => ({
      row: "group" as const,
      id: origin,
      label,
      meaning,
      rows: simulation.namespace
        .filter((entry) => entry.origin === origin)
        .map((entry): Row => ({ row: "entry", entry, pending, module })),
    })),
  ];
  return groups.filter((group) => group.rows.length > 0);
}

function groupItem(group: Extract<Row, { row: "group" }>): vscode.TreeItem {
  const isCalm = group.id === "kept" || group.id === "rebound";
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(group.label, isCalm ? Collapsed : Expanded);
  item.id = group.id;
  item.description = `${group.rows.length} · ${group.meaning}`;
  return item;
}

function entryItem(entry: NamespaceEntry, pending: number, module: vscode.Uri): vscode.TreeItem {
  const item = new vscode.TreeItem(entry.name);
  item.description = entryPlace(entry, pending);
  item.tooltip = `${entry.kind} ${entry.name}: ${item.description}`;
  const colour = entry.origin === "orphan" ? new vscode.ThemeColor("list.warningForeground") : undefined;
  item.iconPath = new vscode.ThemeIcon(ICONS[entry.kind], colour);
  const place = entry.version === pending ? module : versionUri(module, entry.version);
  item.command = openLine(place, entry.line);
  return item;
}

function ghostItem(read: GhostRead, module: vscode.Uri): vscode.TreeItem {
  const item = new vscode.TreeItem(read.name);
  item.description = `line ${read.line}, finds version ${read.from.version}`;
  item.tooltip =
    `Line ${read.line} reads \`${read.name}\` of version ${read.from.version}, ` +
    `line ${read.from.line}. After a restart: ${read.restart}.`;
  item.iconPath = new vscode.ThemeIcon("error", new vscode.ThemeColor("list.errorForeground"));
  item.command = openLine(module, read.line);
  return item;
}

function stopItem(point: AbortPoint, module: vscode.Uri): vscode.TreeItem {
  const item = new vscode.TreeItem(`Line ${point.line}`);
  item.description = point.reason;
  const listed = (names: string[]) => (names.length === 0 ? "nothing" : names.join(", "));
  item.tooltip =
    `${point.reason}\n\nStopped here, these are new: ${listed(point.updated)}; ` +
    `these still old: ${listed(point.stale)}.`;
  item.iconPath = new vscode.ThemeIcon("debug-step-over");
  item.command = openLine(module, point.line);
  return item;
}

/** An old version of a module. */
export function versionUri(module: vscode.Uri, version: number): vscode.Uri {
  const path = vscode.Uri.from({ scheme: "file", path: module.path }).toString();
  return editorUri(`${path.replace(/^file:/, "reloadsafe:")}?version=${version}`);
}
