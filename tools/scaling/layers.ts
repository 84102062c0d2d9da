/**
 * What one GET costs, layer by layer.
 *
 * @module
 */

import { type Cluster, PartitionRouter, RbPromise } from "@rb/rb";
import { TestSetup } from "@rb/rb/testing";
import { MAX_MERGED_GETS } from "../../src/delivery/run.ts";
import { takeArgument } from "../../src/commands/arguments.ts";
import { Encoder } from "../../src/wire/resp/encoder.ts";
import { INCOMPLETE, Parser } from "../../src/wire/resp/parser.ts";
import { makeHosts } from "../compare/hashing.ts";
import { makeKey } from "../compare/workload.ts";
import { median } from "../measure/statistics.ts";
import { timeLaps } from "./laps.ts";
import { memoryCluster } from "./memory_cluster.ts";

/** A layer, and nanoseconds of it for a GET in a map. */
export interface Layer {
  readonly name: string;
  readonly merged: number;
  readonly plain: number;
}

const COUNT = 50_000;
const HOSTS = 4;
const KEYS = Array.from({ length: COUNT }, (_, id) => makeKey("key", id));
const VALUE = "v".repeat(16);

/** What a socket gives at a time. */
const CHUNK = 65_536;

/** Keeps the optimizer from leaving out what nobody looks at. */
export let sink = 0;

/** Measures layer by layer, in rounds that take turns; medians. */
export async function measureLayers(rounds: number): Promise<Layer[]> {
  await using setup = await TestSetup.start({
    databasesEach: 1,
    transport: "tcp",
  });
  const whole = setup.makeCluster({ timeout: 60_000 });
  await whole.map((client) => KEYS.map((key) => client.set(key, VALUE)));
  await using client = memoryCluster(HOSTS);
  const parts: [name: string, merged: () => unknown, plain: () => unknown][] = [
    ["key → host", route, route],
    ["check of the arguments", checkAll, checkAll],
    ["command → bytes", encodeMerged, encodePlain],
    ["bytes → value", parser(mergedReplies()), parser(plainReplies())],
    ["a promise, settled", promise, promise],
    ["whole client", map(client, true), map(client, false)],
    ["whole way", map(whole, true), map(whole, false)],
  ];
  const times = parts.map(() => ({ merged: [], plain: [] } as {
    merged: number[];
    plain: number[];
  }));
  for (let round = -1; round < rounds; round++) {
    for (const [index, [, merged, plain]] of parts.entries()) {
      const mergedTime = await timeLaps(merged);
      const plainTime = await timeLaps(plain);
      if (round < 0) continue;
      times[index].merged.push(mergedTime * 1e6 / COUNT);
      times[index].plain.push(plainTime * 1e6 / COUNT);
    }
  }
  return withDifferences(parts.map(([name], index) => ({
    name,
    merged: median(times[index].merged),
    plain: median(times[index].plain),
  })));
}

/** Puts what no layer accounts for where it belongs. */
function withDifferences(measured: readonly Layer[]): Layer[] {
  const layers = measured.slice(0, -2);
  const [client, whole] = measured.slice(-2);
  const sum = { merged: 0, plain: 0 };
  for (const { merged, plain } of layers) {
    sum.merged += merged;
    sum.plain += plain;
  }
  return [
    ...layers,
    {
      name: "method, batch, matching of replies",
      merged: client.merged - sum.merged,
      plain: client.plain - sum.plain,
    },
    {
      name: "sockets, and waiting for servers",
      merged: whole.merged - client.merged,
      plain: whole.plain - client.plain,
    },
    { ...whole, name: "all" },
  ];
}

const router = new PartitionRouter({ hosts: makeHosts(HOSTS) });

function route(): void {
  for (const key of KEYS) sink ^= router.getHostForKey(key);
}

function checkAll(): void {
  for (const key of KEYS) takeArgument("GET", key);
}

const encoder = new Encoder();

function encodeMerged(): void {
  for (let from = 0; from < COUNT; from += MAX_MERGED_GETS) {
    const to = Math.min(COUNT, from + MAX_MERGED_GETS);
    clearFull();
    encoder.commandFrom("MGET", KEYS, from, to - from);
  }
}

function encodePlain(): void {
  for (const key of KEYS) {
    clearFull();
    encoder.command("GET", [key]);
  }
}

function clearFull(): void {
  if (encoder.length < CHUNK) return;
  sink ^= encoder.length;
  encoder.clear();
}

function promise(): void {
  for (const key of KEYS) {
    const promise = new RbPromise<string>();
    promise.resolve(key);
    sink ^= promise.isResolved ? 1 : 0;
  }
}

function mergedReplies(): string {
  const bulk = `$16\r\n${VALUE}\r\n`;
  let text = "";
  for (let left = COUNT; left > 0; left -= MAX_MERGED_GETS) {
    const count = Math.min(left, MAX_MERGED_GETS);
    text += `*${count}\r\n${bulk.repeat(count)}`;
  }
  return text;
}

function plainReplies(): string {
  return `$16\r\n${VALUE}\r\n`.repeat(COUNT);
}

function parser(text: string): () => void {
  const bytes = new TextEncoder().encode(text);
  const parser = new Parser();
  return () => {
    for (let from = 0; from < bytes.length; from += CHUNK) {
      parser.push(bytes.subarray(from, from + CHUNK));
      while (parser.read() !== INCOMPLETE) sink++;
    }
  };
}

function map(cluster: Cluster, autoBatch: boolean): () => Promise<unknown> {
  return () =>
    cluster.map(
      (client) => KEYS.map((key) => client.get(key)),
      { autoBatch },
    );
}
