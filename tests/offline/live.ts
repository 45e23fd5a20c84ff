/** Writes one point after the other to a database, as a client does, until it is killed. */

import { DatabaseSync } from "node:sqlite";
import { encode } from "./writer.ts";

const database = new DatabaseSync(Deno.args[0]);
database.exec("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 50");
const insert = database.prepare(
  "INSERT INTO run_operations (timestamp, operation_type, operation, operation_size_bytes) VALUES (0, 0, ?, 0)",
);
for (let step = 0;; step++) {
  insert.run(encode({ step, timestamp: step, append: { m: { float: step } } }));
  if (step === 0) console.log("begun");
  // The client writes in bursts, with pauses between them.
  if (step % 20 === 19) await new Promise((resolve) => setTimeout(resolve, 15));
}
