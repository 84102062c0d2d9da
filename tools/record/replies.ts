/**
 * Where a reply ends.
 *
 * @module
 */

/** How many values follow for each that is counted. */
const CONTAINERS: Readonly<Record<string, number>> = {
  "*": 1,
  "~": 1,
  ">": 1,
  "%": 2,
};

/** Types whose size is followed by as many bytes. */
const SIZED = "$=!";

/**
 * Finds the end of a reply in either version of the protocol.
 *
 * @param text What a server sent, one character a byte.
 * @param start Where the reply begins.
 * @returns Where it ends; nothing when more of it is to come.
 */
export function endOfReply(text: string, start: number): number | undefined {
  const lineEnd = text.indexOf("\r\n", start);
  if (lineEnd < 0) return undefined;
  const type = text[start];
  const size = Number(text.slice(start + 1, lineEnd));
  let end: number | undefined = lineEnd + 2;
  if (SIZED.includes(type) && size >= 0) {
    end += size + 2;
    return end <= text.length ? end : undefined;
  }
  const values = size * (CONTAINERS[type] ?? 0);
  for (let left = values; left > 0 && end !== undefined; left--) {
    end = endOfReply(text, end);
  }
  return end;
}
