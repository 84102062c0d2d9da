/**
 * Commands about servers.
 *
 * @module
 */

import type { Argument } from "../../values.ts";
import { afterWord, debugKeys } from "../key_rules.ts";
import {
  alone,
  type AloneRows,
  listed,
  made,
  type MethodRow,
  type MethodRows,
  paired,
  plain,
  pushPairs,
} from "../methods.ts";
import { OptionNames, pushValue } from "../options.ts";
import { toRecord, toRecords } from "../readers.ts";
import { toDocs, toHistograms, toMeasures } from "../server_readers.ts";
import type { ServerMethods } from "../signatures/server.ts";
import type { CommandRow, CommandRows } from "../spec.ts";
import { subcommands } from "../subcommands.ts";
import { KEYLESS, KEYLESS_READ, UNMATCHED } from "./shared.ts";

const FLUSHING: CommandRow = {
  ...KEYLESS,
  instead: "cluster.flush() empties every host, a local client one of them",
};

/** Commands about servers. */
export const SERVER_COMMANDS: CommandRows = {
  BGREWRITEAOF: KEYLESS,
  BGSAVE: KEYLESS,
  COMMAND: {
    subcommands: subcommands("COUNT DOCS GETKEYS GETKEYSANDFLAGS INFO LIST"),
  },
  COMMANDLOG: { subcommands: subcommands("GET LEN RESET") },
  CONFIG: { subcommands: subcommands("GET RESETSTAT REWRITE SET") },
  DBSIZE: {
    ...KEYLESS_READ,
    instead: "cluster.dbsize() asks every host, a local client one of them",
  },
  DEBUG: {
    keys: debugKeys,
    runsCode: true,
    dataFrom: 1,
    subcommands: subcommands(
      "AOFSTAT ASSERT CHANGE-REPL-ID CLIENT-EVICTION CLOSE-CLUSTER-LINK-ON-PACKET-DROP CONFIG-REWRITE-FORCE-ALL CRASH-AND-ABORT " +
        "CRASH-AND-RECOVER DICT-STATS DICT-RESIZING DIGEST DIGEST-VALUE " +
        "DROP-CLUSTER-PACKET-FILTER ERROR HTSTATS HTSTATS-KEY JMAP LEAK " +
        "LISTPACK LOADAOF LOG MALLCTL MALLCTL-STR OBJECT OOM PANIC PAUSE-CRON POPULATE QUICKLIST QUICKLIST-PACKED-THRESHOLD RELOAD " +
        "REPLICATE REPLYBUFFER RESTART SDSLEN SEGFAULT SET-ACTIVE-EXPIRE " +
        "SET-DISABLE-DENY-SCRIPTS SLEEP STRINGMATCH-LEN STRUCTSIZE " +
        "ZIPLIST",
      "PROTOCOL",
    ),
  },
  FAILOVER: KEYLESS,
  FLUSHALL: FLUSHING,
  FLUSHDB: FLUSHING,
  INFO: KEYLESS,
  LASTSAVE: KEYLESS,
  LATENCY: {
    subcommands: subcommands("DOCTOR GRAPH HISTOGRAM HISTORY LATEST RESET"),
  },
  LOLWUT: KEYLESS_READ,
  MEMORY: {
    keys: afterWord("USAGE"),
    subcommands: subcommands("DOCTOR MALLOC-STATS PURGE STATS USAGE"),
  },
  MODULE: { subcommands: subcommands("LIST LOAD LOADEX UNLOAD") },
  MONITOR: UNMATCHED,
  PSYNC: UNMATCHED,
  REPLCONF: UNMATCHED,
  REPLICAOF: KEYLESS,
  ROLE: KEYLESS,
  SAVE: KEYLESS,
  SENTINEL: {
    subcommands: subcommands(
      "CKQUORUM CONFIG DEBUG FAILOVER FLUSHCONFIG GET-MASTER-ADDR-BY-NAME GET-PRIMARY-ADDR-BY-NAME INFO-CACHE IS-MASTER-DOWN-BY-ADDR " +
        "IS-PRIMARY-DOWN-BY-ADDR MASTER MASTERS MONITOR MYID PENDING-SCRIPTS PRIMARIES PRIMARY REMOVE REPLICAS RESET SENTINELS SET " +
        "SIMULATE-FAILURE SLAVES",
    ),
  },
  SHUTDOWN: { ahead: new Set(["NOSAVE"]) },
  SLAVEOF: KEYLESS,
  SLOWLOG: { subcommands: subcommands("GET LEN RESET") },
  SWAPDB: KEYLESS,
  SYNC: UNMATCHED,
  TIME: KEYLESS,
};

