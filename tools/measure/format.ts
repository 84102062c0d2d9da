/**
 * Numbers and tables as text.
 *
 * @module
 */

/** `1,234,567`. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** Three significant digits at most, as nobody should read more out of it. */
export function rough(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.abs(value))) - 2);
  return grouped(Math.round(value / unit) * unit);
}

/** `4.21 ×`. */
export function times(ratio: number): string {
  return Number.isFinite(ratio) ? `${ratio.toFixed(2)} ×` : "–";
}

/** Bytes as MiB. */
export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/**
 * A table as lines: the first column to the left, the others to the right.
 *
 * @param rows The head first, all of the same length.
 */
export function textTable(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) =>
    Math.max(...rows.map((row) => row[column].length))
  );
  return rows.map((row) =>
    row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])
    ).join("  ").trimEnd()
  );
}

/**
 * The same table in Markdown.
 *
 * @param rows The head first, all of the same length.
 * @param texts The columns that are to the left.
 */
export function markdownTable(
  rows: readonly (readonly string[])[],
  texts: readonly number[] = [0],
): string {
  const rule = rows[0].map((_, column) =>
    texts.includes(column) ? "---" : "---:"
  );
  return [rows[0], rule, ...rows.slice(1)]
    .map((row) => `| ${row.join(" | ")} |`).join("\n");
}
