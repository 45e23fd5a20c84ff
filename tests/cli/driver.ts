/**
 * Runs many command lines in one process, as the command itself would, and tells where each begins and how it ends.
 */

import { runCommand } from "../../cli.ts";

/** Command lines that cover every command and every format. */
const LINES: string[][] = [
  ["--help"],
  [],
  ["runs", "--help"],
  ["view", "--help"],
  ["projects"],
  ["runs"],
  ["runs", "-m", "^config/(lr|learning_rate|optimizer|batch_size)$", "-s", "validation/accuracy", "-n", "3"],
  ["runs", "-t", "wide", "-c", "config/optimizer", "--json"],
  ["runs", "-q", "`config/learning_rate`:float > 0.05", "--csv"],
  ["runs", "--heads", "--trashed", "all", "--table"],
  ["show", "linear-1", "-m", "^(config|data)/"],
  ["show", "DIG-2", "-c", "sys/tags", "-c", "config.json", "--json"],
  ["metrics", "--experiments", "^mlp", "-c", "validation/loss", "--steps", "450:"],
  ["metrics", "-r", "linear-1", "-m", "^validation/", "--wide", "--tail", "2"],
  ["logs", "mlp-adam-2", "--tail", "3"],
  ["logs", "mlp-adam-2", "-g", "ACCURACY 9[12]", "-i", "-c", "logs/train", "--bare"],
  ["diff", "linear-1", "linear-2", "-m", "^config/"],
  ["diff", "linear-1", "linear-2", "-m", "^config/", "--json"],
  ["tree"],
  ["tree", "--runs", "cool", "--json"],
  ["schema", "--type", "file_series"],
  ["check"],
  // What cannot be answered.
  ["show", "linar-1"],
  ["show", "mlp-adam-1", "-c", "config/optimizer", "-m", "config"],
  ["runs", "-q", "garbage"],
  ["runs", "-a", "/nowhere/at/all"],
  ["metrics", "--steps", "ten"],
  ["rns"],
];

Deno.chdir(new URL("../../", import.meta.url));
Deno.env.set("NEPTUNE_ARCHIVE", "samples/archive/data");
for (const line of LINES) {
  console.log(`$ neptune-fetcher ${line.join(" ")}`);
  const code = await runCommand(line);
  console.log(`(exit code ${code})\n`);
}
