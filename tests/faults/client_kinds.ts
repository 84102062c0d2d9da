/**
 * The kinds of client, so that a test can run with each.
 *
 * @module
 */

import type { Argument, Cluster } from "../../mod.ts";

/** Sends a command to host 0, which must be the only one. */
export type Send = (name: string, args: Argument[]) => PromiseLike<unknown>;

/** Each kind of client, as a way to send a command to host 0. */
export const CLIENTS: Record<
  string,
  (cluster: Cluster) => Promise<Send> | Send
> = {
  "a routing client": (cluster) => (name, args) =>
    cluster.getRoutingClient().sendCommand(name, args),
  "a local client": (cluster) => (name, args) =>
    cluster.getLocalClient(0).sendCommand(name, args),
  "a map": (cluster) => (name, args) =>
    cluster.map((client) => client.sendCommand(name, args)),
  "a fanout": (cluster) => (name, args) =>
    cluster.all((client) => client.sendCommand(name, args)),
  "a dedicated client": async (cluster) => {
    let client = await cluster.connect(0);
    return async (name, args) => {
      if (!client.isConnected) client = await cluster.connect(0);
      return await client.sendCommand(name, args as string[]);
    };
  },
};
