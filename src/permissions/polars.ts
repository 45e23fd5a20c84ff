/**
 * Asks for what loading Polars takes before it is loaded, so that what is missing is one sentence and no stack of another package.
 * Entry points import this first.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { PermissionError } from "../errors.ts";

/** As in deno.json; a published package has no import map that would say it. */
const PACKAGE = "npm:nodejs-polars@^0.25.2";

/** What the package asks of the machine to choose the library for it: on Linux, which C library there is. */
const MACHINE = Deno.build.os === "linux" ? ["cpus", "hostname", "networkInterfaces"] as const : [];

/** Where the package and its library lie. */
const folder = packagesFolder();

const needed: [flag: string, descriptors: Deno.PermissionDescriptor[]][] = [
  ["--allow-ffi", [{ name: "ffi", path: folder }]],
  ["--allow-read", [{ name: "read", path: folder }]],
  [`--allow-sys=${MACHINE.join()}`, MACHINE.map((kind) => ({ name: "sys", kind }))],
];
// Where Deno can ask the person at the terminal, it asks.
const missing = needed
  .filter(([, descriptors]) => !descriptors.every((one) => Deno.permissions.requestSync(one).state === "granted"))
  .map(([flag]) => flag);
if (missing.length > 0) throw refusal(missing.join(" "));

function refusal(flag: string): PermissionError {
  const where = folder === undefined ? "" : `; where only some folders are allowed, ${folder} must be one of them`;
  const error = new PermissionError(
    `Polars, the native library that reads archives and holds frames, needs permissions: run the program with ${flag}, or with ` +
      `-A${where}.`,
    { permission: /--allow-(\w+)/.exec(flag)![1], flag },
  );
  // Where it was thrown helps nobody: the cure is on the command line.
  error.stack = `${error.name}: ${error.message}`;
  return error;
}

/** The folder of all packages: Deno's cache, or `node_modules`; undefined, which stands for every folder, where neither is known. */
function packagesFolder(): string | undefined {
  const address = URL.parse(import.meta.resolve(PACKAGE));
  if (address?.protocol !== "file:") return undefined;
  return /^.*?[/\\](?:node_modules|npm(?=[/\\][^/\\]+\.[^/\\]+[/\\]nodejs-polars[/\\]))(?=[/\\])/.exec(
    fileURLToPath(address),
  )?.[0];
}
