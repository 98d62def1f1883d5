// usage: node run.mjs --editor DIRECTORY --server PROGRAM --work DIRECTORY
//                     [--chromium PROGRAM] [--pictures DIRECTORY]
// Tries the extension in VS Code as a browser shows it: DIRECTORY is what install.sh has made. The
// extension is packaged with PROGRAM inside and installed. Prints one JSON object: every check, by
// name, with an error where it failed. With --pictures the screens are kept.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    editor: { type: "string" },
    server: { type: "string" },
    work: { type: "string" },
    chromium: { type: "string", default: "chromium" },
    pictures: { type: "string" },
  },
});
const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..");
const editor = resolve(values.editor);
const work = resolve(values.work);
const server = resolve(values.server);

const { chromium } = await import(
  pathToFileURL(join(editor, "node_modules/playwright-core/index.mjs")).href
);
const { screens } = await import(pathToFileURL(join(here, "screens.mjs")).href);

const SHAPES = `def area(w, h):
    return w * h


def total(items):
    return sum(area(w, h) for w, h in items)
`;

/** What the pictures show. */
const SHOWN = `import math

UNITS = {"m": 1.0, "ft": 0.3048}


def area(width, height, unit="m"):
    return width * height * UNITS[unit] ** 2


class Circle:
    def __init__(self, radius):
        self.area = math.pi * radius**2


def total(rectangles):
    return sum(area(w, h) for w, h in rectangles)
`;

/** The editor's own settings: nothing that moves, asks or looks outside. */
const SETTINGS = {
  "chat.disableAIFeatures": true,
  "editor.occurrencesHighlight": "off",
  "editor.quickSuggestions": { other: "off", comments: "off", strings: "off" },
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  // In a browser it is on, and each pause would be a reload.
  "files.autoSave": "off",
  "git.enabled": false,
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};

function say(message) {
  process.stderr.write(`${((Date.now() - began) / 1000).toFixed(1)} s: ${message}\n`);
}
const began = Date.now();

/** Runs a program; what it prints is shown where it fails. */
function run(program, args, options) {
  const done = spawnSync(program, args, { encoding: "utf8", ...options });
  if (done.status !== 0) {
    throw new Error(`${program} ${args.join(" ")}: ${done.stdout}${done.stderr}${done.error ?? ""}`);
  }
}

/** The whole path of a program. */
function onPath(program) {
  const places = program.includes("/") ? [""] : process.env.PATH.split(":");
  return places.map((place) => resolve(place, program)).find((path) => existsSync(path));
}

function packaged() {
  const target = `${process.platform}-${process.arch}`;
  const program = join(work, "reloadsafe");
  // Without what only a debugger reads it is a quarter of the size.
  run("strip", ["-o", program, server], {});
  const vsix = join(work, "reloadsafe.vsix");
  const options = ["--target", target, "--binary", program, "--out", vsix];
  run(process.execPath, [join(root, "scripts/package.mjs"), ...options], {});
  const driver = join(here, "driver");
  const esbuild = join(root, "node_modules/esbuild/bin/esbuild");
  const bundle = ["--bundle", "--platform=node", "--external:vscode", "--log-level=warning"];
  const output = "--outfile=dist/extension.js";
  run(esbuild, ["extension.ts", output, ...bundle], { cwd: driver });
  const driverVsix = join(work, "driver.vsix");
  const vsce = join(root, "node_modules/@vscode/vsce/vsce");
  const asIs = ["--no-dependencies", "--allow-missing-repository", "--skip-license"];
  run(process.execPath, [vsce, "package", ...asIs, "--out", driverVsix], { cwd: driver });
  const pythonVsix = join(work, "python.vsix");
  const python = { cwd: join(here, "python") };
  run(process.execPath, [vsce, "package", ...asIs, "--out", pythonVsix], python);
  return [vsix, driverVsix, pythonVsix];
}

function folder(name, settings, text = SHAPES) {
  const path = join(work, name);
  mkdirSync(join(path, ".vscode"), { recursive: true });
  writeFileSync(join(path, "shapes.py"), text);
  writeFileSync(join(path, ".vscode/settings.json"), JSON.stringify(settings));
  return path;
}

