/**
 * A counter that is written through a failover, which this program causes itself:
 * it kills a primary of a Redis Cluster under load, and compares what was
 * acknowledged with what is there.
 *
 * Run it with `deno run -A examples/failover.ts`; it brings its own servers.
 *
 * @module
 */

import { type Cluster, TransportError } from "@rb/rb";
import { RedisClusterSetup } from "@rb/rb/testing";
import { grouped, heading, note, row, success } from "./terminal.ts";

heading("A Redis Cluster of three shards, each with a replica");
await using setup = await RedisClusterSetup.start({
  primaries: 3,
  replicas: 1,
});

// Some nodes are enough: the others are found through them.
const cluster: Cluster = setup.makeCluster({ timeout: 20_000 });
cluster.addEventListener("failover", ({ detail }) => {
  note(`host ${detail.hostId}: ${detail.from} gave way to ${detail.to}`);
});
await cluster.ready();

const client = cluster.getRoutingClient();
const counters = Array.from({ length: 30 }, (_, id) => `counter:${id}`);
const counts = { acknowledged: 0, unknown: 0, notSent: 0 };

/** Adds one, and notes what is known of it. */
async function add(key: string): Promise<void> {
  try {
    await client.incr(key);
    counts.acknowledged++;
  } catch (error) {
    // An error reply is no matter of failovers.
    if (!(error instanceof TransportError)) throw error;
    if (error.outcome === "not-sent") counts.notSent++;
    else counts.unknown++;
  }
}

/** Writers that go on until they are told to end. */
let isOver = false;
const writing = Promise.all(counters.map(async (key) => {
  while (!isOver) await add(key);
}));

/** Waits until so many more writes were acknowledged. */
async function untilWritten(more: number): Promise<void> {
  const goal = counts.acknowledged + more;
  const limit = AbortSignal.timeout(60_000);
  while (counts.acknowledged < goal) {
    limit.throwIfAborted();
    await new Promise((wake) => setTimeout(wake, 10));
  }
}

await untilWritten(2_000);
// Replicas have what was acknowledged so far; what comes now may be lost.
await setup.kill(0);
note("the primary of shard 0 was killed");
await setup.failover(0);
await untilWritten(2_000);
isOver = true;
await writing;

const values = await client.mget(...counters);
const counted = values.reduce((sum, value) => sum + Number(value), 0);
heading("What became of it");
row("acknowledged", grouped(counts.acknowledged));
row("unknown", grouped(counts.unknown));
row("not sent", grouped(counts.notSent));
row("counted", grouped(counted));

// No write runs twice. One that a primary acknowledged a moment before its end
// may be lost with it: no client can promise otherwise.
if (counted > counts.acknowledged + counts.unknown) {
  throw new Error("A write ran twice");
}
success("No write ran twice.");
