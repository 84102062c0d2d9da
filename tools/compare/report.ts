/**
 * The comparison as text, and as JSON.
 *
 * @module
 */

import { rough, textTable, times } from "../measure/format.ts";
import { type Machine, machineLines } from "../measure/machine.ts";
import { median, summarize, type Summary } from "../measure/statistics.ts";
import { MAX_FACTOR, type RouteCost } from "./hashing.ts";
import type { Rates } from "./rounds.ts";
import type { Section } from "./sections.ts";
import type { Verdict } from "./targets.ts";

/** All that was measured. */
export interface Comparison {
  readonly machine: Machine;
  readonly sections: readonly Section[];
  /** By the names of the sections that have been measured. */
  readonly rates: ReadonlyMap<string, Rates>;
  readonly verdicts: readonly Verdict[];
  readonly routes: readonly RouteCost[];
}

const NOTES = [
  "Four redis-servers on 127.0.0.1, over TCP for everybody, and all clients in",
  "one process of Deno. In each round garbage is collected before each contender,",
  "which then has five laps or 500 ms to get going, whichever is more, and laps for",
  "300 ms that are timed. What the other clients send is sharded by hand, with the",
  "shard of each key known before the clock starts. What was read is compared with",
  "what was written. redis-benchmark takes keys at random. For GET it is a process",
  "with one connection to one server, which holds all keys. For any command it is",
  "one process for each server, at the same time, and counts as four times the",
  "slowest of them. What a command changes is brought back while no clock runs.",
  "The Redis Cluster has three primaries, which every client finds by itself.",
  "While slots move, redis-cli moves them, and maps follow each other until it has.",
  "The client of Bun, and valkey-glide on Node.js, are in processes of their own,",
  "which work in turn with all others and as long as they, by their own clocks.",
  "While keys move, a process of its own moves them; what no key waits for, such as",
  "its start, is not timed.",
];

/** What goes ahead of all figures. */
export function openingText(machine: Machine): string {
  return [
    ...machineLines(machine),
    "Medians of interleaved rounds.",
    "",
    ...NOTES,
    "",
  ].join("\n");
}

/** A section, and how far its contenders came. */
export function sectionText(
  section: Section,
  rates: Rates,
  verdicts: readonly Verdict[],
): string {
  const rounds = Math.max(...[...rates.values()].map(({ length }) => length));
  return [
    `${section.title}, ${rounds} ${rounds === 1 ? "round" : "rounds"}`,
    "",
    ...indented(sectionTable(section, rates)),
    "",
    ...verdicts.length > 0 ? [...indented(targetTable(verdicts)), ""] : [],
  ].join("\n");
}

/** What finding the host of a key costs. */
export function routesText(routes: readonly RouteCost[]): string {
  return routeLines(routes).join("\n");
}

/** What goes behind all sections. */
export function closingText(
  verdicts: readonly Verdict[],
  skipped: readonly string[],
): string {
  return [
    "Targets",
    "",
    ...indented(targetTable(verdicts)),
    ...skipped.length > 0
      ? ["", `Not measured, since the time was up: ${skipped.join(", ")}`]
      : [],
  ].join("\n");
}

/** The comparison for programs. */
export function jsonReport(comparison: Comparison): string {
  const { machine, sections, rates, verdicts, routes } = comparison;
  const measured = sections.filter(({ name }) => rates.has(name));
  return JSON.stringify(
    {
      machine,
      sections: measured.map((section) => ({
        name: section.name,
        title: section.title,
        keys: section.workload.keys.length,
        baseline: section.baseline,
        contenders: section.contenders.map(({ name, p99 }) => {
          const rounds = rates.get(section.name)?.get(name) ?? [];
          return { name, ...summarize(rounds), p99: p99?.(), rounds };
        }),
      })),
      routes,
      targets: verdicts,
    },
    undefined,
    2,
  );
}

function sectionTable(section: Section, rates: Rates): string[] {
  const base = median(rates.get(section.baseline) ?? []);
  const rows = [...rates].map(([name, rounds]): [string, Summary] => [
    name,
    summarize(rounds),
  ]);
  rows.sort(([, a], [, b]) => b.median - a.median);
  const tails = new Map(
    section.contenders.flatMap(({ name, p99 }) =>
      p99 === undefined ? [] : [[name, `${p99().toFixed(2)} ms`] as const]
    ),
  );
  const hasTails = tails.size > 0;
  return textTable([
    [
      ...["contender", "keys/s", "min", "max", `× ${section.baseline}`],
      ...hasTails ? ["p99"] : [],
    ],
    ...rows.map(([name, { median, min, max }]) => [
      name,
      rough(median),
      rough(min),
      rough(max),
      times(median / base),
      ...hasTails ? [tails.get(name) ?? ""] : [],
    ]),
  ]);
}

function routeLines(routes: readonly RouteCost[]): string[] {
  const rows = routes.map(({ name, ascii, unicode, binary, limit }) => [
    name,
    `${ascii.toFixed(0)} ns`,
    `${limit} ns`,
    times(unicode / ascii),
    times(binary / ascii),
    verdict(
      ascii < limit && Math.max(unicode, binary) <= MAX_FACTOR * ascii,
    ),
  ]);
  return [
    "Routes, keys of 20 bytes",
    "",
    ...indented(textTable([
      ["router", "ASCII", "limit", "not ASCII", "binary", ""],
      ...rows,
    ])),
    "",
  ];
}

function targetTable(verdicts: readonly Verdict[]): string[] {
  return textTable([
    ["", "target", "measured", "10–90 %", ""],
    ...verdicts.map((
      { section, contender, peer, ratio, measured, low, high, ...outcome },
    ) => [
      `${contender} / ${peer}${section.endsWith("KiB") ? ` (${section})` : ""}`,
      times(ratio),
      times(measured),
      `${low.toFixed(2)}–${high.toFixed(2)}`,
      outcome.reached || !outcome.enough
        ? verdict(outcome.reached)
        : "the other is reached",
    ]),
  ]);
}

function verdict(reached: boolean): string {
  return reached ? "reached" : "missed";
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
