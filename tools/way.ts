/**
 * Prints the way of one command: which files of `src/` it passes from the call
 * to the socket and back, in this order, and which of their functions.
 *
 * Usage: sh tools/dev way [--json]
 *
 * @module
 */

import { parseArgs } from "node:util";
import { describeWay, MAX_FILES, observeWays } from "./way/ways.ts";

const { values: flags } = parseArgs({
  options: { json: { type: "boolean", default: false } },
});

const ways = await observeWays();
console.log(
  flags.json
    ? JSON.stringify(ways)
    : ways.map((way) => describeWay(way)).join("\n\n"),
);
if (ways.some(({ name, files }) => files.length > MAX_FILES[name])) {
  console.error("A way is longer than it may be");
  Deno.exitCode = 1;
}
