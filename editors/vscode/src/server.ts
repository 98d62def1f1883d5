// The language server's process and the client that talks to it.

import { homedir } from "node:os";
import * as vscode from "vscode";
import {
  DidChangeConfigurationNotification,
  ExecuteCommandRequest,
  LanguageClient,
  State,
  type DynamicFeature,
  type LanguageClientOptions,
  type RequestType,
  type StaticFeature,
} from "vscode-languageclient/node";

import { toEditor, toServer } from "./addresses.ts";
import { expand, findBinary, type Surroundings } from "./binary.ts";
import { Interpreter } from "./interpreter.ts";
import type { ModuleStatus } from "./protocol.ts";
import { statusNotification } from "./requests.ts";
import { serverSettings } from "./settings.ts";

const SECTION = "reloadsafe";

/** Whether the server can be asked about a document. */
export function isModule(document: vscode.TextDocument): boolean {
  return document.languageId === "python" && ["file", "untitled"].includes(document.uri.scheme);
}

/** A URI in the server's spelling. */
export function serverUri(uri: vscode.Uri): string {
  return toServer(uri) ?? uri.toString();
}

/** A URI in the editor's spelling. */
export function editorUri(uri: string): vscode.Uri {
  const parts = toEditor(uri);
  return parts === undefined ? vscode.Uri.parse(uri) : vscode.Uri.from(parts);
}

/** The library's client, which leaves the server's commands to the extension's own. */
class Client extends LanguageClient {
  // The commands are there before the server is, know the module that is shown, and open what the
  // server answers.
  override registerFeature(feature: StaticFeature | DynamicFeature<unknown>): void {
    const method = "registrationType" in feature ? feature.registrationType.method : undefined;
    if (method !== ExecuteCommandRequest.method) {
      super.registerFeature(feature);
    }
  }
}

/** How the server is. */
export type ServerState = "stopped" | "starting" | "running" | "failed";

/** The server of this window; it may be started, stopped and started again. */
export class Server implements vscode.Disposable {
  private client: Client | undefined;
  /** The program that was started last. */
  private program: string | undefined;
  private current: ServerState = "stopped";
  private readonly statuses = new Map<string, ModuleStatus>();
  private readonly statusEmitter = new vscode.EventEmitter<ModuleStatus>();
  private readonly stateEmitter = new vscode.EventEmitter<ServerState>();
  private readonly subscriptions: { dispose(): unknown }[];
  private readonly interpreter: Interpreter;
  /** What is being done one after the other: starts and stops must not overlap. */
  private queue: Promise<void> = Promise.resolve();

  /** A module stands differently. */
  readonly onStatus = this.statusEmitter.event;
  /** The server has started, stopped or failed. */
  readonly onState = this.stateEmitter.event;

  private readonly context: vscode.ExtensionContext;
  private readonly output: vscode.OutputChannel;

