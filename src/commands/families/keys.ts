/**
 * Commands on keys of any type.
 *
 * @module
 */

import type { Argument } from "../../values.ts";
import {
  listed,
  made,
  type MethodRow,
  type MethodRows,
  plain,
} from "../methods.ts";
import { OptionNames, pushLimit, pushScan, pushValue } from "../options.ts";
import type { KeyMethods } from "../signatures/keys.ts";
import {
  afterWord,
  allKeys,
  firstTwo,
  migrateKeys,
  sortKeys,
} from "../key_rules.ts";
import { lastArgument } from "../block_times.ts";
import { subcommands } from "../subcommands.ts";
import type { CommandRows } from "../spec.ts";
import { KEYLESS_READ, READ, WRITE } from "./shared.ts";

const SCAN_ALL =
  "cluster.scan() goes through the keys of all hosts, a local client asks one of them";

/** Commands on keys of any type. */
export const KEY_COMMANDS: CommandRows = {
  COPY: { keys: firstTwo },
  DEL: { keys: allKeys, splits: { step: 1, merge: "sum" } },
  DUMP: READ,
  EXISTS: { keys: allKeys, reads: true, splits: { step: 1, merge: "sum" } },
  EXPIRE: WRITE,
  EXPIREAT: WRITE,
  EXPIRETIME: READ,
  KEYS: { ...KEYLESS_READ, instead: SCAN_ALL },
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
  SCAN: { ...KEYLESS_READ, cursor: true, instead: SCAN_ALL },
  SORT: { keys: sortKeys },
  SORT_RO: READ,
  TOUCH: { keys: allKeys, reads: true, splits: { step: 1, merge: "sum" } },
  TTL: READ,
  TYPE: READ,
  UNLINK: { keys: allKeys, splits: { step: 1, merge: "sum" } },
  WAIT: { connection: "counts", blocks: lastArgument(1) },
  WAITAOF: { connection: "counts", blocks: lastArgument(1) },
};

const COPY_OPTIONS = new OptionNames("copy", "db replace");
const MIGRATE_OPTIONS = new OptionNames("migrate", "copy replace auth keys");
const RESTORE_OPTIONS = new OptionNames(
  "restore",
  "replace absttl idletime freq",
);
const SCAN_OPTIONS = new OptionNames("scan", "pattern count type");
const SORT_NAMES = "by limit patterns order alpha";
const SORT_OPTIONS = new OptionNames("sort", `${SORT_NAMES} destination`);
const SORT_RO_OPTIONS = new OptionNames("sortRo", SORT_NAMES);

function copy(
  source: Argument,
  destination: Argument,
  options?: unknown,
): Argument[] {
  const args = [source, destination];
  const given = COPY_OPTIONS.check(options);
  if (given === undefined) return args;
  pushValue(args, "DB", given.db);
  if (COPY_OPTIONS.isOn(given, "replace")) args.push("REPLACE");
  return args;
}

/** A method that sets when a key expires. */
function expiring(command: string): MethodRow {
  const names = new OptionNames(command.toLowerCase(), "nx xx gt lt");
  const make = (key: Argument, time: Argument, options?: unknown) => {
    const args = [key, time];
    const given = names.check(options);
    if (given === undefined) return args;
    const condition = names.oneOf(given, [
      ["nx", "NX", true],
      ["gt", "GT", true],
      ["lt", "LT", true],
    ]);
    if (names.isOn(given, "xx")) args.push("XX");
    if (condition !== undefined) args.push(condition[0]);
    return args;
  };
  return made(command, 2, make, { plain: 2 });
}

