/**
 * One shape for each reply, whichever version of the protocol it came in.
 *
 * @module
 */

import type { Reply } from "../values.ts";

/**
 * Commands whose pairs RESP3 nests (`[["a", "1"], ["b", "2"]]`) and RESP2 lists
 * one after the other.
 */
const NESTED_PAIRS = new Set(
  ("HRANDFIELD ZDIFF ZINTER ZPOPMAX ZPOPMIN ZRANDMEMBER ZRANGE ZRANGEBYSCORE " +
    "ZREVRANGE ZREVRANGEBYSCORE ZUNION").split(" "),
);

/** Commands whose streams are a map in RESP3 and a list of pairs in RESP2. */
const STREAMS = new Set(["XREAD", "XREADGROUP"]);

/**
 * Gives a list the shape it has in RESP2, which the methods of `@db/redis`
 * expect. A map has been made a flat list before. What the server nests inside
 * EXEC or a script stays as it is.
 *
 * @param command The name of the command in capitals.
 * @param reply Its reply, in either version.
 */
export function toCommonShape(command: string, reply: Reply[]): Reply[] {
  if (NESTED_PAIRS.has(command)) {
    return reply.every((item) => Array.isArray(item)) ? reply.flat() : reply;
  }
  if (STREAMS.has(command) && !Array.isArray(reply[0])) {
    const pairs: Reply[] = [];
    for (let i = 0; i < reply.length; i += 2) {
      pairs.push([reply[i], reply[i + 1]]);
    }
    return pairs;
  }
  return reply;
}
