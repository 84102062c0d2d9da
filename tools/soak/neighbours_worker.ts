/**
 * Workers whose callers share connections with others who give up, or whose
 * scripts lie: what becomes of one caller must not depend on another.
 *
 * @module
 */

import { Cluster, CommandError, TimeoutError } from "../../mod.ts";
import type { LocalClient, RoutingClient } from "../../mod.ts";
import { FaultProxy } from "../../src/testing.ts";
import { type HostGround, isRefusedExec } from "./dedicated_worker.ts";
import { GaveUp, type Result } from "./journal.ts";
import type { Random } from "../../support/random.ts";
import type { Counter } from "./values.ts";
import { TIME_LIMIT, TIMEOUT, type World } from "./world.ts";

/** Error replies that servers, proxies and replicas send by themselves. */
const FORGED = [
  "ERR max number of clients reached",
  "DENIED Redis is running in protected mode because protected mode is enabled",
  "MOVED 1 127.0.0.1:1",
  "ASK 1 127.0.0.1:1",
  "READONLY You can't write against a read only replica.",
  "LOADING Redis is loading the dataset in memory",
  "MASTERDOWN Link with MASTER is down",
  "CLUSTERDOWN The cluster is down",
  "NOAUTH Authentication required.",
  "NOSCRIPT No matching script.",
];

/**
 * Milliseconds that a patient command has for certain: the hasty have far less,
 * and its own time began when the turn did.
 */
const PATIENCE = TIMEOUT / 2;

/**
 * Counts, and then claims what its caller likes: in its own words, as what it
 * repeated of its arguments would be left out.
 */
const forgery = (lie: string) =>
  `redis.call('INCR', KEYS[1]) return redis.error_reply([[${lie}]])`;

/** The same as a value within a reply, which is no error of the command. */
const nested = (lie: string) =>
  `redis.call('INCR', KEYS[1]) return {redis.error_reply([[${lie}]]), ARGV[1]}`;

/** How somebody gives up: at once, in the turn, or later. */
type GivingUp = (controller: AbortController) => void;

/** One caller gives up, while another has commands for the same host. */
export async function abortRound(
  world: World,
  { hostId, counter, key }: HostGround,
  random: Random,
): Promise<void> {
  const controller = new AbortController();
  const isAborting = random.chance(0.6);
  const hasty = world.cluster.getLocalClient(hostId, {
    signal: controller.signal,
    ...(isAborting ? {} : { timeout: random.pick([1, 5, 20, 60]) }),
  });
  const patient = world.cluster.getRoutingClient();
  const counted: Promise<Result<number>>[] = [];
  const others: Promise<void>[] = [];
  const size = random.pick([0, 0, 5_000, 60_000]);
  for (let i = random.pick([1, 3, 30, 120]); i > 0; i--) {
    const point = random.next();
    if (point < 0.5) others.push(writeHastily(world, hasty, size));
    else if (point < 0.75) others.push(echo(world, hasty));
    else if (point < 0.9) counted.push(count(world, counter, patient));
    else others.push(write(world, { client: patient, key, size }));
  }
  if (isAborting) randomGivingUp(random)(controller);
  await Promise.all(others);
  checkOrder(world, counter, await Promise.all(counted));
}

function randomGivingUp(random: Random): GivingUp {
  const reason = new GaveUp("signal");
  const time = random.integer(0, random.pick([2, 30]));
  return random.pick<GivingUp>([
    (controller) => controller.abort(reason),
    (controller) => queueMicrotask(() => controller.abort(reason)),
    (controller) => setTimeout(() => controller.abort(reason), time),
  ]);
}

