/**
 * The figures in docs/comparison.md.
 *
 * @module
 */

import { CLUSTER_NAMES, MOVING_SLOTS } from "../compare/cluster_names.ts";
import { contenderNames, DEPTH } from "../compare/commands/names.ts";
import { crowdNames, SELDOM_NAMES } from "../compare/crowds.ts";
import { RESHARDING_NAMES } from "../compare/resharding_names.ts";
import { grouped, markdownTable, rough } from "../measure/format.ts";
import type { KnownMachine } from "../measure/machine.ts";
import type { ComparedPart, Figures, SectionFigures } from "./record.ts";
import { inWords, multiple, ratioOf, roundsOf, versionsOf } from "./words.ts";

/** The texts of docs/comparison.md, by the names of their marks. */
export function comparisonTexts(figures: Figures): Map<string, string> {
  const { cluster, resharding, commands, crowds } = figures;
  return new Map([
    ["cluster", cluster === undefined ? "" : clusterText(cluster)],
    ["resharding", resharding === undefined ? "" : reshardingText(resharding)],
    ["crowds", crowds === undefined ? "" : crowdsText(crowds)],
    ["commands", commands === undefined ? "" : commandsText(commands)],
  ]);
}

/** When and on what a part was measured, and how to do that again. */
function measuredText(machine: KnownMachine, only: string): string {
  const { date, processor, cores } = machine;
  const names = ["Deno", "redis-server", "ioredis", "redis"];
  return `${date} on ${inWords(cores)} cores of ${article(processor)} with ${
    versionsOf(machine, names)
  } (\`sh tools/dev compare --only ${only}\`)`;
}

/** A processor is called as in "an AMD EPYC", or has no name. */
function article(processor: string): string {
  if (processor.startsWith("a ")) return processor;
  return `${/^[AEIOU]/.test(processor) ? "an" : "a"} ${processor}`;
}

function clusterText({ machine, sections }: ComparedPart): string {
  const { map, calls, automatic, ioredis, nodeRedis, moving } = CLUSTER_NAMES;
  const get = sections["cluster get"];
  const whileMoving = sections["cluster moving"];
  const names = [
    ["rb: a map", map],
    ["rb: `Promise.all`", calls],
    ["ioredis Cluster, with auto-pipelining", automatic],
    ["ioredis Cluster", ioredis],
    ["node-redis cluster", nodeRedis],
  ];
  const movingRate = whileMoving?.medians[moving];
  const table = markdownTable([
    ["What", "Keys/s", "Beside rb: a map"],
    ...names.flatMap(([name, contender]) => {
      const rate = get?.medians[contender];
      const beside = ratioOf(get, contender, map);
      if (rate === undefined) return [];
      return [[name, rough(rate), beside?.toFixed(3) ?? ""]];
    }),
    ...movingRate === undefined ? [] : [[
      `rb: a map while redis-cli moves ${MOVING_SLOTS} slots`,
      rough(movingRate),
      "",
    ]],
  ]);
  return `Three primaries, ${grouped(get?.keys ?? 0)} GETs${
    roundsOf(get === undefined ? [] : [get])
  }; ${measuredText(machine, "cluster")}:

${table}

${[clusterRatios(get), movingRatio(whileMoving)].join(" ").trim()}`;
}

function clusterRatios(get: SectionFigures | undefined): string {
  const { map, calls, automatic, nodeRedis } = CLUSTER_NAMES;
  const ratios = [
    ratioOf(get, calls, automatic),
    ratioOf(get, calls, nodeRedis),
    ratioOf(get, map, automatic),
  ];
  if (ratios.includes(undefined)) return "";
  const [overAutomatic, overNodeRedis, ofMap] = (ratios as number[])
    .map(multiple);
  return `So \`Promise.all\` of GETs is ${overAutomatic} times as fast as that of
ioredis with auto-pipelining and ${overNodeRedis} times as that of node-redis,
and a map ${ofMap} times as ioredis with auto-pipelining.`;
}

function movingRatio(section: SectionFigures | undefined): string {
  const { map, moving } = CLUSTER_NAMES;
  const ratio = ratioOf(section, moving, map);
  const rate = section?.medians[map];
  if (ratio === undefined || rate === undefined) return "";
  return `While slots move a map keeps ${ratio.toFixed(2)} of its speed
(${rough(rate)} keys a second in those rounds${
    section?.rounds === undefined
      ? ""
      : `, of which there were ${inWords(section.rounds)}`
  }).`;
}

