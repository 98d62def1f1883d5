// The item in the status bar: how the module that is shown stands.

import * as vscode from "vscode";

import { isModule, type Server } from "./server.ts";
import { statusDetails, statusText } from "./wording.ts";

const MENU = "reloadsafe.showMenu";

/** The status bar's item. */
export class StatusBar implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;
  private readonly subscriptions: { dispose(): unknown }[];

  private readonly server: Server;

  constructor(server: Server) {
    this.server = server;
    this.item = vscode.window.createStatusBarItem(
      "reloadsafe.status",
      vscode.StatusBarAlignment.Right,
      100,
    );
    this.item.name = "reloadsafe";
    this.item.command = MENU;
    const update = () => {
      this.update();
    };
    this.subscriptions = [
      this.item,
      server.onState(update),
      server.onStatus(update),
      vscode.window.onDidChangeActiveTextEditor(update),
    ];
    update();
  }

  private update(): void {
    const document = vscode.window.activeTextEditor?.document;
    if (document === undefined || !isModule(document)) {
      this.item.hide();
      return;
    }
    this.item.backgroundColor = undefined;
    switch (this.server.state) {
      case "running":
        this.showModule(document.uri);
        break;
      case "starting":
        this.show("$(loading~spin) reload", "reloadsafe is starting.");
        break;
      case "failed":
      case "stopped":
        this.show("$(circle-slash) reload", "reloadsafe is not running; its output says why.");
        break;
    }
    this.item.show();
  }

  private showModule(uri: vscode.Uri): void {
    const status = this.server.statusOf(uri);
    if (status === undefined) {
      this.show("$(loading~spin) reload", "This module is being looked at.");
      return;
    }
    const details = new vscode.MarkdownString(statusDetails(status).join("\n\n"));
    details.isTrusted = { enabledCommands: LINKS.map(([command]) => command) };
    const links = LINKS.map(([command, label]) => `[${label}](command:${command})`);
    details.appendMarkdown(`\n\n${links.join(" · ")}`);
    this.show(statusText(status), details);
    if (status.severity === 1) {
      this.item.backgroundColor = new vscode.ThemeColor("statusBarItem.errorBackground");
    } else if (status.severity === 2) {
      this.item.backgroundColor = new vscode.ThemeColor("statusBarItem.warningBackground");
    }
  }

  private show(text: string, details: string | vscode.MarkdownString): void {
    this.item.text = text;
    this.item.tooltip = details;
    const plain = text.replace(/\$\([^)]*\) ?/g, "");
    this.item.accessibilityInformation = { label: `reloadsafe: ${plain}` };
  }

  dispose(): void {
    for (const subscription of this.subscriptions) {
      subscription.dispose();
    }
  }
}

const LINKS = [
  ["reloadsafe.showNamespace", "Namespace"],
  ["reloadsafe.showHistory", "History"],
  ["reloadsafe.compareWithVersion", "Compare"],
] as const;
