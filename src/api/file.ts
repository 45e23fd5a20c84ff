import { type Kind, kind, NONEMPTY, orNull, PATH, pathString } from "../options/kinds.ts";
import { checkArgument, checkOptions, needed, optional, shape } from "../options/options.ts";
import { printable } from "../errors.ts";
import { publicCall } from "../progress/call.ts";
import { CALL } from "../progress/show.ts";
import { jupyterDisplay, type MediaBundle } from "../display/bundle.ts";
import type { Source } from "../source.ts";
import type { FileRef } from "../types.ts";
import { writeWhole } from "../write/whole.ts";

const inspect = Symbol.for("Deno.customInspect");

/** A stored file: where it is, and its bytes when they are asked for. Nothing is read before. */
export class RunFile {
  /** The path in the storage it comes from: relative to the files folder of an archive, or the server's own path. */
  readonly path: string;
  /** Size in bytes, or null where it is not known. */
  readonly size: number | null;
  /** MIME type, for example `image/png`; `application/octet-stream` where nothing better is known. */
  readonly type: string;
  readonly #ref: FileRef;
  readonly #open: (signal?: AbortSignal) => Promise<Source>;

  /** Made by this module; see {@linkcode Attribute.fetch}. */
  constructor(ref: FileRef, open: (signal?: AbortSignal) => Promise<Source>) {
    this.path = ref.path;
    this.size = ref.size;
    this.type = ref.mimeType;
    this.#ref = ref;
    this.#open = open;
  }

  /** The bytes as a stream. Throws `FileMissingError` where they are not there. */
  async stream(options: { signal?: AbortSignal } = {}): Promise<ReadableStream<Uint8Array>> {
    const { signal } = checkOptions("stream", CALL, options);
    return await publicCall(signal, (signal) => this.#stream(signal));
  }

  /** All bytes. Throws `FileMissingError` where they are not there. */
  async bytes(options: { signal?: AbortSignal } = {}): Promise<Uint8Array> {
    const { signal } = checkOptions("bytes", CALL, options);
    return await publicCall(signal, (signal) => this.#bytes(signal));
  }

  /** The bytes decoded as UTF-8. */
  async text(options: { signal?: AbortSignal } = {}): Promise<string> {
    const { signal } = checkOptions("text", CALL, options);
    return new TextDecoder().decode(await publicCall(signal, (signal) => this.#bytes(signal)));
  }

  /**
   * Writes the bytes to a file of this machine, in place of what is there; all of them, or none. Its folder is made where there is
   * none. Throws `FileMissingError` where the bytes are not there, `WriteError` where the file cannot be written.
   */
  async save(path: string | URL, options: { signal?: AbortSignal } = {}): Promise<void> {
    const target = pathString(checkArgument("save", "path", PATH, path));
    const { signal } = checkOptions("save", CALL, options);
    await publicCall(signal, async (signal) => await writeWhole(target, await this.#stream(signal), signal));
  }

  async #stream(signal?: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const source = await this.#open(signal);
    return (await source.file(this.#ref, { signal })).bytes;
  }

  async #bytes(signal?: AbortSignal): Promise<Uint8Array> {
    return await new Response(await this.#stream(signal) as ReadableStream<Uint8Array<ArrayBuffer>>).bytes();
  }

  /** The path, the MIME type and the size. */
  toString(): string {
    const size = this.size === null ? "size unknown" : `${this.size.toLocaleString("en")} bytes`;
    return printable(`RunFile ${this.path} (${this.type}, ${size})`);
  }

  /** What `JSON.stringify` writes: what a row of a frame holds of a file. */
  toJSON(): FileValue {
    return { path: this.path, size: this.size, mime_type: this.type };
  }

  /** What a notebook shows: the image, film, sound, table, page or text that it is, where it is not too large. */
  async [jupyterDisplay](): Promise<MediaBundle> {
    const { showFile } = await import("./page/files.ts");
    return await showFile(await this.#open(), this.#ref);
  }

  /** What `console.log` shows. */
  [inspect](): string {
    return this.toString();
  }
}

/** The value of a file series in a frame. */
export interface FileValue {
  /** The path in the storage of the source. */
  path: string;
  /** Size in bytes, where known. */
  size?: number | bigint | null;
  /** MIME type, where known. */
  mime_type?: string | null;
}

const BYTES: Kind<number | bigint> = kind(
  "a whole number of bytes",
  (value) => (typeof value === "bigint" || Number.isSafeInteger(value)) && value as number >= 0,
);

/** What a {@linkcode FileValue} may be. */
export const FILE_VALUE: Kind<FileValue> = shape<FileValue>({
  path: needed(NONEMPTY),
  size: optional(orNull(BYTES), null),
  mime_type: optional(orNull(NONEMPTY), null),
});
