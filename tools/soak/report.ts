/**
 * What a run came to, as text.
 *
 * @module
 */

import { FATES } from "./journal.ts";
import type { SoakOptions, SoakReport } from "./run.ts";
import type { Tally } from "./tally.ts";

const NAME_WIDTH = 22;
const CELL_WIDTH = 11;

/** The tables of a run, and its verdict with the seed that repeats it. */
export function describeRun(report: SoakReport, options: SoakOptions): string {
  const { journal, rounds, retries, connections, heap } = report;
  const { opened, lost } = connections;
  const sections = [
    table("Commands", journal.outcomes, FATES),
    table("Calls", journal.calls, ["ok", "rejected"]),
    table("Errors", journal.errors),
    table("Faults", journal.faults),
    `Rounds: ${
      [...rounds.values()].reduce((sum, count) => sum + count, 0)
    } by ` +
    `${rounds.size} workers`,
    `Retries: ${retries}; connections: ${opened} opened, ${lost} lost`,
    `Timers were up to ${Math.round(journal.lag)} ms late`,
    heap === undefined
      ? "Heap: not measured (run with --v8-flags=--expose-gc)"
      : `Heap: ${mebibytes(heap.before)} MiB before, ` +
        `${mebibytes(heap.after)} MiB after`,
    verdict(report, options),
  ];
  return sections.join("\n\n");
}

function verdict(
  { problems }: SoakReport,
  { seconds, seed }: SoakOptions,
): string {
  if (problems.length === 0) return `ok (seed ${seed}, ${seconds} s)`;
  const lines = problems.map((problem) => `- ${problem}`);
  return [
    `${problems.length} problems:`,
    ...lines,
    `Repeat it with --seconds ${seconds} --seed ${seed}`,
  ].join("\n");
}

function table(title: string, tally: Tally, columns?: string[]): string {
  const heads = columns ?? ["count"];
  const lines = tally.rows.map((row) =>
    line(row, heads.map((column) => tally.count(row, columns && column)))
  );
  const sums = heads.map((column) => tally.total(columns && column));
  return [line(title, heads), ...lines, line("all", sums)].join("\n");
}

function line(name: string, cells: readonly (string | number)[]): string {
  const texts = cells.map((cell) =>
    (typeof cell === "number" ? cell.toLocaleString("en-US") : cell)
      .padStart(CELL_WIDTH)
  );
  return name.padEnd(NAME_WIDTH) + texts.join("");
}

function mebibytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
