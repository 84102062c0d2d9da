/**
 * The benchmarks: `sh tools/dev bench`, some of them with `--filter`, as in
 * `sh tools/dev bench --filter "map get"`.
 *
 * `sh tools/dev compare` compares with other clients round by round,
 * `sh tools/dev scaling` shows how the cost grows.
 *
 * @module
 */

import "./bench/hashing.ts";
import "./bench/wire.ts";
import "./bench/pipeline.ts";
import { measureMemory } from "./tools/memory/measure.ts";

let figures: Promise<void> | undefined;

Deno.bench({
  name: "peaks",
  group: "memory",
  n: 1,
  warmup: 0,
  // The runner awaits async functions only.
  fn: async () => {
    // The time of it says nothing, so that once is enough.
    figures ??= printFigures();
    await figures;
  },
});

async function printFigures(): Promise<void> {
  // To where warnings go, so that the output of --json stays JSON.
  for (const line of await measureMemory()) console.error(line);
}
