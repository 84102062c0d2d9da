/**
 * Commands left to chance, each with what its reply has to look like.
 *
 * @module
 */

import { PartialError } from "../../mod.ts";
import type { Argument, Reply } from "../../mod.ts";
import type { Result } from "./journal.ts";
import type { Random } from "../../support/random.ts";
import type { Counter } from "./values.ts";
import type { World } from "./world.ts";

/** What routing and mapping clients have in common, as far as it is used. */
export interface Issuer {
  get(key: string): PromiseLike<string | null>;
  set(
    key: string,
    value: string,
    options?: { px: number },
  ): PromiseLike<unknown>;
  incr(key: string): PromiseLike<number>;
  hset(key: string, field: string, value: string): PromiseLike<number>;
  hget(key: string, field: string): PromiseLike<string | null>;
  mget(...keys: string[]): PromiseLike<(string | null)[]>;
  exists(...keys: string[]): PromiseLike<number>;
  lpush(key: string, ...values: string[]): PromiseLike<number>;
  sendCommand(
    command: string,
    args?: readonly Argument[],
  ): PromiseLike<Reply>;
}

/** A command and the judge of its reply. */
export interface Order {
  readonly kind: string;
  /** Issues it. */
  issue(client: Issuer): PromiseLike<unknown>;
  /** Takes what came of it. */
  done(result: Result<unknown>): void;
}

/** What one worker may write to: nobody else does. */
export interface Ground {
  readonly keys: readonly string[];
  readonly counter: Counter;
}

type OrderMaker = (world: World, ground: Ground, random: Random) => Order;

const ECHO = "return {KEYS[1], {ARGV[1], redis.error_reply('ERR nested')}}";

const MAKERS: readonly OrderMaker[] = [
  get,
  get,
  get,
  set,
  set,
  set,
  setWithOption,
  largeSet,
  incr,
  incr,
  echo,
  hash,
  mget,
  mset,
  exists,
];

/** How many sets of commands have one among them that the server refuses. */
const WRONG_TYPE_SHARE = 0.3;

/** Some commands. */
export function makeOrders(
  world: World,
  ground: Ground,
  { random, count }: { random: Random; count: number },
): Order[] {
  const orders = Array.from(
    { length: count },
    () => random.pick(MAKERS)(world, ground, random),
  );
  if (random.chance(WRONG_TYPE_SHARE)) {
    orders[random.integer(0, count - 1)] = wrongType(world, ground, random);
  }
  return orders;
}

function get(world: World, { keys }: Ground, random: Random): Order {
  const key = random.pick(keys);
  return {
    kind: "GET",
    issue: (client) => client.get(key),
    done: (result) => {
      if (result.ok) world.checkValue("GET", key, result.value);
    },
  };
}

function set(world: World, { keys }: Ground, random: Random): Order {
  const key = random.pick(keys);
  const value = world.values.make(key);
  return {
    kind: "SET",
    issue: (client) => client.set(key, value),
    done: (result) => world.wrote(value, result),
  };
}

function setWithOption(world: World, { keys }: Ground, random: Random): Order {
  const key = random.pick(keys);
  const value = world.values.make(key);
  return {
    kind: "SET PX",
    issue: (client) => client.set(key, value, { px: 600_000 }),
    done: (result) => world.wrote(value, result),
  };
}

/** Long enough to be half written, and half read, at some point. */
function largeSet(world: World, { keys }: Ground, random: Random): Order {
  const key = random.pick(keys);
  const size = random.pick([2_000, 30_000, 150_000]);
  const value = world.values.make(key, random.chance(0.2) ? size : 100);
  return {
    kind: "SET (large)",
    issue: (client) => client.set(key, value),
    done: (result) => world.wrote(value, result),
  };
}

function incr(world: World, { counter }: Ground): Order {
  return {
    kind: "INCR",
    issue: (client) => {
      counter.attempted++;
      return client.incr(counter.key);
    },
    done: (result) => world.counted(counter, result),
  };
}