/** A script answers with an error that is not its own to give. */
export async function forgeRound(
  world: World,
  ground: HostGround,
  random: Random,
): Promise<void> {
  const server = world.stage.servers[ground.hostId];
  await using proxy = await FaultProxy.start(server);
  // Its first command opens a connection, and most often the script is first.
  await using cluster = new Cluster({
    hosts: [proxy.host],
    timeout: TIMEOUT,
    poolOptions: {
      protocol: random.pick([2, 3]),
      maxConnections: random.pick([1, 4]),
      breaker: { threshold: 3, minDelay: 50, maxDelay: 500 },
    },
  });
  const scene = { cluster, proxy, ground, random };
  if (random.chance(0.25)) return await forgeOnDedicated(world, scene);
  await forgeOnShared(world, scene);
}

interface Scene {
  readonly cluster: Cluster;
  readonly proxy: FaultProxy;
  readonly ground: HostGround;
  readonly random: Random;
}

/** The script of one client, and commands of others in the same turn. */
async function forgeOnShared(
  world: World,
  { cluster, proxy, ground, random }: Scene,
): Promise<void> {
  const { counter, key } = ground;
  const liar = cluster.getLocalClient(0);
  const honest = cluster.getRoutingClient();
  for (let turn = random.integer(1, 3); turn > 0; turn--) {
    const work: Promise<unknown>[] = [];
    using _fault = endAfterLie(proxy, random);
    if (random.chance(0.2)) work.push(count(world, counter, honest));
    work.push(forge(world, { send: liar, counter, random }));
    const counted: Promise<Result<number>>[] = [];
    for (let i = random.pick([0, 1, 5, 40]); i > 0; i--) {
      const point = random.next();
      if (point < 0.6) counted.push(count(world, counter, honest));
      else if (point < 0.8) work.push(echo(world, liar));
      else if (point < 0.9) {
        work.push(write(world, { client: honest, key, size: 0 }));
      } else work.push(forge(world, { send: liar, counter, random }));
    }
    await Promise.all(work);
    checkOrder(world, counter, await Promise.all(counted));
    // Its connections are fresh again in the next turn.
    if (random.chance(0.7)) await cluster.disconnectPools();
  }
}

/**
 * What looks like the last word of a server is one when its connection ends:
 * often it does, after the lie or the replies behind it.
 */
