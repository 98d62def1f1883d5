// What the server says beyond the Language Server Protocol, as data.

/** How a module stands, for a status bar. */
export interface ModuleStatus {
  uri: string;
  /** The version that the process has loaded, from 0; null before it has loaded any. */
  version: number | null;
  orphans: number;
  abortPoints: number;
  /** The worst finding: 1 error, 2 warning, 3 information, 4 hint (LSP `DiagnosticSeverity`). */
  severity: 1 | 2 | 3 | 4 | null;
  /** The file was written behind the editor: a reload would not load what is shown. */
  outOfStep?: boolean;
}

/** How a name came to be in the namespace after the reload. */
export type Origin = "kept" | "rebound" | "added" | "orphan" | "unbound";

/** A name of the namespace after the reload. */
export interface NamespaceEntry {
  name: string;
  kind: "function" | "class" | "import" | "variable";
  origin: Origin;
  certainty: "always" | "maybe";
  /** Where the binding that holds was made; the line counts from 1. */
  version: number;
  line: number;
}

/** A read that only an orphan satisfies. */
export interface GhostRead {
  name: string;
  line: number;
  from: { version: number; line: number };
  restart: "NameError" | "builtin" | "getattr";
}

/** Where the reload can stop. */
export interface AbortPoint {
  line: number;
  reason: string;
  updated: string[];
  stale: string[];
}

/** The worlds of a module: its history with the text in the editor as the pending reload. */
export interface Simulation {
  module: string;
  /** One for each version; the last is the text in the editor. */
  stages: { version: number; outcome: string }[];
  namespace: NamespaceEntry[];
  ghost_reads: GhostRead[];
  abort_points: AbortPoint[];
}

/** Something that happened to a module in the process. */
export interface HistoryEvent {
  kind: "imported" | "reloaded" | "aborted" | "restarted";
  /** Counted from 0 since the last import. */
  version: number;
  /** Seconds since 1970. */
  at: number;
  /** Where a reload stopped, from 1. */
  line?: number;
}

/** What has happened to a module, oldest first. */
export interface History {
  events: HistoryEvent[];
  /** The text in the editor differs from what the process has loaded. */
  pending: boolean;
}

/** A comparison of an old version with the document. */
export interface Comparison {
  left: string;
  right: string;
  title: string;
}

/** The events since the last import: the versions that still have a text. */
export function currentLife(events: readonly HistoryEvent[]): HistoryEvent[] {
  const begins = (event: HistoryEvent) => event.kind === "imported" || event.kind === "restarted";
  const start = events.findLastIndex(begins);
  return events.slice(Math.max(start, 0));
}
