/**
 * Permissions of Deno: what is missing is said in a sentence that names the flag.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { PermissionError } from "../errors.ts";

/** What a program wants to do, and with what: a file or folder, or a host with or without its port. */
export type Access =
  | { name: "read" | "write"; path: string | URL }
  | { name: "net"; host: string };

/**
 * Ends normally when the program may do this. Where Deno would ask the person at the terminal, it asks.
 *
 * What Polars reads and writes by itself is not subject to Deno's permissions, so it is asked for here.
 *
 * @param access What is wanted.
 * @param purpose What for, as the end of a sentence that starts with "To": `read the archive exports/data`.
 * @throws {PermissionError} It may not.
 */
export function requirePermission(access: Access, purpose: string): void {
  if (Deno.permissions.requestSync(access).state !== "granted") throw missingPermission(access, purpose);
}

/** Tells whether the program may do this, without asking anyone. */
export function isPermitted(access: Access): boolean {
  return Deno.permissions.querySync(access).state === "granted";
}

/** The error for a permission that is missing. */
export function missingPermission(access: Access, purpose: string): PermissionError {
  const { name } = access;
  const target = name === "net" ? access.host : access.path instanceof URL ? fileURLToPath(access.path) : access.path;
  const flag = `--allow-${name}=${target}`;
  return new PermissionError(`To ${purpose}, the program needs a permission: run it with ${flag}, or with -A.`, {
    permission: name,
    flag,
  });
}
