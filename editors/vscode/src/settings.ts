// The settings as the server takes them. What nobody has set is not sent, so that it does not win
// over the project's configuration file.

/** The keys that the server shares with configuration files. */
export const CONFIGURATION_KEYS = [
  "select",
  "extendSelect",
  "ignore",
  "perFileIgnores",
  "minSeverity",
  "pythonVersion",
  "python",
  "reloader",
  "src",
  "exclude",
  "catalogue",
] as const;

/** The server's own keys. */
export const SERVER_KEYS = ["baseline", "reloadOn", "codeLens", "inlayHints", "hover"] as const;

/** What the editor says of a setting. */
export interface Said {
  value: unknown;
  /** Somebody has set it, somewhere. */
  isSet: boolean;
}

/** The object for `initializationOptions` and `workspace/configuration`. */
export function serverSettings(
  read: (key: string) => Said,
  trusted: boolean,
  expanded: (path: string) => string,
  activePython?: string,
): Record<string, unknown> {
  // A client that takes `reloadsafe/status` says so; the server reads it at `initialize`.
  const settings: Record<string, unknown> = { status: true, trusted };
  // Not `python`: what the project's configuration file says counts more.
  if (activePython !== undefined) {
    settings["activePython"] = activePython;
  }
  for (const key of [...CONFIGURATION_KEYS, ...SERVER_KEYS]) {
    const { value, isSet } = read(key);
    if (isSet && value !== null && value !== undefined) {
      settings[key] = key === "python" && typeof value === "string" ? expanded(value) : value;
    }
  }
  return settings;
}
