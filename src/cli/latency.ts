/**
 * How long a server takes to answer.
 *
 * @module
 */

import { CommandError, type LocalClient } from "../../mod.ts";

/**
 * Measures a PING, from here and back, in milliseconds. An error of the server
 * is an answer like any other.
 *
 * @throws {TransportError} If there is none.
 */
export async function pingTime(
  client: Pick<LocalClient, "ping">,
): Promise<number> {
  const start = performance.now();
  try {
    await client.ping();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
  }
  return performance.now() - start;
}
