/**
 * One shape for each reply, whichever version of the protocol it came in.
 *
 * @module
 */

import type { CommandSpec } from "../commands/spec.ts";
import type { Reply } from "../values.ts";

/**
 * Gives a list the shape it has in RESP2, which the methods of `@db/redis`
 * expect. A map has been made a flat list before. What the server nests inside
 * EXEC or a script stays as it is.
 *
 * @param command What the command is.
 * @param reply Its reply, in either version.
 */
export function toCommonShape(
  { row }: CommandSpec,
  reply: Reply[],
): Reply[] {
  // `[["a", "1"], ["b", "2"]]`
  if (row.resp3 === "pairs") {
    return reply.every((item) => Array.isArray(item)) ? reply.flat() : reply;
  }
  if (row.resp3 === "streams" && !Array.isArray(reply[0])) {
    const pairs: Reply[] = [];
    for (let i = 0; i < reply.length; i += 2) {
      pairs.push([reply[i], reply[i + 1]]);
    }
    return pairs;
  }
  return reply;
}