/** An environment in which `there` has `here`, and a module that imports it. */
function withPackages(path) {
  const packages = join(path, "env/lib/python3.11/site-packages");
  mkdirSync(packages, { recursive: true });
  mkdirSync(join(path, "env/bin"), { recursive: true });
  writeFileSync(join(path, "env/bin/python3.11"), "");
  writeFileSync(join(path, "env/lib/python3.11/os.py"), "");
  writeFileSync(join(packages, "there.py"), "def here():\n    pass\n");
  writeFileSync(join(path, "uses.py"), "from there import here\n\nhere()\n");
  return path;
}

function userSettings(changes) {
  const place = join(work, "data/User");
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "settings.json"), JSON.stringify({ ...SETTINGS, ...changes }));
}

function freePort() {
  return new Promise((found) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => found(port));
    });
  });
}

async function until(what, seconds, condition) {
  const end = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > end) {
      throw new Error(`waited in vain for ${what}`);
    }
    await new Promise((next) => setTimeout(next, 200));
  }
}

/** Starts code-server; gives its address and how to end it. */
async function serve(extensions) {
  const entry = join(editor, "node_modules/code-server/out/node/entry.js");
  writeFileSync(join(work, "config.yaml"), "auth: none\n");
  const places = ["--config", join(work, "config.yaml"), "--user-data-dir", join(work, "data")];
  const common = [entry, ...places, "--extensions-dir", join(work, "extensions")];
  const installs = extensions.flatMap((vsix) => ["--install-extension", vsix]);
  run(process.execPath, [...common, ...installs], {});
  say("extensions installed");
  const port = await freePort();
  const quiet = ["--disable-telemetry", "--disable-update-check"];
  const plain = ["--disable-getting-started-override"];
  const listen = ["--auth", "none", "--bind-addr", `127.0.0.1:${port}`];
  const child = spawn(process.execPath, [...common, ...quiet, ...plain, ...listen], {
    env: { ...process.env, RELOADSAFE_TEST_OUT: work },
    stdio: "ignore",
    // A group of its own: its children end with it.
    detached: true,
  });
  const address = `http://127.0.0.1:${port}`;
  const answers = () => fetch(`${address}/healthz`).then((it) => it.ok, () => false);
  await until("code-server", 60, answers);
  say("code-server is up");
  return { address, stop: () => process.kill(-child.pid) };
}

/** Opens a folder, and waits for what the driver in the extension host has to say. */
async function inHost(browser, address, path, name) {
  const page = await browser.newPage();
  await page.goto(`${address}/?folder=${encodeURIComponent(path)}`);
  const out = join(work, `${name}.json`);
  // Only a workspace that is not trusted ever shows it.
  const trust = page.locator(".workspace-trust-editor .monaco-button", { hasText: /^Trust$/ }).first();
  trust.click({ timeout: 400_000 }).catch(() => undefined);
  try {
    await until(`the checks in ${name}`, 400, () => existsSync(out));
  } catch (error) {
    await page.screenshot({ path: join(work, "failure.png") });
    throw error;
  }
  await page.close();
  const said = JSON.parse(readFileSync(out, "utf8"));
  say(`${name}: ${said.results.length} checks in VS Code ${said.version}`);
  return said.results;
}

async function main() {
  mkdirSync(work, { recursive: true });
  userSettings({});
  const trusted = withPackages(folder("wörk space", { "reloadsafe.path": server }));
  const shown = folder("shapes", {}, SHOWN);
  const restricted = withPackages(folder("restricted", { "reloadsafe.path": "/bin/false" }));
  const extensions = packaged();
  say("packaged");
  const { address, stop } = await serve(extensions);
  const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
  const still = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
  let browser;
  try {
    browser = await chromium.launch({
      executablePath: onPath(values.chromium),
      args: [...flags, ...still],
    });
    const results = await inHost(browser, address, trusted, "wörk space");
    const url = `${address}/?folder=${encodeURIComponent(shown)}`;
    results.push(...(await screens({ browser, url, folder: shown, work, say, pictures: values.pictures })));
    userSettings({
      "security.workspace.trust.enabled": true,
      "security.workspace.trust.startupPrompt": "never",
      "security.workspace.trust.untrustedFiles": "open",
    });
    results.push(...(await inHost(browser, address, restricted, "restricted")));
    process.stdout.write(`${JSON.stringify(results, undefined, 1)}\n`);
  } finally {
    await browser?.close();
    stop();
  }
}

await main();
