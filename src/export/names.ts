/**
 * The names that the exporter gives to files.
 *
 * @module
 */

import { sanitized } from "../archive/disk/layout.ts";
import { digest, fitName } from "../write/file_name.ts";

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
  return parts.map((part, i) => fitName(shortened(readable(part)), i === parts.length - 1 ? extension : "")).join("/");
}

function components(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return path.startsWith("/") ? ["/", ...parts] : parts;
}

function readable(text: string): string {
  return text.replace(/[^\p{L}\p{N}_-]/gu, "_");
}

/** As the exporter does it: by characters. */
function shortened(component: string): string {
  const points = [...component];
  return points.length <= 255 ? component : `${points.slice(0, 238).join("")}_${digest(component)}`;
}
