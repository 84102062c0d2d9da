/**
 * Writes the interfaces of the clients from the signatures of the methods:
 * `sh tools/dev methods`, or with `--check` says whether they are current.
 *
 * @module
 */

import { generate } from "./methods/generate.ts";

const check = Deno.args.includes("--check");
let stale = 0;
for (const [path, text] of await generate()) {
  const url = new URL(`../${path}`, import.meta.url);
  const before = await Deno.readTextFile(url).catch(() => "");
  if (before === text) continue;
  stale++;
  if (check) console.log(`${path} is not current`);
  else await Deno.writeTextFile(url, text);
}
console.log(
  stale === 0
    ? "The interfaces are current."
    : check
    ? "Write them again: sh tools/dev methods"
    : `${stale} interfaces were written.`,
);
if (check && stale > 0) Deno.exit(1);
