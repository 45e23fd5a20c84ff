/**
 * A handler on a port of this machine.
 *
 * @module
 */

import { isNeptuneError, OptionError } from "../errors.ts";
import { requirePermission } from "../permissions/require.ts";
import type { Handler } from "./handler.ts";
import { listen, type Listening } from "./listen.ts";

/**
 * Listens.
 *
 * @param handler Answers requests.
 * @param hostname The address to listen on.
 * @param port The port, 0 for any that is free.
 * @param preferred The port where none is asked for, if it is free; else any that is.
 * @throws {OptionError} The port is taken, or the address is none of this machine.
 */
export async function startServer(
  handler: Handler,
  hostname: string,
  port: number | undefined,
  preferred: number,
): Promise<Listening> {
  // Without the permission Node's server throws where nobody can catch it.
  const address = port === undefined ? hostname : `${hostname}:${port}`;
  try {
    requirePermission({ name: "net", host: address }, `listen on ${address}`);
    return await listen(handler, hostname, port ?? preferred);
  } catch (error) {
    if (isNeptuneError(error)) throw error;
    const { code, message } = error as { code?: string; message: string };
    if (code === "EADDRINUSE" && port === undefined) return await listen(handler, hostname, 0);
    if (code === "EADDRINUSE") {
      throw new OptionError(`Port ${port} of ${hostname} is taken: pass another one, or 0 for any that is free.`, {
        option: "port",
        value: port,
      });
    }
    throw new OptionError(
      `It is not possible to listen on ${hostname}:${port ?? preferred}: ${message}.`,
      { option: "host", value: hostname },
      { cause: error },
    );
  }
}
