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
  name: "peaks, printed above",
  group: "memory",
  n: 1,
  warmup: 0,
  fn: () => {
    // The time of it says nothing, so that once is enough.
    figures ??= measureMemory().then((lines) => {
      for (const line of lines) console.error(line);
    });
    return figures;
  },
});
