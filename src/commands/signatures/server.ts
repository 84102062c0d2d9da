/**
 * The methods for servers.
 *
 * @module
 */

import type {
  ConditionalArray,
  MemoryUsageOpts,
  ShutdownMode,
} from "@db/redis";
import type { Argument, Key, Reply } from "../../values.ts";

/** When `bgsave` saves. */
export interface BgSaveOptions {
  /**
   * Later, if the server is busy with its log of writes; it is an error else.
   *
   * @default {false}
   */
  schedule?: boolean;
}

/** Which commands `commandList` names: one of these. */
export interface CommandListOptions {
  /** Those of a module. */
  module?: string;
  /** Those of a category of ACL. */
  aclcat?: string;
  /** Those whose names match a pattern. */
  pattern?: string;
}

/** How `failover` goes. */
export interface FailoverOptions {
  /** The replica that takes over; the one that lags least by default. */
  to?: { host: string; port: number };
  /**
   * Whether it takes over when the time is up, even if it lags.
   *
   * @default {false}
   */
  force?: boolean;
  /**
   * Whether one that is under way shall end.
   *
   * @default {false}
   */
  abort?: boolean;
  /** Milliseconds after which it is given up; never by default. */
  timeout?: number;
}

/** What a module is loaded with. */
export interface ModuleLoadExOptions {
  /** Its settings. */
  configs?: Record<string, Argument> | ReadonlyMap<string, Argument>;
  /** Its arguments. */
  args?: readonly Argument[];
}

/** How a server shuts down; Redis 7.0.0. */
export interface ShutdownOptions {
  /**
   * Whether it does not wait for replicas that lag.
   *
   * @default {false}
   */
  now?: boolean;
  /**
   * Whether it does so even if it cannot save.
   *
   * @default {false}
   */
  force?: boolean;
  /**
   * Whether one that is under way shall end; with nothing beside it.
   *
   * @default {false}
   */
  abort?: boolean;
}

/**
 * What a command is: its name, how many words it has (below 0, at least), its
 * flags, and where its keys are: the first, the last, the step.
 */
export type CommandDetails = [
  name: string,
  arity: number,
  flags: string[],
  firstKey: number,
  lastKey: number,
  step: number,
];

/** What the documentation of a server says of a command. */
export interface CommandDoc {
  /** What it does. */
  summary: string;
  /** The version of Redis that has it. */
  since: string;
  /** Its family. */
  group: string;
  /** How long it takes. */
  complexity?: string;
  /** Its arguments: `name`, `type`, `token`, `flags`, `arguments` and others. */
  arguments?: Record<string, Reply>[];
  /** Its subcommands. */
  subcommands?: Record<string, CommandDoc>;
  /** What else is said of it. */
  [name: string]: unknown;
}

/** How long the calls of a command took. */
export interface LatencyHistogram {
  /** How many calls there were. */
  calls: number;
  /** How many of them took at most so many microseconds. */
  histogram_usec: Record<string, number>;
}

/** What `role` tells: of a primary, of a replica, of a Sentinel. */
export type RoleReply =
  | ["master", offset: number, replicas: string[][]]
  | ["slave", host: string, port: number, state: string, offset: number]
  | ["sentinel", primaries: string[]];

/**
 * A call that took long: its id, when it was (seconds since 1970), how many
 * microseconds it took, its words, and the address and name of the client.
 */
export type SlowlogEntry = [
  id: number,
  timestamp: number,
  duration: number,
  words: string[],
  address: string,
  name: string,
];

