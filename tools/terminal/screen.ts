/**
 * What a terminal shows in the end of all that was sent to it.
 *
 * @module
 */

/** How a character looks. */
export interface Style {
  /** Whether it is bold. */
  readonly isBold: boolean;
  /** Whether it is dim. */
  readonly isDim: boolean;
  /** The number of its colour, from 30 (black) to 37 (white), if it has one. */
  readonly color: number | undefined;
}

/** One place of a line. */
export interface Cell {
  readonly character: string;
  readonly style: Style;
}

const PLAIN: Style = { isBold: false, isDim: false, color: undefined };
/** An escape sequence of a terminal, with its parameters if it sets the style. */
// deno-lint-ignore no-control-regex
const ESCAPE = /\x1b\[([\d;?]*)([A-Za-z])/y;

/**
 * Writes a recording on an empty screen. Of all that a terminal can do, it
 * knows carriage returns, the erasing of a line, and the style of text.
 *
 * @param recording Text with escape sequences.
 * @returns The lines, each a list of its characters.
 */
export function screenOf(recording: string): Cell[][] {
  const lines: Cell[][] = [[]];
  let style = PLAIN;
  let column = 0;
  for (let at = 0; at < recording.length;) {
    ESCAPE.lastIndex = at;
    const escape = ESCAPE.exec(recording);
    if (escape !== null) {
      const [sequence, parameters, kind] = escape;
      if (kind === "m") style = restyle(style, parameters);
      if (kind === "K") lines.at(-1)!.length = column;
      at += sequence.length;
      continue;
    }
    const character = String.fromCodePoint(recording.codePointAt(at)!);
    at += character.length;
    if (character === "\n") {
      lines.push([]);
      column = 0;
    } else if (character === "\r") {
      column = 0;
    } else {
      lines.at(-1)![column++] = { character, style };
    }
  }
  return lines;
}

function restyle(style: Style, parameters: string): Style {
  return parameters.split(";").map(Number).reduce((style, code) => {
    if (code === 0) return PLAIN;
    if (code === 1) return { ...style, isBold: true };
    if (code === 2) return { ...style, isDim: true };
    if (code === 22) return { ...style, isBold: false, isDim: false };
    if (code === 39) return { ...style, color: undefined };
    if (code >= 30 && code <= 37) return { ...style, color: code };
    return style;
  }, style);
}
