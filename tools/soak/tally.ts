/**
 * Counting by name.
 *
 * @module
 */

/** Counts by name, and by name and column. */
export class Tally {
  readonly #rows = new Map<string, Map<string, number>>();

  /** Counts one. */
  add(row: string, column = "", count = 1): void {
    let cells = this.#rows.get(row);
    if (cells === undefined) this.#rows.set(row, cells = new Map());
    cells.set(column, (cells.get(column) ?? 0) + count);
  }

  /** How many were counted in a row, in all its columns or in one. */
  count(row: string, column?: string): number {
    const cells = this.#rows.get(row);
    if (cells === undefined) return 0;
    if (column !== undefined) return cells.get(column) ?? 0;
    return [...cells.values()].reduce((sum, count) => sum + count, 0);
  }

  /** How many were counted in one column, or in all. */
  total(column?: string): number {
    return this.rows.reduce((sum, row) => sum + this.count(row, column), 0);
  }

  /** The names, sorted. */
  get rows(): string[] {
    return [...this.#rows.keys()].sort();
  }
}
