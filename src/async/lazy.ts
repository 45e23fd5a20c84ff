/**
 * Code that is loaded when it is first needed: a program that reads a server does not wait for what reads archives.
 *
 * @module
 */

import type { Catalog, LazyCatalog } from "../source.ts";

/**
 * A catalog that is loaded with its first call.
 *
 * @param label What it is, for people.
 * @param load Loads what reads, and opens it.
 */
export function lazyCatalog(label: string, load: () => Promise<Catalog>): LazyCatalog {
  let loading: Promise<Catalog> | null = null;
  let loaded: Catalog | null = null;
  let closed = false, staying = false;
  const loadOnce = async () => {
    loaded = await load();
    if (staying) loaded.stay?.();
    if (closed) loaded.close();
    return loaded;
  };
  const use = () => {
    loading ??= loadOnce();
    loading.catch(() => loading = null);
    return loading;
  };
  return {
    label,
    projects: async (call) => await (await use()).projects(call),
    open: async (project) => await (await use()).open(project),
    refresh: () => loaded?.refresh?.(),
    stay() {
      staying = true;
      loaded?.stay?.();
    },
    close() {
      closed = true;
      loaded?.close();
    },
  };
}
