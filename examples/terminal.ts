/**
 * Drawing for the examples: colours, bars, a line that shows progress.
 *
 * Colours and movement are for terminals; a pipe gets plain lines. `NO_COLOR`
 * turns the colours off.
 *
 * @module
 */

const IS_TERMINAL = Deno.stdout.isTerminal();
const HAS_COLOR = IS_TERMINAL && !Deno.noColor;
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const BAR_WIDTH = 40;

/** A heading. */
export function bold(text: string): string {
  return colored(text, 1);
}

/** What matters less. */
export function dim(text: string): string {
  return colored(text, 2);
}

/** What went well. */
export function green(text: string): string {
  return colored(text, 32);
}

/** A count with separators: 200,000. */
export function count(number: number): string {
  return Math.round(number).toLocaleString("en-US");
}

/**
 * A horizontal bar.
 *
 * @param share How much of it is filled, from 0 to 1.
 * @param width How many columns all of it takes.
 */
export function bar(share: number, width: number = BAR_WIDTH): string {
  const eighths = Math.round(share * width * 8);
  const filled = "█".repeat(eighths >> 3) + EIGHTHS[eighths & 7];
  return colored(filled, 36) + " ".repeat(width - Math.ceil(eighths / 8));
}

/** A line that fills up while something is under way. */
export class Progress {
  readonly #label: string;
  readonly #total: number;
  #done = 0;

  /**
   * @param label What is under way.
   * @param total How many there are to do.
   */
  constructor(label: string, total: number) {
    this.#label = label;
    this.#total = total;
    if (IS_TERMINAL) this.#draw("");
  }

  /** Some more are done; the last of them end the line. */
  advance(some: number): void {
    this.#done += some;
    const isOver = this.#done >= this.#total;
    if (IS_TERMINAL || isOver) this.#draw(isOver ? "\n" : "");
  }

  #draw(end: string): void {
    const label = this.#label.padEnd(6);
    const done = count(this.#done).padStart(8);
    const line = `  ${label} ${bar(this.#done / this.#total)} ${done} keys`;
    write((IS_TERMINAL ? "\r" : "") + line + end);
  }
}

function write(text: string): void {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
}

function colored(text: string, code: number): string {
  return HAS_COLOR ? `\x1b[${code}m${text}\x1b[0m` : text;
}
