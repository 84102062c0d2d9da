/**
 * A client in a process of its own, mostly of another runtime: it works when it is
 * told to, by lines of JSON.
 *
 * Usage: bun program.ts bun, node program.ts glide, or deno run program.ts rb
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

interface RbModule {
  readonly Cluster: new (
    options: object,
  ) => { getRoutingClient(): Omit<Bare, "connect"> };
}

interface GlideModule {
  readonly GlideClient: { createClient(options: object): Promise<Bare> };
}

/** Seconds that a key lives on. */
const LIFETIME = 60;
/** Milliseconds, as the other clients have them. */
const TIMEOUT = 60_000;

type Servers = GuestTask["servers"];

const CONNECT: Record<
  GuestName,
  (module: string, servers: Servers) => Promise<GuestClient[]>
> = {
  rb: async (_, servers) => {
    const name = "@rb/rb";
    const { Cluster } = await import(name) as RbModule;
    const cluster = new Cluster({ hosts: servers, timeout: TIMEOUT });
    const client = cluster.getRoutingClient();
    // It finds the server of each key by itself.
    return servers.map(() => ({
      get: (key) => client.get(key),
      setFor: (key, value, seconds) => client.set(key, value, { ex: seconds }),
    }));
  },
  bun: each(async (_, { hostname, port }) => {
    const name = "bun";
    const { RedisClient } = await import(name) as BunModule;
    const client = new RedisClient(`redis://${hostname}:${port}`);
    await client.connect();
    return {
      get: (key) => client.get(key),
      setFor: (key, value, seconds) => client.set(key, value, "EX", seconds),
    };
  }),
  glide: each(async (module, { hostname, port }) => {
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
  }),
};

/** A client for each server. */
function each(
  connect: (module: string, server: Servers[number]) => Promise<GuestClient>,
) {
  return (module: string, servers: Servers) =>
    Promise.all(servers.map((server) => connect(module, server)));
}

const [name, module = ""] = process.argv.slice(2);
let clients: GuestClient[] = [];

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
}
process.exit(0);

async function answer(task: GuestTask): Promise<GuestReply> {
  try {
    if (clients.length === 0) {
      clients = await CONNECT[name as GuestName](module, task.servers);
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
