/**
 * Drawing for the examples: colours, bars, and a line that shows progress.
 *
 * Colours and movement are for terminals; a pipe gets plain lines. `NO_COLOR`
 * turns the colours off.
 *
 * @module
 */

const IS_TERMINAL = Deno.stdout.isTerminal();
const HAS_COLOR = IS_TERMINAL && !Deno.noColor;
const BOLD = 1;
const DIM = 2;
const GREEN = 32;
const CYAN = 36;
/** What fills a part of a column, from none to seven eighths of it. */
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** Prints a heading with room around it. */
export function heading(text: string): void {
  console.log(`\n${colored(text, BOLD)}\n`);
}

/** Prints that something went well. */
export function success(text: string): void {
  console.log(`\n  ${colored(text, GREEN)}`);
}

/** Prints what matters less. */
export function note(text: string): void {
  console.log(`\n  ${colored(text, DIM)}\n`);
}

/** Prints a line of a table: a label, and numbers to its right. */
export function row(label: string, ...numbers: string[]): void {
  const columns = numbers.map((number) => number.padStart(14));
  console.log(`  ${label.padEnd(26)}${columns.join("")}`);
}

/** Prints a label, a bar that is filled to a share of 1, and a number. */
export function barLine(label: string, share: number, amount: string): void {
  console.log(lineOf(label, share, amount));
}

/** A number with separators: 200,000. */
export function grouped(number: number): string {
  return Math.round(number).toLocaleString("en-US");
}

/**
 * Hands out a list in chunks and shows how far their consumer has come.
 *
 * @param label What the consumer does with them.
 * @param list All of them.
 * @param size How many make a chunk.
 */
export function* withProgress<T>(
  label: string,
  list: readonly T[],
  size: number,
): Generator<T[]> {
  for (let done = 0; done < list.length; done += size) {
    showProgress(label, done, list.length);
    yield list.slice(done, done + size);
  }
  showProgress(label, list.length, list.length);
}

/**
 * Shows how far something has come: on a terminal in one line that is drawn over,
 * elsewhere only when it is done.
 */
export function showProgress(label: string, done: number, total: number): void {
  const isDone = done === total;
  if (!IS_TERMINAL && !isDone) return;
  const share = total === 0 ? 1 : done / total;
  const line = lineOf(label, share, grouped(done));
  if (IS_TERMINAL) drawOver(isDone ? `${line}\n` : line);
  else console.log(line);
}

function lineOf(label: string, share: number, amount: string): string {
  return `  ${label.padEnd(12)} ${bar(share, 40)} ${amount.padStart(11)}`;
}

function bar(share: number, width: number): string {
  const eighths = Math.round(share * width * 8);
  const filled = "█".repeat(eighths >> 3) + EIGHTHS[eighths & 7];
  return colored(filled, CYAN) + " ".repeat(width - Math.ceil(eighths / 8));
}

function drawOver(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`\r${line}`));
}

function colored(text: string, code: number): string {
  return HAS_COLOR && text !== "" ? `\x1b[${code}m${text}\x1b[0m` : text;
}
