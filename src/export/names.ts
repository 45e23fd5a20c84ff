/**
 * The names that the exporter gives to files.
 *
 * @module
 */

import { blake2b } from "@noble/hashes/blake2.js";
import { sanitized } from "../archive/disk/layout.ts";

/** The file name of one part of a run. */
export function partName(runId: string, part = 0): string {
  return `${sanitized(runId)}_part_${part}.parquet`;
}

/**
 * The path under which the exporter for Neptune 3.x stores a file, relative to the project's folder in the files root.
 * `extension` comes with its dot.
 */
export function filePath(runId: string, attributePath: string, extension: string, step?: number): string {
  const parts = [...components(runId), ...components(attributePath)];
  if (step !== undefined) parts.push(`step_${step.toFixed(6)}`);
  return parts.map(readable).map(shortened).join("/") + extension;
}

/** Eight bytes that tell texts apart whose readable forms are the same. */
export function digest(text: string): string {
  const bytes = blake2b(new TextEncoder().encode(text), { dkLen: 8 });
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function components(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return path.startsWith("/") ? ["/", ...parts] : parts;
}

function readable(text: string): string {
  return text.replace(/[^\p{L}\p{N}_-]/gu, "_");
}

function shortened(component: string): string {
  const points = [...component];
  return points.length <= 255 ? component : `${points.slice(0, 238).join("")}_${digest(component)}`;
}
