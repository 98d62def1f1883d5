// usage: node scripts/package.mjs [--target TARGET --binary PROGRAM] [--out FILE]
// Makes the .vsix: with the program inside for one platform (TARGET as vsce names them, such as
// linux-x64), or for every platform without one, for those who have it on the PATH.

import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { mismatch, programName } from "./platforms.mjs";

const { values } = parseArgs({
  options: { target: { type: "string" }, binary: { type: "string" }, out: { type: "string" } },
});
if ((values.target === undefined) !== (values.binary === undefined)) {
  console.error("--target and --binary belong together");
  process.exit(2);
}
if (values.target !== undefined) {
  const why = mismatch(values.target, values.binary);
  if (why !== undefined) {
    console.error(why);
    process.exit(2);
  }
}

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const bin = join(root, "bin");
const name = values.target === undefined ? "reloadsafe.vsix" : `reloadsafe-${values.target}.vsix`;
const out = resolve(values.out ?? join(root, name));
const vsce = join(root, "node_modules", "@vscode", "vsce", "vsce");
// The repository has no address yet to which links and pictures could be rewritten.
const options = ["--no-dependencies", "--allow-missing-repository", "--no-rewrite-relative-links"];

rmSync(bin, { recursive: true, force: true });
try {
  if (values.target !== undefined) {
    const program = join(bin, programName(values.target));
    mkdirSync(bin);
    copyFileSync(values.binary, program);
    chmodSync(program, 0o755);
    options.push("--target", values.target);
  }
  const { status } = spawnSync(process.execPath, [vsce, "package", ...options, "--out", out], {
    cwd: root,
    stdio: "inherit",
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(bin, { recursive: true, force: true });
}