function reshardingText({ machine, sections }: ComparedPart): string {
  const names = RESHARDING_NAMES;
  const rows: [what: string, section: string, ...Parameters<typeof beside>][] =
    [
      [
        "`reshard()`, as fast as it can",
        "resharding keys",
        [names.reshard, names.migrate],
        "redis-cli: MIGRATE",
      ],
      [
        "a map of GETs of who follows the ring, none moves",
        "resharding follow",
        [names.following, names.alone],
        "who does not follow",
      ],
      [
        "a map of GETs from announcement to end",
        "resharding get",
        [names.getMoving, names.getSettled],
        "where nothing moves",
      ],
      [
        "a map of SETs from announcement to end",
        "resharding set",
        [names.setMoving, names.setSettled],
        "where nothing moves",
      ],
    ];
  const all = Object.values(sections);
  const table = markdownTable([
    ["What", "Keys/s", "Beside"],
    ...rows.flatMap(([what, name, contenders, peer]) => {
      const section = sections[name];
      const rate = section?.medians[contenders[0]];
      if (section === undefined || rate === undefined) return [];
      return [[what, rough(rate), beside(contenders, peer, section)]];
    }),
  ], [0, 2]);
  const keys = grouped(all[0]?.keys ?? 0);
  return `Two servers to three and back, ${keys} keys${roundsOf(all)}; ${
    measuredText(machine, "resharding")
  }:

${table}`;
}

/** `0.80 of redis-cli: MIGRATE`. */
function beside(
  [contender, other]: readonly [contender: string, other: string],
  peer: string,
  section?: SectionFigures,
): string {
  const ratio = ratioOf(section, contender, other);
  return ratio === undefined ? "" : `${ratio.toFixed(2)} of ${peer}`;
}

function crowdsText({ machine, sections }: ComparedPart): string {
  const { [SELDOM_NAMES.section]: seldom, ...crowds } = sections;
  const sizes = Object.keys(crowds).map((name) =>
    Number(name.replace("crowd ", ""))
  );
  const all = Object.values(crowds);
  const table = markdownTable([
    ["Callers", "rb", "ioredis", "with auto-pipelining", "node-redis"],
    ...sizes.map((size) => {
      const { section, rb, ioredis, automatic, nodeRedis } = crowdNames(size);
      const cells = [rb, ioredis, automatic, nodeRedis].map((contender) => {
        const rate = sections[section].medians[contender];
        const wait = sections[section].p99?.[contender];
        if (rate === undefined) return "";
        const tail = wait === undefined ? "" : ` (${wait.toFixed(2)})`;
        return `${rough(rate)}${tail}`;
      });
      return [grouped(size), ...cells];
    }),
  ]);
  const ratios = sizes.flatMap((size) => {
    const names = crowdNames(size);
    const section = sections[names.section];
    const peers = [names.ioredis, names.automatic, names.nodeRedis]
      .flatMap((peer) => ratioOf(section, names.rb, peer) ?? []);
    return peers.length === 0 ? [] : [{ size, least: Math.min(...peers) }];
  });
  const told = ratios.map(({ size, least }) =>
    `${least.toFixed(2)} with ${grouped(size)}`
  ).join(", ");
  return `## Callers side by side

Each caller awaits the reply to a GET before asking for the next; four
servers${roundsOf(all)}; ${measuredText(machine, "crowds")}. Keys a second, and
in brackets the milliseconds within which 99 of 100 replies came:

${table}
${
    told === "" ? "" : `
As a multiple of the fastest other client in each row, rb does ${told}.`
  }${seldomText(seldom)}`;
}

/** The times of calls that are rare, of which the rates are made. */
function seldomText(section: SectionFigures | undefined): string {
  if (section === undefined) return "";
  const { rb, ioredis, nodeRedis } = SELDOM_NAMES;
  const time = (name: string) => {
    const rate = section.medians[name];
    return rate === undefined ? "?" : grouped(Math.round(1e6 / rate));
  };
  return `

One GET each 120 ms${roundsOf([section])}, half of the replies came within
${time(rb)} µs, those of ioredis within ${
    time(ioredis)
  } and of node-redis within
${time(nodeRedis)}. A connection that was idle for so long is asked with the
command whether it is still there.`;
}

function commandsText({ machine, sections }: ComparedPart): string {
  const entries = Object.entries(sections);
  const all = entries.map(([, section]) => section);
  const peers = [
    ["ioredis pipelines", "pipeline"],
    ["node-redis `Promise.all`", "nodeRedis"],
    ["redis-benchmark", "redisBenchmark"],
  ] as const;
  const table = markdownTable([
    ["Command", "rb: a map", ...peers.flatMap(([name]) => [name, "rb is"])],
    ...entries.map(([command, section]) => {
      const names = contenderNames(command);
      const own = section.medians[names.map];
      return [
        command,
        own === undefined ? "" : rough(own),
        ...peers.flatMap(([, peer]) => {
          const rate = section.medians[names[peer]];
          const ratio = ratioOf(section, names.map, names[peer]);
          return [
            rate === undefined ? "" : rough(rate),
            ratio === undefined ? "" : `${ratio.toFixed(2)} ×`,
          ];
        }),
      ];
    }),
  ]);
  return `## Commands

${grouped(all[0]?.keys ?? 0)} keys on four servers${roundsOf(all)}; ${
    measuredText(machine, "commands")
  }. Keys a second, and how many times as fast a map is. A redis-benchmark for
each server works at the same time as the others, ${DEPTH} commands deep; all of
them count as four times the slowest one, and pick keys at random:

${table}`;
}
