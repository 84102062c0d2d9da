/**
 * 200,000 keys on four Redis servers: written, read back, checked and timed.
 *
 * Run it with `sh tools/dev demo`; it brings its own servers. Another number of
 * keys is an argument.
 *
 * @module
 */

import { Cluster } from "@rb/rb";
import { TestSetup } from "@rb/rb/testing";
import { openByHand, type Read } from "./by_hand.ts";
import {
  barLine,
  grouped,
  heading,
  note,
  row,
  success,
  withProgress,
} from "./terminal.ts";

// Four real servers on free ports of 127.0.0.1. They end with this program, and
// also when it is interrupted.
await using setup = await TestSetup.start({
  servers: 4,
  databasesEach: 1,
  transport: "tcp",
});

// `hosts` is what you would write down for servers of your own: for each of
// them an id and an address. No connection is opened before a command needs it.
await using cluster = new Cluster({ hosts: setup.hosts });

const keys = Array.from(
  { length: Number(Deno.args[0] ?? 200_000) },
  () => `session:${crypto.randomUUID()}`,
);
heading(`${grouped(keys.length)} keys on ${cluster.hosts.size} Redis servers`);

// A map takes commands and does not wait for their replies. The router knows on
// which server each key lives, and all servers work at the same time.
for (const chunk of withProgress("write", keys, 5_000)) {
  await cluster.map((client) =>
    chunk.map((key) => client.set(key, ownerOf(key)))
  );
}

// It returns what its callback returns. When it has ended, every promise in
// there is settled, so that its value can be read without another `await`.
for (const chunk of withProgress("read", keys, 5_000)) {
  const replies = await cluster.map((client) =>
    chunk.map((key) => client.get(key))
  );
  check(chunk, replies.map((reply) => reply.value));
}
success("Every value is the one that was written.");

// A fanout goes to servers rather than keys, here to all of them.
heading("Where the keys live");
const sizes = await cluster.all((client) => client.dbsize());
for (const [hostId, size] of sizes) {
  const share = size / Math.max(...sizes.values());
  barLine(`host ${hostId}`, share, grouped(size));
}

// A routing client sends one command and returns an ordinary promise. Commands
// that are issued together travel together.
const client = cluster.getRoutingClient();

// Another client over the same servers, to compare with.
using other = openByHand(cluster);

/** Ways to read the same keys. */
const ways: Readonly<Record<string, Read>> = {
  "one by one": async (keys) => {
    const values = [];
    for (const key of keys) values.push(await client.get(key));
    return values;
  },
  "Promise.all": (keys) => Promise.all(keys.map((key) => client.get(key))),
  "map": async (keys) => {
    const replies = await cluster.map((client) =>
      keys.map((key) => client.get(key))
    );
    return replies.map((reply) => reply.value);
  },
  // For more keys than fit in memory: three batches are held at a time.
  "mapBatches": async (keys) => {
    const entries = cluster.mapBatches(
      keys,
      (client, key) => client.get(key),
      { batchSize: 10_000 },
    );
    return (await Array.fromAsync(entries)).map(([_key, value]) => value);
  },
  ...other.ways,
};

/** How many keys those read that would take long for all of them. */
const SAMPLES: Readonly<Record<string, number>> = {
  "one by one": 10_000,
  "ioredis, auto-pipelining": 50_000,
  "ioredis, pipelines by hand": 50_000,
};

heading("Reading them back, in keys per second");
row("", "keys", "seconds", "keys/s");
const speeds: Record<string, number> = {};
for (const [way, read] of Object.entries(ways)) {
  const wanted = keys.slice(0, SAMPLES[way]);
  const times = [];
  for (let run = 0; run < 3; run++) {
    const start = performance.now();
    const values = await read(wanted);
    times.push((performance.now() - start) / 1_000);
    check(wanted, values);
  }
  const best = Math.min(...times);
  speeds[way] = wanted.length / best;
  row(way, grouped(wanted.length), best.toFixed(2), grouped(speeds[way]));
}
note("Best of three runs each; what takes longer reads a sample of the keys.");
const times = speeds.map / speeds["ioredis, pipelines by hand"];
success(`A map is ${times.toFixed(1)} times as fast as pipelines by hand.`);

function ownerOf(key: string): string {
  return `owner of ${key}`;
}

/** Makes sure that each key has its own value, and not another one's. */
function check(keys: string[], values: (string | null)[]): void {
  keys.forEach((key, index) => {
    const value = values[index];
    if (value !== ownerOf(key)) throw new Error(`"${key}" holds "${value}"`);
  });
}
