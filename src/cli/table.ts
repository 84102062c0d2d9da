/**
 * Tables of text.
 *
 * @module
 */

import type { Paint, Tone } from "./style.ts";

/** A column of a table whose rows are of type `T`. */
export interface Column<T> {
  /** What stands above it. */
  readonly title: string;
  /** Whether its cells are flush right, as numbers are. */
  readonly isNumber?: boolean;
  /** The text of a cell. */
  readonly text: (row: T) => string;
  /** How a cell is painted. */
  readonly tone?: (row: T) => Tone | undefined;
}

const GAP = "  ";

/**
 * Lays out a table. Text whose width is unknown belongs into the last column,
 * which nothing is aligned to.
 *
 * @returns Its lines, the first of which are the titles.
 */
export function tableLines<T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  paint: Paint,
): string[] {
  const cells = rows.map((row) => columns.map(({ text }) => text(row)));
  const widths = columns.map(({ title }, index) =>
    cells.reduce((most, row) => Math.max(most, row[index].length), title.length)
  );
  const lineOf = (
    texts: readonly string[],
    toneOf: (column: Column<T>) => Tone | undefined,
  ) =>
    columns.map((column, index) => {
      const text = texts[index];
      const painted = paint(text, toneOf(column));
      const room = " ".repeat(widths[index] - text.length);
      if (column.isNumber) return room + painted;
      return index === columns.length - 1 ? painted : painted + room;
    }).join(GAP).trimEnd();
  return [
    lineOf(columns.map(({ title }) => title), () => "bold"),
    ...rows.map((row, index) => lineOf(cells[index], (one) => one.tone?.(row))),
  ];
}
