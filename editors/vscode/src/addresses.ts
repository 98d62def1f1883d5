// Documents that exist only in the server (old versions, rules' pages, what is known of a module)
// have URIs of the scheme `reloadsafe:`. In the editor they get a path that makes a good title and
// tells the language; the server's own URI goes along as the query.

/** The scheme, on both sides. */
export const SCHEME = "reloadsafe";

/** The parts of a URI as the editor takes and gives them, not encoded. */
export interface Parts {
  scheme: string;
  path: string;
  query: string;
}

const OURS = /^reloadsafe:(?:\/\/)?(\/[^?#]*)(?:\?([^#]*))?$/;

/** What the editor is to open for a URI of the server; undefined where it is none of ours. */
export function toEditor(uri: string): Parts | undefined {
  const found = OURS.exec(uri);
  if (found === null) {
    return undefined;
  }
  const path = titled(decodeURIComponent(found[1] ?? "/"), found[2] ?? "");
  return { scheme: SCHEME, path, query: uri };
}

/** The server's URI of a document of ours. */
export function toServer(parts: Parts): string | undefined {
  return parts.scheme === SCHEME && OURS.test(parts.query) ? parts.query : undefined;
}

/** The path of a module with what is shown of it: `shapes (version 2).py`. */
function titled(path: string, what: string): string {
  if (what === "") {
    return path;
  }
  const dot = path.lastIndexOf(".");
  const hasExtension = dot > path.lastIndexOf("/") + 1;
  const stem = hasExtension ? path.slice(0, dot) : path;
  const extension = hasExtension ? path.slice(dot) : "";
  const version = /^version=(\d+)$/.exec(what)?.[1];
  if (version !== undefined) {
    return `${stem} (version ${version})${extension}`;
  }
  // The namespace is laid out as in a terminal, the others are Markdown.
  return `${stem} (${what})${what === "namespace" ? ".txt" : ".md"}`;
}
