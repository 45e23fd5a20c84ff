/**
 * The bytes of stored files. They are what somebody logged: a browser may show pictures of them inside our page, and save them; it
 * never runs them.
 *
 * @module
 */

import type { Context, Hono } from "hono";
import { seriesList } from "../../columns.ts";
import type { KnownRun } from "../../server/runs.ts";
import type { Project } from "../../server/projects.ts";
import { signalOf } from "../../server/context.ts";
import { Refusal } from "../../server/refusal.ts";
import type { FileRef } from "../../types.ts";
import { projectNamed, queryParameter, runsOfIds, type Viewer } from "../context.ts";

/** What an `<img>` shows. SVG runs no script there, and elsewhere it is sandboxed. */
const PICTURES = new Set([
  "image/avif",
  "image/bmp",
  "image/gif",
  "image/jpeg",
  "image/png",
  "image/svg+xml",
  "image/webp",
]);

/** Adds `GET /api/file?project=&run=&path=&step=`; the step for a file of a series. */
export function addFileRoute(app: Hono, viewer: Viewer): void {
  app.get("/api/file", (context) => file(viewer, context));
}

async function file(viewer: Viewer, context: Context): Promise<Response> {
  const signal = signalOf(context);
  const project = await projectNamed(viewer, context.req.query("project") || null, signal);
  const id = queryParameter(context, "run"), path = queryParameter(context, "path");
  const [run] = await runsOfIds(project, [id], signal);
  if (!run) throw new Refusal(404, "EXPERIMENT_NOT_FOUND", `There is no run ${JSON.stringify(id)}.`);
  const step = context.req.query("step");
  const ref = step === undefined
    ? await singleFile(project, run, path, signal)
    : await fileAtStep(project, run, path, Number(step), signal);
  if (!ref) {
    throw new Refusal(404, "FILE_NOT_FOUND", `Run ${JSON.stringify(id)} has no file ${JSON.stringify(path)}.`);
  }
  const headers = new Headers({
    "content-type": PICTURES.has(ref.mimeType) ? ref.mimeType : "application/octet-stream",
    "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(fileName(path, ref))}`,
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "accept-ranges": "bytes",
    // Files of an archive do not change; a browser that steps through pictures need not ask again.
    "cache-control": "private, max-age=600",
  });
  const range = /^bytes=(\d+)-(\d*)$/.exec(context.req.header("range") ?? "");
  const from = Number(range?.[1] ?? 0), to = range?.[2] ? Number(range[2]) + 1 : undefined;
  const { bytes, size } = await project.source.file(ref, { signal, ...range && { from, to } });
  if (!range || size === null) {
    if (size !== null) headers.set("content-length", String(size));
    return new Response(bytes, { headers });
  }
  if (from >= size) {
    await bytes.cancel();
    headers.set("content-range", `bytes */${size}`);
    return new Response(null, { status: 416, headers });
  }
  const last = Math.min(to ?? size, size) - 1;
  headers.set("content-range", `bytes ${from}-${last}/${size}`);
  headers.set("content-length", String(last + 1 - from));
  return new Response(bytes, { status: 206, headers });
}

async function singleFile(
  { source }: Project,
  { key }: KnownRun,
  path: string,
  signal: AbortSignal,
): Promise<FileRef | null> {
  for await (const { columns } of source.values({ runs: [key], paths: [path], signal })) {
    for (const column of columns) {
      if (column.type === "file" || column.type === "file_set" || column.type === "artifact") return column.data[0];
      if (column.type === "file_series") return column.data.last[0];
    }
  }
  return null;
}

async function fileAtStep(
  { source }: Project,
  { key }: KnownRun,
  path: string,
  step: number,
  signal: AbortSignal,
): Promise<FileRef | null> {
  const series = seriesList([{ run: key, path }]);
  const query = { kind: "file" as const, series, stepRange: [step, step] as const, lineage: "full" as const, signal };
  for await (const { values } of source.series(query)) {
    if (values.kind === "file" && values.data.length > 0) return values.data[0];
  }
  return null;
}

/** The last part of the path, with the extension of what is stored. */
function fileName(path: string, ref: FileRef): string {
  const name = path.split("/").at(-1) || "file";
  const extension = /\.[\w-]{1,12}$/.exec(ref.path)?.[0] ?? "";
  return name.endsWith(extension) ? name : name + extension;
}
