/**
 * Compares this library with ioredis, node-redis, @db/redis (where it is there)
 * and redis-benchmark, over the same servers and in the same run.
 *
 * Usage: sh tools/dev compare [--rounds 15] [--keys 50000] [--only get] [--json]
 *
 * @module
 */

import { parseArgs } from "node:util";
import { measureRoutes } from "./compare/hashing.ts";
import { jsonReport, textReport } from "./compare/report.ts";
import { runRounds } from "./compare/rounds.ts";
import { makeSections } from "./compare/sections.ts";
import { setTheStage } from "./compare/stage.ts";
import { judge } from "./compare/targets.ts";
import { describeMachine } from "./measure/machine.ts";

const WARMUPS = 2;

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "15" },
    keys: { type: "string", default: "50000" },
    only: { type: "string", default: "" },
    json: { type: "boolean", default: false },
  },
});
const rounds = wholeNumber("rounds", flags.rounds);
const keys = wholeNumber("keys", flags.keys);

const machine = await describeMachine(["ioredis", "redis"]);
const routes = measureRoutes(rounds);
await using stage = await setTheStage(keys);
const sections = makeSections(stage.clients, stage.workloads)
  .filter(({ name }) => name.startsWith(flags.only));
const rates = await runRounds(sections, {
  rounds,
  warmups: WARMUPS,
  cluster: stage.cluster,
  onProgress: (round, { name }) => {
    const counted = round < 0 ? "warm-up" : `round ${round + 1} of ${rounds}`;
    progress(`${counted}: ${name}`);
  },
});
progress("");
const verdicts = judge(rates);
const comparison = { machine, rounds, sections, rates, verdicts, routes };
console.log(flags.json ? jsonReport(comparison) : textReport(comparison));

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new RangeError(
    `Option "${name}" must be a whole number, not "${text}"`,
  );
}

/** One line that is written over, where somebody watches. */
function progress(text: string): void {
  if (!Deno.stderr.isTerminal()) return;
  Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${text}`));
}
