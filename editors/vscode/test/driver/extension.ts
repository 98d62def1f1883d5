// Runs in the extension host beside the extension. Which checks are made is what the folder that
// is open is for: its name is a key of SCENARIOS.

import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import * as vscode from "vscode";

import { restricted } from "./restricted.ts";
import { trusted } from "./trusted.ts";

/** What is checked, by name, in order. */
export type Checks = Record<string, () => Promise<void>>;

const SCENARIOS: Record<string, (folder: vscode.Uri) => Checks> = {
  // Names that a URI does not hold as they are.
  "wörk space": trusted,
  restricted,
};

export async function activate(): Promise<void> {
  const out = process.env["RELOADSAFE_TEST_OUT"];
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const scenario = folder && SCENARIOS[basename(folder.fsPath)];
  if (out === undefined || folder === undefined || scenario === undefined) {
    return;
  }
  const results: { check: string; error?: string }[] = [];
  for (const [check, run] of Object.entries(scenario(folder))) {
    try {
      await run();
      results.push({ check });
    } catch (error) {
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
      results.push({ check, error: why });
      // What follows builds on it.
      break;
    }
  }
  const name = `${basename(folder.fsPath)}.json`;
  writeFileSync(join(out, name), JSON.stringify({ version: vscode.version, results }));
}
