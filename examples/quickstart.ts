/**
 * 200,000 keys on four Redis servers: written, read back, checked and timed.
 *
 * Run it with `sh tools/dev demo`; it brings its own servers.
 *
 * @module
 */

import { Cluster } from "@rb/rb";
import { TestSetup } from "@rb/rb/testing";
import { bar, bold, count, dim, green, Progress } from "./terminal.ts";

const KEYS = Array.from({ length: 200_000 }, (_, id) => `user:${id}`);
const CHUNK = 10_000;

// Four real servers on free ports of 127.0.0.1. They end with this program,
// also when it is interrupted.
await using setup = await TestSetup.start({
  servers: 4,
  databasesEach: 1,
  transport: "tcp",
});

// `hosts` is what you would write down yourself: an id and an address for each
// server. Nothing is connected until a command needs it.
await using cluster = new Cluster({ hosts: setup.hosts });

console.log(bold(`\n${count(KEYS.length)} keys on 4 Redis servers\n`));
await writeAll();
await readAll();
await showHosts();
await race();

/**
 * A map takes commands without waiting for replies. The router knows the server
 * of each key, and all servers work at the same time.
 */
async function writeAll(): Promise<void> {
  const progress = new Progress("write", KEYS.length);
  for (const chunk of chunks()) {
    await cluster.map((client) =>
      chunk.map((key) => client.set(key, valueOf(key)))
    );
    progress.advance(chunk.length);
  }
}

/** Reading returns one promise for each key, settled when the map has ended. */
async function readAll(): Promise<void> {
  const progress = new Progress("read", KEYS.length);
  for (const chunk of chunks()) {
    const replies = await cluster.map((client) =>
      chunk.map((key) => client.get(key))
    );
    // Their values are there without another await.
    chunk.forEach((key, index) => check(key, replies[index].value));
    progress.advance(chunk.length);
  }
  console.log(green("\n  Every value is the one that was written.\n"));
}

/** A fanout asks servers, not keys: here all of them, each for its size. */
async function showHosts(): Promise<void> {
  const sizes = await cluster.all((client) => client.dbsize());
  console.log(bold("Keys per host\n"));
  for (const [hostId, size] of sizes) {
    const share = size / Math.max(...sizes.values());
    console.log(`  host ${hostId} ${bar(share)} ${count(size).padStart(8)} keys`);
  }
}

/** Four ways to read, each checked as well, the best of three runs. */
async function race(): Promise<void> {
  const client = cluster.getRoutingClient();
  const sample = KEYS.slice(0, 10_000);

  console.log(bold("\nReading them, best of three runs\n"));
  console.log(dim(`  ${"".padEnd(42)}    keys      keys/s`));

  const slowest = await time("one after the other (a sample)", sample, async () => {
    for (const key of sample) check(key, await client.get(key));
  });

  await time("Promise.all", KEYS, async () => {
    const values = await Promise.all(KEYS.map((key) => client.get(key)));
    KEYS.forEach((key, index) => check(key, values[index]));
  }, slowest);

  await time("map", KEYS, async () => {
    const replies = await cluster.map((client) =>
      KEYS.map((key) => client.get(key))
    );
    KEYS.forEach((key, index) => check(key, replies[index].value));
  }, slowest);

  await time("mapBatches", KEYS, async () => {
    const entries = cluster.mapBatches(
      KEYS,
      (client, key) => client.get(key),
      { batchSize: CHUNK },
    );
    for await (const [key, value] of entries) check(key, value);
  }, slowest);
  console.log();
}
