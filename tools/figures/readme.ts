/**
 * The figures in README.md.
 *
 * @module
 */

import { markdownTable } from "../measure/format.ts";
import type { ComparedPart, Figures, SectionFigures } from "./record.ts";
import { inWords, millions, multiple, ratioOf, versionsOf } from "./words.ts";

/** The sections that README.md cites. */
export const README_SECTIONS: readonly string[] = ["get", "set", "hget"];

/** Clients that do the same, each by a word and the name of its contender. */
type Peers = readonly [what: string, contender: string][];

/** A line of the table. */
interface Row {
  readonly what: string;
  readonly section: string;
  readonly rb: string;
  /** What precedes some peers, and they. */
  readonly others: readonly [what: string, peers: Peers][];
}

const ROWS: readonly Row[] = [
  {
    what: "A map of GETs",
    section: "get",
    rb: "rb: map get",
    others: [
      ["ioredis, a pipeline for each shard", [["", "ioredis: pipeline get"]]],
      ["an MGET written by hand for each:", [
        ["node-redis", "node-redis: MGET per shard"],
        ["ioredis", "ioredis: MGET per shard"],
      ]],
    ],
  },
  {
    what: "The same with `autoBatch: false`",
    section: "get",
    rb: "rb: map get, not merged",
    others: [
      ["redis-benchmark, 500 deep, one server", [
        ["", "redis-benchmark: -c 1 -P 500"],
      ]],
    ],
  },
  {
    what: "`Promise.all` of single GETs",
    section: "get",
    rb: "rb: Promise.all get",
    others: [
      ["ioredis", [
        ["", "ioredis: Promise.all get"],
        ["with auto-pipelining", "ioredis: Promise.all get, auto-pipelining"],
      ]],
      ["node-redis", [["", "node-redis: Promise.all get"]]],
    ],
  },
  {
    what: "A map of SETs",
    section: "set",
    rb: "rb: map set",
    others: [
      ["ioredis, a pipeline for each shard", [["", "ioredis: pipeline set"]]],
      ["an MSET written by hand for each:", [
        ["node-redis", "node-redis: MSET per shard"],
        ["ioredis", "ioredis: MSET per shard"],
      ]],
    ],
  },
  {
    what: "`mapBatches`",
    section: "get",
    rb: "rb: mapBatches get",
    others: [],
  },
  {
    what: "A map of HGETs",
    section: "hget",
    rb: "rb: map hget",
    others: [
      ["ioredis, a pipeline for each shard", [["", "ioredis: pipeline hget"]]],
      ["node-redis", [["", "node-redis: Promise.all hget"]]],
    ],
  },
];

/** The texts of README.md, by the names of their marks. */
export function readmeTexts(figures: Figures): Map<string, string> {
  const { clients } = figures;
  if (clients === undefined) {
    throw new Error('README.md needs the part "clients" of the record');
  }
  return new Map([
    ["fast", fastText(clients)],
    ["demo", demoText(figures)],
    ["speed", speedText(clients)],
  ]);
}

function fastText({ machine, sections }: ComparedPart): string {
  const { get } = sections;
  const map = get?.medians["rb: map get"];
  const overPipelines = ratioOf(get, "rb: map get", "ioredis: pipeline get");
  const overAutomatic = ratioOf(
    get,
    "rb: Promise.all get",
    "ioredis: Promise.all get, auto-pipelining",
  );
  if (
    map === undefined || overPipelines === undefined ||
    overAutomatic === undefined
  ) {
    throw new Error('README.md needs rb and ioredis in the section "get"');
  }
  return `A map of GETs reads ${(map / 1e6).toFixed(2)} million keys a second
on ${inWords(machine.cores)} cores, servers included: ${
    multiple(overPipelines)
  } times what ioredis pipelines do that were sharded by hand. Single GETs under
\`Promise.all\` are ${
    multiple(overAutomatic)
  } times as fast as with its auto-pipelining`;
}

/** How the picture of the demo goes with the table. */
function demoText({ clients, demo }: Figures): string {
  if (demo === undefined) return "cold and on a slow day";
  return demo.machine.date === clients?.machine.date
    ? "cold; [Speed](#speed) is warm"
    : `cold, on ${demo.machine.date}; [Speed](#speed) is warm`;
}

function speedText({ machine, sections }: ComparedPart): string {
  const used = [...new Set(ROWS.map(({ section }) => section))]
    .flatMap((name) => sections[name] ?? []);
  const keys = same(used.map((section) => section.keys));
  const rounds = same(used.map((section) => section.rounds));
  const details = [
    versionsOf(machine, ["Deno"]),
    machine.processor,
    versionsOf(machine, ["redis-server"]),
    machine.date,
  ];
  const rows = ROWS.flatMap((row) => {
    const section = sections[row.section];
    const own = section?.medians[row.rb];
    if (section === undefined || own === undefined) return [];
    return [[row.what, millions(own), othersText(row, section)]];
  });
  const table = markdownTable([["What", "rb", "The others"], ...rows], [0, 2]);
  return `with four Redis servers and all clients on the same ${
    inWords(machine.cores)
  } cores, ${
    keys === undefined ? "" : `${keys.toLocaleString("en-US")} keys, `
  }values of 16 bytes, medians of ${
    rounds === undefined || rounds === 1 ? "" : `${inWords(rounds)} `
  }interleaved rounds (${details.join(", ")}):

${table}`;
}

function othersText({ others }: Row, { medians }: SectionFigures): string {
  return others.flatMap(([what, peers]) => {
    const there = peers.flatMap(([name, contender]) => {
      const rate = medians[contender];
      if (rate === undefined) return [];
      return [`${name === "" ? "" : `${name} `}${millions(rate)}`];
    });
    return there.length === 0 ? [] : [`${what} ${there.join(", ")}`];
  }).join("; ");
}

/** What all have in common, if they have. */
function same<T>(values: readonly T[]): T | undefined {
  return values.every((value) => value === values[0]) ? values[0] : undefined;
}