/** A reply that nobody else could get, with an error nested in it. */
function echo(world: World, { keys }: Ground, random: Random): Order {
  const key = random.pick(keys);
  const value = world.values.make(key);
  return {
    kind: "EVAL",
    issue: (client) => client.sendCommand("EVAL", [ECHO, 1, key, value]),
    done: (result) => {
      if (!result.ok) return;
      const [name, nested] = listOf(result.value);
      const [argument, error] = listOf(nested);
      if (name === key && argument === value && error instanceof Error) return;
      world.journal.problem(`EVAL "${key}": ${Deno.inspect(result.value)}`);
    },
  };
}

function hash(world: World, { keys }: Ground, random: Random): Order {
  const key = `hash:${random.pick(keys)}`;
  const field = `f${random.integer(0, 3)}`;
  if (random.chance(0.5)) {
    return {
      kind: "HGET",
      issue: (client) => client.hget(key, field),
      done: (result) => {
        if (result.ok) {
          world.checkValue("HGET", `${key}.${field}`, result.value);
        }
      },
    };
  }
  const value = world.values.make(`${key}.${field}`);
  return {
    kind: "HSET",
    issue: (client) => client.hset(key, field, value),
    done: (result) => world.wrote(value, result),
  };
}

function mget(world: World, { keys }: Ground, random: Random): Order {
  const asked = someOf(keys, random);
  return {
    kind: "MGET",
    issue: (client) => client.mget(...asked),
    done: (result) => {
      forEachKey(asked, result, (key, part, index) => {
        if (!part.ok) return;
        const value = Array.isArray(part.value)
          ? part.value[index]
          : part.value;
        world.checkValue("MGET", key, value);
      });
    },
  };
}

function mset(world: World, { keys }: Ground, random: Random): Order {
  const written = someOf(keys, random);
  const values = written.map((key) => world.values.make(key));
  return {
    kind: "MSET",
    issue: (client) =>
      client.sendCommand(
        "MSET",
        written.flatMap((key, index) => [key, values[index]]),
      ),
    done: (result) => {
      forEachKey(written, result, (_, part, index) => {
        world.wrote(values[index], part);
      });
    },
  };
}

function exists(world: World, { keys }: Ground, random: Random): Order {
  const asked = someOf(keys, random);
  return {
    kind: "EXISTS",
    issue: (client) => client.exists(...asked),
    done: (result) => {
      if (!result.ok) return;
      const count = Number(result.value);
      if (count >= 0 && count <= asked.length) return;
      world.journal.problem(`EXISTS of ${asked.length} keys gave ${count}`);
    },
  };
}

/** An error reply in the middle of others. */
function wrongType(world: World, _ground: Ground, random: Random): Order {
  const key = random.pick(world.stringKeys);
  return {
    kind: "LPUSH (wrong type)",
    issue: (client) => client.lpush(key, "item"),
    done: (result) => {
      if (!result.ok) return;
      world.journal.problem(`LPUSH to a string gave ${result.value}`);
    },
  };
}

/** A reply that should be a list; what is none has no items. */
function listOf(reply: unknown): unknown[] {
  return Array.isArray(reply) ? reply : [];
}

/** Distinct keys, so that each has one outcome. */
function someOf(keys: readonly string[], random: Random): string[] {
  const count = random.integer(1, 12);
  return [...new Set(Array.from({ length: count }, () => random.pick(keys)))];
}

/** Tells the outcome of each key of a command that may have failed in part. */
export function forEachKey(
  keys: readonly string[],
  result: Result<unknown>,
  tell: (key: string, part: Result<unknown>, index: number) => void,
): void {
  const parts = !result.ok && result.error instanceof PartialError
    ? result.error.results
    : undefined;
  keys.forEach((key, index) => {
    const part = parts?.[index];
    if (part === undefined) return tell(key, result, index);
    if (part.status === "fulfilled") {
      return tell(key, { ok: true, value: part.value }, index);
    }
    tell(key, { ok: false, error: part.reason, fate: fateOf(part) }, index);
  });
}

function fateOf(part: PromiseRejectedResult): "not-sent" | "unknown" {
  return part.reason?.outcome === "not-sent" ? "not-sent" : "unknown";
}
