// The extension as somebody sees it: keys are pressed, and what is on the screen is read. The
// pictures of the README are taken on the way.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const PATIENCE = 30_000;

/** Runs the checks one after the other; the first that fails ends them. */
export async function screens({ browser, url, folder, work, say, pictures }) {
  const page = await browser.newPage({ viewport: { width: 1240, height: 720 } });
  page.setDefaultTimeout(PATIENCE);
  const picture = async (name) => {
    if (pictures !== undefined) {
      // Nothing blinks or fades in it.
      await page.waitForTimeout(700);
      await page.screenshot({ path: join(pictures, `${name}.png`), caret: "hide" });
    }
  };
  const results = [];
  try {
    await page.goto(url, { waitUntil: "domcontentloaded" });
    await page.waitForSelector(".monaco-workbench .part.statusbar", { timeout: 90_000 });
    for (const [check, act] of Object.entries(checks(page, folder, picture))) {
      const result = { check };
      results.push(result);
      try {
        await act();
      } catch (error) {
        result.error = String(error.stack);
        await page.screenshot({ path: join(work, "failure.png") });
        break;
      }
    }
  } finally {
    await page.close();
  }
  say(`${results.length} checks on the screen`);
  return results;
}

function checks(page, folder, picture) {
  const rows = (selector) =>
    page.$$eval(selector, (found) => found.map((row) => row.innerText.replace(/\s+/g, " ").trim()));
  const row = (selector, text) => page.locator(selector, { hasText: text }).first();
  const press = (...keys) =>
    keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
  const lines = async () => (await rows(".editor-instance .view-line")).map((it) => it.trim());

  /** Puts the cursor at a line and a column, from 1. */
  async function goTo(place) {
    await press("Control+G");
    await page.waitForSelector(".quick-input-widget input");
    await page.keyboard.type(place);
    await press("Enter");
    await page.waitForSelector(".quick-input-widget", { state: "hidden" });
  }

  async function palette(command) {
    await press("F1");
    await page.waitForSelector(".quick-input-widget input");
    await page.keyboard.type(command);
    await row(".quick-input-list .monaco-list-row", command).waitFor();
    await press("Enter");
  }

  const status = page.locator('.statusbar-item[aria-label^="reloadsafe:"]');

  return {
    "a module is opened, and the status bar says its version": async () => {
      await press("Control+P");
      await page.waitForSelector(".quick-input-widget input");
      await page.keyboard.type("shapes.py");
      await row(".quick-input-list .monaco-list-row", "shapes.py").waitFor();
      await press("Enter");
      await page.waitForSelector(".editor-instance .view-line");
      await status.filter({ hasText: "v0" }).waitFor();
      await row(".codelens-decoration", "version 0").waitFor();
    },

    "a renamed function is underlined where it is called, and is in Problems": async () => {
      await goTo("6:5");
      await press("Control+Shift+ArrowRight");
      await page.keyboard.type("surface");
      await page.waitForSelector(".squiggly-error");
      // The editor asks for code lenses only while it has the focus.
      await row(".codelens-decoration", "reload pending · 1 orphan").waitFor();
      await press("Control+Shift+M");
      await row(".markers-panel .monaco-list-row", "`area` was renamed to `surface`").waitFor();
      await status.filter({ hasText: "v0 · 1 orphan" }).waitFor();
      await picture("ghost-read");
    },

    "the quick fix changes the text": async () => {
      await page.click(".editor-instance .view-line >> nth=0");
      await goTo("16:17");
      await press("Control+.");
      await row(".action-widget .monaco-list-row", "Read `surface` instead").waitFor();
      const offered = await rows(".action-widget .monaco-list-row");
      assert.equal(offered.filter((text) => text.includes("surface"))[0], "Read `surface` instead");
      await picture("quick-fix");
      await row(".action-widget .monaco-list-row", "Read `surface` instead").click();
      await row(".editor-instance .view-line", "sum(surface(w, h)").waitFor();
      await page.waitForSelector(".squiggly-error", { state: "detached" });
    },

    "the file is saved, and the process has version 1": async () => {
      await press("Control+S");
      await status.filter({ hasText: "v1 · 1 orphan" }).waitFor();
      const saved = readFileSync(join(folder, "shapes.py"), "utf8");
      assert.equal(saved.match(/surface\(/g).length, 2);
      assert.ok(!saved.includes("area("));
      assert.ok((await lines()).some((line) => line.includes("sum(surface(w, h)")));
    },

    "the views show the namespace and the history": async () => {
      await press("Control+J");
      await palette("View: Show reloadsafe");
      const tree = ".pane-body .monaco-list-row";
      await row(tree, "Orphans").waitFor();
      await row(tree, /^area/).waitFor();
      await row(tree, "Version 1").waitFor();
      const seen = await rows(tree);
      assert.ok(seen.some((text) => text.startsWith("Version 0imported")), seen.join("\n"));
      assert.ok(seen.some((text) => text === "areaversion 0, line 6"), seen.join("\n"));
      await row(tree, "Rebound").locator(".monaco-tl-twistie").click();
      await row(tree, /^Circle/).waitFor();
      await picture("views");
    },

    "an old version is compared with the editor": async () => {
      await row(".pane-body .monaco-list-row", /^Version 0/).click();
      await page.waitForSelector(".diff-editor, .monaco-diff-editor");
      await row(".monaco-diff-editor .view-line", "def area(").waitFor();
      await row(".monaco-diff-editor .view-line", "def surface(").waitFor();
      await picture("compare");
    },

    "the walkthrough is there": async () => {
      await palette("Welcome: Open Walkthrough");
      await page.waitForSelector(".quick-input-widget input");
      await page.keyboard.type("reloadsafe");
      await row(".quick-input-list .monaco-list-row", "Get started with reloadsafe").waitFor();
      await press("Enter");
      await row(".gettingStartedContainer", "Open a module that a process has loaded").waitFor();
    },
  };
}
