/**
 * Workers that map: with a callback, as a block, by hand, and in batches.
 *
 * @module
 */

import {
  type MapOptions,
  type MappingClient,
  type RbPromise,
  TimeoutError,
} from "../../mod.ts";
import { GaveUp, type Limit } from "./journal.ts";
import { type Ground, makeOrders, type Order } from "./orders.ts";
import type { Random } from "../../support/random.ts";
import { Patience, TIMEOUT, type World } from "./world.ts";

interface Issued {
  readonly order: Order;
  readonly promise: RbPromise<unknown>;
}

/** A map with a callback, which may throw. */
export async function mapRound(
  world: World,
  ground: Ground,
  random: Random,
): Promise<void> {
  using patience = new Patience(random);
  const issued: Issued[] = [];
  const isThrowing = random.chance(0.15);
  const reason = new GaveUp("callback");
  const parts = random.chance(0.2) ? 2 : 1;
  const limit = mapLimit(patience, parts);
  const call = world.cluster.map(async (client) => {
    for (let part = 0; part < parts; part++) {
      // Commands that a callback issues after an await travel on their own.
      if (part > 0) await sleep(random.integer(0, 20));
      issue(world, client, { ground, random, issued });
    }
    if (isThrowing) throw reason;
  }, mapOptions(patience, random));
  const result = await world.journal.call("map", call, limit);
  // Its time, or its signal, may have ended it before that.
  const isOver = !result.ok &&
    (result.error instanceof TimeoutError || patience.signal?.aborted);
  if (isThrowing && !isOver && (result.ok || result.error !== reason)) {
    world.journal.problem("map: it did not throw what its callback threw");
  }
  await finish(world, "map", issued);
}

/** A map as a block, joined when the block ends, or cancelled before. */
export async function blockRound(
  world: World,
  ground: Ground,
  random: Random,
): Promise<void> {
  using patience = new Patience(random);
  const issued: Issued[] = [];
  const isCancelled = random.chance(0.3);
  async function block(): Promise<void> {
    await using mapping = world.cluster.map(mapOptions(patience, random));
    issue(world, mapping, { ground, random, issued });
    if (!isCancelled) return;
    if (random.chance(0.7)) await sleep(random.integer(0, 60));
    mapping.cancel(new GaveUp("cancel"));
  }
  const limit = mapLimit(patience);
  await world.journal.call("map (block)", block(), limit);
  await finish(world, "map (block)", issued);
}

/** A mapping client that is joined by hand, more than once. */
export async function joinRound(
  world: World,
  ground: Ground,
  random: Random,
): Promise<void> {
  using patience = new Patience(random);
  const client = world.cluster.getMappingClient(mapOptions(patience, random));
  for (let i = random.integer(1, 3); i > 0; i--) {
    const issued: Issued[] = [];
    issue(world, client, { ground, random, issued });
    const limit = mapLimit(patience);
    await world.journal.call("map (join)", client.join(), limit);
    await finish(world, "map (join)", issued);
  }
}

/** A map over many keys, which the consumer may leave early. */
export async function batchesRound(
  world: World,
  ground: Ground,
  random: Random,
): Promise<void> {
  using patience = new Patience(random);
  const wanted = Array.from(
    { length: random.integer(1, 600) },
    () => random.pick(ground.keys),
  );
  const source = new Source(wanted, random.chance(0.5));
  const leaveAt = random.chance(0.3) ? random.integer(0, 300) : Infinity;
  const options = {
    ...mapOptions(patience, random),
    batchSize: random.pick([1, 50, 200, 1_000]),
  };
  let count = 0;
  async function consume(): Promise<void> {
    const entries = world.cluster.mapBatches(
      source,
      (client, key) => client.get(key),
      options,
    );
    for await (const [key, value] of entries) {
      if (key !== wanted[count]) {
        world.journal.problem(`mapBatches: entry ${count} is "${key}"`);
      }
      world.checkValue("mapBatches", key, value);
      if (count++ >= leaveAt) break;
    }
  }
  const result = await world.journal.call("mapBatches", consume());
  if (result.ok && leaveAt === Infinity && count !== wanted.length) {
    world.journal.problem(`mapBatches gave ${count} of ${wanted.length}`);
  }
  // A source that is being read closes when that read is done.
  for (let i = 0; i < 100 && !source.ended; i++) await sleep(10);
  if (!source.ended) world.journal.problem("mapBatches left its source open");
}

/** Keys one after the other, which know whether they were let go. */
class Source implements AsyncIterable<string> {
  ended = false;
  readonly #keys: readonly string[];
  readonly #isSlow: boolean;

  constructor(keys: readonly string[], isSlow: boolean) {
    this.#keys = keys;
    this.#isSlow = isSlow;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    try {
      for (const [index, key] of this.#keys.entries()) {
        if (this.#isSlow && index % 100 === 0) await sleep(1);
        yield key;
      }
    } finally {
      this.ended = true;
    }
  }
}

function issue(
  world: World,
  client: MappingClient,
  { ground, random, issued }: {
    ground: Ground;
    random: Random;
    issued: Issued[];
  },
): void {
  const count = random.pick([1, 10, 100, 400]);
  for (const order of makeOrders(world, ground, { random, count })) {
    const promise = order.issue(client) as RbPromise<unknown>;
    issued.push({ order, promise });
  }
}

/** When a map has ended, everything it promised is settled. */
async function finish(
  world: World,
  kind: string,
  issued: readonly Issued[],
): Promise<void> {
  const pending = issued.filter(({ promise }) => promise.isPending).length;
  if (pending > 0) {
    world.journal.problem(`${kind}: ${pending} promises are still pending`);
  }
  for (const { order, promise } of issued) {
    order.done(await world.journal.command(order.kind, promise));
  }
}

function mapOptions(patience: Patience, random: Random): MapOptions {
  return {
    ...patience.options,
    autoBatch: random.chance(0.6),
    maxConcurrency: random.pick([1, 2, 64]),
  };
}

/** A map without a time limit has that of its client for each of its parts. */
function mapLimit(patience: Patience, parts = 1): Limit {
  return patience.within(patience.timeout ?? parts * (TIMEOUT + 20));
}

function sleep(time: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, time));
}