function migrate(
  host: Argument,
  port: Argument,
  key: Argument,
  db: Argument,
  timeout: Argument,
  options?: unknown,
): Argument[] {
  const args = [host, port, key, db, timeout];
  const given = MIGRATE_OPTIONS.check(options);
  if (given === undefined) return args;
  if (MIGRATE_OPTIONS.isOn(given, "copy")) args.push("COPY");
  if (MIGRATE_OPTIONS.isOn(given, "replace")) args.push("REPLACE");
  pushValue(args, "AUTH", given.auth);
  if (given.keys === undefined || given.keys === null) return args;
  if (!Array.isArray(given.keys)) {
    throw new TypeError('The option "keys" of "migrate" is no list');
  }
  args.push("KEYS");
  for (const one of given.keys) args.push(one);
  return args;
}

function restore(
  key: Argument,
  ttl: Argument,
  value: Argument,
  options?: unknown,
): Argument[] {
  const args = [key, ttl, value];
  const given = RESTORE_OPTIONS.check(options);
  if (given === undefined) return args;
  if (RESTORE_OPTIONS.isOn(given, "replace")) args.push("REPLACE");
  if (RESTORE_OPTIONS.isOn(given, "absttl")) args.push("ABSTTL");
  pushValue(args, "IDLETIME", given.idletime);
  pushValue(args, "FREQ", given.freq);
  return args;
}

function scan(cursor: Argument, options?: unknown): Argument[] {
  return pushScan([cursor], SCAN_OPTIONS, options);
}

function pushSort(
  args: Argument[],
  names: OptionNames,
  options: unknown,
): Argument[] {
  const given = names.check(options);
  if (given === undefined) return args;
  pushValue(args, "BY", given.by);
  pushLimit(args, names, given);
  const { patterns = [] } = given;
  if (!Array.isArray(patterns)) {
    throw new TypeError("The patterns of a sort are no list");
  }
  for (const pattern of patterns) args.push("GET", pattern);
  const order = names.word(given, "order", "ASC DESC");
  if (order !== undefined) args.push(order);
  if (names.isOn(given, "alpha")) args.push("ALPHA");
  pushValue(args, "STORE", given.destination);
  return args;
}

function sort(key: Argument, options?: unknown): Argument[] {
  return pushSort([key], SORT_OPTIONS, options);
}

function sortRo(key: Argument, options?: unknown): Argument[] {
  return pushSort([key], SORT_RO_OPTIONS, options);
}

/** The methods of the family. */
export const KEY_METHODS: MethodRows<KeyMethods> = {
  copy: made("COPY", 2, copy, { plain: 2 }),
  del: listed("DEL", 0),
  dump: plain("DUMP", 1, 1, { bytes: true }),
  exists: listed("EXISTS", 0),
  expire: expiring("EXPIRE"),
  expireat: expiring("EXPIREAT"),
  expiretime: plain("EXPIRETIME", 1),
  keys: plain("KEYS", 1),
  migrate: made("MIGRATE", 5, migrate),
  move: plain("MOVE", 2),
  objectEncoding: plain("OBJECT ENCODING", 1),
  objectFreq: plain("OBJECT FREQ", 1),
  objectHelp: plain("OBJECT HELP", 0),
  objectIdletime: plain("OBJECT IDLETIME", 1),
  objectRefCount: plain("OBJECT REFCOUNT", 1),
  persist: plain("PERSIST", 1),
  pexpire: expiring("PEXPIRE"),
  pexpireat: expiring("PEXPIREAT"),
  pexpiretime: plain("PEXPIRETIME", 1),
  pttl: plain("PTTL", 1),
  randomkey: plain("RANDOMKEY", 0),
  rename: plain("RENAME", 2),
  renamenx: plain("RENAMENX", 2),
  restore: made("RESTORE", 3, restore, { plain: 3 }),
  scan: made("SCAN", 1, scan, { plain: 1 }),
  sort: made("SORT", 1, sort, { plain: 1 }),
  sortRo: made("SORT_RO", 1, sortRo, { plain: 1 }),
  touch: listed("TOUCH", 0),
  ttl: plain("TTL", 1),
  type: plain("TYPE", 1),
  unlink: listed("UNLINK", 0),
};
