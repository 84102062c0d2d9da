/**
 * Workers that send one command at a time, or many at once, and await them.
 *
 * @module
 */

import type { Argument, LocalClient, Reply } from "../../mod.ts";
import { type Ground, type Issuer, makeOrders } from "./orders.ts";
import type { Random } from "../../support/random.ts";
import { Patience, type World } from "./world.ts";

/** Routing clients: some commands in one turn of the event loop. */
export async function routingRound(
  world: World,
  ground: Ground,
  random: Random,
): Promise<void> {
  using patience = new Patience(random);
  const client = world.cluster.getRoutingClient(patience.options);
  const count = random.pick([1, 1, 5, 40, 200]);
  await Promise.all(
    makeOrders(world, ground, { random, count }).map(async (order) => {
      const issued = order.issue(client);
      order.done(
        await world.journal.command(order.kind, issued, patience.limit),
      );
    }),
  );
}

/** A routing client whose every call has a time limit and a signal of its own. */
export async function callRound(
  world: World,
  ground: Ground,
  random: Random,
): Promise<void> {
  const client = world.cluster.getRoutingClient();
  const count = random.integer(1, 20);
  await Promise.all(
    makeOrders(world, ground, { random, count }).map(async (order) => {
      using patience = new Patience(random);
      const issued = order.issue(
        new CallIssuer((command, args) =>
          client.sendCommand(command, args, patience.options)
        ),
      );
      order.done(
        await world.journal.command(order.kind, issued, patience.limit),
      );
    }),
  );
}

/** Local clients: what a server echoes belongs to one caller alone. */
export async function localRound(
  world: World,
  ground: Ground,
  random: Random,
): Promise<void> {
  using patience = new Patience(random);
  const hostId = random.pick(world.hostIds);
  const client: LocalClient = world.cluster.getLocalClient(
    hostId,
    patience.options,
  );
  const { key } = ground.counter;
  const tokens = Array.from(
    { length: random.integer(1, 30) },
    () => world.values.make(key),
  );
  await Promise.all(tokens.map(async (token) => {
    const result = await world.journal.command(
      "ECHO",
      client.echo(token),
      patience.limit,
    );
    if (result.ok && result.value !== token) {
      world.journal.problem(`ECHO of "${token}" gave "${result.value}"`);
    }
  }));
}

/** The methods of a client over its `sendCommand`. */
class CallIssuer implements Issuer {
  readonly sendCommand: (
    command: string,
    args?: readonly Argument[],
  ) => Promise<Reply>;

  constructor(
    send: (command: string, args?: readonly Argument[]) => Promise<Reply>,
  ) {
    this.sendCommand = send;
  }

  get(key: string): Promise<string | null> {
    return this.#call("GET", key);
  }

  set(key: string, value: string, options?: { px: number }): Promise<string> {
    return options === undefined
      ? this.#call("SET", key, value)
      : this.#call("SET", key, value, "PX", options.px);
  }

  incr(key: string): Promise<number> {
    return this.#call("INCR", key);
  }

  hset(key: string, field: string, value: string): Promise<number> {
    return this.#call("HSET", key, field, value);
  }

  hget(key: string, field: string): Promise<string | null> {
    return this.#call("HGET", key, field);
  }

  mget(...keys: string[]): Promise<(string | null)[]> {
    return this.#call("MGET", ...keys);
  }

  exists(...keys: string[]): Promise<number> {
    return this.#call("EXISTS", ...keys);
  }

  lpush(key: string, ...values: string[]): Promise<number> {
    return this.#call("LPUSH", key, ...values);
  }

  #call<T>(command: string, ...args: Argument[]): Promise<T> {
    return this.sendCommand(command, args) as Promise<T>;
  }
}
