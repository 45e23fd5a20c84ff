/**
 * Archives behind a Spark server as a {@linkcode Catalog} of {@linkcode Source}s.
 *
 * @module
 */

import { resolve } from "node:path";
import { DISK } from "../archive/disk/local.ts";
import { parentOf, type Store } from "../archive/disk/store.ts";
import { requirePermission } from "../permissions/require.ts";
import type { CallOptions, Catalog, Source } from "../source.ts";
import { parseAddress } from "./address.ts";

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
  /** Certificate authorities beside those that this machine knows, each a PEM string. Default: none. */
  caCerts?: readonly string[];
  /** Follows links in the files folder that lead out of it. Default: true. */
  linksOutside?: boolean;
}

/**
 * Opens an archive behind a Spark server. Nothing is asked before the first call, and only then what speaks to the server is loaded.
 *
 * @throws {OptionError} The address cannot be used.
 */
export function openSpark(options: SparkOptions): Catalog {
  const address = parseAddress(options.address);
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
  const label = `archive ${data} through ${address.label}`;
  const settings = { label, files, filesStore: filesStore ?? DISK, linksOutside: options.linksOutside ?? true };
  let closed = false;
  let opened: ReturnType<typeof load> | null = null;
  const load = async () => {
    requirePermission({ name: "net", host: new URL(address.url).host }, `ask the Spark server at ${address.label}`);
    const [{ SparkArchive }, { SparkProject }] = await Promise.all([import("./archive.ts"), import("./project.ts")]);
    const archive = new SparkArchive({
      address,
      data,
      seen: store ? { store, root } : isRemote ? null : { store: DISK, root },
      certificates: options.caCerts ?? [],
      includeIncomplete: options.includeIncomplete ?? false,
    });
    if (closed) await archive.session.close();
    return { archive, open: (project: string) => new SparkProject(archive, project, settings) };
  };
  const use = () => {
    opened ??= load();
    opened.catch(() => opened = null);
    return opened;
  };
  return {
    label,
    projects: async (call?: CallOptions) => await (await use()).archive.projects(call),
    open: (project: string): Source => lazySource(label, async () => (await use()).open(project)),
    refresh: () => void opened?.then(({ archive }) => archive.refresh(), () => {}),
    close() {
      closed = true;
      opened?.then(({ archive }) => archive.session.close()).catch(() => {});
      for (const one of new Set([store, filesStore])) one?.close();
    },
  };
}

/** A source that is loaded with its first call. */
function lazySource(label: string, load: () => Promise<Source>): Source {
  let loaded: Promise<Source> | null = null;
  const source = () => {
    loaded ??= load();
    loaded.catch(() => loaded = null);
    return loaded;
  };
  async function* stream<T>(call: (source: Source) => AsyncIterable<T>): AsyncGenerator<T> {
    yield* call(await source());
  }
  return {
    label,
    project: async (options) => await (await source()).project(options),
    runs: (query) => stream((source) => source.runs(query)),
    attributes: (query) => stream((source) => source.attributes(query)),
    existing: (query) => stream((source) => source.existing(query)),
    values: (query) => stream((source) => source.values(query)),
    series: (query) => stream((source) => source.series(query)),
    buckets: async (query, cut) => await (await source()).buckets!(query, cut),
    file: async (ref, options) => await (await source()).file(ref, options),
    close() {},
  };
}
