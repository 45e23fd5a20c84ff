/**
 * Makes the folder of unsynced runs that `docs/offline.md` reads, beside the sample archive: `deno run -A tests/offline/sample.ts`.
 *
 * @module
 */

import { type Update, writeDatabase } from "./writer.ts";

const FOLDER = new URL("../../samples/unsynced/", import.meta.url).pathname;
const PROJECT = "nereid/digits";

const loss = (from: number, to: number, at: number): Update[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ({
    step: from + i,
    timestamp: at + 1000 * i,
    append: { "train/loss": { float: Number((2.3 * Math.exp(-(from + i) / 150)).toFixed(6)) } },
  }));

await Deno.remove(FOLDER, { recursive: true }).catch(() => {});
// It went on after the connection was lost.
await writeDatabase(`${FOLDER}.neptune`, {
  project: PROJECT,
  run: "linear-2",
  made: Date.UTC(2025, 10, 3, 9, 22),
  first: 900,
  operations: loss(501, 540, Date.UTC(2025, 10, 3, 9, 22, 10)),
});
// A job on a cluster without internet.
const created = Date.UTC(2025, 10, 9, 8);
await writeDatabase(`${FOLDER}.neptune`, {
  project: PROJECT,
  run: "mlp-adam-3",
  made: created,
  operations: [
    { run: { experiment: "mlp-adam", created } },
    {
      timestamp: created,
      assign: {
        "config/optimizer": { string: "adam" },
        "config/learning_rate": { float: 0.003 },
        notes: { file: { path: "notes/notes.txt", size: 120, mimeType: "text/plain" } },
      },
      sets: { "sys/tags": { add: ["relu"] } },
    },
    ...loss(1, 120, created),
    ...loss(100, 100, created + 120_000),
  ],
});
