/**
 * Writes the page about speed around the figures of a run.
 *
 * @module
 */

import { grouped, markdownTable } from "../measure/format.ts";
import { type KnownMachine, machineLines } from "../measure/machine.ts";
import { defaultBatchSize } from "../../src/clients/routing_client.ts";
import { besidePart, type OtherFigure } from "./beside.ts";
import type { CallCosts } from "./calls.ts";
import { type CallsBeside, callsPart } from "./calls_part.ts";
import type { Layer } from "./layers.ts";
import { memoryPart } from "./memory_part.ts";
import type { Series } from "./series.ts";
import { growthOf, ratio, seriesTable } from "./series_text.ts";

/** All that a run has found. */
export interface Findings {
  readonly machine: KnownMachine;
  readonly rounds: number;
  readonly keys: Series;
  readonly hosts: Series;
  /** Hosts that answer from memory, if they were measured. */
  readonly memoryHosts?: Series | undefined;
  /** How many keys were spread over the hosts. */
  readonly hostKeys: number;
  readonly layers: readonly Layer[];
  /** Single calls, if they were measured, */
  readonly calls?: CallCosts | undefined;
  /** and how fast they are beside those of others. */
  readonly callsBeside?: CallsBeside | undefined;
  /** What README.md says of the same, if that is known. */
  readonly other?: OtherFigure | undefined;
}

/** The way that most of the text is about. */
const MAIN = "map get";
const BATCHES = "mapBatches get";

/** A line that grows by no more than that is called near flat. */
const MAX_FLAT = 1.6;

/** The page, in Markdown. */
export function performancePage(findings: Findings): string {
  return [
    introduction(findings),
    keysPart(findings.keys),
    hostsPart(findings.hosts, findings.hostKeys),
    ...findings.memoryHosts === undefined
      ? []
      : [memoryPart(findings.memoryHosts, findings.hostKeys)],
    layersPart(findings.layers),
    ...findings.calls === undefined ? [] : [
      callsPart(
        findings.calls,
        findings.callsBeside ?? { get: undefined, setEx: undefined },
      ),
    ],
    againPart(),
  ].join("\n\n") + "\n";
}

function introduction(findings: Findings): string {
  const { machine, rounds } = findings;
  const beside = besidePart(findings);
  const [where, programs] = machineLines(machine);
  return `# Performance

What a key costs, how that changes with the number of keys and of hosts, and
which layer takes how much of it. All of this page is written by
\`sh tools/dev figures\`, figures and text.

- Measured on: ${where}.
- With: ${programs}.
- Method: servers and client on the same machine, over TCP. Keys and values
  have 16 bytes. Each figure is the median of ${rounds} rounds that take turns;
  in each round the work is done once to get going and then repeated for 100 ms.

Client and servers share the cores, so a figure holds the time of both.
${beside === "" ? "" : `\n${beside}\n`}
![Nanoseconds a key, by the number of keys and of hosts](performance.svg)`;
}

function keysPart({ amounts, costs }: Series): string {
  const line = costs.get(MAIN) ?? [];
  const least = Math.min(...line);
  const best = amounts[line.indexOf(least)];
  const last = line.length - 1;
  const growth = line[last] / least;
  const start = line[0] > 1.5 * least
    ? `A map of ${grouped(amounts[0])} keys takes ${
      ratio(line[0] / least)
    } times as long for each of them: what a map costs however small it is, a
round trip to each host and a few turns of the event loop, is spread over few
keys.`
    : `Already a map of ${grouped(amounts[0])} keys costs hardly more for each
of them.`;
  const end = growth > 1.5
    ? `From there on, the cost of a key grows to ${ratio(growth)} times of that
at ${
      grouped(amounts[last])
    } keys. Nothing in a map looks twice at a key; but all
promises of a map are alive until it ends, and the more there are, the more the
garbage collector has to copy and to mark, and the less fits into the caches of
the processor.${batchesOf(costs, last)}`
    : `From there to ${grouped(amounts[last])} keys, the cost of a key stays
within a factor of ${
      ratio(Math.max(...line.slice(line.indexOf(least))) / least)
    }:
the whole is near linear in the number of keys.`;
  return `## By the number of keys

Four hosts, each a server of its own. Nanoseconds a key:

${seriesTable("keys", { amounts, costs })}

A key of a map of GETs costs least at ${grouped(best)} keys, ${
    grouped(least)
  } ns. ${start}
${end}`;
}

/** What batches spare at that amount of keys, if anything. */
function batchesOf(costs: Series["costs"], at: number): string {
  const map = costs.get(MAIN)?.[at] ?? 0;
  const batches = costs.get(BATCHES)?.[at] ?? 0;
  // Less than that may be chance.
  return batches < 0.9 * map
    ? ` \`mapBatches\` holds three batches at a time and spares that: ${
      grouped(batches)
    } ns instead of ${grouped(map)}.`
    : "";
}

