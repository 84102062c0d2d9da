/**
 * Series as the page writes them.
 *
 * @module
 */

import { grouped, markdownTable } from "../measure/format.ts";
import type { Series } from "./series.ts";

/** One row for each amount, one column for each way. */
export function seriesTable(
  unit: string,
  { amounts, costs }: Series,
): string {
  return markdownTable([
    [unit, ...costs.keys()],
    ...amounts.map((amount, at) => [
      grouped(amount),
      ...[...costs.values()].map((line) => grouped(line[at])),
    ]),
  ]);
}

/** What a key of a way costs in the end, as a multiple of what it costs before. */
export function growthOf(
  { amounts, costs }: Series,
  way: string,
  from: number,
): number {
  const line = costs.get(way) ?? [];
  return line[amounts.length - 1] / line[from];
}

/** One digit behind the point. */
export function ratio(value: number): string {
  return value.toFixed(1);
}
