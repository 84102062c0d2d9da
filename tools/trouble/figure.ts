/**
 * Figures, each with what is meant by it and the bound it has to keep.
 *
 * @module
 */

/** Something that was measured. */
export interface Figure {
  /** What is meant, as in "requests to the other shards within 50 ms". */
  readonly meaning: string;
  /** What was measured; NaN when it never came. */
  readonly value: number;
  /** The unit, as in "s". */
  readonly unit: string;
  /** The least, or the most, that it may be. */
  readonly bound: { readonly least: number } | { readonly most: number };
}

/** What one kind of trouble was, and what came of it. */
export interface Trouble {
  /** What was done to the servers. */
  readonly title: string;
  readonly figures: readonly Figure[];
  /** What helps to understand them, and keeps no bound. */
  readonly notes?: readonly string[];
}

/** Whether a figure keeps its bound; what never came keeps none. */
export function isKept({ value, bound }: Figure): boolean {
  return "least" in bound ? value >= bound.least : value <= bound.most;
}

/** A figure in one line. */
export function figureLine(figure: Figure): string {
  const { meaning, value, unit, bound } = figure;
  const measured = Number.isNaN(value) ? "never" : `${rounded(value)} ${unit}`;
  const meant = "least" in bound
    ? `at least ${bound.least} ${unit}`
    : `at most ${bound.most} ${unit}`;
  const verdict = isKept(figure) ? "ok" : "missed";
  return `${verdict.padEnd(6)}  ${measured} (${meant}): ${meaning}`;
}

function rounded(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: 2 });
}
