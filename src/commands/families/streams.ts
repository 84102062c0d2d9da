/**
 * Commands on streams.
 *
 * @module
 */

import { afterWord, streamKeys } from "../key_rules.ts";
import { streamsBlock } from "../block_times.ts";
import { subcommands } from "../subcommands.ts";
import { type MethodRow, plain } from "../methods.ts";
import type { CommandRows } from "../spec.ts";
import { READ, WRITE } from "./shared.ts";

/** Commands on streams. */
export const STREAM_COMMANDS: CommandRows = {
  XACK: WRITE,
  XACKDEL: WRITE,
  XADD: WRITE,
  XAUTOCLAIM: WRITE,
  XCLAIM: WRITE,
  XDEL: WRITE,
  XDELEX: WRITE,
  XGROUP: {
    keys: afterWord(
      "CREATE",
      "CREATECONSUMER",
      "DELCONSUMER",
      "DESTROY",
      "SETID",
    ),
    subcommands: subcommands(
      "CREATE CREATECONSUMER DELCONSUMER DESTROY SETID",
    ),
  },
  XINFO: {
    keys: afterWord("CONSUMERS", "GROUPS", "STREAM"),
    reads: true,
    subcommands: subcommands("CONSUMERS GROUPS STREAM"),
  },
  XLEN: READ,
  XPENDING: READ,
  XRANGE: READ,
  XREAD: {
    keys: streamKeys,
    reads: true,
    blocks: streamsBlock,
    resp3: "streams",
  },
  XREADGROUP: { keys: streamKeys, blocks: streamsBlock, resp3: "streams" },
  XREVRANGE: READ,
  XSETID: WRITE,
  XTRIM: WRITE,
};

/** The methods for them. */
export const STREAM_METHODS: Readonly<Record<string, MethodRow>> = {
  xlen: plain("XLEN", 1),
};
