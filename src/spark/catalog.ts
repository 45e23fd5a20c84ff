/**
 * Archives behind a Spark server as a {@linkcode Catalog} of {@linkcode Source}s.
 *
 * @module
 */

import { resolve } from "node:path";
import { DISK } from "../archive/disk/local.ts";
import { parentOf, type Store } from "../archive/disk/store.ts";
import { requirePermission } from "../permissions/require.ts";
import type { CallOptions, Catalog } from "../source.ts";
import { parseAddress, sparkLabel } from "./address.ts";
import { SparkArchive } from "./archive.ts";
import { SparkProject } from "./project.ts";

/** How to read an archive through a Spark server. */
export interface SparkOptions {
  /** The address of the server: `sc://host:port/;token=…;use_ssl=true`. */
  address: string;
  /** The data root, as the server sees it: a folder, or an address such as `s3://bucket/data`. */
  data: string;
  /** The files root. Default: the folder `files` beside the data root, where this machine has it. */
  files?: string | null;
  /** Data in object storage: how this machine reaches it; null: not at all. Default: null. */
  store?: Store | null;
  /** Where the files root lies. Default: on this machine. */
  filesStore?: Store | null;
  /** Also reads runs whose export was not finished. Default: false. */
  includeIncomplete?: boolean;
  /** What to do with runs of which the engine cannot read a file: every call fails, or they are left out. Default: `error`. */
  damagedRuns?: "error" | "skip";
  /** Certificate authorities beside those that this machine knows, each a PEM string. Default: none. */
  caCerts?: readonly string[];
  /** Follows links in the files folder that lead out of it. Default: true. */
  linksOutside?: boolean;
}

/**
 * Opens an archive behind a Spark server. Nothing is asked before the first call.
 *
 * @throws {OptionError} The address cannot be used.
 * @throws {PermissionError} The server may not be asked.
 */
export function openSpark(options: SparkOptions): Catalog {
  const address = parseAddress(options.address);
  requirePermission({ name: "net", host: new URL(address.url).host }, `ask the Spark server at ${address.label}`);
  const isRemote = /^[a-z][a-z0-9+.-]*:\/\//i.test(options.data);
  const data = (isRemote ? options.data : resolve(options.data)).replace(/\/+$/, "");
  const { store = null, filesStore = null } = options;
  // What engines call s3a:// is s3:// to us.
  const root = data.replace(/^s3a:/i, "s3:");
  // Where this machine does not have the files beside the data, opening one says so.
  const files = options.files
    ? (filesStore ? options.files : resolve(options.files))
    : isRemote && !filesStore
    ? null
    : `${parentOf(root)}/files`;
  const label = sparkLabel(options.data, address);
  const archive = new SparkArchive({
    address,
    data,
    seen: store ? { store, root } : isRemote ? null : { store: DISK, root },
    certificates: options.caCerts ?? [],
    includeIncomplete: options.includeIncomplete ?? false,
    skipDamaged: options.damagedRuns === "skip",
  });
  const settings = {
    label,
    folder: isRemote ? undefined : data,
    files,
    filesStore: filesStore ?? DISK,
    linksOutside: options.linksOutside ?? true,
  };
  return {
    label,
    projects: (call?: CallOptions) => archive.projects(call),
    open: (project: string) => new SparkProject(archive, project, settings),
    refresh: () => archive.refresh(),
    close() {
      archive.engine.close().catch(() => {});
      for (const one of new Set([store, filesStore])) one?.close();
    },
  };
}
