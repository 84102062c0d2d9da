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
  /** Whether the text of a row goes on in the place of all cells behind it. */
  readonly spans?: (row: T) => boolean;
}

const GAP = "  ";

/**
 * Lays out a table. Text whose width is unknown belongs into the last column,
 * which nothing is aligned to.
 *
 * @param options How wide a line may be: a text in the place of cells is cut there.
 * @returns Its lines, the first of which are the titles.
 */
export function tableLines<T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  paint: Paint,
  { width = Infinity }: { width?: number } = {},
): string[] {
  const lasts = rows.map((row) =>
    columns.findIndex(({ spans }) => spans?.(row) === true)
  );
  const cells = rows.map((row, at) =>
    (lasts[at] < 0 ? columns : columns.slice(0, lasts[at] + 1))
      .map(({ text }) => text(row))
  );
  const widths = columns.map(({ title }, index) =>
    cells.reduce((most, row, at) => {
      const counts = index < row.length && index !== lasts[at];
      return counts ? Math.max(most, row[index].length) : most;
    }, title.length)
  );
  cells.forEach((row, at) => {
    if (lasts[at] < 0) return;
    const start = widths.slice(0, lasts[at])
      .reduce((sum, own) => sum + own + GAP.length, 0);
    row.push(cut(row.pop()!, width - start));
  });
  const lineOf = (
    texts: readonly string[],
    toneOf: (column: Column<T>) => Tone | undefined,
    last = -1,
  ) =>
    texts.map((text, index) => {
      const column = columns[index];
      const painted = paint(text, toneOf(column));
      if (index === last) return painted;
      const room = " ".repeat(widths[index] - text.length);
      if (column.isNumber) return room + painted;
      return index === columns.length - 1 ? painted : painted + room;
    }).join(GAP).trimEnd();
  return [
    lineOf(columns.map(({ title }) => title), () => "bold"),
    ...rows.map((row, at) =>
      lineOf(cells[at], (one) => one.tone?.(row), lasts[at])
    ),
  ];
}

/** A text that is no longer than it may be, and shows where it was cut. */
function cut(text: string, length: number): string {
  return text.length <= length
    ? text
    : `${text.slice(0, Math.max(0, length - 1)).trimEnd()}…`;
}
