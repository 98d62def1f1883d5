// usage: node test.mjs --jupyter DIRECTORY --server PROGRAM --work DIRECTORY
//                      --playwright DIRECTORY [--chromium PROGRAM]
// Opens a module in JupyterLab with the configuration of this folder, renames a function where it is
// defined, and reads what is shown; then a notebook, about which nothing is to be said. DIRECTORY of
// --jupyter is a virtual environment with jupyterlab and jupyterlab-lsp, that of --playwright has
// playwright-core in it. Prints one `key<tab>value` a line.

import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    jupyter: { type: "string" },
    server: { type: "string" },
    work: { type: "string" },
    playwright: { type: "string" },
    chromium: { type: "string", default: "chromium" },
  },
});
const here = dirname(fileURLToPath(import.meta.url));
const work = resolve(values.work);
const { chromium } = await import(
  pathToFileURL(resolve(values.playwright, "node_modules/playwright-core/index.mjs")).href
);

function say(key, value) {
  process.stdout.write(`${key}\t${value}\n`);
}

function cell(source) {
  return { cell_type: "code", id: source.slice(0, 4), metadata: {}, source, outputs: [], execution_count: null };
}

const NOTEBOOK = {
  cells: [cell("def area(w, h):\n    return w * h"), cell("area(1, 2)")],
  metadata: {
    kernelspec: { name: "python3", display_name: "Python 3", language: "python" },
    language_info: { name: "python", file_extension: ".py", mimetype: "text/x-python" },
  },
  nbformat: 4,
  nbformat_minor: 5,
};

function freePort() {
  return new Promise((found) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => found(port));
    });
  });
}

async function serve() {
  const config = JSON.parse(readFileSync(join(here, "reloadsafe.json"), "utf8"));
  const manager = config.LanguageServerManager;
  manager.language_servers.reloadsafe.argv = [resolve(values.server), "server"];
  // No other server that happens to be installed.
  manager.autodetect = false;
  const open = { allow_root: true, open_browser: false };
  config.ServerApp = { ...open, root_dir: join(work, "modules") };
  config.IdentityProvider = { token: "" };
  const place = join(work, "config");
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "jupyter_server_config.json"), JSON.stringify(config));
  const port = await freePort();
  const child = spawn(resolve(values.jupyter, "bin/jupyter-lab"), ["--no-browser", "--port", port], {
    cwd: join(work, "modules"),
    env: {
      ...process.env,
      HOME: work,
      JUPYTER_CONFIG_DIR: place,
      JUPYTER_DATA_DIR: join(work, "data"),
      JUPYTER_RUNTIME_DIR: join(work, "runtime"),
    },
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  let log = "";
  child.stderr.on("data", (text) => (log += text));
  const address = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries++) {
    if (await fetch(`${address}/lab`).then((it) => it.ok, () => false)) {
      return { address, stop: () => stopped(child), log: () => log };
    }
    if (tries > 300) {
      throw new Error(`JupyterLab does not start:\n${log}`);
    }
    await new Promise((next) => setTimeout(next, 200));
  }
}

/** Ends the server, which ends its kernels. */
function stopped(child) {
  const end = new Promise((next) => child.on("exit", next));
  child.kill();
  return end;
}

/** The texts that are underlined. */
function underlined(page) {
  return page.$$eval("[class*=cm-lintRange]", (found) => found.map((it) => it.textContent));
}

async function module(page, address) {
  await page.goto(`${address}/lab/tree/shapes.py?reset`);
  await page.waitForSelector(".cm-content");
  // The status bar says when the server is there.
  await page.locator(".jp-FileEditor .cm-line").first().click();
  await page.getByText("Fully initialized").waitFor();
  await page.keyboard.press("Control+Home");
  for (let at = 0; at < 4; at++) await page.keyboard.press("ArrowRight");
  for (let at = 0; at < 4; at++) await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.type("surface");
  const ghost = page.locator(".cm-lintRange-error", { hasText: "area" });
  await ghost.waitFor();
  say("underlined", (await underlined(page)).join(", "));
  await ghost.hover();
  const message = page.locator(".cm-diagnosticText", { hasText: "renamed" }).first();
  say("message", (await message.textContent()).replace(/\s+/g, " "));
  await page.screenshot({ path: join(work, "module.png") });
  // A mistake is mended by hand, and the mark goes.
  await page.keyboard.press("Control+Home");
  for (let at = 0; at < 4; at++) await page.keyboard.press("ArrowRight");
  for (let at = 0; at < 7; at++) await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.type("area");
  await ghost.waitFor({ state: "detached" });
  say("mended", (await underlined(page)).length);
}

async function notebook(page, address) {
  await page.goto(`${address}/lab/tree/cells.ipynb?reset`);
  await page.waitForSelector(".jp-Notebook .cm-content");
  await page.locator(".jp-Notebook .cm-line").first().click();
  await page.getByText("Fully initialized").waitFor();
  // What would be a ghost read in a module: the kernel still has the function, and no reload comes.
  const name = page.locator(".jp-Notebook .cm-line", { hasText: "def area" }).getByText("area", { exact: true });
  await name.dblclick();
  await page.keyboard.type("surface");
  await page.locator(".jp-Notebook .cm-line", { hasText: "def surface" }).waitFor();
  await page.waitForTimeout(3000);
  await page.screenshot({ path: join(work, "notebook.png") });
  say("notebook", (await underlined(page)).join(", ") || "nothing");
}

mkdirSync(join(work, "modules"), { recursive: true });
writeFileSync(join(work, "modules/cells.ipynb"), JSON.stringify(NOTEBOOK));
const { address, stop, log } = await serve();
let browser;
try {
  const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
  const still = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
  browser = await chromium.launch({ executablePath: values.chromium, args: [...flags, ...still] });
  const page = await browser.newPage({ viewport: { width: 1200, height: 700 } });
  page.setDefaultTimeout(60_000);
  try {
    await module(page, address);
    await notebook(page, address);
  } catch (error) {
    await page.screenshot({ path: join(work, "failure.png") });
    process.stderr.write(log());
    throw error;
  }
} finally {
  await browser?.close();
  await stop();
}
