/**
 * What the comparison knows of a command.
 *
 * @module
 */

import type { RoutingClient } from "@rb/rb";
import type { Redis } from "ioredis";
import type { NodeRedis } from "../node_redis.ts";

/** A command, or a part of one, as it is sent. */
export type Words = readonly string[];

/** Issues the command for one key. */
export type Issue<C> = (
  client: C,
  key: string,
  value: string,
) => PromiseLike<unknown>;

/** One command, as each client writes it. Values have 16 bytes. */
export interface CommandRow {
  /** Its name in `--only`, and in the names of its contenders. */
  readonly name: string;
  /** What is asked for, for people. */
  readonly title: string;
  /** What every client sends for a key. */
  readonly words: (key: string, value: string) => Words;
  /** What a map of this library sends instead where it merges commands. */
  readonly merged?: (key: string, value: string) => Words;
  /** What every client reads, as {@linkcode leavesOf} has it. */
  readonly reply: (key: string, value: string) => readonly (string | RegExp)[];

  /** Commands that every server needs once. */
  readonly load?: readonly Words[];
  /** Commands that give a key what the command is to meet there. */
  readonly prepare: (key: string, value: string) => readonly Words[];
  /** Commands that undo what the command did to a key, and when. */
  readonly restore?: {
    readonly before: "run" | "lap";
    readonly words: (key: string, value: string) => readonly Words[];
  };
  /**
   * How many commands redis-benchmark sends for each of the keys that it has.
   * It picks them at random.
   *
   * @default {4}
   */
  readonly perKey?: number;

  readonly rb: Issue<RoutingClient>;
  readonly ioredis: Issue<Redis>;
  readonly nodeRedis: Issue<NodeRedis>;
  /** Brings replies of a client into the shape that the server gave them. */
  readonly shape?: {
    readonly rb?: (reply: never) => unknown;
    readonly nodeRedis?: (reply: never) => unknown;
  };
}

/**
 * The texts and numbers of a reply, in order. Lists, records and maps of the
 * same content have the same leaves.
 */
export function leavesOf(reply: unknown): string[] {
  if (Array.isArray(reply)) return reply.flatMap(leavesOf);
  if (reply instanceof Error) return [reply.message];
  if (reply instanceof Map) return [...reply].flatMap(leavesOf);
  if (typeof reply === "object" && reply !== null) {
    return Object.entries(reply).flatMap(leavesOf);
  }
  return [String(reply)];
}
