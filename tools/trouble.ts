/**
 * Measures what a service notices when servers are in trouble, and whether that
 * keeps what is promised: each figure with what is meant, and "ok" or "missed".
 * It starts its own servers. The exit code is 1 when a figure is missed.
 *
 * Usage: sh tools/dev trouble [--outage SECONDS] [--keys NUMBER] [--only NAME]
 *
 * @module
 */

import { parseArgs } from "node:util";
import { describeMachine, machineLines } from "./measure/machine.ts";
import { figureLine, isKept, type Trouble } from "./trouble/figure.ts";
import { halfMap } from "./trouble/half_map.ts";
import { tightLoop } from "./trouble/loop.ts";
import { outage } from "./trouble/outage.ts";
import { stoppedShard } from "./trouble/stopped_shard.ts";

/** Minutes beyond the outage after which it is given up. */
const PATIENCE = 8;

const { values: flags } = parseArgs({
  options: {
    outage: { type: "string", default: "45" },
    keys: { type: "string", default: "1000000" },
    only: { type: "string" },
  },
});

const seconds = positive("outage", flags.outage);
const keys = positive("keys", flags.keys);

const TROUBLES: Record<string, () => Promise<Trouble>> = {
  stopped: stoppedShard,
  outage: () => outage(seconds),
  map: () => halfMap(keys),
  loop: tightLoop,
};

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  console.error(`Option "--${name}" must be a number above 0, not "${text}"`);
  Deno.exit(2);
}

async function main(): Promise<number> {
  const names = flags.only === undefined
    ? Object.keys(TROUBLES)
    : flags.only.split(",");
  const unknown = names.find((name) => !Object.hasOwn(TROUBLES, name));
  if (unknown !== undefined) {
    const known = Object.keys(TROUBLES).join(", ");
    console.error(`Option "--only" takes ${known}, not "${unknown}"`);
    return 2;
  }
  for (const line of machineLines(await describeMachine())) console.log(line);
  let missed = 0;
  for (const name of names) {
    const { title, figures, notes = [] } = await TROUBLES[name]();
    console.log(`\n${name}: ${title}`);
    for (const figure of figures) {
      console.log(`  ${figureLine(figure)}`);
      if (!isKept(figure)) missed++;
    }
    for (const note of notes) console.log(`          ${note}`);
  }
  console.log(missed === 0 ? "\nok" : `\n${missed} missed`);
  return missed === 0 ? 0 : 1;
}

const watchdog = setTimeout(() => {
  console.error("It hangs");
  Deno.exit(1);
}, PATIENCE * 60_000 + seconds * 1_000);
Deno.exitCode = await main();
clearTimeout(watchdog);