const BGSAVE_OPTIONS = new OptionNames("bgsave", "schedule");
const COMMAND_LIST_OPTIONS = new OptionNames(
  "commandList",
  "module aclcat pattern",
);
const FAILOVER_OPTIONS = new OptionNames("failover", "to force abort timeout");
const LOADEX_OPTIONS = new OptionNames("moduleLoadEx", "configs args");
const SHUTDOWN_OPTIONS = new OptionNames("shutdown", "now force abort");
const USAGE_OPTIONS = new OptionNames("memoryUsage", "samples");

function bgsave(options?: unknown): Argument[] {
  const given = BGSAVE_OPTIONS.check(options);
  return given !== undefined && BGSAVE_OPTIONS.isOn(given, "schedule")
    ? ["SCHEDULE"]
    : [];
}

function commandList(options?: unknown): Argument[] {
  const given = COMMAND_LIST_OPTIONS.check(options);
  const only = given === undefined
    ? undefined
    : COMMAND_LIST_OPTIONS.oneOf(given, [
      ["module", "MODULE", false],
      ["aclcat", "ACLCAT", false],
      ["pattern", "PATTERN", false],
    ]);
  return only === undefined ? [] : ["FILTERBY", ...only];
}

function failover(options?: unknown): Argument[] {
  const args: Argument[] = [];
  const given = FAILOVER_OPTIONS.check(options);
  if (given === undefined) return args;
  const to = FAILOVER_OPTIONS.object(given, "to", "host port");
  if (to !== undefined) {
    args.push("TO", to.host as Argument, to.port as Argument);
  }
  if (FAILOVER_OPTIONS.isOn(given, "force")) args.push("FORCE");
  if (FAILOVER_OPTIONS.isOn(given, "abort")) args.push("ABORT");
  pushValue(args, "TIMEOUT", given.timeout);
  return args;
}

/** A method that deletes keys, at once or behind the back of its caller. */
function flushing(command: string): MethodRow {
  const method = command.toLowerCase();
  const make = (mode?: unknown) => {
    if (mode === undefined || mode === null || mode === false) return [];
    const word = mode === true ? "ASYNC" : String(mode).toUpperCase();
    if (word === "ASYNC" || word === "SYNC") return [word];
    throw new TypeError(
      `The mode of "${method}" is true or false, "ASYNC" or "SYNC"`,
    );
  };
  return made(command, 0, make);
}

/** Those that are given: of an optional one, nothing is none. */
function info(...sections: unknown[]): Argument[] {
  return sections.filter((section) =>
    section !== undefined && section !== null
  ) as Argument[];
}

function lolwut(version?: unknown, ...args: Argument[]): Argument[] {
  return version === undefined || version === null
    ? args
    : ["VERSION", version as Argument, ...args];
}

function memoryUsage(key: Argument, options?: unknown): Argument[] {
  const args = [key];
  const given = USAGE_OPTIONS.check(options);
  if (given !== undefined) pushValue(args, "SAMPLES", given.samples);
  return args;
}

function moduleLoadEx(path: Argument, options?: unknown): Argument[] {
  const args = [path];
  const given = LOADEX_OPTIONS.check(options);
  if (given === undefined) return args;
  const configs: Argument[] = [];
  if (given.configs !== undefined && given.configs !== null) {
    pushPairs(configs, given.configs);
  }
  for (let i = 0; i < configs.length; i += 2) {
    args.push("CONFIG", configs[i], configs[i + 1]);
  }
  if (given.args === undefined || given.args === null) return args;
  if (!Array.isArray(given.args)) {
    throw new TypeError('The option "args" of "moduleLoadEx" is no list');
  }
  args.push("ARGS");
  for (const one of given.args) args.push(one);
  return args;
}

