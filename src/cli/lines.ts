/**
 * Text that comes in pieces, line by line.
 *
 * @module
 */

/**
 * The lines of a text, without those that are empty.
 *
 * @param pieces The text, cut anywhere.
 */
export async function* readLines(
  pieces: AsyncIterable<string>,
): AsyncGenerator<string> {
  let rest = "";
  for await (const piece of pieces) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const text = line.replace(/\r$/, "");
      if (text !== "") yield text;
    }
  }
  if (rest !== "") yield rest.replace(/\r$/, "");
}
