// What the views have in common: they are about the module that was shown last.

import * as vscode from "vscode";

import { isModule, type Server } from "../server.ts";

/** Typing changes the status with every key; the views follow when it pauses. */
const PAUSE = 150;

/** A tree about the module in the active editor. */
export abstract class ModuleView<N> implements vscode.TreeDataProvider<N>, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<undefined>();
  protected readonly subscriptions: { dispose(): unknown }[] = [this.changes];
  private timer: NodeJS.Timeout | undefined;
  private shown: vscode.Uri | undefined;

  readonly onDidChangeTreeData = this.changes.event;

  protected readonly server: Server;

  protected constructor(server: Server) {
    this.server = server;
    this.shown = shownModule();
    this.subscriptions.push(
      vscode.window.onDidChangeActiveTextEditor(() => {
        this.follow();
      }),
      server.onState(() => {
        this.refresh();
      }),
      server.onStatus(({ uri }) => {
        if (vscode.Uri.parse(uri).toString() === this.shown?.toString()) {
          this.refresh();
        }
      }),
    );
  }

  /** The module that the tree is about; undefined where none is open or no server runs. */
  protected get module(): vscode.Uri | undefined {
    return this.server.state === "running" ? this.shown : undefined;
  }

  abstract getTreeItem(node: N): vscode.TreeItem;

  abstract getChildren(node?: N): vscode.ProviderResult<N[]>;

  private follow(): void {
    // Somebody who looks at a terminal or at an old version still means the module before.
    const shown = shownModule();
    const isOpen = vscode.workspace.textDocuments.some(
      ({ uri }) => uri.toString() === this.shown?.toString(),
    );
    const next = shown ?? (isOpen ? this.shown : undefined);
    if (next?.toString() !== this.shown?.toString()) {
      this.shown = next;
      this.changes.fire(undefined);
    }
  }

  private refresh(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.changes.fire(undefined);
    }, PAUSE);
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const subscription of this.subscriptions) {
      subscription.dispose();
    }
  }
}

/** The module in the active editor. */
export function shownModule(): vscode.Uri | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document !== undefined && isModule(document) ? document.uri : undefined;
}

/** The command that opens a line (from 1) of a document. */
export function openLine(uri: vscode.Uri, line: number): vscode.Command {
  const at = new vscode.Position(Math.max(line - 1, 0), 0);
  const options: vscode.TextDocumentShowOptions = { selection: new vscode.Range(at, at) };
  return { command: "vscode.open", title: "Open", arguments: [uri, options] };
}
