/**
 * 200,000 keys on four Redis servers: written, read back, checked and timed.
 *
 * Run it with `sh tools/dev demo`; it brings its own servers.
 *
 * @module
 */

import { Cluster } from "@rb/rb";
import { TestSetup } from "@rb/rb/testing";
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
  { length: 200_000 },
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

/** Four ways to read the same keys. */
const ways = {
  "one by one": async (keys: string[]) => {
    const values = [];
    for (const key of keys) values.push(await client.get(key));
    return values;
  },
  "Promise.all": (keys: string[]) =>
    Promise.all(keys.map((key) => client.get(key))),
  "map": async (keys: string[]) => {
    const replies = await cluster.map((client) =>
      keys.map((key) => client.get(key))
    );
    return replies.map((reply) => reply.value);
  },
  // For more keys than fit in memory: two batches are held at a time.
  "mapBatches": async (keys: string[]) => {
    const entries = cluster.mapBatches(
      keys,
      (client, key) => client.get(key),
      { batchSize: 10_000 },
    );
    return (await Array.fromAsync(entries)).map(([_key, value]) => value);
  },
};

heading("Reading them back, in keys per second");
row("", "keys", "seconds", "keys/s");
for (const [way, read] of Object.entries(ways)) {
  const wanted = way === "one by one" ? keys.slice(0, 10_000) : keys;
  const times = [];
  for (let run = 0; run < 3; run++) {
    const start = performance.now();
    const values = await read(wanted);
    times.push((performance.now() - start) / 1_000);
    check(wanted, values);
  }
  const best = Math.min(...times);
  const speed = grouped(wanted.length / best);
  row(way, grouped(wanted.length), best.toFixed(2), speed);
}
note("Best of three runs each; one by one for a sample of the keys.");

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