/** Commands about servers. */
export interface ServerMethods {
  /**
   * Has a server write its log of writes anew, beside its other work.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns That it has begun.
   */
  bgrewriteaof(): string;
  /**
   * Has a server save its keys to disk, beside its other work.
   *
   * Redis 1.0.0, O(1); `schedule` needs 3.2.2.
   *
   * @returns That it has begun.
   */
  bgsave(options?: BgSaveOptions): string;
  /**
   * Describes all commands.
   *
   * Redis 2.8.13, O(N) in their number.
   */
  command(): CommandDetails[];
  /**
   * Counts all commands.
   *
   * Redis 2.8.13, O(1).
   */
  commandCount(): number;
  /**
   * Reads the documentation of commands.
   *
   * Redis 7.0.0, O(N) in their number.
   *
   * @param commands Which; all by default.
   * @returns Names in turn with lists of names and values.
   */
  commandDocs(...commands: string[]): Reply[];
  /** Reads the documentation of the commands of a list. */
  commandDocs(commands: readonly string[]): Reply[];
  /**
   * Asks which words of a command are keys; it does not run.
   *
   * Redis 2.8.13, O(N) in the number of words.
   *
   * @param words The command and its arguments.
   */
  commandGetKeys(...words: Argument[]): string[];
  /**
   * Asks which words of a command are keys, and what it does with them.
   *
   * Redis 7.0.0, O(N) in the number of words.
   *
   * @param words The command and its arguments.
   */
  commandGetKeysAndFlags(
    ...words: Argument[]
  ): [key: string, flags: string[]][];
  /**
   * Describes commands.
   *
   * Redis 2.8.13, O(N) in their number.
   *
   * @param commands Which; all by default.
   * @returns One for each in its order; null where there is none.
   */
  commandInfo(...commands: string[]): (CommandDetails | null)[];
  /** Describes the commands of a list. */
  commandInfo(commands: readonly string[]): (CommandDetails | null)[];
  /**
   * Lists the names of commands.
   *
   * Redis 7.0.0, O(N) in the number of all commands.
   *
   * @param options Which; all by default.
   */
  commandList(options?: CommandListOptions): string[];
  /**
   * Reads settings of a server.
   *
   * Redis 2.0.0, O(N) in the number of settings; several patterns need 7.0.0.
   *
   * @param patterns Their names, or patterns of them.
   * @returns Names and values in turn.
   */
  configGet(...patterns: string[]): string[];
  /** Reads the settings of a list of patterns. */
  configGet(patterns: readonly string[]): string[];
  /**
   * Has a server count from 0 again what INFO tells.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  configResetStat(): string;
  /**
   * Has a server write its settings to the file that it was started with.
   *
   * Redis 2.8.0, O(1).
   *
   * @returns `"OK"`.
   */
  configRewrite(): string;
  /**
   * Changes a setting of a server.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  configSet(parameter: string, value: Argument): string;
  /**
   * Changes settings, all or none.
   *
   * Redis 7.0.0, O(N) in their number.
   */
  configSet(
    values: Record<string, Argument> | ReadonlyMap<string, Argument>,
  ): string;
  /**
   * Counts the keys of a server.
   *
   * Redis 1.0.0, O(1).
   */
  dbsize(): number;
  /**
   * Describes how a server holds the value of a key.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns One line of `name:value`.
   */
  debugObject(key: Key): string;
  /**
   * Has a server crash.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns Nothing, since its connection is lost.
   */
  debugSegfault(): string;
  /**
   * Has a primary hand over to one of its replicas.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns `"OK"`; it comes before that is done.
   */
  failover(options?: FailoverOptions): string;
  /**
   * Deletes the keys of all databases of a server.
   *
   * Redis 1.0.0, O(N) in the number of keys.
   *
   * @param async `true` or `"ASYNC"` if their memory shall be freed beside other
   * work (4.0.0), `"SYNC"` (6.2.0) if at once, whatever the server is set to.
   * @returns `"OK"`.
   */
  flushall(async?: boolean | "ASYNC" | "SYNC"): string;
  /**
   * Deletes the keys of one database.
   *
   * Redis 1.0.0, O(N) in the number of keys.
   *
   * @param async `true` or `"ASYNC"` if their memory shall be freed beside other
   * work (4.0.0), `"SYNC"` (6.2.0) if at once, whatever the server is set to.
   * @returns `"OK"`.
   */
  flushdb(async?: boolean | "ASYNC" | "SYNC"): string;
  /**
   * Describes a server.
   *
   * Redis 1.0.0, O(1); several sections need 7.0.0.
   *
   * @param sections Which parts, such as `"memory"`; the usual ones by default.
   * @returns Lines of `name:value` under headings.
   */
  info(section?: string, ...sections: string[]): string;
  /**
   * Reads when a server saved its keys last.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns Seconds since 1970.
   */
  lastsave(): number;
  /**
   * Explains what was slow on a server, and what may be done.
   *
   * Redis 2.8.13, O(1).
   *
   * @returns A text.
   */
  latencyDoctor(): string;
  /**
   * Draws how slow an event was.
   *
   * Redis 2.8.13, O(1).
   *
   * @returns A picture made of characters.
   */
  latencyGraph(event: string): string;
  /**
   * Tells how long commands took.
   *
   * Redis 7.0.0, O(N) in the number of commands.
   *
   * @param commands Which; all that were called by default.
   * @returns Names in turn with lists of names and values.
   */
  latencyHistogram(...commands: string[]): Reply[];
  /** Tells how long the commands of a list took. */
  latencyHistogram(commands: readonly string[]): Reply[];
  /**
   * Tells how slow an event was each time.
   *
   * Redis 2.8.13, O(1).
   *
   * @returns When (seconds since 1970), and how many milliseconds it took.
   */
  latencyHistory(event: string): [timestamp: number, latency: number][];
  /**
   * Tells how slow each event was.
   *
   * Redis 2.8.13, O(1).
   *
   * @returns Its name, when it was last (seconds since 1970), how many
   * milliseconds it took then, and at most.
   */
  latencyLatest(): [
    event: string,
    timestamp: number,
    latest: number,
    highest: number,
  ][];
  /**
   * Forgets how slow events were.
   *
   * Redis 2.8.13, O(1).
   *
   * @param events Which; all by default.
   * @returns How many there were.
   */
  latencyReset(...events: string[]): number;
  /** Forgets how slow the events of a list were. */
  latencyReset(events: readonly string[]): number;
  /**
   * Draws a picture, and tells the version of the server.
   *
   * Redis 5.0.0, O(1) unless it is told otherwise.
   *
   * @param version Of which version of Redis; its own by default.
   * @param args How large; what each number means is up to the picture.
   * @returns A picture made of characters.
   */
  lolwut(version?: number, ...args: number[]): string;
  /**
   * Explains what is wrong with the memory of a server.
   *
   * Redis 4.0.0, O(1).
   *
   * @returns A text.
   */
  memoryDoctor(): string;
  /**
   * Explains MEMORY.
   *
   * Redis 4.0.0, O(1).
   *
   * @returns Lines.
   */
  memoryHelp(): string[];
  /**
   * Describes the allocator of a server.
   *
   * Redis 4.0.0, as long as the allocator takes.
   *
   * @returns A text.
   */
  memoryMallocStats(): string;
  /**
   * Has the allocator of a server give back what it can.
   *
   * Redis 4.0.0, as long as the allocator takes.
   *
   * @returns `"OK"`.
   */
  memoryPurge(): string;
  /**
   * Tells what the memory of a server is used for.
   *
   * Redis 4.0.0, O(1).
   *
   * @returns Names and numbers in turn; some numbers are text.
   */
  memoryStats(): ConditionalArray;
  /**
   * Measures the memory of a key and its value.
   *
   * Redis 4.0.0, O(N) in the number of samples.
   *
   * @param options `samples`: how many members of it are measured, 0 for all; 5
   * by default.
   * @returns Bytes; null if there is no key.
   */
  memoryUsage(key: Key, options?: MemoryUsageOpts): number | null;
  /**
   * Lists the modules of a server.
   *
   * Redis 4.0.0, O(N) in their number.
   *
   * @returns A list of names and values in turn for each.
   */
  moduleList(): string[];
  /**
   * Loads a module.
   *
   * Redis 4.0.0, O(1).
   *
   * @param path Its file, as the server sees it.
   * @returns `"OK"`.
   */
  moduleLoad(path: string, ...args: string[]): string;
  /**
   * Loads a module with settings.
   *
   * Redis 7.0.0, O(1).
   *
   * @param path Its file, as the server sees it.
   * @returns `"OK"`.
   */
  moduleLoadEx(path: string, options?: ModuleLoadExOptions): string;
  /**
   * Unloads a module.
   *
   * Redis 4.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  moduleUnload(name: string): string;
  /**
   * Makes a server a replica.
   *
   * Redis 5.0.0, O(1).
   *
   * @param host The host of its primary,
   * @param port and the port.
   * @returns `"OK"`.
   */
  replicaof(host: string, port: number): string;
  /**
   * Makes a replica a primary.
   *
   * Redis 5.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  replicaofNoOne(): string;
  /**
   * Tells whether a server is a primary, a replica or a Sentinel.
   *
   * Redis 2.8.12, O(1).
   *
   * @returns What it is, and whom it copies or who copies it.
   */
  role(): RoleReply;
  /**
   * Has a server save its keys to disk, and do nothing else meanwhile.
   *
   * Redis 1.0.0, O(N) in the number of keys.
   *
   * @returns `"OK"`.
   */
  save(): string;
  /**
   * Shuts a server down; its connection is lost then, which is an error.
   *
   * Redis 1.0.0, O(N) in the number of keys if it saves; options need 7.0.0.
   *
   * @param mode Whether it saves its keys first; as it is set up by default.
   * @returns `"OK"`, if it ends one that was under way.
   */
  shutdown(mode?: ShutdownMode | null, options?: ShutdownOptions): string;
  /**
   * Makes a server a replica; `replicaof` replaces it.
   *
   * Redis 1.0.0, O(1).
   *
   * @param host The host of its primary,
   * @param port and the port.
   * @returns `"OK"`.
   */
  slaveof(host: string, port: number): string;
  /**
   * Makes a replica a primary; `replicaofNoOne` replaces it.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  slaveofNoOne(): string;
  /**
   * Reads or forgets which calls took long; `slowlogGet` and the others say it
   * with types.
   *
   * Redis 2.2.12, O(N) in the number of entries.
   *
   * @param subcommand `"GET"`, `"LEN"`, `"RESET"` or `"HELP"`.
   */
  slowlog(subcommand: string, ...args: Argument[]): ConditionalArray;
  /**
   * Lists calls that took long, the last one first.
   *
   * Redis 2.2.12, O(N) in the number of entries.
   *
   * @param count The most entries, -1 for all; 10 by default.
   */
  slowlogGet(count?: number): SlowlogEntry[];
  /**
   * Counts the calls that took long and are remembered.
   *
   * Redis 2.2.12, O(1).
   */
  slowlogLen(): number;
  /**
   * Forgets the calls that took long.
   *
   * Redis 2.2.12, O(N) in the number of entries.
   *
   * @returns `"OK"`.
   */
  slowlogReset(): string;
  /**
   * Swaps two databases of a server for all its clients.
   *
   * Redis 4.0.0, O(N) in the number of clients that watch keys or wait for some.
   *
   * @returns `"OK"`.
   */
  swapdb(index1: number, index2: number): string;
  /**
   * Reads the clock of a server.
   *
   * Redis 2.6.0, O(1).
   *
   * @returns Seconds since 1970, and microseconds beyond them.
   */
  time(): [seconds: string, microseconds: string];
}

