/**
 * Folders of operation logs, as the clients of Neptune 2.x left them: whose data they hold.
 *
 * @module
 */

import { whyUnreadable } from "../scale/container.ts";

/** One folder of logs: what one process logged to one run. */
export interface LegacyFolder {
  path: string;
  /** Below the folder that was opened, with slashes. */
  name: string;
  /** `offline`: nothing was sent. `async`: some of it may be on the server. */
  mode: "offline" | "async";
  /** The id inside the server or the client; archives do not have it. */
  id: string;
  /** `run`, `project`, `model` or `model_version`. */
  type: string;
  client: string | null;
  /** When it was made, in milliseconds since the epoch, or null. */
  created: number | null;
  /** The last operation that the server confirmed; 0: none. */
  acknowledged: number;
  /** Names of logs, in order. */
  logs: string[];
  /** Why what it says about itself cannot be read, or null. */
  damage: string | null;
}

const LOG = /^data-(\d+)\.log$/;
const CONTAINER = /^(?:(run|project|model|model_version)__)?([0-9a-f]{8}-[0-9a-f-]{27})(?:__.*)?$/i;

/** The logs among these names, in order; empty where a folder with these names holds none. */
export function logNames(names: readonly string[]): string[] {
  const version = (name: string) => Number(LOG.exec(name)![1]);
  return names.filter((name) => LOG.test(name)).sort((a, b) => version(a) - version(b));
}

/** Looks into a folder with logs. */
export function readLegacyFolder(path: string, name: string, logs: string[]): LegacyFolder {
  const folder: LegacyFolder = {
    path,
    name,
    mode: "offline",
    id: "",
    type: "run",
    client: null,
    created: null,
    acknowledged: 0,
    logs,
    damage: null,
  };
  // The id is in the name of the folder, or of the one around it (one folder for each execution).
  const parts = path.split(/[\\/]/);
  const at = parts.findLastIndex((part) => CONTAINER.test(part));
  if (at >= 0) {
    const [, type, id] = CONTAINER.exec(parts[at])!;
    folder.id = id.toLowerCase();
    folder.type = type ?? readText(`${parts.slice(0, at + 1).join("/")}/container_type`) ?? "run";
    if (parts[at - 1] === "async") folder.mode = "async";
    folder.created = executionTime(parts[at + 1]);
  }
  try {
    const text = readText(`${path}/metadata.json`);
    if (text !== null) {
      const metadata = JSON.parse(text) as Record<string, string | undefined>;
      folder.mode = metadata.mode === "async" ? "async" : parts[at - 1] === "async" ? "async" : "offline";
      folder.id ||= metadata.containerId ?? "";
      folder.type = metadata.containerType ?? folder.type;
      folder.client = metadata.neptuneClientVersion ?? null;
      const created = Date.parse(metadata.createdAt ?? "");
      if (!Number.isNaN(created)) folder.created = created;
    }
    folder.acknowledged = Number(readText(`${path}/last_ack_version`) || 0) || 0;
  } catch (error) {
    folder.damage = whyUnreadable(error);
  }
  folder.id ||= parts[parts.length - 1];
  return folder;
}

/** `exec-<seconds>-<date>`: when it began, in milliseconds. */
function executionTime(part: string | undefined): number | null {
  const seconds = Number(/^exec-(\d+\.\d+)-/.exec(part ?? "")?.[1]);
  return seconds > 1e9 ? seconds * 1000 : null;
}

function readText(path: string): string | null {
  try {
    return Deno.readTextFileSync(path).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    throw error;
  }
}
