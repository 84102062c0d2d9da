/**
 * Commands on keys of any type.
 *
 * @module
 */

import {
  afterWord,
  allKeys,
  firstTwo,
  migrateKeys,
  sortKeys,
} from "../key_rules.ts";
import { lastArgument } from "../block_times.ts";
import { subcommands } from "../subcommands.ts";
import { listed, type MethodRow, plain } from "../methods.ts";
import type { CommandRows } from "../spec.ts";
import { KEYLESS_READ, READ, WRITE } from "./shared.ts";

/** Commands on keys of any type. */
export const KEY_COMMANDS: CommandRows = {
  COPY: { keys: firstTwo },
  DEL: { keys: allKeys, splits: { step: 1, merge: "sum" } },
  DUMP: READ,
  EXISTS: { keys: allKeys, reads: true, splits: { step: 1, merge: "sum" } },
  EXPIRE: WRITE,
  EXPIREAT: WRITE,
  EXPIRETIME: READ,
  KEYS: KEYLESS_READ,
  MIGRATE: { keys: migrateKeys },
  MOVE: WRITE,
  OBJECT: {
    keys: afterWord("ENCODING", "FREQ", "IDLETIME", "REFCOUNT"),
    reads: true,
    subcommands: subcommands("ENCODING FREQ IDLETIME REFCOUNT"),
  },
  PERSIST: WRITE,
  PEXPIRE: WRITE,
  PEXPIREAT: WRITE,
  PEXPIRETIME: READ,
  PTTL: READ,
  RANDOMKEY: KEYLESS_READ,
  RENAME: { keys: firstTwo },
  RENAMENX: { keys: firstTwo },
  RESTORE: WRITE,
  "RESTORE-ASKING": WRITE,
  SCAN: KEYLESS_READ,
  SORT: { keys: sortKeys },
  SORT_RO: READ,
  TOUCH: { keys: allKeys, reads: true, splits: { step: 1, merge: "sum" } },
  TTL: READ,
  TYPE: READ,
  UNLINK: { keys: allKeys, splits: { step: 1, merge: "sum" } },
  WAIT: { connection: "counts", blocks: lastArgument(1) },
  WAITAOF: { connection: "counts", blocks: lastArgument(1) },
};

/** The methods for them. */
export const KEY_METHODS: Readonly<Record<string, MethodRow>> = {
  del: listed("DEL", 0),
  exists: listed("EXISTS", 0),
  expire: plain("EXPIRE", 2),
  persist: plain("PERSIST", 1),
  pexpire: plain("PEXPIRE", 2),
  pttl: plain("PTTL", 1),
  rename: plain("RENAME", 2),
  renamenx: plain("RENAMENX", 2),
  touch: listed("TOUCH", 0),
  ttl: plain("TTL", 1),
  type: plain("TYPE", 1),
  unlink: listed("UNLINK", 0),
};
