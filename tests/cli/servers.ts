/**
 * Servers for command lines.
 *
 * @module
 */

import { RedisServer } from "../../src/testing/redis_server.ts";

/** Servers over TCP, and the option that names them. */
export interface Servers extends AsyncDisposable {
  readonly servers: readonly RedisServer[];
  /** The arguments that name them as a cluster. */
  readonly hosts: readonly ["--hosts", string];
}

export async function startServers(
  count: number,
  options: { config?: Record<string, string> } = {},
): Promise<Servers> {
  await using resources = new AsyncDisposableStack();
  const servers = await Promise.all(
    Array.from({ length: count }, async () =>
      resources.use(
        await RedisServer.start({ transport: "tcp", ...options }),
      )),
  );
  const owned = resources.move();
  const urls = servers.map(({ address }) => `redis://${address}`);
  return {
    servers,
    hosts: ["--hosts", urls.join(",")],
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
