/**
 * Measures how the cost of a key grows with the number of keys and of hosts, and
 * which layer takes how much of it; prints the page about it. What the page in
 * docs/ says is measured and written by `sh tools/dev figures --only scaling`.
 *
 * Usage: sh tools/dev scaling [--rounds 5] [--short] [--json]
 *
 * @module
 */

import { parseArgs } from "node:util";
import { wholeNumber } from "./compare/arguments.ts";
import { findingsOf } from "./figures/documents.ts";
import {
  type ScalingPart,
  type SeriesFigures,
  tenths,
} from "./figures/record.ts";
import { formatted } from "./measure/formatted.ts";
import { describeMachine } from "./measure/machine.ts";
import { type CallCosts, measureCalls } from "./scaling/calls.ts";
import { performancePage } from "./scaling/document.ts";
import { measureLayers } from "./scaling/layers.ts";
import {
  measureHosts,
  measureKeys,
  measureMemoryHosts,
  type Series,
} from "./scaling/series.ts";

const KEYS = [1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000];
const HOSTS = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const MEMORY_HOSTS = [4, 16, 64, 256, 512, 1_024];
const HOST_KEYS = 50_000;

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    short: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
// A short run shows that everything works, and no more.
const rounds = flags.short ? 1 : wholeNumber("rounds", flags.rounds);
const keyCounts = flags.short ? KEYS.slice(0, 3) : KEYS;
const hostCounts = flags.short ? HOSTS.slice(0, 5) : HOSTS;
const hostKeys = flags.short ? 5_000 : HOST_KEYS;

const machine = await describeMachine();
// First, as what others leave behind would be collected meanwhile.
console.error("calls …");
const calls = await measureCalls(rounds);
console.error("layers …");
const layers = await measureLayers(rounds);
console.error("keys …");
const keys = await measureKeys(keyCounts, rounds);
console.error("hosts …");
const hosts = await measureHosts(hostCounts, hostKeys, rounds);
console.error("hosts that answer from memory …");
const memoryHosts = await measureMemoryHosts(MEMORY_HOSTS, hostKeys, rounds);

const scaling: ScalingPart = {
  machine,
  rounds,
  hostKeys,
  keys: figuresOf(keys),
  hosts: figuresOf(hosts),
  memoryHosts: figuresOf(memoryHosts),
  calls: rounded(calls),
  layers: layers.map(({ name, merged, plain }) => ({
    name,
    merged: tenths(merged),
    plain: tenths(plain),
  })),
};
const findings = findingsOf({ scaling });
if (flags.json || findings === undefined) console.log(JSON.stringify(scaling));
else console.log(await formatted(performancePage(findings), "md"));

/** Whole nanoseconds and bytes. */
function rounded({ call, promise, keptByCall, keptByAll }: CallCosts) {
  return {
    call: Math.round(call),
    promise: Math.round(promise),
    ...keptByCall === undefined || keptByAll === undefined ? {} : {
      keptByCall: Math.round(keptByCall),
      keptByAll: Math.round(keptByAll),
    },
  };
}

/** A series as it is recorded. */
function figuresOf({ costs, ...rest }: Series): SeriesFigures {
  const rounded = [...costs].map(([way, line]) => [way, line.map(Math.round)]);
  return { ...rest, costs: Object.fromEntries(rounded) };
}
