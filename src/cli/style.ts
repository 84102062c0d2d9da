/**
 * Colours, where they are wanted.
 *
 * @module
 */

import type { Output } from "./shell.ts";

const CODES = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  cyan: 36,
};

/** A way to write text. */
export type Tone = keyof typeof CODES;

/** Writes text in a tone. */
export type Paint = (text: string, tone: Tone | undefined) => string;

/** How an output paints: in colours, or not at all. */
export function paintOf({ hasColor }: Pick<Output, "hasColor">): Paint {
  return (text, tone) =>
    hasColor && tone !== undefined && text !== ""
      ? `\x1b[${CODES[tone]}m${text}\x1b[0m`
      : text;
}