/** What are records on clients that give records. */
export interface ServerRecords {
  /**
   * Reads the documentation of commands.
   *
   * Redis 7.0.0, O(N) in their number.
   *
   * @param commands Which; all by default.
   * @returns What is said of them, by their names.
   */
  commandDocs(...commands: string[]): Record<string, CommandDoc>;
  /** Reads the documentation of the commands of a list. */
  commandDocs(commands: readonly string[]): Record<string, CommandDoc>;
  /**
   * Reads settings of a server.
   *
   * Redis 2.0.0, O(N) in the number of settings; several patterns need 7.0.0.
   *
   * @param patterns Their names, or patterns of them.
   * @returns The values by their names.
   */
  configGet(...patterns: string[]): Record<string, string>;
  /** Reads the settings of a list of patterns. */
  configGet(patterns: readonly string[]): Record<string, string>;
  /**
   * Tells how long commands took.
   *
   * Redis 7.0.0, O(N) in the number of commands.
   *
   * @param commands Which; all that were called by default.
   * @returns How many calls took how long, by the names of the commands.
   */
  latencyHistogram(...commands: string[]): Record<string, LatencyHistogram>;
  /** Tells how long the commands of a list took. */
  latencyHistogram(
    commands: readonly string[],
  ): Record<string, LatencyHistogram>;
  /**
   * Tells what the memory of a server is used for.
   *
   * Redis 4.0.0, O(1).
   *
   * @returns Numbers by their names; those of a database are a record.
   */
  memoryStats(): Record<string, number | Record<string, number>>;
  /**
   * Lists the modules of a server.
   *
   * Redis 4.0.0, O(N) in their number.
   */
  moduleList(): Record<string, Reply>[];
}
