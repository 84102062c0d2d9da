/**
 * The picture of a terminal.
 *
 * @module
 */

import type { Cell, Style } from "./screen.ts";

/** What belongs into the picture beside the screen. */
export interface PictureOptions {
  /** The command that the screen answers. */
  readonly command: string;
}

const FONT_SIZE = 14;
/** How wide a character is; the text is stretched to it whatever the font. */
const ADVANCE = 8.4;
const LINE_HEIGHT = 19;
const PADDING = 20;
const BAR_HEIGHT = 36;

/** Class names by colour; 30 and 37 are the text itself. */
const COLORS = new Map([
  [31, "red"],
  [32, "green"],
  [33, "yellow"],
  [34, "blue"],
  [35, "magenta"],
  [36, "cyan"],
]);

/** The colours follow the reader's choice of light or dark. */
const CSS = `
text{font:${FONT_SIZE}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#1f2328;white-space:pre}
.back{fill:#fff;stroke:#d0d7de}.bar{fill:#f6f8fa}.dot{fill:#d0d7de}
.bold{font-weight:700}.dim{fill:#656d76}
.red{fill:#cf222e}.green{fill:#1a7f37}.yellow{fill:#9a6700}
.blue{fill:#0969da}.magenta{fill:#8250df}.cyan{fill:#1b7c83}
@media(prefers-color-scheme:dark){
text{fill:#e6edf3}
.back{fill:#0d1117;stroke:#30363d}.bar{fill:#161b22}.dot{fill:#30363d}
.dim{fill:#8d96a0}
.red{fill:#ff7b72}.green{fill:#3fb950}.yellow{fill:#d29922}
.blue{fill:#58a6ff}.magenta{fill:#bc8cff}.cyan{fill:#39c5cf}
}`;

const BLOCKS = "▏▎▍▌▋▊▉█";

/**
 * Draws a screen as an SVG that reads well in light and in dark.
 *
 * @param screen The lines of a terminal.
 * @param options The command above them.
 * @returns The text of the SVG.
 */
export function svgOf(
  screen: readonly Cell[][],
  { command }: PictureOptions,
): string {
  const lines = trimmed(screen);
  const columns = Math.max(...lines.map((line) => line.length), 60);
  const width = Math.ceil(columns * ADVANCE + 2 * PADDING);
  const height = BAR_HEIGHT + lines.length * LINE_HEIGHT + 2 * PADDING;
  const title = `What ${command} prints`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${
      escaped(title)
    }">`,
    `<title>${escaped(title)}</title>`,
    `<style>${CSS}\n</style>`,
    `<rect class="back" x=".5" y=".5" width="${width - 1}" height="${
      height - 1
    }" rx="8"/>`,
    `<path class="bar" d="M1 ${BAR_HEIGHT}V9a8 8 0 0 1 8-8H${
      width - 9
    }a8 8 0 0 1 8 8V${BAR_HEIGHT}z"/>`,
    ...[0, 1, 2].map((dot) =>
      `<circle class="dot" cx="${PADDING + dot * 18}" cy="18.5" r="5.5"/>`
    ),
    `<text class="dim" x="${width / 2}" y="23" text-anchor="middle">${
      escaped(command)
    }</text>`,
    ...lines.flatMap((line, index) => drawLine(line, index)),
    "</svg>\n",
  ].join("\n");
}

/** Without empty lines at the top and the bottom, and blanks at the right. */
function trimmed(screen: readonly Cell[][]): Cell[][] {
  const lines = screen.map((line) => {
    const last = line.findLastIndex(({ character }) => character !== " ");
    return line.slice(0, last + 1);
  });
  const first = lines.findIndex((line) => line.length > 0);
  const last = lines.findLastIndex((line) => line.length > 0);
  return lines.slice(first, last + 1);
}

interface Run {
  readonly start: number;
  readonly style: Style;
  text: string;
}

function drawLine(line: Cell[], index: number): string[] {
  const top = BAR_HEIGHT + PADDING + index * LINE_HEIGHT;
  const runs = runsOf(line);
  const shapes = runs.filter(isBar).map((run) => drawBar(run, top));
  const words = runs.filter((run) => !isBar(run) && run.text.trim() !== "");
  if (words.length === 0) return shapes;
  const spans = words.map((run) => drawSpan(run)).join("");
  return [...shapes, `<text y="${top + FONT_SIZE}">${spans}</text>`];
}

/**
 * Pieces of one style. Words that stand apart become pieces too: each is put at
 * its own column, so that columns stay straight in every font.
 */
function runsOf(line: Cell[]): Run[] {
  const runs: Run[] = [];
  let blanks = 0;
  line.forEach(({ character, style }, column) => {
    const run = runs.at(-1);
    const isBlock = BLOCKS.includes(character);
    if (character === " ") {
      blanks++;
    } else if (
      run === undefined || blanks > 1 || run.style !== style ||
      isBlock !== isBar(run)
    ) {
      runs.push({ start: column, style, text: character });
      blanks = 0;
    } else {
      run.text += " ".repeat(blanks) + character;
      blanks = 0;
    }
  });
  return runs;
}

function isBar({ text }: Run): boolean {
  return BLOCKS.includes(text[0]);
}

/** A bar as a rectangle: the blocks of a font leave gaps. */
function drawBar({ start, style, text }: Run, top: number): string {
  const eighths = [...text].reduce(
    (sum, block) => sum + BLOCKS.indexOf(block) + 1,
    0,
  );
  return `<rect class="${classOf(style)}" x="${xOf(start)}" y="${
    top + 3
  }" width="${rounded(eighths / 8 * ADVANCE)}" height="${
    LINE_HEIGHT - 6
  }" rx="2"/>`;
}

function drawSpan({ start, style, text }: Run): string {
  const name = classOf(style);
  const attributes = [
    `x="${xOf(start)}"`,
    `textLength="${rounded(text.length * ADVANCE)}"`,
    ...(name === "" ? [] : [`class="${name}"`]),
  ];
  return `<tspan ${attributes.join(" ")}>${escaped(text)}</tspan>`;
}

function classOf({ isBold, isDim, color }: Style): string {
  return [
    isBold ? "bold" : "",
    isDim ? "dim" : "",
    COLORS.get(color ?? 0) ?? "",
  ].filter((name) => name !== "").join(" ");
}

function xOf(column: number): number {
  return rounded(PADDING + column * ADVANCE);
}

function rounded(number: number): number {
  return Math.round(number * 100) / 100;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