function shutdown(mode?: unknown, options?: unknown): Argument[] {
  const args: Argument[] = [];
  if (mode !== undefined && mode !== null) args.push(mode as Argument);
  const given = SHUTDOWN_OPTIONS.check(options);
  if (given === undefined) return args;
  if (SHUTDOWN_OPTIONS.isOn(given, "now")) args.push("NOW");
  if (SHUTDOWN_OPTIONS.isOn(given, "force")) args.push("FORCE");
  if (!SHUTDOWN_OPTIONS.isOn(given, "abort")) return args;
  if (args.length === 0) return ["ABORT"];
  throw new TypeError(
    'The option "abort" of "shutdown" excludes its mode and all others',
  );
}

/** The methods of the family. */
export const SERVER_METHODS: MethodRows<ServerMethods> = {
  bgrewriteaof: plain("BGREWRITEAOF", 0),
  bgsave: made("BGSAVE", 0, bgsave),
  command: plain("COMMAND", 0),
  commandCount: plain("COMMAND COUNT", 0),
  commandDocs: listed("COMMAND DOCS", 0, 0, { records: toDocs }),
  commandGetKeys: plain("COMMAND GETKEYS", 1, Infinity),
  commandGetKeysAndFlags: plain("COMMAND GETKEYSANDFLAGS", 1, Infinity),
  commandInfo: listed("COMMAND INFO", 0),
  commandList: made("COMMAND LIST", 0, commandList),
  configGet: listed("CONFIG GET", 0, 1, { records: toRecord }),
  configResetStat: plain("CONFIG RESETSTAT", 0),
  configRewrite: plain("CONFIG REWRITE", 0),
  configSet: paired("CONFIG SET", 0),
  dbsize: plain("DBSIZE", 0),
  debugObject: plain("DEBUG OBJECT", 1),
  debugSegfault: plain("DEBUG SEGFAULT", 0),
  failover: made("FAILOVER", 0, failover),
  flushall: flushing("FLUSHALL"),
  flushdb: flushing("FLUSHDB"),
  info: made("INFO", 0, info, { max: Infinity }),
  lastsave: plain("LASTSAVE", 0),
  latencyDoctor: plain("LATENCY DOCTOR", 0),
  latencyGraph: plain("LATENCY GRAPH", 1),
  latencyHistogram: listed("LATENCY HISTOGRAM", 0, 0, {
    records: toHistograms,
  }),
  latencyHistory: plain("LATENCY HISTORY", 1),
  latencyLatest: plain("LATENCY LATEST", 0),
  latencyReset: listed("LATENCY RESET", 0),
  lolwut: made("LOLWUT", 0, lolwut, { max: Infinity }),
  memoryDoctor: plain("MEMORY DOCTOR", 0),
  memoryHelp: plain("MEMORY HELP", 0),
  memoryMallocStats: plain("MEMORY MALLOC-STATS", 0),
  memoryPurge: plain("MEMORY PURGE", 0),
  memoryStats: plain("MEMORY STATS", 0, 0, { records: toMeasures }),
  memoryUsage: made("MEMORY USAGE", 1, memoryUsage, { plain: 1 }),
  moduleList: plain("MODULE LIST", 0, 0, { records: toRecords }),
  moduleLoad: listed("MODULE LOAD", 1),
  moduleLoadEx: made("MODULE LOADEX", 1, moduleLoadEx),
  moduleUnload: plain("MODULE UNLOAD", 1),
  replicaof: plain("REPLICAOF", 2),
  replicaofNoOne: plain("REPLICAOF NO ONE", 0),
  role: plain("ROLE", 0),
  save: plain("SAVE", 0),
  shutdown: made("SHUTDOWN", 0, shutdown, { plain: 1 }),
  slaveof: plain("SLAVEOF", 2),
  slaveofNoOne: plain("SLAVEOF NO ONE", 0),
  slowlog: plain("SLOWLOG", 1, Infinity),
  slowlogGet: plain("SLOWLOG GET", 0, 1),
  slowlogLen: plain("SLOWLOG LEN", 0),
  slowlogReset: plain("SLOWLOG RESET", 0),
  swapdb: plain("SWAPDB", 2),
  time: plain("TIME", 0),
};

/** They end the matching of replies, or wait for writes of their connection. */
export const SERVER_ALONE: AloneRows = {
  monitor: alone("MONITOR"),
  sync: alone("SYNC"),
  wait: alone("WAIT"),
};
