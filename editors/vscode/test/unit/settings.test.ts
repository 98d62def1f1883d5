import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { CONFIGURATION_KEYS, SERVER_KEYS, serverSettings, type Said } from "../../src/settings.ts";

const read = (said: Record<string, Said>) => (key: string) =>
  said[key] ?? { value: "of the manifest", isSet: false };

test("only what somebody has set is sent", () => {
  const said = {
    reloadOn: { value: "command", isSet: true },
    minSeverity: { value: null, isSet: true },
    python: { value: "~/env", isSet: true },
    ignore: { value: ["~/RS103"], isSet: true },
  };
  assert.deepEqual(
    serverSettings(read(said), false, (path) => path.replace("~", "/h")),
    { status: true, trusted: false, reloadOn: "command", python: "/h/env", ignore: ["~/RS103"] },
  );
});

test("every setting of the manifest is sent or is the client's own", () => {
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
    contributes: { configuration: { properties: Record<string, unknown> } };
  };
  const names = Object.keys(manifest.contributes.configuration.properties);
  const sent = [...CONFIGURATION_KEYS, ...SERVER_KEYS, "path", "trace.server"];
  assert.deepEqual(names.sort(), sent.map((key) => `reloadsafe.${key}`).sort());
});
