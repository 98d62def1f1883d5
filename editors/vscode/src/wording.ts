// What is shown, as text: nothing here knows the editor.

import type { HistoryEvent, ModuleStatus, NamespaceEntry, Origin } from "./protocol.ts";

function counted(count: number, what: string): string[] {
  return count === 0 ? [] : [`${count} ${what}${count === 1 ? "" : "s"}`];
}

/** What the status bar says of a module. */
export function statusText(status: ModuleStatus): string {
  const parts = [status.version === null ? "not loaded" : `v${status.version}`];
  parts.push(...counted(status.orphans, "orphan"), ...counted(status.abortPoints, "abort point"));
  if (status.outOfStep === true) {
    parts.push("changed on disk");
  }
  return `${statusIcon(status)} ${parts.join(" · ")}`;
}

function statusIcon(status: ModuleStatus): string {
  switch (status.severity) {
    case 1:
      return "$(error)";
    case 2:
      return "$(warning)";
    case 3:
      return "$(info)";
    case 4:
    case null:
      return status.outOfStep === true ? "$(warning)" : "$(check)";
  }
}

/** What the status bar says when the pointer rests on it. */
export function statusDetails(status: ModuleStatus): string[] {
  const { version, orphans, abortPoints } = status;
  const lines = [
    version === null
      ? "The process has not loaded this module."
      : `The process has loaded version ${version} of this module.`,
  ];
  if (orphans > 0) {
    const names = orphans === 1 ? "1 name is" : `${orphans} names are`;
    lines.push(`${names} left over by reloads and gone after a restart.`);
  }
  if (abortPoints > 0) {
    const places = abortPoints === 1 ? "1 place" : `${abortPoints} places`;
    lines.push(`The reload can stop half-way at ${places}.`);
  }
  if (status.outOfStep === true) {
    lines.push("The file was changed on disk behind the editor: a reload loads that text.");
  }
  return lines;
}

/** The groups of the namespace, in the order of interest. */
export const ORIGINS: readonly { origin: Origin; label: string; meaning: string }[] = [
  { origin: "orphan", label: "Orphans", meaning: "left over, gone after a restart" },
  { origin: "unbound", label: "Unbound", meaning: "in the process now, gone after the reload" },
  { origin: "added", label: "Added", meaning: "new" },
  { origin: "rebound", label: "Rebound", meaning: "bound anew" },
  { origin: "kept", label: "Kept", meaning: "not touched by the reload" },
];

/** Where a name was bound. `pending` is the number of the text in the editor. */
export function entryPlace(entry: NamespaceEntry, pending: number): string {
  const place = entry.version === pending ? "" : `version ${entry.version}, `;
  const doubt = entry.certainty === "maybe" ? ", maybe" : "";
  return `${place}line ${entry.line}${doubt}`;
}

/** What happened, for the history. */
export function eventText(event: HistoryEvent): string {
  const stopped = event.line === undefined ? "" : ` at line ${event.line}`;
  return event.kind === "aborted" ? `stopped${stopped}` : event.kind;
}
