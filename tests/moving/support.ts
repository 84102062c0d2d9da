/**
 * Two servers between which keys move, each behind a proxy.
 *
 * @module
 */

import type { Cluster } from "../../mod.ts";
import {
  KeyMover,
  type KeyMoverOptions,
  type MovingHost,
} from "../../src/moving/mod.ts";
import type { Argument, Reply } from "../../src/values.ts";
import { Proxied, type ProxiedOptions } from "../../support/proxied.ts";

/** A host of a cluster, by the clients of it. */
export function hostOf(cluster: Cluster, hostId: number): MovingHost {
  const client = cluster.getLocalClient(hostId);
  const options = { returnUint8Arrays: true };
  const send = (name: string, args: readonly Argument[]): Promise<Reply> =>
    client.sendCommand(name, [...args], options) as Promise<Reply>;
  return {
    command: (name, ...args) => send(name, args),
    run: ({ script }, keys, args) =>
      send("EVAL", [script, keys.length, ...keys, ...args]),
  };
}

/** Two servers; keys move from the first one to the second one. */
export class Pair implements AsyncDisposable {
  readonly proxied: Proxied;

  private constructor(proxied: Proxied) {
    this.proxied = proxied;
  }

  static async start(options: ProxiedOptions = {}): Promise<Pair> {
    return new Pair(await Proxied.start(2, { timeout: 20_000, ...options }));
  }

  /** A party that moves keys, with connections of its own. */
  mover(
    cluster: Cluster = this.proxied.cluster,
    options: Partial<KeyMoverOptions> = {},
  ): KeyMover {
    return new KeyMover(hostOf(cluster, 0), hostOf(cluster, 1), {
      epoch: 7,
      ...options,
    });
  }

  /** Asks the source, around its proxy. */
  source(...command: (string | number)[]) {
    return this.proxied.oracles[0].command(...command);
  }

  /** Asks the target, around its proxy. */
  target(...command: (string | number)[]) {
    return this.proxied.oracles[1].command(...command);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxied[Symbol.asyncDispose]();
  }
}
