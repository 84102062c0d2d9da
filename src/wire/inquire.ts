/**
 * Asking a server something over a connection of its own.
 *
 * @module
 */

import { TimeoutError } from "../errors.ts";
import type { Argument, Reply } from "../values.ts";
import { ask } from "./ask.ts";
import { countdown } from "./countdown.ts";
import { dial, type Endpoint } from "./dial.ts";

/**
 * Opens a connection, asks over it, and closes it.
 *
 * @param endpoint Whom to ask.
 * @param commands Each a name and its arguments; they leave together.
 * @param options Milliseconds for all of it, and what gives it up.
 * @returns One reply for each command, error replies among them.
 * @throws {ConnectionError} If the server cannot be reached or lets nobody in.
 * @throws {TimeoutError} If it does not answer in time.
 */
export async function inquire(
  endpoint: Endpoint,
  commands: readonly (readonly Argument[])[],
  { timeout, signal }: { timeout: number; signal?: AbortSignal },
): Promise<Reply[]> {
  const start = performance.now();
  const connection = await dial(endpoint, { timeout, protocol: 2, signal });
  const left = Math.max(0, timeout - (performance.now() - start));
  const stop = countdown(left, () =>
    connection.close(
      new TimeoutError("The server did not answer in time", {
        outcome: "not-sent",
      }),
    ));
  const onAbort = () => connection.close(signal?.reason);
  signal?.addEventListener("abort", onAbort);
  try {
    signal?.throwIfAborted();
    return await ask(connection, commands.map((command) => [...command]));
  } finally {
    stop();
    signal?.removeEventListener("abort", onAbort);
    connection.close();
    await connection.closed;
  }
}
