/**
 * A program that writes while keys move, until its input ends: counters that all
 * such programs share, keys that come and go, lists whose order matters; one by one
 * and in maps, in transactions, and by a client whose queues and connections are
 * few, so that commands wait for room at any moment. It prints
 * one line as soon as it has written, and at the end one with what it has tried and
 * what was acknowledged. Run by the tests with the options of its cluster, its
 * number, and the seed of chance, as arguments.
 *
 * @module
 */

import {
  Cluster,
  type ClusterOptions,
  ConsistentHashingRouter,
  PartitionRouter,
  QueueFullError,
  TransportError,
} from "../mod.ts";
import { Random } from "./random.ts";
import { sleep } from "./waiting.ts";

/** What a writer tells at its end. */
export interface WriterReport {
  /** Increments of each shared counter that were issued, */
  readonly tried: Record<string, number>;
  /** and those that were acknowledged. */
  readonly done: Record<string, number>;
  /** Its own keys that have to be there, with their values; null: to be gone. */
  readonly own: Record<string, string | null>;
  /** Its own keys of which it does not know. */
  readonly unknown: readonly string[];
  /** Its own lists, whose values count up from 0. */
  readonly lists: Record<string, number>;
  /** What went wrong that should not. */
  readonly wrong: readonly string[];
  /** Errors by their names, with their outcomes. */
  readonly errors: Record<string, number>;
}

/** How many things that were done to a key are told where it is wrong. */
const LAST = 16;

/** Milliseconds between two rounds. */
const PAUSE = 5;

/** How many counters all writers share. */
export const COUNTERS = 100;

async function write(
  options: ClusterOptions,
  number: number,
  random: Random,
): Promise<void> {
  const cluster = new Cluster(options);
  const client = cluster.getRoutingClient();
  const { poolOptions } = options;
  const narrow = new Cluster({
    ...options,
    poolOptions: { ...poolOptions, maxConnections: 1, maxQueueCommands: 4 },
  });
  const tried: Record<string, number> = {};
  const done: Record<string, number> = {};
  const own: Record<string, string | null> = {};
  const lists: Record<string, number> = {};
  const unknown = new Set<string>();
  const wrong: string[] = [];
  const errors: Record<string, number> = {};
  const past: Record<string, string[]> = {};
  const note = (key: string, text: string) => {
    const list = past[key] ??= [];
    if (list.push(`${Math.round(performance.now())} ${text}`) > LAST) {
      list.shift();
    }
  };
  let isOver = false;
  const reading = (async () => {
    for await (const _ of Deno.stdin.readable) { /* Until it ends. */ }
    isOver = true;
  })();
  const failed = (error: unknown) => {
    // That is what a client is for that has little room.
    if (error instanceof QueueFullError) return error.outcome;
    const { name, message } = error as Error;
    const outcome = error instanceof TransportError ? error.outcome : "?";
    if (outcome === "?") wrong.push(`${name}: ${message}`);
    const kind = `${name} ${outcome}`;
    errors[kind] = (errors[kind] ?? 0) + 1;
    return outcome;
  };
  const increment: Record<string, (key: string) => PromiseLike<unknown>> = {
    single: (key) => client.incr(key),
    crowded: (key) => narrow.getRoutingClient().incr(key),
    // Who publishes has no key; so this goes by that of the other command.
    transaction: (key) =>
      client.executeCommands(
        { [key]: [["INCR", key], ["PUBLISH", "news", key]] },
        { atomic: true },
      ).then(({ [key]: [counted] }) => counted),
  };
  const manners = Object.keys(increment);
  for (let round = 0; !isOver; round++) {
    const work: Promise<unknown>[] = [];
    // Keys of which something has failed in this round, and what was read of others.
    const failing = new Set<string>();
    const reads: { key: string; got: unknown; wanted: string | null }[] = [];
    const read = (key: string, wanted: string | null) => {
      note(key, `reads ${wanted}`);
      return client.get(key).then((got) => {
        note(key, `has read ${got}`);
        reads.push({ key, got, wanted });
      }, failed);
    };
    for (let i = 0; i < 20; i++) {
      const key = `counter:${random.integer(0, COUNTERS - 1)}`;
      tried[key] = (tried[key] ?? 0) + 1;
      work.push(
        Promise.resolve(increment[random.pick(manners)](key)).then(
          () => done[key] = (done[key] ?? 0) + 1,
          failed,
        ),
      );
      const mine = `own:${number}:${random.integer(0, 199)}`;
      // What one client issues for one key stays in order.
      work.push(read(mine, own[mine] ?? null));
      if (own[mine] !== undefined && round % 3 === 0) {
        work.push(change(mine, null, client.del(mine), failing));
      } else {
        const value = `${round}.${i}`;
        work.push(change(mine, value, client.set(mine, value), failing));
        work.push(read(mine, value));
      }
    }
    if (random.chance(0.3)) work.push(countInBatches());
    const list = `list:${number}:${round % 20}`;
    if (!unknown.has(list)) {
      const length = lists[list] ?? 0;
      work.push(
        client.rpush(list, length, length + 1).then(
          () => lists[list] = length + 2,
          (error) => failed(error) === "unknown" && unknown.add(list),
        ),
      );
    }
    await Promise.all(work);
    for (const { key, got, wanted } of reads) {
      const isRight = got === wanted || unknown.has(key) || failing.has(key);
      if (isRight) continue;
      wrong.push(`${key}: "${got}" and not "${wanted}": ${past[key]}`);
    }
    if (round === 0) console.log("ready");
    // Keys are at work most of the time all the same, and the servers have some of it.
    await sleep(PAUSE);
  }
  await reading;
  await Promise.all([cluster.close(), narrow.close()]);
  const report: WriterReport = {
    tried,
    done,
    own,
    unknown: [...unknown],
    lists,
    wrong,
    errors,
  };
  console.log(JSON.stringify(report));

  /** Increments counters in batches that wait for room. */
  async function countInBatches(): Promise<void> {
    const keys = Array.from(
      { length: 15 },
      () => `counter:${random.integer(0, COUNTERS - 1)}`,
    );
    const counting = narrow.mapBatches(keys, (map, key) => {
      tried[key] = (tried[key] ?? 0) + 1;
      return map.incr(key);
    }, { batchSize: 5, settled: true });
    try {
      for await (const [key, outcome] of counting) {
        if (outcome.status === "rejected") failed(outcome.reason);
        else done[key] = (done[key] ?? 0) + 1;
      }
    } catch (error) {
      failed(error);
    }
  }

  async function change(
    key: string,
    value: string | null,
    issued: Promise<unknown>,
    failing: Set<string>,
  ): Promise<void> {
    // The last one issued is the last one to take effect.
    const before = own[key];
    own[key] = value;
    note(key, `writes ${value}`);
    try {
      await issued;
      note(key, `has written ${value}`);
    } catch (error) {
      note(key, `has not written ${value}: ${error}`);
      // Of several that have failed it is not known which one was before.
      const isOne = !failing.has(key);
      failing.add(key);
      if (failed(error) === "unknown" || !isOne) unknown.add(key);
      else if (own[key] === value) own[key] = before ?? null;
    }
  }
}

if (import.meta.main) {
  const [options, number, seed] = Deno.args;
  const { router, ...rest } = JSON.parse(options);
  const Router = router === "ring" ? ConsistentHashingRouter : PartitionRouter;
  const random = new Random(Number(seed));
  await write({ ...rest, router: Router }, Number(number), random);
}
