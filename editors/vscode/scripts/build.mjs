// usage: node scripts/build.mjs [--minify]
// Bundles the extension, and puts beside it the licences of what is in the bundle.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const minify = process.argv.includes("--minify");

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
  minify,
  sourcemap: minify ? false : "linked",
  metafile: true,
  logLevel: "warning",
});

const folders = Object.keys(metafile.inputs)
  .map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
  .filter((folder) => folder !== undefined);
const notices = [...new Set(folders)].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, "package.json")));
  const file = readdirSync(join(root, folder)).find((file) => /^licen[cs]e/i.test(file));
  if (file === undefined) {
    throw new Error(`${name} has no licence beside it`);
  }
  const text = readFileSync(join(root, folder, file), "utf8").trim();
  return `${name} ${version} (${license})\n\n${text}\n`;
});
writeFileSync(join(root, "dist", "licences.txt"), notices.join(`\n${"-".repeat(72)}\n\n`));
