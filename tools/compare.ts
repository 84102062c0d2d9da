/**
 * Compares this library with ioredis, node-redis, @db/redis (where it is there)
 * and redis-benchmark, over the same servers and in the same run.
 *
 * Usage: sh tools/dev compare [options]
 *
 * | Option          | What it does                                             |
 * | --------------- | -------------------------------------------------------- |
 * | `--only setex`  | only these sections: `get,setex`, `commands`, `cluster`, |
 * |                 | `resharding`, `crowds`: callers side by side, who wait;  |
 * |                 | `=get` is that very section, without `get 1 KiB`         |
 * | `--rounds 15`   | so many rounds; by default 15 of clients, 5 of commands  |
 * | `--keys 50000`  | so many keys; sections of slow commands have fewer       |
 * | `--minutes 45`  | begins no round that would end later                     |
 * | `--json`        | everything at the end, for programs                      |
 *
 * A section is printed as soon as it has been measured.
 *
 * @module
 */

import { chooseSections, readArguments } from "./compare/arguments.ts";
import { commandSections } from "./compare/commands/sections.ts";
import { crowdSections } from "./compare/crowds.ts";
import { measureRoutes } from "./compare/hashing.ts";
import {
  closingText,
  jsonReport,
  openingText,
  routesText,
  sectionText,
} from "./compare/report.ts";
import { type Rates, runRounds } from "./compare/rounds.ts";
import { shareOfFirst } from "./compare/schedule.ts";
import { makeSections, type Section } from "./compare/sections.ts";
import { setTheStage } from "./compare/stage.ts";
import { clusterSections } from "./compare/redis_cluster.ts";
import { reshardingSections } from "./compare/resharding.ts";
import { judge } from "./compare/targets.ts";
import { describeMachine } from "./measure/machine.ts";

/** Rounds of the routes, which take no time. */
const ROUTE_ROUNDS = 15;

const flags = readArguments(Deno.args);
const end = performance.now() + flags.minutes * 60_000;

await using stage = await setTheStage(flags.keys);
const sections = chooseSections([
  ...makeSections(stage.clients, stage.workloads),
  ...crowdSections(stage.clients, stage.workloads.small),
  ...clusterSections(stage.workloads.small),
  ...reshardingSections(stage.workloads.small),
  ...commandSections({ ...stage, workload: stage.commands }),
], flags.only);
const machine = await describeMachine(["ioredis", "redis"]);
print(openingText(machine));
const routes = flags.only.length === 0
  ? measureRoutes(flags.rounds ?? ROUTE_ROUNDS)
  : [];
if (routes.length > 0) print(routesText(routes));
const areStaged = ["clients", "crowds"];
if (sections.some(({ group }) => areStaged.includes(group))) await stage.fill();

const rates = new Map<string, Rates>();
const skipped: string[] = [];
for (const [at, section] of sections.entries()) {
  const measured = await measure(section, sections.slice(at));
  if (measured === undefined) {
    skipped.push(section.name);
    continue;
  }
  rates.set(section.name, measured);
  const verdicts = judge(new Map([[section.name, measured]]));
  print(sectionText(section, measured, verdicts));
}
const verdicts = judge(rates);
if (flags.json) {
  console.log(jsonReport({ machine, sections, rates, verdicts, routes }));
} else {
  print(closingText(verdicts, skipped));
}

/** The rates of a section; nothing if there is no time left. */
async function measure(
  section: Section,
  left: readonly Section[],
): Promise<Rates | undefined> {
  const now = performance.now();
  const share = shareOfFirst(left, { rounds: flags.rounds, now, end });
  if (share === undefined) return undefined;
  progress(`${section.name}: fills the servers`);
  await using _data = await section.open?.();
  const rates = await runRounds(section, {
    ...share,
    cluster: stage.cluster,
    onRound: (round) => {
      const counted = round < 0
        ? "warm-up"
        : `round ${round + 1} of ${share.rounds}`;
      progress(`${section.name}: ${counted}`);
    },
  });
  progress("");
  return rates;
}

/** Text for people, as soon as it is there. */
function print(text: string): void {
  if (!flags.json) console.log(text);
}

/** One line that is written over, where somebody watches. */
function progress(text: string): void {
  if (!Deno.stderr.isTerminal()) return;
  Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${text}`));
}
