/**
 * From commands to bytes and from bytes to replies, without any I/O.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { Command } from "ioredis";
import RedisParser from "redis-parser";
import { Encoder } from "../src/wire/resp/encoder.ts";
import { INCOMPLETE, Parser } from "../src/wire/resp/parser.ts";
import { makeKey } from "../tools/compare/workload.ts";

const COUNT = 1_000;
const KEYS = Array.from({ length: COUNT }, (_, id) => makeKey("key", id));

/** Keeps the optimizer from leaving out what nobody looks at. */
export let sink = 0;

const encoder = new Encoder();

/** Commands with arguments that are all alike. */
const COMMANDS: Readonly<Record<string, (key: string) => string[]>> = {
  GET: (key) => [key],
  "SET of 16 bytes": (key) => [key, "sixteen bytes..."],
  "SET of 1 KiB": (key) => [key, "k".repeat(1_024)],
  "SET of 1 KiB, not ASCII": (key) => [key, "ä".repeat(512)],
};

for (const [what, argsOf] of Object.entries(COMMANDS)) {
  const group = `encode: ${COUNT} × ${what}`;
  const name = what.slice(0, 3);
  const args = KEYS.map(argsOf);
  Deno.bench({
    name: "rb",
    group,
    baseline: true,
    fn: () => {
      encoder.clear();
      for (let at = 0; at < COUNT; at++) encoder.command(name, args[at]);
      sink += encoder.length;
    },
  });
  Deno.bench({
    name: "npm:ioredis",
    group,
    fn: () => {
      for (let at = 0; at < COUNT; at++) {
        const command = new Command(name, args[at]);
        // Text as a rule, which its socket has to encode.
        sink += Buffer.from(command.toWritable(undefined as never)).length;
      }
    },
  });
}

const VALUES = KEYS.map((_, id) => `value-${id}`.padEnd(16, "v"));
const ASCII = "k".repeat(1_024);
const UMLAUTS = "ä".repeat(512);

/** Replies as a server sends them, and how many values are in them. */
const REPLIES: Readonly<Record<string, string>> = {
  "bulks of 16 bytes": VALUES.map(bulk).join(""),
  "bulks of 16 bytes in an array": array(VALUES.map(bulk)),
  "bulks of 1 KiB": KEYS.map(() => bulk(ASCII)).join(""),
  "bulks of 1 KiB, not ASCII": KEYS.map(() => bulk(UMLAUTS)).join(""),
  integers: KEYS.map((_, id) => `:${id}\r\n`).join(""),
  "simple strings": "+OK\r\n".repeat(COUNT),
};

/** What a socket gives at a time. */
const CHUNK = 65_536;

for (const [what, text] of Object.entries(REPLIES)) {
  const group = `parse: ${COUNT} × ${what}`;
  const chunks = chunksOf(Buffer.from(text));
  const parser = new Parser();
  const theirs = new RedisParser({ returnReply: count, returnError: count });
  Deno.bench({
    // It reads into its own memory, for which the bytes are copied here.
    name: "rb",
    group,
    baseline: true,
    fn: () => {
      for (const chunk of chunks) {
        parser.push(chunk);
        for (let reply = parser.read(); reply !== INCOMPLETE;) {
          count(reply);
          reply = parser.read();
        }
      }
    },
  });
  Deno.bench({
    name: "npm:redis-parser",
    group,
    fn: () => {
      for (const chunk of chunks) theirs.execute(chunk);
    },
  });
}

function count(reply: unknown): void {
  sink += reply === null ? 0 : 1;
}

function bulk(text: string): string {
  return `$${new TextEncoder().encode(text).length}\r\n${text}\r\n`;
}

function array(items: readonly string[]): string {
  return `*${items.length}\r\n${items.join("")}`;
}

function chunksOf(bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let from = 0; from < bytes.length; from += CHUNK) {
    chunks.push(bytes.subarray(from, from + CHUNK));
  }
  return chunks;
}
