/**
 * Readers: what methods promise of replies.
 *
 * @module
 */

import type { Reply } from "../values.ts";

/** The list that a reply has to be. */
export function listOf(reply: Reply): Reply[] {
  if (Array.isArray(reply)) return reply;
  throw new TypeError("A list was expected");
}

/** Names and values in turn, as a record; every name is an entry of its own. */
export function toRecord(reply: Reply): Record<string, Reply> {
  const list = listOf(reply);
  const record: Record<string, Reply> = {};
  for (let i = 0; i + 1 < list.length; i += 2) {
    setField(record, String(list[i]), list[i + 1]);
  }
  return record;
}

/** Sets an entry of a record, also one called `__proto__`. */
export function setField(
  record: Record<string, unknown>,
  name: string,
  value: unknown,
): void {
  if (name !== "__proto__") {
    record[name] = value;
    return;
  }
  Object.defineProperty(record, name, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}

/** Items in turn, as pairs; what is no list stays as it is. */
export function toPairs(reply: Reply): unknown {
  if (!Array.isArray(reply)) return reply;
  const pairs: [Reply, Reply][] = [];
  for (let i = 0; i + 1 < reply.length; i += 2) {
    pairs.push([reply[i], reply[i + 1]]);
  }
  return pairs;
}

/** A list of lists of names and values in turn, as records. */
export function toRecords(reply: Reply): unknown {
  return Array.isArray(reply) ? reply.map(toRecord) : reply;
}

/** A page of a scan: its cursor, and its items as pairs. */
export function toPageOfPairs(reply: Reply): unknown {
  const [cursor, items] = listOf(reply);
  return [cursor, toPairs(items)];
}

/** A number that travels as text: a score, `inf` too. */
export function toNumber(reply: Reply): number {
  if (reply === "inf") return Infinity;
  return reply === "-inf" ? -Infinity : Number(reply);
}
