/**
 * A screen that is drawn again and again, and gives the terminal back as it was.
 *
 * @module
 */

import type { Output } from "./shell.ts";

const ENTER = "\x1b[?1049h";
const LEAVE = "\x1b[?1049l";
const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
/** The terminal itself cuts what is too wide, whatever the width of its letters. */
const CUT_LINES = "\x1b[?7l";
const WRAP_LINES = "\x1b[?7h";
const HOME = "\x1b[H";
const CLEAR_LINE = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";

/**
 * Draws on the second page of a terminal, which has no history. What stood on
 * the first one stands there again afterwards. The state of the keyboard is not
 * touched, so that Ctrl-C works even when the program does not.
 */
export class Screen {
  readonly #output: Output;
  #isOpen = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Draws lines over those before; what is too high is left out. */
  draw(lines: readonly string[]): void {
    const entry = this.#isOpen ? "" : ENTER + HIDE_CURSOR + CUT_LINES;
    this.#isOpen = true;
    const shown = lines.slice(0, this.#output.rows);
    // Cleared before it is written: behind a line that is full the cursor stands
    // on its last letter.
    const text = shown.map((line) => CLEAR_LINE + line).join("\r\n");
    const rest = shown.length < this.#output.rows ? `\r\n${CLEAR_BELOW}` : "";
    this.#output.write(entry + HOME + text + rest);
  }

  /** Gives the terminal back; twice is fine. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#output.write(WRAP_LINES + SHOW_CURSOR + LEAVE);
  }
}
