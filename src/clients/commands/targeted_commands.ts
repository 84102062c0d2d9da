/**
 * All commands of one node, as the `targetKey` of a fanout has them: those of a
 * mapping client, and those that name no key.
 *
 * Written by `sh tools/dev methods` from src/commands/signatures/.
 *
 * @module
 */

import type { ClusterSlotStatsOptions } from "../../commands/signatures/cluster.ts";
import type { ClientKillOptions } from "../../commands/signatures/connection.ts";
import type {
  FunctionListOptions,
  FunctionLoadOptions,
} from "../../commands/signatures/scripting.ts";
import type {
  BgSaveOptions,
  CommandDetails,
  CommandListOptions,
  FailoverOptions,
  ModuleLoadExOptions,
  RoleReply,
  ShutdownOptions,
  SlowlogEntry,
} from "../../commands/signatures/server.ts";
import type { LcsOptions } from "../../commands/signatures/strings.ts";
import type { Argument, Key, Reply } from "../../values.ts";
import type {
  ACLLogMode,
  ClientListOpts,
  ClientPauseMode,
  ClientUnblockingBehaviour,
  ClusterFailoverMode,
  ClusterResetMode,
  ClusterSetSlotSubcommand,
  ConditionalArray,
  ScanOpts,
  ShutdownMode,
} from "@db/redis";
import type { RbPromise } from "../../promise.ts";
import type { MappingCommands } from "./mapping_commands.ts";

/**
 * All commands of one node, as the `targetKey` of a fanout has them: those of a
 * mapping client, and those that name no key.
 */
