/** How values and their differences look in the text of a failed assertion. */

/** Above this many lines a comparison line by line is not worth its time. */
const MAX_DIFF_LINES = 500;

/** `value` in full, with its keys in order, so that two texts compare. */
export function format(value: unknown): string {
  return Deno.inspect(value, {
    depth: Infinity,
    sorted: true,
    trailingComma: true,
    compact: false,
    iterableLimit: Infinity,
    strAbbreviateSize: Infinity,
  });
}

/** `: msg` after a sentence, or its period. */
export function suffix(msg: string | undefined): string {
  return msg ? `: ${msg}` : ".";
}

/** `value` in full, four spaces in. */
export function indented(value: unknown): string {
  return format(value).replaceAll(/^/gm, "    ");
}

/** The lines of both values, `-` for actual only and `+` for expected only. */
export function diff(actual: unknown, expected: unknown): string {
  const a = format(actual).split("\n");
  const b = format(expected).split("\n");
  const lines = a.length + b.length > MAX_DIFF_LINES
    ? [...a.map((line) => `-   ${line}`), ...b.map((line) => `+   ${line}`)]
    : diffLines(a, b);
  return `\n\n\n    [Diff] Actual / Expected\n\n\n${lines.join("\n")}\n`;
}

/** The shortest edit of `a` into `b`, by the longest common subsequence. */
function diffLines(a: string[], b: string[]): string[] {
  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] = a[i] === b[j]
        ? common[(i + 1) * width + j + 1] + 1
        : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
  }
  const lines: string[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push(`    ${a[i]}`);
      i++;
      j++;
    } else if (
      j >= b.length ||
      (i < a.length &&
        common[(i + 1) * width + j] >= common[i * width + j + 1])
    ) {
      lines.push(`-   ${a[i++]}`);
    } else {
      lines.push(`+   ${b[j++]}`);
    }
  }
  return lines;
}
