// Where the server's program is. Nothing here starts it, and a bare name is never started: on
// Windows that would look into the workspace first.

import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";

/** What the search depends on. */
export interface Surroundings {
  /** The setting `reloadsafe.path`. */
  setting: string | null;
  /** The folder of the extension, in which a program may lie. */
  extension: string;
  /** The first workspace folder. */
  workspace: string | undefined;
  home: string;
  environment: NodeJS.ProcessEnv;
  windows: boolean;
}

/** A program, or why there is none. */
export type Found = { path: string; from: "setting" | "extension" | "PATH" } | { problem: string };

/** The program: of the setting, else the one that came with the extension, else on the `PATH`. */
export function findBinary(around: Surroundings): Found {
  const { setting } = around;
  if (setting !== null && setting.trim() !== "") {
    return fromSetting(expand(setting.trim(), around), around);
  }
  const own = executable(join(around.extension, "bin", "reloadsafe"), around.windows);
  if (own !== undefined) {
    return { path: own, from: "extension" };
  }
  const path = onPath("reloadsafe", around);
  return path === undefined
    ? {
        problem:
          "reloadsafe is not on the PATH. Install it, or name the program in the setting reloadsafe.path.",
      }
    : { path, from: "PATH" };
}

function fromSetting(expanded: string, around: Surroundings): Found {
  const isBare = !/[\\/]/.test(expanded);
  const place = isBare
    ? onPath(expanded, around)
    : executable(resolve(around.workspace ?? around.home, expanded), around.windows);
  return place === undefined
    ? { problem: `The setting reloadsafe.path names ${expanded}, which is no program.` }
    : { path: place, from: "setting" };
}

/** `~`, `${workspaceFolder}`, `${userHome}` and `${env:NAME}` in a path. */
export function expand(
  path: string,
  around: Pick<Surroundings, "workspace" | "home" | "environment">,
): string {
  const homed = /^~(?=$|[\\/])/.test(path) ? around.home + path.slice(1) : path;
  return homed.replace(/\$\{(workspaceFolder|userHome|env:([^}]*))\}/g, (_, key: string, name) => {
    switch (key) {
      case "workspaceFolder":
        return around.workspace ?? "";
      case "userHome":
        return around.home;
      default:
        return around.environment[name as string] ?? "";
    }
  });
}

function onPath(name: string, around: Surroundings): string | undefined {
  const { environment } = around;
  const places = (environment["PATH"] ?? environment["Path"] ?? "").split(delimiter);
  for (const place of places.filter((place) => isAbsolute(place))) {
    const found = executable(join(place, name), around.windows);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

/** The file itself, or on Windows with `.exe` behind, where it can be executed. */
function executable(path: string, windows: boolean): string | undefined {
  const names = windows && !path.toLowerCase().endsWith(".exe") ? [`${path}.exe`] : [path];
  return names.find((name) => {
    try {
      accessSync(name, constants.X_OK);
      return statSync(name).isFile();
    } catch {
      return false;
    }
  });
}