export interface TargetedCommands extends MappingCommands {
  /**
   * Lists the categories of commands.
   *
   * Redis 6.0.0, O(1).
   *
   * @param category The one whose commands are listed instead.
   */
  aclCat(category?: string): RbPromise<string[]>;
  /**
   * Deletes users and closes their connections.
   *
   * Redis 6.0.0, O(1).
   *
   * @returns How many there were.
   */
  aclDelUser(...usernames: string[]): RbPromise<number>;
  /** Deletes the users of a list. */
  aclDelUser(usernames: readonly string[]): RbPromise<number>;
  /**
   * Asks whether a user may issue a command, which does not run.
   *
   * Redis 7.0.0, O(1).
   *
   * @param args The arguments of the command.
   * @returns `"OK"`, or what speaks against it.
   */
  aclDryRun(
    username: string,
    command: string,
    ...args: Argument[]
  ): RbPromise<string>;
  /**
   * Makes up a password.
   *
   * Redis 6.0.0, O(1).
   *
   * @param bits How strong, from 1 to 4096; 256 by default.
   * @returns It in hexadecimal.
   */
  aclGenPass(bits?: number): RbPromise<string>;
  /**
   * Describes a user.
   *
   * Redis 6.0.0, O(N) in the number of its rules.
   *
   * @returns Names and values in turn; null if there is none.
   */
  aclGetUser(username: string): RbPromise<(string | string[])[] | null>;
  /**
   * Explains ACL.
   *
   * Redis 6.0.0, O(1).
   *
   * @returns Lines.
   */
  aclHelp(): RbPromise<string[]>;
  /**
   * Lists all users as rules.
   *
   * Redis 6.0.0, O(N) in the number of users.
   *
   * @returns One line for each.
   */
  aclList(): RbPromise<string[]>;
  /**
   * Reads all users from the file that the server was configured with.
   *
   * Redis 6.0.0, O(N) in the number of users.
   *
   * @returns `"OK"`.
   */
  aclLoad(): RbPromise<string>;
  /**
   * Lists what users tried to do and may not, the last one first.
   *
   * Redis 6.0.0, O(N) in the number of entries.
   *
   * @param count The most entries; 10 by default.
   * @returns A list of names and values in turn for each.
   */
  aclLog(count?: number): RbPromise<string[]>;
  /**
   * Forgets it.
   *
   * @returns `"OK"`.
   */
  aclLog(mode: ACLLogMode): RbPromise<string>;
  /**
   * Writes all users to the file that the server was configured with.
   *
   * Redis 6.0.0, O(N) in the number of users.
   *
   * @returns `"OK"`.
   */
  aclSave(): RbPromise<string>;
  /**
   * Makes a user, or changes what it may do.
   *
   * Redis 6.0.0, O(N) in the number of rules.
   *
   * @param rules Such as `"on"`, `">password"`, `"~key*"`, `"+@read"`.
   * @returns `"OK"`.
   */
  aclSetUser(username: string, ...rules: string[]): RbPromise<string>;
  /** Makes a user, or changes what it may do, by the rules of a list. */
  aclSetUser(username: string, rules: readonly string[]): RbPromise<string>;
  /**
   * Lists the names of all users.
   *
   * Redis 6.0.0, O(N) in the number of users.
   */
  aclUsers(): RbPromise<string[]>;
  /**
   * Reads the name of the user of this connection.
   *
   * Redis 6.0.0, O(1).
   */
  aclWhoami(): RbPromise<string>;
  /**
   * Gives a node slots that no other has.
   *
   * Redis 3.0.0, O(N) in the number of slots.
   *
   * @returns `"OK"`.
   */
  clusterAddSlots(...slots: number[]): RbPromise<string>;
  /** Gives a node the slots of a list. */
  clusterAddSlots(slots: readonly number[]): RbPromise<string>;
  /**
   * Gives a node ranges of slots that no other has.
   *
   * Redis 7.0.0, O(N) in the number of slots.
   *
   * @returns `"OK"`.
   */
  clusterAddSlotsRange(
    ...ranges: [first: number, last: number][]
  ): RbPromise<string>;
  /**
   * Has a node take a new epoch for its configuration.
   *
   * Redis 3.0.0, O(1).
   *
   * @returns `"BUMPED"` or `"STILL"`, and the epoch.
   */
  clusterBumpEpoch(): RbPromise<string>;
  /**
   * Counts the nodes that report another one as down.
   *
   * Redis 3.0.0, O(N) in the number of reports.
   */
  clusterCountFailureReports(nodeId: string): RbPromise<number>;
  /**
   * Counts the keys of a node in a slot.
   *
   * Redis 3.0.0, O(1).
   */
  clusterCountKeysInSlot(slot: number): RbPromise<number>;
  /**
   * Has a node forget who has slots.
   *
   * Redis 3.0.0, O(N) in the number of slots.
   *
   * @returns `"OK"`.
   */
  clusterDelSlots(...slots: number[]): RbPromise<string>;
  /** Has a node forget who has the slots of a list. */
  clusterDelSlots(slots: readonly number[]): RbPromise<string>;
  /**
   * Has a node forget who has ranges of slots.
   *
   * Redis 7.0.0, O(N) in the number of slots.
   *
   * @returns `"OK"`.
   */
  clusterDelSlotsRange(
    ...ranges: [first: number, last: number][]
  ): RbPromise<string>;
  /**
   * Makes a replica the primary of its shard.
   *
   * Redis 3.0.0, O(1).
   *
   * @param mode `"FORCE"` if its primary is down, `"TAKEOVER"` if most others are.
   * @returns `"OK"`; it comes before that is done.
   */
  clusterFailover(mode?: ClusterFailoverMode): RbPromise<string>;
  /**
   * Has an empty node give up all its slots.
   *
   * Redis 3.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  clusterFlushSlots(): RbPromise<string>;
  /**
   * Has a node forget another one.
   *
   * Redis 3.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  clusterForget(nodeId: string): RbPromise<string>;
  /**
   * Lists keys of a node in a slot.
   *
   * Redis 3.0.0, O(N) in their number.
   *
   * @param count The most keys.
   */
  clusterGetKeysInSlot(slot: number, count: number): RbPromise<string[]>;
  /**
   * Describes the state of the cluster as a node sees it.
   *
   * Redis 3.0.0, O(1).
   *
   * @returns Lines of `name:value`.
   */
  clusterInfo(): RbPromise<string>;
  /**
   * Computes the slot of a key.
   *
   * Redis 3.0.0, O(N) in the length of the key.
   */
  clusterKeySlot(key: Key): RbPromise<number>;
  /**
   * Lists the links of a node to the others.
   *
   * Redis 7.0.0, O(N) in the number of nodes.
   *
   * @returns A list of names and values in turn for each.
   */
  clusterLinks(): RbPromise<Reply[]>;
  /**
   * Has a node get to know another one, and all that it knows.
   *
   * Redis 3.0.0, O(1).
   *
   * @param busPort Where nodes talk to it; 10000 above its port by default.
   * @returns `"OK"`; it comes before that is done.
   */
  clusterMeet(ip: string, port: number, busPort?: number): RbPromise<string>;
  /**
   * Reads the id of a node.
   *
   * Redis 3.0.0, O(1).
   */
  clusterMyID(): RbPromise<string>;
  /**
   * Reads the id of the shard of a node.
   *
   * Redis 7.2.0, O(1).
   *
   * @returns The id (https://redis.io/docs/latest/commands/cluster-myshardid/).
   */
  clusterMyShardID(): RbPromise<string>;
  /**
   * Lists all nodes that a node knows.
   *
   * Redis 3.0.0, O(N) in the number of nodes.
   *
   * @returns One line for each.
   */
  clusterNodes(): RbPromise<string>;
  /**
   * Lists the replicas of a primary.
   *
   * Redis 5.0.0, O(N) in their number.
   *
   * @returns One line for each.
   */
  clusterReplicas(nodeId: string): RbPromise<string[]>;
  /**
   * Makes a node a replica of a primary.
   *
   * Redis 3.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  clusterReplicate(nodeId: string): RbPromise<string>;
  /**
   * Has a node leave its cluster; a primary has to be empty.
   *
   * Redis 3.0.0, O(N) in the number of nodes that it knows.
   *
   * @param mode `"HARD"` if it shall also take a new id.
   * @returns `"OK"`.
   */
  clusterReset(mode?: ClusterResetMode): RbPromise<string>;
  /**
   * Has a node write down what it knows of the cluster.
   *
   * Redis 3.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  clusterSaveConfig(): RbPromise<string>;
  /**
   * Gives a node that knows no other its epoch.
   *
   * Redis 3.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  clusterSetConfigEpoch(epoch: number): RbPromise<string>;
  /**
   * Lists the shards with their slots and nodes.
   *
   * Redis 7.0.0, O(N) in the number of nodes.
   *
   * @returns For each a list of names and values in turn.
   */
  clusterShards(): RbPromise<Reply[]>;
  /**
   * Says who has a slot, or that it moves.
   *
   * Redis 3.0.0, O(1).
   *
   * @param nodeId The node that it belongs to or moves from or to.
   * @returns `"OK"`.
   */
  clusterSetSlot(
    slot: number,
    subcommand: ClusterSetSlotSubcommand,
    nodeId?: string,
  ): RbPromise<string>;
  /**
   * Lists the replicas of a primary; `clusterReplicas` replaces it.
   *
   * Redis 3.0.0, O(N) in their number.
   *
   * @returns One line for each.
   */
  clusterSlaves(nodeId: string): RbPromise<string[]>;
  /**
   * Tells how slots of a node are used.
   *
   * Redis 8.2.0, O(N) in the number of slots, O(N log N) with `orderBy`.
   *
   * @returns Each slot with a list of names and values in turn
   * (https://redis.io/docs/latest/commands/cluster-slot-stats/).
   */
  clusterSlotStats(options: ClusterSlotStatsOptions): RbPromise<Reply[]>;
  /**
   * Lists ranges of slots with the nodes that have them, the primary first.
   *
   * Redis 3.0.0, O(N) in the number of nodes.
   *
   * @returns For each the first slot, the last one, and the nodes.
   */
  clusterSlots(): RbPromise<ConditionalArray>;
  /**
   * Reads the name of this connection.
   *
   * Redis 2.6.9, O(1).
   *
   * @returns The name; null if it has none.
   */
  clientGetName(): RbPromise<string | null>;
  /**
   * Reads which connection is told of changes in place of this one.
   *
   * Redis 6.0.0, O(1).
   *
   * @returns Its id; 0 for this one, -1 if none is.
   */
  clientGetRedir(): RbPromise<number>;
  /**
   * Reads the id of this connection, which no later one of the server has.
   *
   * Redis 5.0.0, O(1).
   */
  clientID(): RbPromise<number>;
  /**
   * Describes this connection.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns One line of `name=value`.
   */
  clientInfo(): RbPromise<string | null>;
  /**
   * Closes connections, maybe of this client.
   *
   * Redis 2.4.0, O(N) in the number of connections.
   *
   * @param options Which; one at least has to be given.
   * @returns How many.
   */
  clientKill(options: ClientKillOptions): RbPromise<number>;
  /**
   * Describes the connections of a server.
   *
   * Redis 2.4.0, O(N) in the number of connections; `ids` needs 6.2.0.
   *
   * @param options Of which type, or with which ids; all by default.
   * @returns One line of `name=value` for each.
   */
  clientList(options?: ClientListOpts): RbPromise<string | null>;
  /**
   * Has a server hold back the commands of its clients for a while.
   *
   * Redis 3.0.0, O(1); a mode needs 6.2.0.
   *
   * @param timeout Milliseconds.
   * @param mode `"ALL"` commands, or those that `"WRITE"` alone.
   * @returns `"OK"`.
   */
  clientPause(timeout: number, mode?: ClientPauseMode): RbPromise<string>;
  /**
   * Tells what this connection has the server remember of what it reads.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns Names and values in turn.
   */
  clientTrackingInfo(): RbPromise<ConditionalArray>;
  /**
   * Ends the waiting of a command that blocks.
   *
   * Redis 5.0.0, O(log N) in the number of connections.
   *
   * @param id The id of its connection.
   * @param behaviour How it ends: as if its time was over, or with an error.
   * @returns 1 if it did, 0 if none blocks there.
   */
  clientUnblock(
    id: number,
    behaviour?: ClientUnblockingBehaviour,
  ): RbPromise<number>;
  /**
   * Has a server go on with what `clientPause` held back.
   *
   * Redis 6.2.0, O(N) in the number of connections that wait.
   *
   * @returns `"OK"`.
   */
  clientUnpause(): RbPromise<string>;
  /**
   * Has a server repeat a message.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The message.
   */
  echo(message: Argument): RbPromise<string>;
  /**
   * Asks a server for a sign of life.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns `"PONG"`.
   */
  ping(): RbPromise<string>;
  /**
   * Has a server repeat a message as a sign of life.
   *
   * @returns The message.
   */
  ping(message: Argument): RbPromise<string>;
  /**
   * Lists the keys of a node that match a pattern; use `scan` where there may be
   * many.
   *
   * Redis 1.0.0, O(N) in the number of keys.
   */
  keys(pattern: Argument): RbPromise<string[]>;
  /**
   * Lists the subcommands of OBJECT.
   *
   * Redis 6.2.0, O(1).
   */
  objectHelp(): RbPromise<string[]>;
  /**
   * Picks a key of a node by chance.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The key; null if there is none.
   */
  randomkey(): RbPromise<string | null>;
  /**
   * Goes through the keys of a node, a page at a time; see also `scan` of the
   * cluster.
   *
   * Redis 2.8.0, O(1) for a page.
   *
   * @param cursor 0 to begin, then what the page before gave.
   * @returns The next cursor, `"0"` at the end, and keys.
   */
  scan(
    cursor: number | string,
    options?: ScanOpts,
  ): RbPromise<[string, string[]]>;
  /**
   * Sends a message to all that listen to a channel, by its name or a pattern.
   *
   * Redis 2.0.0, O(N + M) in the listeners to the channel and in all patterns.
   *
   * @returns How many got it.
   */
  publish(channel: Key, message: Argument): RbPromise<number>;
  /**
   * Lists the channels that somebody listens to by their names.
   *
   * Redis 2.8.0, O(N) in the number of channels.
   *
   * @param pattern Which of them; all by default.
   */
  pubsubChannels(pattern?: string): RbPromise<string[]>;
  /**
   * Counts the different patterns that somebody listens to.
   *
   * Redis 2.8.0, O(1).
   */
  pubsubNumpat(): RbPromise<number>;
  /**
   * Counts who listens to channels by their names.
   *
   * Redis 2.8.0, O(N) in the number of channels.
   *
   * @returns Channels and counts in turn.
   */
  pubsubNumsub(...channels: string[]): RbPromise<(string | number)[]>;
  /** Counts who listens to the channels of a list. */
  pubsubNumsub(channels: readonly string[]): RbPromise<(string | number)[]>;
  /**
   * Lists the channels of shards that somebody listens to.
   *
   * Redis 7.0.0, O(N) in the number of channels.
   *
   * @param pattern Which of them; all by default.
   */
  pubsubShardChannels(pattern?: string): RbPromise<string[]>;
  /**
   * Counts who listens to channels of shards.
   *
   * Redis 7.0.0, O(N) in the number of channels.
   *
   * @returns Channels and counts in turn.
   */
  pubsubShardNumsub(...channels: string[]): RbPromise<(string | number)[]>;
  /** Counts who listens to the channels of a list. */
  pubsubShardNumsub(
    channels: readonly string[],
  ): RbPromise<(string | number)[]>;
  /**
   * Deletes a library of functions.
   *
   * Redis 7.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  functionDelete(library: string): RbPromise<string>;
  /**
   * Reads all libraries in the format of `functionRestore`.
   *
   * Redis 7.0.0, O(N) in the number of functions.
   *
   * @returns Bytes.
   */
  functionDump(): RbPromise<Uint8Array>;
  /**
   * Deletes all libraries.
   *
   * Redis 7.0.0, O(N) in the number of functions.
   *
   * @returns `"OK"`.
   */
  functionFlush(mode?: "ASYNC" | "SYNC"): RbPromise<string>;
  /**
   * Ends the function that runs, if it has not written.
   *
   * Redis 7.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  functionKill(): RbPromise<string>;
  /**
   * Lists libraries and their functions.
   *
   * Redis 7.0.0, O(N) in the number of functions.
   */
  functionList(options?: FunctionListOptions): RbPromise<Reply[]>;
  /**
   * Loads a library of functions.
   *
   * Redis 7.0.0, O(1).
   *
   * @returns Its name.
   */
  functionLoad(code: string, options?: FunctionLoadOptions): RbPromise<string>;
  /**
   * Restores libraries that `functionDump` has read.
   *
   * Redis 7.0.0, O(N) in the number of functions.
   *
   * @returns `"OK"`.
   */
  functionRestore(
    dump: Uint8Array,
    policy?: "FLUSH" | "APPEND" | "REPLACE",
  ): RbPromise<string>;
  /**
   * Tells what function runs, and which engines there are.
   *
   * Redis 7.0.0, O(1).
   */
  functionStats(): RbPromise<Reply[]>;
  /**
   * Asks which scripts a server knows.
   *
   * Redis 2.6.0, O(N) in the number of scripts.
   *
   * @returns For each 1 if it does, 0 if not.
   */
  scriptExists(...sha1s: string[]): RbPromise<number[]>;
  /**
   * Has a server forget all scripts.
   *
   * Redis 2.6.0, O(N) in the number of scripts.
   *
   * @returns `"OK"`.
   */
  scriptFlush(mode?: "ASYNC" | "SYNC"): RbPromise<string>;
  /**
   * Ends the script that runs, if it has not written.
   *
   * Redis 2.6.0, O(1).
   *
   * @returns `"OK"`.
   */
  scriptKill(): RbPromise<string>;
  /**
   * Has a server know a script.
   *
   * Redis 2.6.0, O(N) in its length.
   *
   * @returns The SHA-1 of its source.
   */
  scriptLoad(script: string): RbPromise<string>;
  /**
   * Has a server write its log of writes anew, beside its other work.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns That it has begun.
   */
  bgrewriteaof(): RbPromise<string>;
  /**
   * Has a server save its keys to disk, beside its other work.
   *
   * Redis 1.0.0, O(1); `schedule` needs 3.2.2.
   *
   * @returns That it has begun.
   */
  bgsave(options?: BgSaveOptions): RbPromise<string>;
  /**
   * Describes all commands.
   *
   * Redis 2.8.13, O(N) in their number.
   */
  command(): RbPromise<CommandDetails[]>;
  /**
   * Counts all commands.
   *
   * Redis 2.8.13, O(1).
   */
  commandCount(): RbPromise<number>;
  /**
   * Reads the documentation of commands.
   *
   * Redis 7.0.0, O(N) in their number.
   *
   * @param commands Which; all by default.
   * @returns Names in turn with lists of names and values.
   */
  commandDocs(...commands: string[]): RbPromise<Reply[]>;
  /** Reads the documentation of the commands of a list. */
  commandDocs(commands: readonly string[]): RbPromise<Reply[]>;
  /**
   * Asks which words of a command are keys; it does not run.
   *
   * Redis 2.8.13, O(N) in the number of words.
   *
   * @param words The command and its arguments.
   */
  commandGetKeys(...words: Argument[]): RbPromise<string[]>;
  /**
   * Asks which words of a command are keys, and what it does with them.
   *
   * Redis 7.0.0, O(N) in the number of words.
   *
   * @param words The command and its arguments.
   */
  commandGetKeysAndFlags(
    ...words: Argument[]
  ): RbPromise<[key: string, flags: string[]][]>;
  /**
   * Describes commands.
   *
   * Redis 2.8.13, O(N) in their number.
   *
   * @param commands Which; all by default.
   * @returns One for each in its order; null where there is none.
   */
  commandInfo(...commands: string[]): RbPromise<(CommandDetails | null)[]>;
  /** Describes the commands of a list. */
  commandInfo(
    commands: readonly string[],
  ): RbPromise<(CommandDetails | null)[]>;
  /**
   * Lists the names of commands.
   *
   * Redis 7.0.0, O(N) in the number of all commands.
   *
   * @param options Which; all by default.
   */
  commandList(options?: CommandListOptions): RbPromise<string[]>;
  /**
   * Reads settings of a server.
   *
   * Redis 2.0.0, O(N) in the number of settings; several patterns need 7.0.0.
   *
   * @param patterns Their names, or patterns of them.
   * @returns Names and values in turn.
   */
  configGet(...patterns: string[]): RbPromise<string[]>;
  /** Reads the settings of a list of patterns. */
  configGet(patterns: readonly string[]): RbPromise<string[]>;
  /**
   * Has a server count from 0 again what INFO tells.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  configResetStat(): RbPromise<string>;
  /**
   * Has a server write its settings to the file that it was started with.
   *
   * Redis 2.8.0, O(1).
   *
   * @returns `"OK"`.
   */
  configRewrite(): RbPromise<string>;
  /**
   * Changes a setting of a server.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  configSet(parameter: string, value: Argument): RbPromise<string>;
  /**
   * Changes settings, all or none.
   *
   * Redis 7.0.0, O(N) in their number.
   */
  configSet(
    values: Record<string, Argument> | ReadonlyMap<string, Argument>,
  ): RbPromise<string>;
  /**
   * Counts the keys of a server.
   *
   * Redis 1.0.0, O(1).
   */
  dbsize(): RbPromise<number>;
  /**
   * Has a server crash.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns Nothing, since its connection is lost.
   */
  debugSegfault(): RbPromise<string>;
  /**
   * Has a primary hand over to one of its replicas.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns `"OK"`; it comes before that is done.
   */
  failover(options?: FailoverOptions): RbPromise<string>;
  /**
   * Deletes the keys of all databases of a server.
   *
   * Redis 1.0.0, O(N) in the number of keys.
   *
   * @param async `true` or `"ASYNC"` if their memory shall be freed beside other
   * work (4.0.0), `"SYNC"` (6.2.0) if at once, whatever the server is set to.
   * @returns `"OK"`.
   */
  flushall(async?: boolean | "ASYNC" | "SYNC"): RbPromise<string>;
  /**
   * Deletes the keys of one database.
   *
   * Redis 1.0.0, O(N) in the number of keys.
   *
   * @param async `true` or `"ASYNC"` if their memory shall be freed beside other
   * work (4.0.0), `"SYNC"` (6.2.0) if at once, whatever the server is set to.
   * @returns `"OK"`.
   */
  flushdb(async?: boolean | "ASYNC" | "SYNC"): RbPromise<string>;
  /**
   * Describes a server.
   *
   * Redis 1.0.0, O(1); several sections need 7.0.0.
   *
   * @param sections Which parts, such as `"memory"`; the usual ones by default.
   * @returns Lines of `name:value` under headings.
   */
  info(section?: string, ...sections: string[]): RbPromise<string>;
  /**
   * Reads when a server saved its keys last.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns Seconds since 1970.
   */
  lastsave(): RbPromise<number>;
  /**
   * Explains what was slow on a server, and what may be done.
   *
   * Redis 2.8.13, O(1).
   *
   * @returns A text.
   */
  latencyDoctor(): RbPromise<string>;
  /**
   * Draws how slow an event was.
   *
   * Redis 2.8.13, O(1).
   *
   * @returns A picture made of characters.
   */
  latencyGraph(event: string): RbPromise<string>;
  /**
   * Tells how long commands took.
   *
   * Redis 7.0.0, O(N) in the number of commands.
   *
   * @param commands Which; all that were called by default.
   * @returns Names in turn with lists of names and values.
   */
  latencyHistogram(...commands: string[]): RbPromise<Reply[]>;
  /** Tells how long the commands of a list took. */
  latencyHistogram(commands: readonly string[]): RbPromise<Reply[]>;
  /**
   * Tells how slow an event was each time.
   *
   * Redis 2.8.13, O(1).
   *
   * @returns When (seconds since 1970), and how many milliseconds it took.
   */
  latencyHistory(
    event: string,
  ): RbPromise<[timestamp: number, latency: number][]>;
  /**
   * Tells how slow each event was.
   *
   * Redis 2.8.13, O(1).
   *
   * @returns Its name, when it was last (seconds since 1970), how many
   * milliseconds it took then, and at most.
   */
  latencyLatest(): RbPromise<[
    event: string,
    timestamp: number,
    latest: number,
    highest: number,
  ][]>;
  /**
   * Forgets how slow events were.
   *
   * Redis 2.8.13, O(1).
   *
   * @param events Which; all by default.
   * @returns How many there were.
   */
  latencyReset(...events: string[]): RbPromise<number>;
  /** Forgets how slow the events of a list were. */
  latencyReset(events: readonly string[]): RbPromise<number>;
  /**
   * Draws a picture, and tells the version of the server.
   *
   * Redis 5.0.0, O(1) unless it is told otherwise.
   *
   * @param version Of which version of Redis; its own by default.
   * @param args How large; what each number means is up to the picture.
   * @returns A picture made of characters.
   */
  lolwut(version?: number, ...args: number[]): RbPromise<string>;
  /**
   * Explains what is wrong with the memory of a server.
   *
   * Redis 4.0.0, O(1).
   *
   * @returns A text.
   */
  memoryDoctor(): RbPromise<string>;
  /**
   * Explains MEMORY.
   *
   * Redis 4.0.0, O(1).
   *
   * @returns Lines.
   */
  memoryHelp(): RbPromise<string[]>;
  /**
   * Describes the allocator of a server.
   *
   * Redis 4.0.0, as long as the allocator takes.
   *
   * @returns A text.
   */
  memoryMallocStats(): RbPromise<string>;
  /**
   * Has the allocator of a server give back what it can.
   *
   * Redis 4.0.0, as long as the allocator takes.
   *
   * @returns `"OK"`.
   */
  memoryPurge(): RbPromise<string>;
  /**
   * Tells what the memory of a server is used for.
   *
   * Redis 4.0.0, O(1).
   *
   * @returns Names and numbers in turn; some numbers are text.
   */
  memoryStats(): RbPromise<ConditionalArray>;
  /**
   * Lists the modules of a server.
   *
   * Redis 4.0.0, O(N) in their number.
   *
   * @returns A list of names and values in turn for each.
   */
  moduleList(): RbPromise<string[]>;
  /**
   * Loads a module.
   *
   * Redis 4.0.0, O(1).
   *
   * @param path Its file, as the server sees it.
   * @returns `"OK"`.
   */
  moduleLoad(path: string, ...args: string[]): RbPromise<string>;
  /**
   * Loads a module with settings.
   *
   * Redis 7.0.0, O(1).
   *
   * @param path Its file, as the server sees it.
   * @returns `"OK"`.
   */
  moduleLoadEx(path: string, options?: ModuleLoadExOptions): RbPromise<string>;
  /**
   * Unloads a module.
   *
   * Redis 4.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  moduleUnload(name: string): RbPromise<string>;
  /**
   * Makes a server a replica.
   *
   * Redis 5.0.0, O(1).
   *
   * @param host The host of its primary,
   * @param port and the port.
   * @returns `"OK"`.
   */
  replicaof(host: string, port: number): RbPromise<string>;
  /**
   * Makes a replica a primary.
   *
   * Redis 5.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  replicaofNoOne(): RbPromise<string>;
  /**
   * Tells whether a server is a primary, a replica or a Sentinel.
   *
   * Redis 2.8.12, O(1).
   *
   * @returns What it is, and whom it copies or who copies it.
   */
  role(): RbPromise<RoleReply>;
  /**
   * Has a server save its keys to disk, and do nothing else meanwhile.
   *
   * Redis 1.0.0, O(N) in the number of keys.
   *
   * @returns `"OK"`.
   */
  save(): RbPromise<string>;
  /**
   * Shuts a server down; its connection is lost then, which is an error.
   *
   * Redis 1.0.0, O(N) in the number of keys if it saves; options need 7.0.0.
   *
   * @param mode Whether it saves its keys first; as it is set up by default.
   * @returns `"OK"`, if it ends one that was under way.
   */
  shutdown(
    mode?: ShutdownMode | null,
    options?: ShutdownOptions,
  ): RbPromise<string>;
  /**
   * Makes a server a replica; `replicaof` replaces it.
   *
   * Redis 1.0.0, O(1).
   *
   * @param host The host of its primary,
   * @param port and the port.
   * @returns `"OK"`.
   */
  slaveof(host: string, port: number): RbPromise<string>;
  /**
   * Makes a replica a primary; `replicaofNoOne` replaces it.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  slaveofNoOne(): RbPromise<string>;
  /**
   * Reads or forgets which calls took long; `slowlogGet` and the others say it
   * with types.
   *
   * Redis 2.2.12, O(N) in the number of entries.
   *
   * @param subcommand `"GET"`, `"LEN"`, `"RESET"` or `"HELP"`.
   */
  slowlog(subcommand: string, ...args: Argument[]): RbPromise<ConditionalArray>;
  /**
   * Lists calls that took long, the last one first.
   *
   * Redis 2.2.12, O(N) in the number of entries.
   *
   * @param count The most entries, -1 for all; 10 by default.
   */
  slowlogGet(count?: number): RbPromise<SlowlogEntry[]>;
  /**
   * Counts the calls that took long and are remembered.
   *
   * Redis 2.2.12, O(1).
   */
  slowlogLen(): RbPromise<number>;
  /**
   * Forgets the calls that took long.
   *
   * Redis 2.2.12, O(N) in the number of entries.
   *
   * @returns `"OK"`.
   */
  slowlogReset(): RbPromise<string>;
  /**
   * Swaps two databases of a server for all its clients.
   *
   * Redis 4.0.0, O(N) in the number of clients that watch keys or wait for some.
   *
   * @returns `"OK"`.
   */
  swapdb(index1: number, index2: number): RbPromise<string>;
  /**
   * Reads the clock of a server.
   *
   * Redis 2.6.0, O(1).
   *
   * @returns Seconds since 1970, and microseconds beyond them.
   */
  time(): RbPromise<[seconds: string, microseconds: string]>;
  /**
   * Lists the subcommands of XGROUP.
   *
   * Redis 5.0.0, O(1).
   */
  xgroupHelp(): RbPromise<string[]>;
  /**
   * Finds the longest subsequence that two texts, or the values of two keys, have
   * in common; `lcs` replaces it.
   *
   * Redis 6.0.0 to 6.2; 7.0.0 no longer has it.
   *
   * @returns The subsequence.
   */
  stralgo(
    algorithm: "LCS",
    target: "KEYS" | "STRINGS",
    a: Argument,
    b: Argument,
  ): RbPromise<string | null>;
  /** Finds its length. */
  stralgo(
    algorithm: "LCS",
    target: "KEYS" | "STRINGS",
    a: Argument,
    b: Argument,
    options?: { len: true },
  ): RbPromise<number>;
  /** Finds where the matches are. */
  stralgo(
    algorithm: "LCS",
    target: "KEYS" | "STRINGS",
    a: Argument,
    b: Argument,
    options?: { idx: true },
  ): RbPromise<
    [string, [[number, number], [number, number]][], string, number]
  >;
  /** Finds where the matches are, and their lengths. */
  stralgo(
    algorithm: "LCS",
    target: "KEYS" | "STRINGS",
    a: Argument,
    b: Argument,
    options?: { idx: true; withmatchlen: true },
  ): RbPromise<[
    string,
    [[number, number], [number, number], number][],
    string,
    number,
  ]>;
  /** Finds any of this. */
  stralgo(
    algorithm: "LCS",
    target: "KEYS" | "STRINGS",
    a: Argument,
    b: Argument,
    options?: LcsOptions,
  ): RbPromise<
    | string
    | number
    | null
    | [
      string,
      [[number, number], [number, number], number | undefined][],
      string,
      number,
    ]
  >;
}
