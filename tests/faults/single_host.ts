/**
 * Clusters of one host on a port of this machine.
 *
 * @module
 */

import { Cluster, type ClusterOptions } from "../../mod.ts";

const HOSTNAME = "127.0.0.1";

/** A cluster whose host 0 is at that port. */
export function clusterAt(
  port: number,
  options: Omit<ClusterOptions, "hosts"> = {},
): Cluster {
  return new Cluster({
    hosts: { 0: { port } },
    ...options,
    hostDefaults: { hostname: HOSTNAME, ...options.hostDefaults },
  });
}

/** A port that lets nobody in: its queue of new connections is full. */
export async function blackhole(): Promise<{ port: number } & Disposable> {
  const options = { hostname: HOSTNAME, port: 0, tcpBacklog: 1 };
  const listener = Deno.listen(options);
  const { port } = listener.addr;
  const connections: Deno.Conn[] = [];
  for (let i = 0; i < 2; i++) {
    connections.push(await Deno.connect({ hostname: HOSTNAME, port }));
  }
  return {
    port,
    [Symbol.dispose]: () => {
      for (const connection of connections) connection.close();
      listener.close();
    },
  };
}
