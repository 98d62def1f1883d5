// What the server can be asked beyond the Language Server Protocol.

import { NotificationType, RequestType, type TextDocumentIdentifier } from "vscode-languageclient";

import type { History, ModuleStatus, Simulation } from "./protocol.ts";

interface DocumentParams {
  textDocument: TextDocumentIdentifier;
}

export const namespaceRequest = new RequestType<DocumentParams, Simulation, void>(
  "reloadsafe/namespace",
);
export const historyRequest = new RequestType<DocumentParams, History, void>("reloadsafe/history");
export const versionTextRequest = new RequestType<{ uri: string }, { text: string }, void>(
  "reloadsafe/versionText",
);
export const statusNotification = new NotificationType<ModuleStatus>("reloadsafe/status");
