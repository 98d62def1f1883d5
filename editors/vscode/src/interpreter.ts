// The interpreter that is selected in the editor, in which imports resolve where nobody has said
// otherwise. The extensions that know it are asked; the interpreter is looked into by the server, and
// nobody starts it.

import { isAbsolute } from "node:path";
import * as vscode from "vscode";

/** What is used of the API of ms-python.python (`environments`). */
interface PythonApi {
  environments?: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { path: string };
    onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

/** What is used of the API of ms-python.vscode-python-envs. */
interface EnvironmentsApi {
  getEnvironment?: (
    scope: vscode.Uri | undefined,
  ) => Promise<{ execInfo?: { run?: { executable?: string } } } | undefined>;
  onDidChangeEnvironment?: vscode.Event<unknown>;
}

/** Who knows the interpreter; the first one that says something is believed. */
interface Source {
  ask(resource: vscode.Uri | undefined): Promise<string | undefined>;
  changes: vscode.Event<unknown> | undefined;
}

const EXTENSIONS: Record<string, (api: unknown) => Source | undefined> = {
  "ms-python.vscode-python-envs": (api) => {
    const { getEnvironment, onDidChangeEnvironment } = (api ?? {}) as EnvironmentsApi;
    return getEnvironment === undefined
      ? undefined
      : {
          ask: async (resource) => (await getEnvironment(resource))?.execInfo?.run?.executable,
          changes: onDidChangeEnvironment,
        };
  },
  "ms-python.python": (api) => {
    const { environments } = (api ?? {}) as PythonApi;
    return environments === undefined
      ? undefined
      : {
          ask: (resource) => Promise.resolve(environments.getActiveEnvironmentPath(resource).path),
          changes: environments.onDidChangeActiveEnvironmentPath,
        };
  },
};

/** Follows which interpreter is selected for the first workspace folder. */
export class Interpreter implements vscode.Disposable {
  private current: string | undefined;
  private readonly changes = new vscode.EventEmitter<string | undefined>();
  private readonly followed = new Map<string, vscode.Disposable | undefined>();
  private readonly subscriptions: vscode.Disposable[];

  /** Another interpreter is selected. */
  readonly onDidChange = this.changes.event;

  private readonly expanded: (path: string) => string;
  private readonly log: (line: string) => void;

  constructor(expanded: (path: string) => string, log: (line: string) => void) {
    this.expanded = expanded;
    this.log = log;
    const look = () => void this.look();
    this.subscriptions = [
      vscode.extensions.onDidChange(look),
      vscode.workspace.onDidGrantWorkspaceTrust(look),
      vscode.workspace.onDidChangeWorkspaceFolders(look),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration("python.defaultInterpreterPath")) {
          look();
        }
      }),
    ];
    look();
  }

  /** A whole path; undefined where none is selected, and in a workspace that is not trusted. */
  get path(): string | undefined {
    return vscode.workspace.isTrusted ? this.current : undefined;
  }

  private async look(): Promise<void> {
    const path = vscode.workspace.isTrusted ? await this.selected() : undefined;
    if (path !== this.current) {
      this.current = path;
      this.log(`Python: ${path ?? "none is selected"}`);
      this.changes.fire(path);
    }
  }

  private async selected(): Promise<string | undefined> {
    const resource = vscode.workspace.workspaceFolders?.[0]?.uri;
    for (const [id, sourceOf] of Object.entries(EXTENSIONS)) {
      try {
        const extension = vscode.extensions.getExtension(id);
        // It is started for Python modules as this one is.
        const source = extension && sourceOf(await extension.activate());
        if (source === undefined) {
          continue;
        }
        if (!this.followed.has(id)) {
          this.followed.set(id, source.changes?.(() => void this.look()));
        }
        const path = await source.ask(resource);
        // A bare name is what it says before it has looked.
        if (path !== undefined && isAbsolute(path)) {
          return path;
        }
      } catch (error) {
        this.log(`${id} does not say which Python is selected: ${String(error)}`);
      }
    }
    return this.ofTheSetting(resource);
  }

  /** `python.defaultInterpreterPath`, for those who have no extension that reads it. */
  private ofTheSetting(resource: vscode.Uri | undefined): string | undefined {
    const section = vscode.workspace.getConfiguration("python", resource);
    const path = section.get<unknown>("defaultInterpreterPath");
    const expanded = typeof path === "string" ? this.expanded(path) : "";
    return isAbsolute(expanded) ? expanded : undefined;
  }

  dispose(): void {
    for (const subscription of [...this.subscriptions, ...this.followed.values()]) {
      subscription?.dispose();
    }
    this.changes.dispose();
  }
}
