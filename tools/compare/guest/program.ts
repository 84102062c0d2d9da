/**
 * A client of another runtime, in a process of its own: it works when it is told
 * to, by lines of JSON.
 *
 * Usage: bun program.ts bun, or node program.ts glide
 *
 * @module
 */

import process from "node:process";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import type { GuestName, GuestReply, GuestTask } from "./task.ts";

/** A client of one server. */
interface GuestClient {
  get(key: string): Promise<unknown>;
  setFor(key: string, value: string, seconds: number): Promise<unknown>;
}

/** A client as its module gives it. */
interface Bare {
  connect(): Promise<void>;
  get(key: string): Promise<unknown>;
  set(key: string, value: string, ...more: unknown[]): Promise<unknown>;
}

interface BunModule {
  readonly RedisClient: new (url: string) => Bare;
}

interface GlideModule {
  readonly GlideClient: { createClient(options: object): Promise<Bare> };
}

/** Seconds that a key lives on. */
const LIFETIME = 60;
/** Milliseconds, as the other clients have them. */
const TIMEOUT = 60_000;

const CONNECT: Record<
  GuestName,
  (module: string, address: GuestTask["servers"][number]) => Promise<
    GuestClient
  >
> = {
  bun: async (_, { hostname, port }) => {
    const name = "bun";
    const { RedisClient } = await import(name) as BunModule;
    const client = new RedisClient(`redis://${hostname}:${port}`);
    await client.connect();
    return {
      get: (key) => client.get(key),
      setFor: (key, value, seconds) => client.set(key, value, "EX", seconds),
    };
  },
  glide: async (module, { hostname, port }) => {
    const path = pathToFileURL(module).href;
    const { GlideClient } = await import(path) as GlideModule;
    const client = await GlideClient.createClient({
      addresses: [{ host: hostname, port }],
      requestTimeout: TIMEOUT,
      // By default it refuses more than 1,000 commands at a time.
      inflightRequestsLimit: 1_000_000,
    });
    return {
      get: (key) => client.get(key),
      setFor: (key, value, seconds) =>
        client.set(key, value, { expiry: { type: "EX", count: seconds } }),
    };
  },
};

const [name, module = ""] = process.argv.slice(2);
const clients: GuestClient[] = [];

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
}
process.exit(0);

async function answer(task: GuestTask): Promise<GuestReply> {
  try {
    for (const server of task.servers.slice(clients.length)) {
      clients.push(await CONNECT[name as GuestName](module, server));
    }
    await laps(task, task.warmup);
    return { rate: await laps(task, task.timed) };
  } catch (error) {
    return { error: String(error) };
  }
}

/** Works for that long at least: keys a second. */
async function laps(task: GuestTask, least: GuestTask["timed"]) {
  let time = 0;
  for (let count = 1;; count++) {
    const start = performance.now();
    const replies = await lap(task);
    time += performance.now() - start;
    const { keys, expected } = task;
    const wrong = replies.findIndex((reply, at) => reply !== expected[at]);
    if (wrong >= 0) throw new Error(`A wrong reply for "${keys[wrong]}"`);
    if (time >= least.time && count >= least.laps) {
      return 1_000 * count * keys.length / time;
    }
  }
}

/** Everything once, issued together. */
function lap({ work, keys, hosts, values }: GuestTask): Promise<unknown[]> {
  return Promise.all(
    work === "get"
      ? keys.map((key, at) => clients[hosts[at]].get(key))
      : keys.map((key, at) =>
        clients[hosts[at]].setFor(key, values[at], LIFETIME)
      ),
  );
}
