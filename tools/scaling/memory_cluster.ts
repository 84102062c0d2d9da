/**
 * A cluster of as many hosts as somebody wants, none of which is a server.
 *
 * @module
 */

import { Cluster } from "@rb/rb";
import { MemorySocket } from "./memory_socket.ts";

/** Where {@linkcode memoryCluster} finds its servers. */
const MEMORY_PATH = "/memory";

const connect = Deno.connect as (options: object) => Promise<unknown>;

/** A cluster as it is, but for its sockets, which answer from memory. */
export function memoryCluster(hosts: number): Cluster {
  Object.assign(Deno, {
    connect: (options: { path?: string }) =>
      options.path === MEMORY_PATH
        ? Promise.resolve(new MemorySocket())
        : connect(options),
  });
  return new Cluster({
    hosts: Array.from({ length: hosts }, () => ({ path: MEMORY_PATH })),
    timeout: 60_000,
  });
}
