/**
 * A JSR registry on loopback: takes what `deno publish` uploads and serves exactly that back.
 */

import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";

/** What was published: the text or bytes of every file of the package by its path. */
export type PackageFiles = Map<string, Uint8Array>;

/** A registry that accepts one package and serves it under `JSR_URL`. */
export class Registry implements AsyncDisposable {
  readonly url: string;
  /** The paths of the package that were asked for. */
  readonly asked: string[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #versions = new Map<string, { files: PackageFiles; exports: Record<string, string> }>();

  constructor(readonly scope: string, readonly name: string) {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#handle(request),
    );
    this.url = `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  /** The files of a published version. */
  files(version: string): PackageFiles {
    return this.#versions.get(version)!.files;
  }

  /** Runs `deno publish` on a folder, with this registry as its target. Types are asked for elsewhere. */
  async publish(folder: string, version: string): Promise<void> {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["publish", "--token", "x", "--no-provenance", "--allow-dirty", "--no-check", "--set-version", version],
      cwd: folder,
      env: { JSR_URL: this.url, NO_COLOR: "1" },
    }).output();
    if (code !== 0) throw new Error(`deno publish failed: ${new TextDecoder().decode(stderr)}`);
  }

  async #handle(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const upload = pathname.match(/^\/api\/scopes\/[^/]+\/packages\/[^/]+\/versions\/([^/]+)$/);
    if (upload && request.method === "POST") {
      const files = untar(gunzipSync(new Uint8Array(await request.arrayBuffer())));
      const config = JSON.parse(new TextDecoder().decode(files.get("/deno.json")));
      const exports = typeof config.exports === "string" ? { ".": config.exports } : config.exports;
      this.#versions.set(upload[1], { files, exports });
      return Response.json({ id: crypto.randomUUID(), status: "success", error: null, warnings: [] });
    }
    if (upload) return Response.json({ code: "notFound", message: "" }, { status: 404 });
    if (pathname.startsWith("/api/scopes/")) return Response.json({ scope: this.scope, name: this.name });

    const base = `/@${this.scope}/${this.name}/`;
    if (!pathname.startsWith(base)) return new Response("not found", { status: 404 });
    const path = pathname.slice(base.length);
    this.asked.push(path);
    if (path === "meta.json") {
      const versions = Object.fromEntries([...this.#versions.keys()].map((version) => [version, {}]));
      return Response.json({ scope: this.scope, name: this.name, latest: [...this.#versions.keys()].at(-1), versions });
    }
    const meta = path.match(/^(.+)_meta\.json$/);
    if (meta && this.#versions.has(meta[1])) {
      const { files, exports } = this.#versions.get(meta[1])!;
      const manifest = Object.fromEntries([...files].map(([name, bytes]) => [name, {
        size: bytes.length,
        checksum: `sha256-${createHash("sha256").update(bytes).digest("hex")}`,
      }]));
      return Response.json({ manifest, exports });
    }
    const [version, ...rest] = path.split("/");
    const bytes = this.#versions.get(version)?.files.get(`/${rest.join("/")}`);
    if (!bytes) return new Response("not found", { status: 404 });
    const type = path.endsWith(".ts") ? "text/typescript" : path.endsWith(".json") ? "application/json" : "text/plain";
    return new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { "content-type": type } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** The regular files of a tar archive. */
function untar(tar: Uint8Array): PackageFiles {
  const files: PackageFiles = new Map();
  const text = (from: number, length: number) =>
    new TextDecoder().decode(tar.subarray(from, from + length)).replace(/\0.*$/s, "");
  let longName = "";
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const size = parseInt(text(at + 124, 12), 8);
    const type = String.fromCharCode(tar[at + 156]);
    const prefix = text(at + 345, 155);
    const name = longName || (prefix ? `${prefix}/` : "") + text(at, 100);
    const body = tar.slice(at + 512, at + 512 + size);
    longName = type === "L" ? new TextDecoder().decode(body).replace(/\0.*$/s, "") : "";
    if (type === "0" || type === "\0") files.set(`/${name.replace(/^\.?\//, "")}`, body);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}
