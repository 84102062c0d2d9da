// What a record of figures looks like, made up for tests.

import type { ComparedPart, ScalingPart } from "../../tools/figures/record.ts";
import type { KnownMachine } from "../../tools/measure/machine.ts";

/** A machine of which little is known. */
export const MACHINE: KnownMachine = {
  date: "2001-02-03",
  processor: "Abacus",
  cores: 8,
  versions: { Deno: "1.2.3", "redis-server": "4.5.6", redis: "7.8.9" },
};

const GET = {
  keys: 1_000,
  rounds: 3,
  medians: {
    "rb: map get": 2_000_000,
    "rb: Promise.all get": 900_000,
    "ioredis: pipeline get": 500_000,
    "ioredis: Promise.all get, auto-pipelining": 300_000,
  },
};

/** Rates of clients. */
export const CLIENTS: ComparedPart = {
  machine: MACHINE,
  sections: { get: GET },
};

/** A series whose ways cost one nanosecond more for each amount. */
function series(amounts: readonly number[]) {
  const names = ["map get", "mapBatches get"];
  const line = amounts.map((_, at) => 100 * (at + 1));
  return {
    amounts,
    costs: Object.fromEntries(names.map((name) => [name, line])),
    batchKeys: amounts.map((hosts) => Math.max(1_000, 64 * hosts)),
  };
}

/** Costs that grow. */
export const SCALING: ScalingPart = {
  machine: MACHINE,
  rounds: 3,
  hostKeys: 1_000,
  keys: series([10, 1_000]),
  hosts: series([1, 4, 256]),
  memoryHosts: series([4, 64, 1_024]),
  layers: [
    { name: "sockets", merged: 25, plain: 50 },
    { name: "all", merged: 50, plain: 100 },
  ],
};
