/**
 * A ZeroMQ socket over TCP: sends messages, and queues those that arrive until they are asked for.
 *
 * Not a package: `zeromq` 6.8, a native one, ends Deno 2.9 with a segmentation fault when a kernel answers; `jszmq` speaks over
 * WebSockets only.
 */

import { COMMAND, greeting, LONG, message, MORE, ready } from "./frames.ts";

export class Socket implements Disposable {
  readonly #connection: Deno.TcpConn;
  readonly #reader: ReadableStreamBYOBReader;
  readonly #arrived: Uint8Array[][] = [];
  #wake: () => void = () => {};
  /** The other side is gone. */
  closed = false;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
    this.#reader = connection.readable.getReader({ mode: "byob" });
  }

  static async connect(port: number, type: "DEALER" | "SUB"): Promise<Socket> {
    const socket = new Socket(await Deno.connect({ hostname: "127.0.0.1", port }));
    await socket.#write(greeting());
    await socket.#read(64);
    await socket.#write(ready(type));
    await socket.#readFrame();
    if (type === "SUB") await socket.send([Uint8Array.of(1)]);
    socket.#receive();
    return socket;
  }

  async send(parts: Uint8Array[]): Promise<void> {
    await this.#write(message(parts));
  }

  /** The next message, or null when none came in time or the other side is gone. */
  async next(milliseconds: number): Promise<Uint8Array[] | null> {
    if (this.#arrived.length === 0 && !this.closed) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = resolve;
      await promise;
      clearTimeout(timer);
    }
    return this.#arrived.shift() ?? null;
  }

  async #receive(): Promise<void> {
    try {
      while (true) {
        const parts: Uint8Array[] = [];
        let flags: number;
        do {
          const frame = await this.#readFrame();
          flags = frame.flags;
          if (!(flags & COMMAND)) parts.push(frame.body);
        } while (flags & MORE);
        if (parts.length > 0) this.#arrived.push(parts);
        this.#wake();
      }
    } catch {
      this.closed = true;
      this.#wake();
    }
  }

  async #readFrame(): Promise<{ flags: number; body: Uint8Array }> {
    const [flags] = await this.#read(1);
    const head = await this.#read(flags & LONG ? 8 : 1);
    const length = flags & LONG ? Number(new DataView(head.buffer).getBigUint64(0)) : head[0];
    return { flags, body: await this.#read(length) };
  }

  async #read(length: number): Promise<Uint8Array> {
    if (length === 0) return new Uint8Array(0);
    const { value, done } = await this.#reader.read(new Uint8Array(length), { min: length });
    if (done || value.length < length) throw new Error("The connection ended.");
    return value;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }

  [Symbol.dispose](): void {
    try {
      this.#connection.close();
    } catch {
      // The other side closed it.
    }
  }
}
