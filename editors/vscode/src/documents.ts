// Old versions of modules, rules' pages and what is known of a module, as read-only documents.

import * as vscode from "vscode";

import { SCHEME } from "./addresses.ts";
import { versionTextRequest } from "./requests.ts";
import { serverUri, type Server } from "./server.ts";

/** Reads the documents of the scheme `reloadsafe:` from the server. */
export class Documents implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<vscode.Uri>();
  private readonly subscriptions: vscode.Disposable[];

  readonly onDidChange = this.changes.event;

  private readonly server: Server;

  constructor(server: Server) {
    this.server = server;
    this.subscriptions = [
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      server.onStatus(({ uri }) => {
        this.refresh(vscode.Uri.parse(uri));
      }),
    ];
  }

  async provideTextDocumentContent(uri: vscode.Uri, token: vscode.CancellationToken) {
    const { text } = await this.server.request(
      versionTextRequest,
      { uri: serverUri(uri) },
      token,
    );
    return text;
  }

  /** What is known of a module has changed; the text of an old version never does. */
  private refresh(module: vscode.Uri): void {
    for (const { uri } of vscode.workspace.textDocuments) {
      const isLive = uri.scheme === SCHEME && /\?(namespace|history|plan)$/.test(uri.query);
      const isAbout = uri.query.endsWith("?plan") || serverPath(uri) === module.path;
      if (isLive && isAbout) {
        this.changes.fire(uri);
      }
    }
  }

  dispose(): void {
    for (const subscription of this.subscriptions) {
      subscription.dispose();
    }
    this.changes.dispose();
  }
}

/** The path of the module that a document of ours is about. */
function serverPath(uri: vscode.Uri): string {
  return vscode.Uri.parse(serverUri(uri)).path;
}