function endAfterLie(proxy: FaultProxy, random: Random): Disposable {
  if (random.chance(0.4)) proxy.pass();
  else {
    proxy.cut({ replies: random.pick([1, 1, 1, 2, 3]) });
    if (random.chance(0.2)) proxy.cut({ replies: 1, bytes: 2 });
  }
  const timer = setTimeout(() => proxy.pass(), random.integer(5, 100));
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

/** The script is the first command on a connection of its own, or in EXEC. */
async function forgeOnDedicated(
  world: World,
  { cluster, proxy, ground, random }: Scene,
): Promise<void> {
  const { counter } = ground;
  using _fault = endAfterLie(proxy, random);
  const opening = cluster.connect(0);
  const opened = await world.journal.call("connect", opening, TIME_LIMIT);
  if (!opened.ok) return;
  const redis = opened.value;
  try {
    if (random.chance(0.5)) {
      const send = {
        sendCommand: (command: string, args: (string | number)[]) =>
          redis.sendCommand(command, args),
      };
      const forged = forge(world, { send, counter, random });
      await Promise.all([forged, count(world, counter, redis)]);
      return;
    }
    const tx = redis.tx();
    const lie = random.pick(FORGED);
    tx.eval(forgery(lie), [counter.key], []);
    tx.incrby(counter.key, 1);
    counter.attempted += 2;
    const flushed = tx.flush();
    const result = await world.journal.command("EXEC", flushed, TIME_LIMIT);
    if (!result.ok) {
      for (let i = 0; i < 2; i++) world.counted(counter, result);
      return;
    }
    const reply = result.value.at(-1);
    if (!isRefusedExec(reply)) judgeExec(world, { counter, lie }, reply);
    else for (let i = 0; i < 2; i++) counter.failed("refused");
  } finally {
    redis.close();
  }
}

function judgeExec(
  world: World,
  { counter, lie }: { counter: Counter; lie: string },
  reply: unknown,
): void {
  const [error, value] = Array.isArray(reply) ? reply : [];
  if (!(error instanceof Error) || !error.message.includes(lie)) {
    world.journal.problem(`EXEC (forged) gave ${Deno.inspect(reply)}`);
  }
  counter.ran();
  world.counted(counter, { ok: true, value });
}

interface Sender {
  sendCommand(
    command: string,
    args: (string | number)[],
  ): PromiseLike<unknown>;
}

/** Runs a script that counts and then lies; it counts once, if it is sent. */
async function forge(
  world: World,
  { send, counter, random }: {
    send: Sender;
    counter: Counter;
    random: Random;
  },
): Promise<void> {
  const lie = random.pick(FORGED);
  const isNested = random.chance(0.2);
  const token = world.values.make(counter.key);
  counter.attempted++;
  const reply = send.sendCommand("EVAL", [
    isNested ? nested(lie) : forgery(lie),
    1,
    counter.key,
    token,
  ]);
  // The lie is what was asked for, so it is no error here.
  const told = reply.then((value) => ({ value }), (error) => {
    if (error instanceof CommandError && error.message === lie) return { lie };
    throw error;
  });
  const kind = isNested ? "EVAL (nested lie)" : "EVAL (lie)";
  const result = await watch(world, kind, told);
  if (!result.ok) return counter.failed(result.fate);
  counter.ran();
  if ("lie" in result.value && !isNested) return;
  const value = "value" in result.value ? result.value.value : result.value;
  const [error, echoed] = Array.isArray(value) ? value : [];
  if (isNested && error instanceof Error && echoed === token) return;
  world.journal.problem(`${kind} of "${lie}" gave ${Deno.inspect(value)}`);
}

async function count(
  world: World,
  counter: Counter,
  client: { incr(key: string): Promise<number> },
): Promise<Result<number>> {
  counter.attempted++;
  const issued = client.incr(counter.key);
  const result = await watch(world, "INCR", issued);
  world.counted(counter, result);
  return result;
}

/** What one client issued in one turn for one key ran in that order. */
function checkOrder(
  world: World,
  counter: Counter,
  results: readonly Result<number>[],
): void {
  let before = -Infinity;
  for (const result of results) {
    if (!result.ok) continue;
    if (result.value <= before) {
      world.journal.problem(`INCR "${counter.key}": out of order`);
    }
    before = result.value;
  }
}

/** Watches a command of somebody who neither gives up nor is in a hurry. */
async function watch<T>(
  world: World,
  kind: string,
  promise: PromiseLike<T>,
): Promise<Result<T>> {
  const start = performance.now();
  const result = await world.journal.command(kind, promise, TIME_LIMIT);
  if (result.ok) return result;
  const time = Math.round(performance.now() - start);
  const { error, fate } = result;
  // To connect may take less time than the command has.
  const isLate = error instanceof TimeoutError &&
    !error.message.startsWith("Cannot reach");
  if (fate === "given up") {
    world.journal.problem(`"${kind}": somebody else has given up`);
  } else if (isLate && time < PATIENCE) {
    world.journal.problem(`"${kind}" had ${time} ms: ${error.message}`);
  }
  return result;
}

async function echo(world: World, client: LocalClient): Promise<void> {
  const token = world.values.make("echo");
  const echoed = client.echo(token);
  const result = await world.journal.command("ECHO", echoed, TIME_LIMIT);
  if (!result.ok || result.value === token) return;
  world.journal.problem(`ECHO of "${token}" gave "${result.value}"`);
}

async function write(
  world: World,
  { client, key, size }: {
    client: RoutingClient;
    key: string;
    size: number;
  },
): Promise<void> {
  const value = world.values.make(key, size);
  const written = client.set(key, value);
  world.wrote(value, await watch(world, "SET", written));
}

/** A write of somebody in a hurry, to a key of its own. */
async function writeHastily(
  world: World,
  client: LocalClient,
  size: number,
): Promise<void> {
  const value = world.values.make("hasty", size);
  const written = client.set("hasty", value);
  await world.journal.command("SET (hasty)", written, TIME_LIMIT);
}
