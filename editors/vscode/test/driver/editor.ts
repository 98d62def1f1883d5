// What the scenarios do with the editor.

import assert from "node:assert/strict";
import * as vscode from "vscode";

const PATIENCE = 30_000;

/** Waits until there is something, and gives it. */
export async function wait<T>(
  what: string,
  find: () => Thenable<T | undefined | false> | T | undefined | false,
): Promise<T> {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const found = await find();
    if (found !== undefined && found !== false) {
      return found;
    }
    if (Date.now() > end) {
      throw new Error(`waited in vain for ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Asks the editor's providers. It drops a question when it is busy with the document; then it is
 * asked again. */
export async function ask<T>(command: string, ...about: unknown[]): Promise<T> {
  return wait(command, async () => {
    try {
      return await vscode.commands.executeCommand<T>(command, ...about);
    } catch (error) {
      if (error instanceof Error && error.name === "Canceled") {
        return undefined;
      }
      throw error;
    }
  });
}

/** A module in the editor. */
export class Module {
  readonly document: vscode.TextDocument;

  private constructor(document: vscode.TextDocument) {
    this.document = document;
  }

  static async open(uri: vscode.Uri): Promise<Module> {
    const document = await vscode.workspace.openTextDocument(uri);
    const module = new Module(document);
    await module.show();
    return module;
  }

  /** Brings it to the front. Another editor that is just being opened may come in between. */
  async show(): Promise<void> {
    await wait("the editor", async () => {
      try {
        await vscode.window.showTextDocument(this.document);
        return true;
      } catch (error) {
        if (error instanceof Error && error.message.startsWith("Could NOT open editor")) {
          return false;
        }
        throw error;
      }
    });
  }

  get uri(): vscode.Uri {
    return this.document.uri;
  }

  /** Puts other text where a text stands first. */
  async replace(old: string, text: string): Promise<void> {
    const at = this.document.getText().indexOf(old);
    assert.ok(at >= 0, `no ${old}`);
    const range = new vscode.Range(
      this.document.positionAt(at),
      this.document.positionAt(at + old.length),
    );
    const edit = new vscode.WorkspaceEdit();
    edit.replace(this.uri, range, text);
    assert.ok(await vscode.workspace.applyEdit(edit));
  }

  async append(text: string): Promise<void> {
    const edit = new vscode.WorkspaceEdit();
    edit.insert(this.uri, this.document.positionAt(this.document.getText().length), text);
    assert.ok(await vscode.workspace.applyEdit(edit));
  }

  /** What the extension shows in it, by code. */
  findings(code?: string): vscode.Diagnostic[] {
    return vscode.languages
      .getDiagnostics(this.uri)
      .filter((found) => found.source === "reloadsafe")
      .filter((found) => code === undefined || codeOf(found) === code);
  }

  async finding(code: string): Promise<vscode.Diagnostic> {
    return wait(`${code} in ${JSON.stringify(this.findings())}`, () => this.findings(code)[0]);
  }

  async without(code?: string): Promise<void> {
    await wait(`no ${code ?? "finding"}`, () => this.findings(code).length === 0);
  }

  /** The titles of the line above the module. */
  async lenses(): Promise<string[]> {
    const lenses = await ask<vscode.CodeLens[]>("vscode.executeCodeLensProvider", this.uri, 10);
    return lenses.map((lens) => lens.command?.title ?? "");
  }

  async fixes(at: vscode.Range): Promise<vscode.CodeAction[]> {
    const kind = vscode.CodeActionKind.QuickFix.value;
    return ask("vscode.executeCodeActionProvider", this.uri, at, kind, 20);
  }

  /** What the process has loaded, as the command answers it. */
  async history(): Promise<string> {
    return (await this.command("showHistory")).text;
  }

  async command(name: string, ...rest: unknown[]): Promise<{ uri: string; text: string }> {
    return vscode.commands.executeCommand(`reloadsafe.${name}`, this.uri.toString(), ...rest);
  }
}

export function codeOf(found: vscode.Diagnostic): string {
  const { code } = found;
  return String(typeof code === "object" ? code.value : code);
}

/** The page of the rule of a finding. */
export function pageOf(found: vscode.Diagnostic): vscode.Uri {
  assert.ok(typeof found.code === "object");
  return found.code.target;
}

/** The document that is shown. */
export async function shown(title: string): Promise<vscode.TextDocument> {
  return wait(title, () => {
    const document = vscode.window.activeTextEditor?.document;
    return document?.uri.path.endsWith(title) === true && document;
  });
}

export async function set(key: string, value: unknown): Promise<void> {
  const section = vscode.workspace.getConfiguration("reloadsafe");
  await section.update(key, value, vscode.ConfigurationTarget.Workspace);
}

/** Selects an interpreter, as somebody does in the Python extension. */
export async function selectPython(path: string): Promise<void> {
  const extension = vscode.extensions.getExtension<{ select(path: string): void }>("ms-python.python");
  assert.ok(extension);
  (await extension.activate()).select(path);
}
