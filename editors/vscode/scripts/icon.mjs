// usage: node scripts/icon.mjs CHROMIUM
// Draws media/icon.png, which the marketplace wants, from media/icon.svg.

import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const media = join(dirname(fileURLToPath(import.meta.url)), "..", "media");
const svg = readFileSync(join(media, "icon.svg"), "utf8");
const page = join(media, "icon.html");
writeFileSync(page, `<body style="margin:0">${svg}`);
const size = ["--window-size=256,256", "--default-background-color=00000000"];
const out = `--screenshot=${join(media, "icon.png")}`;
const mode = ["--headless", "--no-sandbox", "--hide-scrollbars"];
spawnSync(process.argv[2] ?? "chromium", [...mode, ...size, out, `file://${page}`], {
  stdio: "inherit",
});
rmSync(page);
