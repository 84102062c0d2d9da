/**
 * Measures what a map, mapBatches and kept values take of memory.
 *
 * Usage: sh tools/dev memory [--short]
 *
 * @module
 */

import { parseArgs } from "node:util";
import { FULL, measureMemory } from "./memory/measure.ts";

const { values: flags } = parseArgs({
  options: { short: { type: "boolean", default: false } },
});

/** Enough to see that it works; what a process takes anyway weighs more here. */
const SHORT = { keys: 100_000, batchKeys: 500_000, largeReplies: 200 };

for (const line of await measureMemory(flags.short ? SHORT : FULL)) {
  console.log(line);
}
