/**
 * A program that writes while keys move, until its input ends: counters that all
 * such programs share, keys that come and go, lists whose order matters. It prints
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
  TransportError,
} from "../mod.ts";
import { Random } from "./random.ts";

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

/** How many counters all writers share. */
export const COUNTERS = 100;

async function write(
  options: ClusterOptions,
  number: number,
  random: Random,
): Promise<void> {
  const cluster = new Cluster(options);
  const client = cluster.getRoutingClient();
  const tried: Record<string, number> = {};
  const done: Record<string, number> = {};
  const own: Record<string, string | null> = {};
  const lists: Record<string, number> = {};
  const unknown = new Set<string>();
  const wrong: string[] = [];
  const errors: Record<string, number> = {};
  let isOver = false;
  const reading = (async () => {
    for await (const _ of Deno.stdin.readable) { /* Until it ends. */ }
    isOver = true;
  })();
  const failed = (error: unknown) => {
    const { name, message } = error as Error;
    const outcome = error instanceof TransportError ? error.outcome : "?";
    if (outcome === "?") wrong.push(`${name}: ${message}`);
    const kind = `${name} ${outcome}`;
    errors[kind] = (errors[kind] ?? 0) + 1;
    return outcome;
  };
  for (let round = 0; !isOver; round++) {
    const work: Promise<unknown>[] = [];
    for (let i = 0; i < 20; i++) {
      const key = `counter:${random.integer(0, COUNTERS - 1)}`;
      tried[key] = (tried[key] ?? 0) + 1;
      work.push(
        client.incr(key).then(
          () => done[key] = (done[key] ?? 0) + 1,
          failed,
        ),
      );
      const mine = `own:${number}:${random.integer(0, 199)}`;
      if (own[mine] !== undefined && round % 3 === 0) {
        work.push(change(mine, null, client.del(mine)));
      } else {
        const value = `${round}.${i}`;
        work.push(change(mine, value, client.set(mine, value)));
        // What one client issues for one key stays in order.
        work.push(
          client.get(mine).then((got) => {
            const isRight = got === value || unknown.has(mine) ||
              own[mine] !== value;
            if (!isRight) wrong.push(`${mine}: "${got}" and not "${value}"`);
          }, failed),
        );
      }
    }
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
    if (round === 0) console.log("ready");
  }
  await reading;
  await cluster.close();
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

  async function change(
    key: string,
    value: string | null,
    issued: Promise<unknown>,
  ): Promise<void> {
    // The last one issued is the last one to take effect.
    const before = own[key];
    own[key] = value;
    try {
      await issued;
    } catch (error) {
      if (failed(error) === "unknown") unknown.add(key);
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
