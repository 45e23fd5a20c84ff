/** Archives of a disk as they are when they lie in object storage. */

import { dirname } from "node:path";
import { openArchive } from "../../src/archive/catalog.ts";
import { openStorage } from "../../src/s3/store.ts";
import type { Open } from "../conformance/suite.ts";
import { FolderStore, KEYS } from "./server.ts";

/**
 * Without a socket: the client's `fetch` is the store.
 *
 * @param tail How many bytes at the end of an object are read first.
 */
export const inProcess = (tail?: (size: number) => number): Open => ({ data, files }, choices) => {
  const server = new FolderStore({ bucket: dirname(data) });
  const store = openStorage({ ...KEYS, endpoint: "http://store.test", region: "us-east-1", fetch: server.fetch }, tail);
  const place = (path: string) => path.replace(dirname(data), "s3://bucket");
  const catalog = openArchive({
    store,
    filesStore: store,
    data: place(data),
    files: place(files),
    cache: null,
    ...choices,
  });
  return Promise.resolve({ catalog, close: () => Promise.resolve(catalog.close()) });
};
