/**
 * Whether two hosts have the same value of a key.
 *
 * @module
 */

import { CommandError } from "../errors.ts";
import { type MovingHost, READ } from "../moving/mod.ts";
import type { Argument, Key, Reply } from "../values.ts";
import { textOf } from "./records.ts";

/** What a key holds. */
export interface KeyValue {
  /** As DUMP gives it. */
  readonly value: Uint8Array;
  /** When it expires, in milliseconds by the clock of its host; 0 for never. */
  readonly due: number;
}

/** By how many milliseconds one copy may outlive the other. */
const SPREAD = 1_000;

/** What shows a whole value, for each type that DUMP may write in several ways. */
const WHOLE: Readonly<Record<string, readonly string[]>> = {
  string: ["GET"],
  list: ["LRANGE", "0", "-1"],
  set: ["SMEMBERS"],
  hash: ["HGETALL"],
  zset: ["ZRANGE", "0", "-1", "WITHSCORES"],
};

/** What keys of a host hold; nothing for those that are not there. */
export async function readValues(
  host: MovingHost,
  keys: readonly Key[],
): Promise<(KeyValue | undefined)[]> {
  const replies = await host.run(READ, keys, []) as Reply[];
  return replies.map((reply) => {
    if (!Array.isArray(reply)) return undefined;
    const [value, due] = reply;
    return { value: value as unknown as Uint8Array, due: Number(due) };
  });
}

/**
 * The keys of which two hosts have different values. What is about to expire may
 * have gone at one of them.
 *
 * @param keys The keys.
 * @param offset How far the clock of the other host is ahead.
 */
export async function differing(
  [host, other]: readonly [MovingHost, MovingHost],
  keys: readonly Key[],
  offset: number,
): Promise<Key[]> {
  const [ours, theirs] = await Promise.all([
    readValues(host, keys),
    readValues(other, keys),
  ]);
  const unlike: Key[] = [];
  for (const [index, key] of keys.entries()) {
    const [one, two] = [ours[index], theirs[index]];
    if (one === undefined || two === undefined) {
      if (!await areGone([host, other], key)) unlike.push(key);
    } else if (!areDueTogether(one.due, two.due, offset)) unlike.push(key);
    else if (!equal(one.value, two.value)) {
      if (!await areAlike([host, other], key)) unlike.push(key);
    }
  }
  return unlike;
}

function areDueTogether(due: number, other: number, offset: number): boolean {
  if (due === 0 || other === 0) return due === other;
  return Math.abs(due + offset - other) <= SPREAD;
}

/** Whether neither host has a key any more, a moment later. */
async function areGone(
  hosts: readonly MovingHost[],
  key: Key,
): Promise<boolean> {
  const left = await Promise.all(
    hosts.map((host) => host.command("PTTL", key)),
  );
  return left.every((time) =>
    Number(time) === -2 || Number(time) >= 0 && Number(time) <= SPREAD
  );
}

/** Whether two hosts show the same, in whatever order they keep it. */
async function areAlike(
  [host, other]: readonly [MovingHost, MovingHost],
  key: Key,
): Promise<boolean> {
  const type = String(textOf(await host.command("TYPE", key)));
  const [name, ...args] = WHOLE[type] ?? [];
  if (name === undefined) return false;
  try {
    const [one, two] = await Promise.all(
      [host, other].map((each) =>
        shown(each, name, { args: [key, ...args], type })
      ),
    );
    return one.length === two.length &&
      one.every((item, index) => item === two[index]);
  } catch (error) {
    // There it has another type.
    if (error instanceof CommandError) return false;
    throw error;
  }
}

const decoder = new TextDecoder("latin1");

async function shown(
  host: MovingHost,
  name: string,
  { args, type }: { args: readonly Argument[]; type: string },
): Promise<string[]> {
  const reply = await host.command(name, ...args);
  const items = (Array.isArray(reply) ? reply : [reply]).map((item) =>
    item instanceof Uint8Array ? decoder.decode(item) : String(item)
  );
  if (type === "set") return items.sort();
  if (type !== "hash") return items;
  const pairs: string[] = [];
  for (let i = 0; i < items.length; i += 2) {
    pairs.push(JSON.stringify(items.slice(i, i + 2)));
  }
  return pairs.sort();
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length &&
    one.every((byte, index) => byte === other[index]);
}
