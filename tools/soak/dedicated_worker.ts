/**
 * Workers with a connection to themselves: transactions, pub/sub, and commands
 * that block.
 *
 * @module
 */

import { CommandError, type Redis } from "../../mod.ts";
import type { Random } from "../../support/random.ts";
import type { Counter } from "./values.ts";
import { Patience, TIME_LIMIT, TIMEOUT, type World } from "./world.ts";

/** What one worker has on one server. */
export interface HostGround {
  readonly hostId: number;
  readonly counter: Counter;
  readonly key: string;
  readonly list: string;
  /** What was popped from the list. */
  readonly popped: Set<unknown>;
}

/**
 * A transaction on a connection of its own. Its commands are such that no proxy
 * answers, which would leave holes in it: a server refuses EXEC then.
 */
export async function transactionRound(
  world: World,
  ground: HostGround,
  random: Random,
): Promise<void> {
  using patience = new Patience(random);
  const { journal } = world;
  const opening = world.cluster.connect(ground.hostId, patience.options);
  const opened = await journal.call("connect", opening, patience.limit);
  if (!opened.ok) return;
  const redis = opened.value;
  try {
    for (let i = random.integer(1, 4); i > 0; i--) {
      const transact = random.chance(0.5) ? together : oneByOne;
      await transact(world, ground, { redis, patience });
    }
  } finally {
    redis.close();
  }
}

interface Session {
  readonly redis: Redis;
  readonly patience: Patience;
}

/** MULTI, commands and EXEC in one write. */
async function together(
  world: World,
  { counter, key }: HostGround,
  { redis, patience }: Session,
): Promise<void> {
  const value = world.values.make(key);
  const tx = redis.tx();
  tx.incrby(counter.key, 1);
  tx.setex(key, 600, value);
  tx.getrange(key, 0, -1);
  counter.attempted++;
  const flushed = tx.flush();
  const result = await world.journal.command("EXEC", flushed, patience.limit);
  if (!result.ok) {
    world.counted(counter, result);
    return world.wrote(value, result);
  }
  const reply = result.value.at(-1);
  if (!isRefusedExec(reply)) return judge(world, { counter, value }, reply);
  counter.failed("refused");
  world.values.drop(value);
}

/** Whether a server would not run a transaction; a replica does not write. */
export function isRefusedExec(reply: unknown): boolean {
  return reply instanceof CommandError && reply.code === "EXECABORT";
}

/** WATCH, a read, MULTI, commands and EXEC, each awaited. */
async function oneByOne(
  world: World,
  { counter, key }: HostGround,
  { redis, patience }: Session,
): Promise<void> {
  const { journal } = world;
  const value = world.values.make(key);
  const commands: [string, ...(string | number)[]][] = [
    ["WATCH", key],
    ["STRLEN", key],
    ["MULTI"],
    ["INCRBY", counter.key, 1],
    ["SETEX", key, 600, value],
    ["GETRANGE", key, 0, -1],
    ["EXEC"],
  ];
  let isOpen = false;
  for (const [command, ...args] of commands) {
    if (command === "EXEC") counter.attempted++;
    const sent = redis.sendCommand(command, args);
    const result = await journal.command(command, sent, patience.limit);
    if (!result.ok) {
      if (command === "EXEC") world.counted(counter, result);
      if (isOpen && command !== "EXEC") {
        // The next transaction is not to be a part of this one.
        await journal.command("DISCARD", redis.sendCommand("DISCARD"));
      }
      // Without EXEC nothing of it has run.
      const fate = command === "EXEC" ? result.fate : "not-sent";
      return world.wrote(value, { ...result, fate });
    }
    if (command === "MULTI") isOpen = true;
    if (command === "EXEC") judge(world, { counter, value }, result.value);
  }
}

function judge(
  world: World,
  { counter, value }: { counter: Counter; value: string },
  reply: unknown,
): void {
  if (reply === null) {
    // A write that was given up long ago has touched the watched key just now.
    counter.failed("not-sent");
    return world.values.drop(value);
  }
  const [count, status, read] = Array.isArray(reply) ? reply : [];
  if (status === "OK" && read === value) {
    return world.counted(counter, { ok: true, value: count });
  }
  world.journal.problem(`EXEC gave ${Deno.inspect(reply)}`);
}

/** Pops from a list while others push to it. */
export async function popRound(
  world: World,
  ground: HostGround,
  random: Random,
): Promise<void> {
  using patience = new Patience(random);
  const { list } = ground;
  const pusher = world.cluster.getRoutingClient();
  const popper = world.cluster.getRoutingClient(patience.options);
  const seconds = random.pick([0.02, 0.1, 0.3]);
  const time = patience.timeout ?? TIMEOUT;
  const limit = patience.within(time + seconds * 1_000);
  const pops = Array.from(
    { length: random.integer(1, 3) },
    () => world.journal.command("BLPOP", popper.blpop(seconds, list), limit),
  );
  const pushes = Array.from({ length: random.integer(0, 3) }, async () => {
    const value = world.values.make(list);
    const pushed = pusher.rpush(list, value);
    world.wrote(
      value,
      await world.journal.command("RPUSH", pushed, TIME_LIMIT),
    );
  });
  for (const result of await Promise.all(pops)) {
    if (!result.ok || result.value === null) continue;
    const [name, value] = result.value as [string, string];
    if (name !== list) world.journal.problem(`BLPOP "${list}" gave "${name}"`);
    // Whether its push was reported as not sent is known once that has ended.
    await Promise.all(pushes);
    world.checkValue("BLPOP", list, value);
    if (ground.popped.has(value)) {
      world.journal.problem(`BLPOP "${list}" gave "${value}" twice`);
    }
    ground.popped.add(value);
  }
  await Promise.all(pushes);
}

/** Subscribes, publishes, and reads what comes for a while. */
export async function pubsubRound(
  world: World,
  { hostId, key }: HostGround,
  random: Random,
): Promise<void> {
  const { journal } = world;
  const opened = await journal.call("connect", world.cluster.connect(hostId));
  if (!opened.ok) return;
  const redis = opened.value;
  let isClosed = false;
  const timer = setTimeout(() => {
    isClosed = true;
    redis.close();
  }, random.integer(50, 300));
  const channel = `channel:${key}`;
  async function listen(): Promise<void> {
    const subscription = await redis.subscribe(channel);
    const publisher = world.cluster.getLocalClient(hostId);
    const values = Array.from({ length: 5 }, () => world.values.make(channel));
    const published = Promise.all(
      values.map((value) =>
        journal.command(
          "PUBLISH",
          publisher.publish(channel, value),
          TIME_LIMIT,
        )
      ),
    );
    const seen = new Set<string>();
    try {
      for await (const { message } of subscription.receive()) {
        world.checkValue("message", channel, message);
        if (seen.has(message)) journal.problem(`"${message}" came twice`);
        seen.add(message);
      }
    } finally {
      await published;
    }
  }
  // What was closed while it subscribed says so.
  const listening = listen().catch((error) => {
    if (!isClosed) throw error;
  });
  await journal.call("subscribe", listening);
  clearTimeout(timer);
  redis.close();
}

/** Keys of one server that nobody else writes to. */
export async function makeHostGround(
  world: World,
  name: string,
  hostId: number,
): Promise<HostGround> {
  const [counterKey, key, list] = world.stage.keys(hostId, 3, name);
  const counter = await world.makeCounter(counterKey);
  world.keys.push(key);
  return { hostId, counter, key, list, popped: new Set() };
}