  constructor(context: vscode.ExtensionContext, output: vscode.OutputChannel) {
    this.context = context;
    this.output = output;
    this.interpreter = new Interpreter(
      (path) => expand(path, this.surroundings()),
      (line) => {
        output.appendLine(line);
      },
    );
    this.subscriptions = [
      this.interpreter,
      this.interpreter.onDidChange(() => {
        void this.settingsChanged();
      }),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(`${SECTION}.path`)) {
          void this.follow();
        }
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        void this.follow();
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.statuses.delete(document.uri.toString());
      }),
    ];
  }

  get state(): ServerState {
    return this.current;
  }

  statusOf(uri: vscode.Uri): ModuleStatus | undefined {
    return this.statuses.get(uri.toString());
  }

  start(): Promise<void> {
    return this.next(() => this.startNow());
  }

  stop(): Promise<void> {
    return this.next(() => this.stopNow());
  }

  restart(): Promise<void> {
    return this.next(async () => {
      await this.stopNow();
      await this.startNow();
    });
  }

  /** Asks the server. */
  async request<P, R>(
    type: RequestType<P, R, void>,
    params: P,
    token?: vscode.CancellationToken,
  ): Promise<R> {
    return this.running().sendRequest(type, params, token);
  }

  /** Runs one of the server's commands. */
  async execute(command: string, argumentsOf: unknown[]): Promise<unknown> {
    const params = { command, arguments: argumentsOf };
    return (await this.running().sendRequest(ExecuteCommandRequest.type, params)) as unknown;
  }

  dispose(): void {
    for (const subscription of this.subscriptions) {
      subscription.dispose();
    }
    this.statusEmitter.dispose();
    this.stateEmitter.dispose();
  }

  private running(): Client {
    if (this.client?.state !== State.Running) {
      throw new Error("reloadsafe is not running; its output says why");
    }
    return this.client;
  }

  private next(action: () => Promise<void>): Promise<void> {
    this.queue = this.queue.then(action, action);
    return this.queue;
  }

  private async startNow(): Promise<void> {
    const found = findBinary(this.surroundings());
    if ("problem" in found) {
      this.output.appendLine(found.problem);
      this.become("failed");
      void this.complain(found.problem);
      return;
    }
    this.output.appendLine(`Server: ${found.path} (from the ${found.from})`);
    this.program = found.path;
    const run = { command: found.path, args: ["server"] };
    const client = new Client(SECTION, "reloadsafe", run, this.options());
    client.onDidChangeState(({ newState }) => {
      this.become(STATES[newState]);
    });
    client.onNotification(statusNotification, (status) => {
      this.statuses.set(vscode.Uri.parse(status.uri).toString(), status);
      this.statusEmitter.fire(status);
    });
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      this.become("failed");
      const why = error instanceof Error ? error.message : String(error);
      void this.complain(`${found.path} does not start: ${why}`);
    }
  }

  private async stopNow(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.statuses.clear();
    try {
      await client?.dispose();
    } catch (error) {
      // One that never came up cannot be shut down either.
      this.output.appendLine(String(error));
    }
    this.become("stopped");
  }

  private become(state: ServerState): void {
    this.current = state;
    void vscode.commands.executeCommand("setContext", "reloadsafe.running", state === "running");
    this.stateEmitter.fire(state);
  }

  private async complain(message: string): Promise<void> {
    const answer = await vscode.window.showErrorMessage(message, "Open Settings", "Show Output");
    if (answer === "Open Settings") {
      await vscode.commands.executeCommand("workbench.action.openSettings", "reloadsafe.path");
    } else if (answer === "Show Output") {
      this.output.show();
    }
  }

  private surroundings(): Surroundings {
    return {
      setting: vscode.workspace.getConfiguration(SECTION).get<string | null>("path") ?? null,
      extension: this.context.extensionPath,
      workspace: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
      home: homedir(),
      environment: process.env,
      windows: process.platform === "win32",
    };
  }

  private settings(): Record<string, unknown> {
    const section = vscode.workspace.getConfiguration(SECTION);
    const read = (key: string) => {
      const levels = Object.entries(section.inspect(key) ?? {});
      const isSet = levels.some(
        ([level, value]) =>
          level.endsWith("Value") && level !== "defaultValue" && value !== undefined,
      );
      return { value: section.get(key), isSet };
    };
    const around = this.surroundings();
    const expanded = (path: string) => expand(path, around);
    return serverSettings(read, vscode.workspace.isTrusted, expanded, this.interpreter.path);
  }

  private options(): LanguageClientOptions {
    return {
      documentSelector: [
        { scheme: "file", language: "python" },
        { scheme: "untitled", language: "python" },
      ],
      outputChannel: this.output,
      initializationOptions: this.settings(),
      diagnosticPullOptions: { onChange: true, onSave: true },
      uriConverters: { code2Protocol: serverUri, protocol2Code: editorUri },
      middleware: {
        workspace: {
          configuration: (params) =>
            params.items.map((item) => (item.section === SECTION ? this.settings() : null)),
        },
      },
    };
  }

  /** Settings may name another program, and a workspace that has come to be trusted may, too. */
  private follow(): Promise<void> {
    return this.next(async () => {
      const found = findBinary(this.surroundings());
      const isRunning = this.client?.state === State.Running;
      if (isRunning && "path" in found && found.path === this.program) {
        await this.settingsChanged();
      } else {
        await this.stopNow();
        await this.startNow();
      }
    });
  }

  /** The server asks for the settings again; the histories stay, which a restart would lose. */
  private async settingsChanged(): Promise<void> {
    if (this.client?.state === State.Running) {
      const { type } = DidChangeConfigurationNotification;
      await this.client.sendNotification(type, { settings: null });
    }
  }
}

const STATES = {
  [State.Stopped]: "stopped",
  [State.Starting]: "starting",
  [State.Running]: "running",
} as const;