function hostsPart(series: Series, keys: number): string {
  const { amounts, costs } = series;
  const last = amounts.length - 1;
  const four = Math.max(0, amounts.indexOf(4));
  const growth = (way: string) => growthOf(series, way, four);
  const flat = [...costs.keys()].filter((way) => growth(way) <= MAX_FLAT);
  const steep = [...costs.keys()].filter((way) => growth(way) > MAX_FLAT);
  const told = (ways: readonly string[]) =>
    ways.map((way) => `${way} ${ratio(growth(way))}`).join(", ");
  const near = flat.length === 0 ? "" : `Near flat: ${told(flat)}.`;
  const far = steep.length === 0
    ? ""
    : `Not flat: ${told(steep)}. Each host costs a batch, a lease of a
connection, a write and the reads that its replies take, about ${
      perHost(series, keys, four).toFixed(0)
    } µs in a
map, and the more hosts there are, the fewer keys share that: ${
      grouped(keys / amounts[last])
    } of a map instead of ${grouped(keys / amounts[four])}.`;
  return `## By the number of hosts

${grouped(keys)} keys. Hosts are databases of four servers, each with a
connection of its own; with one or two hosts, only one or two servers work.
Nanoseconds a key:

${seriesTable("hosts", series)}

What a key costs with ${
    amounts[last]
  } hosts, as a multiple of what it costs with
${amounts[four]}. ${[near, far, batchText(series)].join(" ").trim()}`;
}

/** What the batches had to do with it, whose size has grown since once. */
function batchText({ amounts, batchKeys = [] }: Series): string {
  const last = amounts.length - 1;
  const size = batchKeys[last];
  if (size === undefined) return "";
  const hosts = amounts[last];
  const own = grouped(Math.round(size / hosts));
  return size === batchKeys[0]
    ? `A batch of \`mapBatches\` had ${grouped(size)} keys in this run, of which
${own} live on a host of ${hosts}; by default it has ${
      grouped(defaultBatchSize(hosts))
    } with so many hosts now.`
    : `A batch of \`mapBatches\` has ${
      grouped(batchKeys[0])
    } keys with few hosts
and ${own} for each of ${hosts}.`;
}

/** Microseconds that a map takes longer for each further host. */
function perHost(
  { amounts, costs }: Series,
  keys: number,
  from: number,
): number {
  const line = costs.get(MAIN) ?? [];
  const last = amounts.length - 1;
  const nanoseconds = (line[last] - line[from]) * keys;
  return Math.max(0, nanoseconds / (amounts[last] - amounts[from]) / 1_000);
}

function layersPart(layers: readonly Layer[]): string {
  const all = layers[layers.length - 1];
  const parts = layers.slice(0, -1);
  const dearest = parts.toSorted((a, b) => b.merged - a.merged)[0];
  const table = markdownTable([
    ["layer", "GET, merged", "share", "GET, not merged", "share"],
    ...layers.map(({ name, merged, plain }) => [
      name,
      `${merged.toFixed(0)} ns`,
      percent(merged / all.merged),
      `${plain.toFixed(0)} ns`,
      percent(plain / all.plain),
    ]),
  ]);
  return `## By layer

What one GET of a map costs, of 50,000 keys on four hosts. The first five layers
are measured by themselves. Then a whole map is measured over sockets that
answer from memory, and over real ones; the other two layers are what that takes
beyond the layers before.

${table}

Most of it goes to: ${dearest.name}. "Method, batch, matching of replies" is what
holds a command from its call to its reply, and what the garbage collector does
for it; "sockets, and waiting for servers" are the system calls and the time in
which servers have a core to themselves.${belowZero(layers)}`;
}

/** What a reader has to know where a difference of two measurements is below zero. */
function belowZero(layers: readonly Layer[]): string {
  const isBelow = layers.some(({ merged, plain }) => merged < 0 || plain < 0);
  if (!isBelow) return "";
  return ` A difference below zero says that the two whole maps took about as long:
one of them was measured in a better moment.`;
}

function againPart(): string {
  return `## Again, on your machine

\`\`\`sh
sh tools/dev figures
sh tools/dev scaling
sh tools/dev compare
sh tools/dev memory
sh tools/dev bench
\`\`\`

\`figures\` writes this page, and the figures of README.md and of
[Comparison](comparison.md), from one record. Of what it measures, \`scaling\`
prints this page, and \`compare\` other clients and redis-benchmark in interleaved
rounds. \`memory\` says what maps take of memory, and \`bench\` times single
functions.`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
