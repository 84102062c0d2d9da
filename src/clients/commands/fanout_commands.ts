/**
 * All commands of one node, as a fanout client has them: each returns an
 * `RbPromise` of a Map from host id to reply, or to outcome.
 *
 * Written by `sh tools/dev methods` from src/commands/signatures/.
 *
 * @module
 */

import type { Script } from "../../commands/script.ts";
import type { BitUnit } from "../../commands/signatures/bitmaps.ts";
import type { ClusterSlotStatsOptions } from "../../commands/signatures/cluster.ts";
import type { ClientKillOptions } from "../../commands/signatures/connection.ts";
import type {
  GeoFound,
  GeoSearchBy,
  GeoSearchFrom,
  GeoSearchOptions,
  GeoSearchStoreOptions,
} from "../../commands/signatures/geo.ts";
import type {
  FieldExpiryOptions,
  HRandFieldOptions,
  HSetExOptions,
} from "../../commands/signatures/hashes.ts";
import type {
  CopyOptions,
  ExpireOptions,
} from "../../commands/signatures/keys.ts";
import type { ListEnd, LMPopOptions } from "../../commands/signatures/lists.ts";
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
import type { SInterCardOptions } from "../../commands/signatures/sets.ts";
import type {
  Score,
  ScoreBound,
  WeightedKeys,
  ZDiffOptions,
  ZInterCardOptions,
  ZMPopOptions,
  ZRandMemberOptions,
  ZRangeOptions,
  ZRangeStoreOptions,
} from "../../commands/signatures/sorted_sets.ts";
import type {
  XAddOptions,
  XAutoClaimOptions,
  XAutoClaimReply,
  XSetIdOptions,
  XTrimming,
} from "../../commands/signatures/streams.ts";
import type {
  GetExOptions,
  LcsOptions,
} from "../../commands/signatures/strings.ts";
import type { CommandFlags } from "../../delivery/command.ts";
import type { Argument, Key, Reply } from "../../values.ts";
import type {
  ACLLogMode,
  BitfieldOpts,
  BitfieldWithOverflowOpts,
  ClientListOpts,
  ClientPauseMode,
  ClientUnblockingBehaviour,
  ClusterFailoverMode,
  ClusterResetMode,
  ClusterSetSlotSubcommand,
  ConditionalArray,
  GeoRadiusOpts,
  GeoUnit,
  HScanOpts,
  LInsertLocation,
  LPosOpts,
  LPosWithCountOpts,
  MemoryUsageOpts,
  MigrateOpts,
  RestoreOpts,
  ScanOpts,
  SetOpts,
  SetReply,
  SetWithModeOpts,
  ShutdownMode,
  SortOpts,
  SortWithDestinationOpts,
  SScanOpts,
  StartEndCount,
  XAddFieldValues,
  XClaimOpts,
  XClaimReply,
  XId,
  XIdAdd,
  XIdInput,
  XIdNeg,
  XIdPos,
  XInfoConsumersReply,
  XInfoGroupsReply,
  XInfoStreamFullReply,
  XInfoStreamReply,
  XKeyId,
  XKeyIdGroup,
  XKeyIdGroupLike,
  XKeyIdLike,
  XMaxlen,
  XMessage,
  XPendingCount,
  XPendingReply,
  XReadGroupOpts,
  XReadOpts,
  XReadReply,
  ZAddOpts,
  ZAddReply,
  ZInterOpts,
  ZInterstoreOpts,
  ZRangeByLexOpts,
  ZRangeByScoreOpts,
  ZScanOpts,
  ZUnionstoreOpts,
} from "@db/redis";
import type { RbPromise } from "../../promise.ts";
import type { PerHost } from "../per_host.ts";

/**
 * All commands of one node, as a fanout client has them: each returns an
 * `RbPromise` of a Map from host id to reply, or to outcome.
 */
export interface FanoutCommands<K extends "fanout" | "settled" = "fanout"> {
  /**
   * Runs a script on the host of its keys. A connection that has not seen it
   * carries its source, any other its name alone (EVALSHA).
   *
   * @typeParam T What the script returns: text, integers, null, and lists of
   * these.
   * @param script The script.
   * @param keys Its keys, `KEYS` in Lua; all of one host.
   * @param args Its arguments, `ARGV` in Lua.
   * @returns What it returns.
   * @throws {TypeError} If it is no {@linkcode Script}.
   *
   * @example Count up to a limit
   * ```ts
   * import { Cluster, Script } from "@rb/rb";
   *
   * await using cluster = new Cluster({ hosts: [{ port: 6379 }, { port: 6380 }] });
   * const client = cluster.getRoutingClient();
   * const upTo = new Script(`
   *   if tonumber(redis.call("GET", KEYS[1]) or 0) >= tonumber(ARGV[1]) then
   *     return 0
   *   end
   *   return redis.call("INCR", KEYS[1])
   * `);
   * console.log(await client.run<number>(upTo, ["hits"], [1])); // 1
   * console.log(await client.run<number>(upTo, ["hits"], [1])); // 0
   * ```
   */
  run<T = Reply>(
    script: Script,
    keys?: readonly Key[],
    args?: readonly Argument[],
  ): RbPromise<PerHost<T, K>>;
  /**
   * Sends a command over several keys (MGET, MSET, DEL, UNLINK, EXISTS or
   * TOUCH), and tells for each key what came of it: its value, `"OK"`, or the
   * count of it alone. A host that fails costs its own keys only.
   *
   * @param command The name.
   * @param args Its arguments.
   * @param options `settled: true`, and what the other form takes.
   * @returns An outcome for each key, in the order of the keys.
   * @throws {TypeError} If it is any other command; nothing is sent then.
   *
   * @example Read what can be read
   * ```ts
   * import { Cluster } from "@rb/rb";
   *
   * await using cluster = new Cluster({ hosts: [{ port: 6379 }, { port: 6380 }] });
   * const client = cluster.getRoutingClient();
   * await client.set("a", "1");
   *
   * const keys = ["a", "b"];
   * const outcomes = await client.sendCommand("MGET", keys, { settled: true });
   * for (const outcome of outcomes) {
   *   if (outcome.status === "fulfilled") console.log(outcome.value);
   *   else console.error(outcome.reason.hostId, outcome.reason.message);
   * }
   * ```
   */
  sendCommand(
    command: string,
    args: readonly Argument[],
    options: CommandFlags & { settled: true },
  ): RbPromise<PerHost<PromiseSettledResult<Reply>[], K>>;
  /**
   * Sends any command by its name.
   *
   * @param command The name, such as `"GET"` or `"OBJECT ENCODING"`.
   * @param args Its arguments.
   * @param options `returnUint8Arrays` for bytes instead of text; `idempotent`
   * when it may be sent twice.
   */
  sendCommand(
    command: string,
    args?: readonly Argument[],
    options?: CommandFlags & { settled?: false | undefined },
  ): RbPromise<PerHost<Reply, K>>;
  /**
   * Lists the categories of commands.
   *
   * Redis 6.0.0, O(1).
   *
   * @param category The one whose commands are listed instead.
   */
  aclCat(category?: string): RbPromise<PerHost<string[], K>>;
  /**
   * Deletes users and closes their connections.
   *
   * Redis 6.0.0, O(1).
   *
   * @returns How many there were.
   */
  aclDelUser(...usernames: string[]): RbPromise<PerHost<number, K>>;
  /** Deletes the users of a list. */
  aclDelUser(usernames: readonly string[]): RbPromise<PerHost<number, K>>;
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
  ): RbPromise<PerHost<string, K>>;
  /**
   * Makes up a password.
   *
   * Redis 6.0.0, O(1).
   *
   * @param bits How strong, from 1 to 4096; 256 by default.
   * @returns It in hexadecimal.
   */
  aclGenPass(bits?: number): RbPromise<PerHost<string, K>>;
  /**
   * Describes a user.
   *
   * Redis 6.0.0, O(N) in the number of its rules.
   *
   * @returns Names and values in turn; null if there is none.
   */
  aclGetUser(
    username: string,
  ): RbPromise<PerHost<(string | string[])[] | null, K>>;
  /**
   * Explains ACL.
   *
   * Redis 6.0.0, O(1).
   *
   * @returns Lines.
   */
  aclHelp(): RbPromise<PerHost<string[], K>>;
  /**
   * Lists all users as rules.
   *
   * Redis 6.0.0, O(N) in the number of users.
   *
   * @returns One line for each.
   */
  aclList(): RbPromise<PerHost<string[], K>>;
  /**
   * Reads all users from the file that the server was configured with.
   *
   * Redis 6.0.0, O(N) in the number of users.
   *
   * @returns `"OK"`.
   */
  aclLoad(): RbPromise<PerHost<string, K>>;
  /**
   * Lists what users tried to do and may not, the last one first.
   *
   * Redis 6.0.0, O(N) in the number of entries.
   *
   * @param count The most entries; 10 by default.
   * @returns A list of names and values in turn for each.
   */
  aclLog(count?: number): RbPromise<PerHost<string[], K>>;
  /**
   * Forgets it.
   *
   * @returns `"OK"`.
   */
  aclLog(mode: ACLLogMode): RbPromise<PerHost<string, K>>;
  /**
   * Writes all users to the file that the server was configured with.
   *
   * Redis 6.0.0, O(N) in the number of users.
   *
   * @returns `"OK"`.
   */
  aclSave(): RbPromise<PerHost<string, K>>;
  /**
   * Makes a user, or changes what it may do.
   *
   * Redis 6.0.0, O(N) in the number of rules.
   *
   * @param rules Such as `"on"`, `">password"`, `"~key*"`, `"+@read"`.
   * @returns `"OK"`.
   */
  aclSetUser(
    username: string,
    ...rules: string[]
  ): RbPromise<PerHost<string, K>>;
  /** Makes a user, or changes what it may do, by the rules of a list. */
  aclSetUser(
    username: string,
    rules: readonly string[],
  ): RbPromise<PerHost<string, K>>;
  /**
   * Lists the names of all users.
   *
   * Redis 6.0.0, O(N) in the number of users.
   */
  aclUsers(): RbPromise<PerHost<string[], K>>;
  /**
   * Reads the name of the user of this connection.
   *
   * Redis 6.0.0, O(1).
   */
  aclWhoami(): RbPromise<PerHost<string, K>>;
  /**
   * Counts the bits that are set.
   *
   * Redis 2.6.0, O(N) in the length.
   *
   * @returns How many are set; 0 if there is no value.
   */
  bitcount(key: Key): RbPromise<PerHost<number, K>>;
  /**
   * Counts them in a range; below 0, from the end.
   */
  bitcount(
    key: Key,
    start: number,
    end: number,
    unit?: BitUnit,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Reads and writes integers of any width.
   *
   * Redis 3.2.0, O(1) for each of them.
   *
   * @returns A value for each of `get`, `set` and `incrby`, in that order.
   */
  bitfield(key: Key, options?: BitfieldOpts): RbPromise<PerHost<number[], K>>;
  /**
   * The same where a value may be out of range: with `FAIL` it is null.
   */
  bitfield(
    key: Key,
    options?: BitfieldWithOverflowOpts,
  ): RbPromise<PerHost<(number | null)[], K>>;
  /**
   * Reads an integer of any width.
   *
   * Redis 6.0.0, O(1).
   *
   * @returns Its value, in a list.
   */
  bitfieldRo(
    key: Key,
    options?: Pick<BitfieldOpts, "get">,
  ): RbPromise<PerHost<number[], K>>;
  /**
   * Combines the bits of values of one host, and stores what comes of it.
   *
   * Redis 2.6.0, O(N) in the length.
   *
   * @returns The length of what was stored, in bytes.
   */
  bitop(
    operation: "AND" | "OR" | "XOR" | "NOT",
    destination: Key,
    ...keys: Key[]
  ): RbPromise<PerHost<number, K>>;
  /**
   * Finds the first bit that is 0 or 1.
   *
   * Redis 2.8.7, O(N) in the length.
   *
   * @returns Its place, from 0; -1 if there is none.
   */
  bitpos(
    key: Key,
    bit: number,
    start?: number,
    end?: number,
    unit?: BitUnit,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Reads a bit.
   *
   * Redis 2.2.0, O(1).
   *
   * @returns 0 or 1; 0 if there is none.
   */
  getbit(key: Key, offset: number): RbPromise<PerHost<number, K>>;
  /**
   * Writes a bit.
   *
   * Redis 2.2.0, O(1).
   *
   * @returns The bit before.
   */
  setbit(
    key: Key,
    offset: number,
    value: number | string,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Gives a node slots that no other has.
   *
   * Redis 3.0.0, O(N) in the number of slots.
   *
   * @returns `"OK"`.
   */
  clusterAddSlots(...slots: number[]): RbPromise<PerHost<string, K>>;
  /** Gives a node the slots of a list. */
  clusterAddSlots(slots: readonly number[]): RbPromise<PerHost<string, K>>;
  /**
   * Gives a node ranges of slots that no other has.
   *
   * Redis 7.0.0, O(N) in the number of slots.
   *
   * @returns `"OK"`.
   */
  clusterAddSlotsRange(
    ...ranges: [first: number, last: number][]
  ): RbPromise<PerHost<string, K>>;
  /**
   * Has a node take a new epoch for its configuration.
   *
   * Redis 3.0.0, O(1).
   *
   * @returns `"BUMPED"` or `"STILL"`, and the epoch.
   */
  clusterBumpEpoch(): RbPromise<PerHost<string, K>>;
  /**
   * Counts the nodes that report another one as down.
   *
   * Redis 3.0.0, O(N) in the number of reports.
   */
  clusterCountFailureReports(nodeId: string): RbPromise<PerHost<number, K>>;
  /**
   * Counts the keys of a node in a slot.
   *
   * Redis 3.0.0, O(1).
   */
  clusterCountKeysInSlot(slot: number): RbPromise<PerHost<number, K>>;
  /**
   * Has a node forget who has slots.
   *
   * Redis 3.0.0, O(N) in the number of slots.
   *
   * @returns `"OK"`.
   */
  clusterDelSlots(...slots: number[]): RbPromise<PerHost<string, K>>;
  /** Has a node forget who has the slots of a list. */
  clusterDelSlots(slots: readonly number[]): RbPromise<PerHost<string, K>>;
  /**
   * Has a node forget who has ranges of slots.
   *
   * Redis 7.0.0, O(N) in the number of slots.
   *
   * @returns `"OK"`.
   */
  clusterDelSlotsRange(
    ...ranges: [first: number, last: number][]
  ): RbPromise<PerHost<string, K>>;
  /**
   * Makes a replica the primary of its shard.
   *
   * Redis 3.0.0, O(1).
   *
   * @param mode `"FORCE"` if its primary is down, `"TAKEOVER"` if most others are.
   * @returns `"OK"`; it comes before that is done.
   */
  clusterFailover(mode?: ClusterFailoverMode): RbPromise<PerHost<string, K>>;
  /**
   * Has an empty node give up all its slots.
   *
   * Redis 3.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  clusterFlushSlots(): RbPromise<PerHost<string, K>>;
  /**
   * Has a node forget another one.
   *
   * Redis 3.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  clusterForget(nodeId: string): RbPromise<PerHost<string, K>>;
  /**
   * Lists keys of a node in a slot.
   *
   * Redis 3.0.0, O(N) in their number.
   *
   * @param count The most keys.
   */
  clusterGetKeysInSlot(
    slot: number,
    count: number,
  ): RbPromise<PerHost<string[], K>>;
  /**
   * Describes the state of the cluster as a node sees it.
   *
   * Redis 3.0.0, O(1).
   *
   * @returns Lines of `name:value`.
   */
  clusterInfo(): RbPromise<PerHost<string, K>>;
  /**
   * Computes the slot of a key.
   *
   * Redis 3.0.0, O(N) in the length of the key.
   */
  clusterKeySlot(key: Key): RbPromise<PerHost<number, K>>;
  /**
   * Lists the links of a node to the others.
   *
   * Redis 7.0.0, O(N) in the number of nodes.
   *
   * @returns A list of names and values in turn for each.
   */
  clusterLinks(): RbPromise<PerHost<Reply[], K>>;
  /**
   * Has a node get to know another one, and all that it knows.
   *
   * Redis 3.0.0, O(1).
   *
   * @param busPort Where nodes talk to it; 10000 above its port by default.
   * @returns `"OK"`; it comes before that is done.
   */
  clusterMeet(
    ip: string,
    port: number,
    busPort?: number,
  ): RbPromise<PerHost<string, K>>;
  /**
   * Reads the id of a node.
   *
   * Redis 3.0.0, O(1).
   */
  clusterMyID(): RbPromise<PerHost<string, K>>;
  /**
   * Reads the id of the shard of a node.
   *
   * Redis 7.2.0, O(1).
   *
   * @returns The id (https://redis.io/docs/latest/commands/cluster-myshardid/).
   */
  clusterMyShardID(): RbPromise<PerHost<string, K>>;
  /**
   * Lists all nodes that a node knows.
   *
   * Redis 3.0.0, O(N) in the number of nodes.
   *
   * @returns One line for each.
   */
  clusterNodes(): RbPromise<PerHost<string, K>>;
  /**
   * Lists the replicas of a primary.
   *
   * Redis 5.0.0, O(N) in their number.
   *
   * @returns One line for each.
   */
  clusterReplicas(nodeId: string): RbPromise<PerHost<string[], K>>;
  /**
   * Makes a node a replica of a primary.
   *
   * Redis 3.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  clusterReplicate(nodeId: string): RbPromise<PerHost<string, K>>;
  /**
   * Has a node leave its cluster; a primary has to be empty.
   *
   * Redis 3.0.0, O(N) in the number of nodes that it knows.
   *
   * @param mode `"HARD"` if it shall also take a new id.
   * @returns `"OK"`.
   */
  clusterReset(mode?: ClusterResetMode): RbPromise<PerHost<string, K>>;
  /**
   * Has a node write down what it knows of the cluster.
   *
   * Redis 3.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  clusterSaveConfig(): RbPromise<PerHost<string, K>>;
  /**
   * Gives a node that knows no other its epoch.
   *
   * Redis 3.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  clusterSetConfigEpoch(epoch: number): RbPromise<PerHost<string, K>>;
  /**
   * Lists the shards with their slots and nodes.
   *
   * Redis 7.0.0, O(N) in the number of nodes.
   *
   * @returns For each a list of names and values in turn.
   */
  clusterShards(): RbPromise<PerHost<Reply[], K>>;
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
  ): RbPromise<PerHost<string, K>>;
  /**
   * Lists the replicas of a primary; `clusterReplicas` replaces it.
   *
   * Redis 3.0.0, O(N) in their number.
   *
   * @returns One line for each.
   */
  clusterSlaves(nodeId: string): RbPromise<PerHost<string[], K>>;
  /**
   * Tells how slots of a node are used.
   *
   * Redis 8.2.0, O(N) in the number of slots, O(N log N) with `orderBy`.
   *
   * @returns Each slot with a list of names and values in turn
   * (https://redis.io/docs/latest/commands/cluster-slot-stats/).
   */
  clusterSlotStats(
    options: ClusterSlotStatsOptions,
  ): RbPromise<PerHost<Reply[], K>>;
  /**
   * Lists ranges of slots with the nodes that have them, the primary first.
   *
   * Redis 3.0.0, O(N) in the number of nodes.
   *
   * @returns For each the first slot, the last one, and the nodes.
   */
  clusterSlots(): RbPromise<PerHost<ConditionalArray, K>>;
  /**
   * Reads the name of this connection.
   *
   * Redis 2.6.9, O(1).
   *
   * @returns The name; null if it has none.
   */
  clientGetName(): RbPromise<PerHost<string | null, K>>;
  /**
   * Reads which connection is told of changes in place of this one.
   *
   * Redis 6.0.0, O(1).
   *
   * @returns Its id; 0 for this one, -1 if none is.
   */
  clientGetRedir(): RbPromise<PerHost<number, K>>;
  /**
   * Reads the id of this connection, which no later one of the server has.
   *
   * Redis 5.0.0, O(1).
   */
  clientID(): RbPromise<PerHost<number, K>>;
  /**
   * Describes this connection.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns One line of `name=value`.
   */
  clientInfo(): RbPromise<PerHost<string | null, K>>;
  /**
   * Closes connections, maybe of this client.
   *
   * Redis 2.4.0, O(N) in the number of connections.
   *
   * @param options Which; one at least has to be given.
   * @returns How many.
   */
  clientKill(options: ClientKillOptions): RbPromise<PerHost<number, K>>;
  /**
   * Describes the connections of a server.
   *
   * Redis 2.4.0, O(N) in the number of connections; `ids` needs 6.2.0.
   *
   * @param options Of which type, or with which ids; all by default.
   * @returns One line of `name=value` for each.
   */
  clientList(options?: ClientListOpts): RbPromise<PerHost<string | null, K>>;
  /**
   * Has a server hold back the commands of its clients for a while.
   *
   * Redis 3.0.0, O(1); a mode needs 6.2.0.
   *
   * @param timeout Milliseconds.
   * @param mode `"ALL"` commands, or those that `"WRITE"` alone.
   * @returns `"OK"`.
   */
  clientPause(
    timeout: number,
    mode?: ClientPauseMode,
  ): RbPromise<PerHost<string, K>>;
  /**
   * Tells what this connection has the server remember of what it reads.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns Names and values in turn.
   */
  clientTrackingInfo(): RbPromise<PerHost<ConditionalArray, K>>;
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
  ): RbPromise<PerHost<number, K>>;
  /**
   * Has a server go on with what `clientPause` held back.
   *
   * Redis 6.2.0, O(N) in the number of connections that wait.
   *
   * @returns `"OK"`.
   */
  clientUnpause(): RbPromise<PerHost<string, K>>;
  /**
   * Has a server repeat a message.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The message.
   */
  echo(message: Argument): RbPromise<PerHost<string, K>>;
  /**
   * Asks a server for a sign of life.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns `"PONG"`.
   */
  ping(): RbPromise<PerHost<string, K>>;
  /**
   * Has a server repeat a message as a sign of life.
   *
   * @returns The message.
   */
  ping(message: Argument): RbPromise<PerHost<string, K>>;
  /**
   * Adds members with their places.
   *
   * Redis 3.2.0, O(log N) for each member.
   *
   * @returns How many are new.
   */
  geoadd(
    key: Key,
    longitude: number,
    latitude: number,
    member: Argument,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Adds triples of longitude, latitude and member.
   */
  geoadd(
    key: Key,
    ...places: [longitude: number, latitude: number, member: Argument][]
  ): RbPromise<PerHost<number, K>>;
  /**
   * Adds the members of a record.
   */
  geoadd(
    key: Key,
    places: Record<string, [longitude: number, latitude: number]>,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Measures how far two members are apart.
   *
   * Redis 3.2.0, O(1).
   *
   * @param unit Metres without it.
   * @returns The distance, as text; null if either is none.
   */
  geodist(
    key: Key,
    member1: Argument,
    member2: Argument,
    unit?: GeoUnit,
  ): RbPromise<PerHost<string | null, K>>;
  /**
   * Reads the geohashes of members.
   *
   * Redis 3.2.0, O(1) for each member.
   *
   * @returns A hash for each; null where there is none.
   */
  geohash(
    key: Key,
    ...members: Argument[]
  ): RbPromise<PerHost<(string | null)[], K>>;
  /**
   * Reads the places of members.
   *
   * Redis 3.2.0, O(1) for each member.
   *
   * @returns Longitude and latitude for each; null where there is none.
   */
  geopos(
    key: Key,
    ...members: Argument[]
  ): RbPromise<PerHost<([longitude: string, latitude: string] | null)[], K>>;
  /**
   * Finds members around a place; `geosearch` does it too.
   *
   * Redis 3.2.0, O(N + log M).
   *
   * @returns The members, or with `store` how many were stored.
   */
  georadius(
    key: Key,
    longitude: number,
    latitude: number,
    radius: number,
    unit: GeoUnit,
    options?: GeoRadiusOpts,
  ): RbPromise<PerHost<GeoFound[], K>>;
  /**
   * Finds members around a place and stores none; `geosearch` does it too.
   *
   * Redis 3.2.10, O(N + log M).
   *
   * @returns The members.
   */
  georadiusRo(
    key: Key,
    longitude: number,
    latitude: number,
    radius: number,
    unit: GeoUnit,
    options?: Omit<GeoRadiusOpts, "store" | "storeDist">,
  ): RbPromise<PerHost<GeoFound[], K>>;
  /**
   * Finds members around another one; `geosearch` does it too.
   *
   * Redis 3.2.0, O(N + log M).
   *
   * @returns The members, or with `store` how many were stored.
   */
  georadiusbymember(
    key: Key,
    member: Argument,
    radius: number,
    unit: GeoUnit,
    options?: GeoRadiusOpts,
  ): RbPromise<PerHost<GeoFound[], K>>;
  /**
   * Finds members around another one and stores none; `geosearch` does it too.
   *
   * Redis 3.2.10, O(N + log M).
   *
   * @returns The members.
   */
  georadiusbymemberRo(
    key: Key,
    member: Argument,
    radius: number,
    unit: GeoUnit,
    options?: Omit<GeoRadiusOpts, "store" | "storeDist">,
  ): RbPromise<PerHost<GeoFound[], K>>;
  /**
   * Finds members in a circle or a box.
   *
   * Redis 6.2.0, O(N + log M).
   *
   * @param from Around what.
   * @param by The circle or the box.
   * @returns The members, each with what was asked for of it.
   */
  geosearch(
    key: Key,
    from: GeoSearchFrom,
    by: GeoSearchBy,
    options?: GeoSearchOptions,
  ): RbPromise<PerHost<GeoFound[], K>>;
  /**
   * Stores the members in a circle or a box.
   *
   * Redis 6.2.0, O(N + log M).
   *
   * @returns How many were stored.
   */
  geosearchstore(
    destination: Key,
    source: Key,
    from: GeoSearchFrom,
    by: GeoSearchBy,
    options?: GeoSearchStoreOptions,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Deletes fields; a hash without fields is gone.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns How many fields there were.
   */
  hdel(key: Key, ...fields: Argument[]): RbPromise<PerHost<number, K>>;
  /** Deletes the fields of a list, however long. */
  hdel(key: Key, fields: readonly Argument[]): RbPromise<PerHost<number, K>>;
  /**
   * Asks whether a hash has a field.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns 1 if it has, 0 if not.
   */
  hexists(key: Key, field: Argument): RbPromise<PerHost<number, K>>;
  /**
   * Has fields expire.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @param seconds From now.
   * @returns For each field 1 if that was done, 0 if a condition kept it from it,
   * 2 if it was deleted at once, -2 if there is none
   * (https://redis.io/docs/latest/commands/hexpire/).
   */
  hexpire(
    key: Key,
    seconds: number,
    fields: readonly Argument[],
    options?: FieldExpiryOptions,
  ): RbPromise<PerHost<number[], K>>;
  /**
   * Has fields expire at a moment.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @param timestamp Seconds since 1970.
   * @returns As `hexpire` does
   * (https://redis.io/docs/latest/commands/hexpireat/).
   */
  hexpireat(
    key: Key,
    timestamp: number,
    fields: readonly Argument[],
    options?: FieldExpiryOptions,
  ): RbPromise<PerHost<number[], K>>;
  /**
   * Asks when fields expire.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @returns For each field seconds since 1970, -1 if it does not expire, -2 if
   * there is none (https://redis.io/docs/latest/commands/hexpiretime/).
   */
  hexpiretime(key: Key, ...fields: Argument[]): RbPromise<PerHost<number[], K>>;
  /**
   * Reads a field.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns Its value; null if there is none.
   */
  hget(key: Key, field: Argument): RbPromise<PerHost<string | null, K>>;
  /**
   * Reads all fields and their values.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns Fields and values in turn; nothing if there is no hash. With
   * `replies: "records"` a record.
   */
  hgetall(key: Key): RbPromise<PerHost<string[], K>>;
  /**
   * Reads fields and deletes them.
   *
   * Redis 8.0.0, O(N) in the number of fields.
   *
   * @returns A value for each field; null where there is none
   * (https://redis.io/docs/latest/commands/hgetdel/).
   */
  hgetdel(
    key: Key,
    ...fields: Argument[]
  ): RbPromise<PerHost<(string | null)[], K>>;
  /**
   * Reads fields and sets when they expire.
   *
   * Redis 8.0.0, O(N) in the number of fields.
   *
   * @param options When; without it nothing changes.
   * @returns A value for each field; null where there is none
   * (https://redis.io/docs/latest/commands/hgetex/).
   */
  hgetex(
    key: Key,
    fields: readonly Argument[],
    options?: GetExOptions,
  ): RbPromise<PerHost<(string | null)[], K>>;
  /**
   * Adds to the integer in a field; a missing one counts as 0.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns The value afterwards; beyond 2^53 it is a bigint.
   */
  hincrby(
    key: Key,
    field: Argument,
    increment: number | bigint,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Adds to the number in a field; a missing one counts as 0.
   *
   * Redis 2.6.0, O(1).
   *
   * @returns The value afterwards, as text.
   */
  hincrbyfloat(
    key: Key,
    field: Argument,
    increment: number,
  ): RbPromise<PerHost<string, K>>;
  /**
   * Lists the fields of a hash.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns The fields; none if there is no hash.
   */
  hkeys(key: Key): RbPromise<PerHost<string[], K>>;
  /**
   * Counts the fields of a hash.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns How many there are; 0 if there is no hash.
   */
  hlen(key: Key): RbPromise<PerHost<number, K>>;
  /**
   * Reads fields.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns A value for each field; null where there is none.
   */
  hmget(
    key: Key,
    ...fields: Argument[]
  ): RbPromise<PerHost<(string | null)[], K>>;
  /** Reads the fields of a list, however long. */
  hmget(
    key: Key,
    fields: readonly Argument[],
  ): RbPromise<PerHost<(string | null)[], K>>;
  /**
   * Writes fields; `hset` does it too.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns `"OK"`.
   */
  hmset(
    key: Key,
    field: Argument,
    value: Argument,
  ): RbPromise<PerHost<string, K>>;
  /** Writes pairs of field and value. */
  hmset(
    key: Key,
    ...pairs: [field: Argument, value: Argument][]
  ): RbPromise<PerHost<string, K>>;
  /** Writes the fields of a record or a Map. */
  hmset(
    key: Key,
    values: Record<string, Argument> | ReadonlyMap<Argument, Argument>,
  ): RbPromise<PerHost<string, K>>;
  /**
   * Has fields no longer expire.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @returns For each field 1 if that was done, -1 if it did not expire, -2 if
   * there is none (https://redis.io/docs/latest/commands/hpersist/).
   */
  hpersist(key: Key, ...fields: Argument[]): RbPromise<PerHost<number[], K>>;
  /**
   * Has fields expire.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @param milliseconds From now.
   * @returns As `hexpire` does
   * (https://redis.io/docs/latest/commands/hpexpire/).
   */
  hpexpire(
    key: Key,
    milliseconds: number,
    fields: readonly Argument[],
    options?: FieldExpiryOptions,
  ): RbPromise<PerHost<number[], K>>;
  /**
   * Has fields expire at a moment.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @param timestamp Milliseconds since 1970.
   * @returns As `hexpire` does
   * (https://redis.io/docs/latest/commands/hpexpireat/).
   */
  hpexpireat(
    key: Key,
    timestamp: number,
    fields: readonly Argument[],
    options?: FieldExpiryOptions,
  ): RbPromise<PerHost<number[], K>>;
  /**
   * Asks when fields expire.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @returns For each field milliseconds since 1970, -1 if it does not expire, -2
   * if there is none (https://redis.io/docs/latest/commands/hpexpiretime/).
   */
  hpexpiretime(
    key: Key,
    ...fields: Argument[]
  ): RbPromise<PerHost<number[], K>>;
  /**
   * Asks how long fields have to live.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @returns For each field milliseconds, -1 if it does not expire, -2 if there is
   * none (https://redis.io/docs/latest/commands/hpttl/).
   */
  hpttl(key: Key, ...fields: Argument[]): RbPromise<PerHost<number[], K>>;
  /**
   * Picks a field by chance.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns The field; null if there is no hash.
   */
  hrandfield(key: Key): RbPromise<PerHost<string | null, K>>;
  /**
   * Picks several fields by chance.
   *
   * Redis 6.2.0, O(N) in the number of fields.
   *
   * @param count How many different ones; below 0, that many, some maybe several
   * times.
   * @returns The fields; with `withValues` fields and values in turn.
   */
  hrandfield(
    key: Key,
    count: number,
    options?: HRandFieldOptions,
  ): RbPromise<PerHost<string[], K>>;
  /**
   * Goes through the fields of a hash, a page at a time.
   *
   * Redis 2.8.0, O(1) for a page.
   *
   * @param cursor 0 to begin, then what the page before gave.
   * @param options Which fields, and about how many a page.
   * @returns The next cursor, `"0"` at the end, and fields and values in turn.
   */
  hscan(
    key: Key,
    cursor: number | string,
    options?: HScanOpts,
  ): RbPromise<PerHost<[string, string[]], K>>;
  /**
   * Writes a field.
   *
   * Redis 2.0.0, O(1) for each field.
   *
   * @returns How many fields are new.
   */
  hset(
    key: Key,
    field: Argument,
    value: Argument,
  ): RbPromise<PerHost<number, K>>;
  /** Writes pairs of field and value. */
  hset(
    key: Key,
    ...pairs: [field: Argument, value: Argument][]
  ): RbPromise<PerHost<number, K>>;
  /** Writes the fields of a record or a Map. */
  hset(
    key: Key,
    values: Record<string, Argument> | ReadonlyMap<Argument, Argument>,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Writes fields that expire.
   *
   * Redis 8.0.0, O(N) in the number of fields.
   *
   * @param options When, and under which condition.
   * @returns 1 if they were written, 0 if a condition kept them from it
   * (https://redis.io/docs/latest/commands/hsetex/).
   */
  hsetex(
    key: Key,
    values: Record<string, Argument> | ReadonlyMap<Argument, Argument>,
    options?: HSetExOptions,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Writes a field unless there is one.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns 1 if it was written, 0 if not.
   */
  hsetnx(
    key: Key,
    field: Argument,
    value: Argument,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Measures the value of a field.
   *
   * Redis 3.2.0, O(1).
   *
   * @returns The length in bytes; 0 if there is none.
   */
  hstrlen(key: Key, field: Argument): RbPromise<PerHost<number, K>>;
  /**
   * Asks how long fields have to live.
   *
   * Redis 7.4.0, O(N) in the number of fields.
   *
   * @returns For each field seconds, -1 if it does not expire, -2 if there is none
   * (https://redis.io/docs/latest/commands/httl/).
   */
  httl(key: Key, ...fields: Argument[]): RbPromise<PerHost<number[], K>>;
  /**
   * Lists the values of a hash.
   *
   * Redis 2.0.0, O(N) in the number of fields.
   *
   * @returns The values; none if there is no hash.
   */
  hvals(key: Key): RbPromise<PerHost<string[], K>>;
  /**
   * Counts elements.
   *
   * Redis 2.8.9, O(1) for each element.
   *
   * @returns 1 if the estimate changed, 0 if not.
   */
  pfadd(key: Key, ...elements: Argument[]): RbPromise<PerHost<number, K>>;
  /**
   * Counts the elements of a list, however long.
   */
  pfadd(key: Key, elements: readonly Argument[]): RbPromise<PerHost<number, K>>;
  /**
   * Estimates how many different elements were counted; all keys are of one
   * host.
   *
   * Redis 2.8.9, O(N) in the number of keys.
   *
   * @returns The estimate, right to 0.81 %.
   */
  pfcount(...keys: Key[]): RbPromise<PerHost<number, K>>;
  /**
   * The same for a list of keys.
   */
  pfcount(keys: readonly Key[]): RbPromise<PerHost<number, K>>;
  /**
   * Merges counts of one host into one.
   *
   * Redis 2.8.9, O(N) in the number of keys.
   *
   * @returns `"OK"`.
   */
  pfmerge(destination: Key, ...keys: Key[]): RbPromise<PerHost<string, K>>;
  /**
   * The same for a list of keys.
   */
  pfmerge(
    destination: Key,
    keys: readonly Key[],
  ): RbPromise<PerHost<string, K>>;
  /**
   * Copies a value to another key of the same host.
   *
   * Redis 6.2.0, O(N) in the size of a collection.
   *
   * @returns 1 if it was copied, 0 if not.
   */
  copy(
    source: Key,
    destination: Key,
    options?: CopyOptions,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Deletes keys, which may live on several hosts.
   *
   * Redis 1.0.0, O(N) in the number of keys and the size of collections.
   *
   * @returns How many there were.
   */
  del(...keys: Key[]): RbPromise<PerHost<number, K>>;
  /**
   * The same for a list of keys, however long.
   */
  del(keys: readonly Key[]): RbPromise<PerHost<number, K>>;
  /**
   * Reads a value in the format of RESTORE.
   *
   * Redis 2.6.0, O(N) in its size.
   *
   * @returns Bytes; null if there is none.
   */
  dump(key: Key): RbPromise<PerHost<Uint8Array | null, K>>;
  /**
   * Counts which keys exist, on any hosts; one that is named twice counts twice.
   *
   * Redis 1.0.0, O(N) in the number of keys.
   *
   * @returns How many there are.
   */
  exists(...keys: Key[]): RbPromise<PerHost<number, K>>;
  /**
   * The same for a list of keys, however long.
   */
  exists(keys: readonly Key[]): RbPromise<PerHost<number, K>>;
  /**
   * Has a key expire in some seconds.
   *
   * Redis 1.0.0, O(1).
   *
   * @param options Only if it does not expire yet (`nx`), expires already
   * (`xx`), or would expire later (`gt`) or earlier (`lt`) than before (Redis
   * 7.0.0).
   * @returns 1 if that was done, 0 if not.
   */
  expire(
    key: Key,
    seconds: number,
    options?: ExpireOptions,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Has a key expire at a moment, in seconds since 1970.
   *
   * Redis 1.2.0, O(1).
   *
   * @param options Only if it does not expire yet (`nx`), expires already
   * (`xx`), or would expire later (`gt`) or earlier (`lt`) than before (Redis
   * 7.0.0).
   * @returns 1 if that was done, 0 if not.
   */
  expireat(
    key: Key,
    timestamp: number | string,
    options?: ExpireOptions,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Asks when a key expires.
   *
   * Redis 7.0.0, O(1).
   *
   * @returns Seconds since 1970; -1 if it does not, -2 if there is none.
   */
  expiretime(key: Key): RbPromise<PerHost<number, K>>;
  /**
   * Lists the keys of a node that match a pattern; use `scan` where there may be
   * many.
   *
   * Redis 1.0.0, O(N) in the number of keys.
   */
  keys(pattern: Argument): RbPromise<PerHost<string[], K>>;
  /**
   * Moves keys to another server.
   *
   * Redis 2.6.0, O(N) in the number of keys.
   *
   * @param timeout Milliseconds.
   * @returns `"OK"`; `"NOKEY"` if there was none.
   */
  migrate(
    host: string,
    port: number | string,
    key: Key,
    destinationDb: number | string,
    timeout: number,
    options?: MigrateOpts,
  ): RbPromise<PerHost<string, K>>;
  /**
   * Moves a key to another database.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns 1 if it was moved, 0 if not.
   */
  move(key: Key, db: number | string): RbPromise<PerHost<number, K>>;
  /**
   * Tells how a value is kept.
   *
   * Redis 2.2.3, O(1).
   *
   * @returns Such as `"listpack"`; null if there is none.
   */
  objectEncoding(key: Key): RbPromise<PerHost<string | null, K>>;
  /**
   * Tells how often a key is used, by a logarithmic counter.
   *
   * Redis 4.0.0, O(1).
   *
   * @returns The count; null if there is none.
   */
  objectFreq(key: Key): RbPromise<PerHost<number | null, K>>;
  /**
   * Lists the subcommands of OBJECT.
   *
   * Redis 6.2.0, O(1).
   */
  objectHelp(): RbPromise<PerHost<string[], K>>;
  /**
   * Tells for how long a key was not used.
   *
   * Redis 2.2.3, O(1).
   *
   * @returns Seconds; null if there is none.
   */
  objectIdletime(key: Key): RbPromise<PerHost<number | null, K>>;
  /**
   * Tells how many references a value has.
   *
   * Redis 2.2.3, O(1).
   *
   * @returns The count; null if there is none.
   */
  objectRefCount(key: Key): RbPromise<PerHost<number | null, K>>;
  /**
   * Has a key no longer expire.
   *
   * Redis 2.2.0, O(1).
   *
   * @returns 1 if that was done, 0 if it did not expire or there is none.
   */
  persist(key: Key): RbPromise<PerHost<number, K>>;
  /**
   * Has a key expire in some milliseconds.
   *
   * Redis 2.6.0, O(1).
   *
   * @param options Only if it does not expire yet (`nx`), expires already
   * (`xx`), or would expire later (`gt`) or earlier (`lt`) than before (Redis
   * 7.0.0).
   * @returns 1 if that was done, 0 if not.
   */
  pexpire(
    key: Key,
    milliseconds: number,
    options?: ExpireOptions,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Has a key expire at a moment, in milliseconds since 1970.
   *
   * Redis 2.6.0, O(1).
   *
   * @param options Only if it does not expire yet (`nx`), expires already
   * (`xx`), or would expire later (`gt`) or earlier (`lt`) than before (Redis
   * 7.0.0).
   * @returns 1 if that was done, 0 if not.
   */
  pexpireat(
    key: Key,
    timestamp: number,
    options?: ExpireOptions,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Asks when a key expires.
   *
   * Redis 7.0.0, O(1).
   *
   * @returns Milliseconds since 1970; -1 if it does not, -2 if there is none.
   */
  pexpiretime(key: Key): RbPromise<PerHost<number, K>>;
  /**
   * Asks how long a key has to live.
   *
   * Redis 2.6.0, O(1).
   *
   * @returns Milliseconds; -1 if it does not expire, -2 if there is none.
   */
  pttl(key: Key): RbPromise<PerHost<number, K>>;
  /**
   * Picks a key of a node by chance.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The key; null if there is none.
   */
  randomkey(): RbPromise<PerHost<string | null, K>>;
  /**
   * Renames a key, to another of the same host.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  rename(key: Key, newKey: Key): RbPromise<PerHost<string, K>>;
  /**
   * Renames a key unless the other one exists.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns 1 if it was renamed, 0 if not.
   */
  renamenx(key: Key, newKey: Key): RbPromise<PerHost<number, K>>;
  /**
   * Writes a value that `dump` has read.
   *
   * Redis 2.6.0, O(1) and O(N) in the size of a collection.
   *
   * @param ttl Milliseconds to live, or with `absttl` a moment since 1970; 0 for
   * ever.
   * @returns `"OK"`.
   */
  restore(
    key: Key,
    ttl: number,
    value: Uint8Array,
    options?: RestoreOpts,
  ): RbPromise<PerHost<string, K>>;
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
  ): RbPromise<PerHost<[string, string[]], K>>;
  /**
   * Sorts the elements of a list, a set or a sorted set.
   *
   * Redis 1.0.0, O(N + M × log M) for N elements of which M are given.
   *
   * @param options `by` and `patterns` read other keys of the same host.
   * @returns The elements, or what the patterns found.
   */
  sort(key: Key, options?: SortOpts): RbPromise<PerHost<string[], K>>;
  /**
   * Sorts and stores what comes of it; gives how many were stored.
   */
  sort(
    key: Key,
    options?: SortWithDestinationOpts,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Sorts without writing anything.
   *
   * Redis 7.0.0, O(N + M × log M) for N elements of which M are given.
   *
   * @returns The elements, or what the patterns found.
   */
  sortRo(key: Key, options?: SortOpts): RbPromise<PerHost<string[], K>>;
  /**
   * Notes that keys were used, on any hosts.
   *
   * Redis 3.2.1, O(N) in the number of keys.
   *
   * @returns How many there are.
   */
  touch(...keys: Key[]): RbPromise<PerHost<number, K>>;
  /**
   * The same for a list of keys, however long.
   */
  touch(keys: readonly Key[]): RbPromise<PerHost<number, K>>;
  /**
   * Asks how long a key has to live.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns Seconds; -1 if it does not expire, -2 if there is none.
   */
  ttl(key: Key): RbPromise<PerHost<number, K>>;
  /**
   * Tells of which type a value is.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns Such as `"string"`; `"none"` if there is none.
   */
  type(key: Key): RbPromise<PerHost<string, K>>;
  /**
   * Deletes keys, which may live on several hosts, and frees their memory later.
   *
   * Redis 4.0.0, O(1) for each key.
   *
   * @returns How many there were.
   */
  unlink(...keys: Key[]): RbPromise<PerHost<number, K>>;
  /**
   * The same for a list of keys, however long.
   */
  unlink(keys: readonly Key[]): RbPromise<PerHost<number, K>>;
  /**
   * Waits for an element at an end of a list, and moves it to an end of another
   * of the same host.
   *
   * Redis 6.2.0, O(1).
   *
   * @param timeout Seconds to wait; 0 for ever.
   * @returns The element; null when the time was up.
   */
  blmove(
    source: Key,
    destination: Key,
    from: ListEnd,
    to: ListEnd,
    timeout: number,
  ): RbPromise<PerHost<string | null, K>>;
  /**
   * Waits for elements of the first of several lists that has any, and takes
   * them.
   *
   * Redis 7.0.0, O(N + M) for N keys and M elements.
   *
   * @param timeout Seconds to wait; 0 for ever.
   * @returns The key and the elements; null when the time was up.
   */
  blmpop(
    timeout: number,
    from: ListEnd,
    keys: readonly Key[],
    options?: LMPopOptions,
  ): RbPromise<PerHost<[key: string, elements: string[]] | null, K>>;
  /**
   * Waits for the first element of any of several lists, and takes it.
   *
   * Redis 2.0.0, O(N) in the number of keys.
   *
   * @param timeout Seconds to wait; 0 for ever.
   * @returns The key and the element; null when the time was up.
   */
  blpop(
    timeout: number,
    ...keys: Key[]
  ): RbPromise<PerHost<[key: string, element: string] | null, K>>;
  /**
   * Waits for the last element of any of several lists, and takes it.
   *
   * Redis 2.0.0, O(N) in the number of keys.
   *
   * @param timeout Seconds to wait; 0 for ever.
   * @returns The key and the element; null when the time was up.
   */
  brpop(
    timeout: number,
    ...keys: Key[]
  ): RbPromise<PerHost<[key: string, element: string] | null, K>>;
  /**
   * Waits for the last element of a list, and moves it to the head of another;
   * `blmove` does it too.
   *
   * Redis 2.2.0, O(1).
   *
   * @param timeout Seconds to wait; 0 for ever.
   * @returns The element; null when the time was up.
   */
  brpoplpush(
    source: Key,
    destination: Key,
    timeout: number,
  ): RbPromise<PerHost<string | null, K>>;
  /**
   * Reads an element.
   *
   * Redis 1.0.0, O(N) in the elements on the way.
   *
   * @param index Its place, from 0; below 0, from the end.
   * @returns The element; null if there is none.
   */
  lindex(key: Key, index: number): RbPromise<PerHost<string | null, K>>;
  /**
   * Inserts an element beside another one.
   *
   * Redis 2.2.0, O(N) in the elements on the way.
   *
   * @param pivot The other one.
   * @returns The length afterwards; -1 if there is no such one, 0 if there is no
   * list.
   */
  linsert(
    key: Key,
    location: LInsertLocation,
    pivot: Argument,
    element: Argument,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Measures a list.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns Its length; 0 if there is no list.
   */
  llen(key: Key): RbPromise<PerHost<number, K>>;
  /**
   * Moves an element from an end of a list to an end of another of the same
   * host.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns The element; null if there is none.
   */
  lmove(
    source: Key,
    destination: Key,
    from: ListEnd,
    to: ListEnd,
  ): RbPromise<PerHost<string | null, K>>;
  /**
   * Takes elements of the first of several lists that has any.
   *
   * Redis 7.0.0, O(N + M) for N keys and M elements.
   *
   * @returns The key and the elements; null if all are empty.
   */
  lmpop(
    from: ListEnd,
    keys: readonly Key[],
    options?: LMPopOptions,
  ): RbPromise<PerHost<[key: string, elements: string[]] | null, K>>;
  /**
   * Takes the first element.
   *
   * Redis 1.0.0, O(N) in the number of elements.
   *
   * @returns The element; null if there is none.
   */
  lpop(key: Key): RbPromise<PerHost<string | null, K>>;
  /**
   * Takes several elements from the head (Redis 6.2.0).
   */
  lpop(key: Key, count: number): RbPromise<PerHost<string[], K>>;
  /**
   * Finds an element.
   *
   * Redis 6.0.6, O(N) in the length of the list.
   *
   * @param options `rank` for which of several, below 0 from the end; `maxlen`
   * for how many to look at.
   * @returns Its place, from 0; null if there is none.
   */
  lpos(
    key: Key,
    element: Argument,
    options?: LPosOpts,
  ): RbPromise<PerHost<number | null, K>>;
  /**
   * Finds the places of an element; with `count` 0, all of them.
   */
  lpos(
    key: Key,
    element: Argument,
    options: LPosWithCountOpts,
  ): RbPromise<PerHost<number[], K>>;
  /**
   * Puts elements at the head, each before the one given before.
   *
   * Redis 1.0.0, O(1) for each element.
   *
   * @returns The length afterwards.
   */
  lpush(key: Key, ...elements: Argument[]): RbPromise<PerHost<number, K>>;
  /**
   * Puts the elements of a list at the head.
   */
  lpush(key: Key, elements: readonly Argument[]): RbPromise<PerHost<number, K>>;
  /**
   * Puts elements at the head of a list that is there.
   *
   * Redis 2.2.0, O(1) for each element.
   *
   * @returns The length afterwards; 0 if there is no list.
   */
  lpushx(key: Key, ...elements: Argument[]): RbPromise<PerHost<number, K>>;
  /**
   * Puts the elements of a list at the head of one that is there.
   */
  lpushx(
    key: Key,
    elements: readonly Argument[],
  ): RbPromise<PerHost<number, K>>;
  /**
   * Reads a range of elements.
   *
   * Redis 1.0.0, O(S + N) for S elements on the way and N in the range.
   *
   * @param start The first place, from 0; below 0, from the end.
   * @param stop The last one.
   */
  lrange(
    key: Key,
    start: number,
    stop: number,
  ): RbPromise<PerHost<string[], K>>;
  /**
   * Removes elements that are equal to one.
   *
   * Redis 1.0.0, O(N + M) in the length and the number removed.
   *
   * @param count The most from the head; below 0, from the end; 0 for all.
   * @returns How many were removed.
   */
  lrem(
    key: Key,
    count: number,
    element: Argument,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Writes over an element.
   *
   * Redis 1.0.0, O(N) in the elements on the way.
   *
   * @param index Its place, from 0; below 0, from the end.
   * @returns `"OK"`.
   */
  lset(
    key: Key,
    index: number,
    element: Argument,
  ): RbPromise<PerHost<string, K>>;
  /**
   * Keeps a range of elements and removes the others.
   *
   * Redis 1.0.0, O(N) in the number removed.
   *
   * @param start The first place, from 0; below 0, from the end.
   * @param stop The last one.
   * @returns `"OK"`.
   */
  ltrim(key: Key, start: number, stop: number): RbPromise<PerHost<string, K>>;
  /**
   * Takes the last element.
   *
   * Redis 1.0.0, O(N) in the number of elements.
   *
   * @returns The element; null if there is none.
   */
  rpop(key: Key): RbPromise<PerHost<string | null, K>>;
  /**
   * Takes several elements from the end (Redis 6.2.0).
   */
  rpop(key: Key, count: number): RbPromise<PerHost<string[], K>>;
  /**
   * Moves the last element of a list to the head of another; `lmove` does it
   * too.
   *
   * Redis 1.2.0, O(1).
   *
   * @returns The element; null if there is none.
   */
  rpoplpush(
    source: Key,
    destination: Key,
  ): RbPromise<PerHost<string | null, K>>;
  /**
   * Puts elements at the end.
   *
   * Redis 1.0.0, O(1) for each element.
   *
   * @returns The length afterwards.
   */
  rpush(key: Key, ...elements: Argument[]): RbPromise<PerHost<number, K>>;
  /**
   * Puts the elements of a list at the end.
   */
  rpush(key: Key, elements: readonly Argument[]): RbPromise<PerHost<number, K>>;
  /**
   * Puts elements at the end of a list that is there.
   *
   * Redis 2.2.0, O(1) for each element.
   *
   * @returns The length afterwards; 0 if there is no list.
   */
  rpushx(key: Key, ...elements: Argument[]): RbPromise<PerHost<number, K>>;
  /**
   * Puts the elements of a list at the end of one that is there.
   */
  rpushx(
    key: Key,
    elements: readonly Argument[],
  ): RbPromise<PerHost<number, K>>;
  /**
   * Sends a message to all that listen to a channel, by its name or a pattern.
   *
   * Redis 2.0.0, O(N + M) in the listeners to the channel and in all patterns.
   *
   * @returns How many got it.
   */
  publish(channel: Key, message: Argument): RbPromise<PerHost<number, K>>;
  /**
   * Lists the channels that somebody listens to by their names.
   *
   * Redis 2.8.0, O(N) in the number of channels.
   *
   * @param pattern Which of them; all by default.
   */
  pubsubChannels(pattern?: string): RbPromise<PerHost<string[], K>>;
  /**
   * Counts the different patterns that somebody listens to.
   *
   * Redis 2.8.0, O(1).
   */
  pubsubNumpat(): RbPromise<PerHost<number, K>>;
  /**
   * Counts who listens to channels by their names.
   *
   * Redis 2.8.0, O(N) in the number of channels.
   *
   * @returns Channels and counts in turn.
   */
  pubsubNumsub(
    ...channels: string[]
  ): RbPromise<PerHost<(string | number)[], K>>;
  /** Counts who listens to the channels of a list. */
  pubsubNumsub(
    channels: readonly string[],
  ): RbPromise<PerHost<(string | number)[], K>>;
  /**
   * Lists the channels of shards that somebody listens to.
   *
   * Redis 7.0.0, O(N) in the number of channels.
   *
   * @param pattern Which of them; all by default.
   */
  pubsubShardChannels(pattern?: string): RbPromise<PerHost<string[], K>>;
  /**
   * Counts who listens to channels of shards.
   *
   * Redis 7.0.0, O(N) in the number of channels.
   *
   * @returns Channels and counts in turn.
   */
  pubsubShardNumsub(
    ...channels: string[]
  ): RbPromise<PerHost<(string | number)[], K>>;
  /** Counts who listens to the channels of a list. */
  pubsubShardNumsub(
    channels: readonly string[],
  ): RbPromise<PerHost<(string | number)[], K>>;
  /**
   * Sends a message to all that listen to a channel of a shard, whose name
   * decides on the host as a key does.
   *
   * Redis 7.0.0, O(N) in the number of listeners.
   *
   * @returns How many got it.
   */
  spublish(channel: Key, message: Argument): RbPromise<PerHost<number, K>>;
  /**
   * Runs a script by its source; `run` sends it once.
   *
   * Redis 2.6.0, as long as the script takes.
   *
   * @param keys Its keys, all of one host.
   * @returns What it returns.
   */
  eval(
    script: string,
    keys: readonly Key[],
    args: readonly Argument[],
  ): RbPromise<PerHost<Reply, K>>;
  /**
   * Runs a script that may not write.
   *
   * Redis 7.0.0, as long as the script takes.
   *
   * @returns What it returns.
   */
  evalRo(
    script: string,
    keys: readonly Key[],
    args: readonly Argument[],
  ): RbPromise<PerHost<Reply, K>>;
  /**
   * Runs a script by the SHA-1 of its source.
   *
   * Redis 2.6.0, as long as the script takes.
   *
   * @returns What it returns.
   */
  evalsha(
    sha1: string,
    keys: readonly Key[],
    args: readonly Argument[],
  ): RbPromise<PerHost<Reply, K>>;
  /**
   * Runs a script that may not write by the SHA-1 of its source.
   *
   * Redis 7.0.0, as long as the script takes.
   *
   * @returns What it returns.
   */
  evalshaRo(
    sha1: string,
    keys: readonly Key[],
    args: readonly Argument[],
  ): RbPromise<PerHost<Reply, K>>;
  /**
   * Runs a function.
   *
   * Redis 7.0.0, as long as the function takes.
   *
   * @returns What it returns.
   */
  fcall(
    name: string,
    keys: readonly Key[],
    args: readonly Argument[],
  ): RbPromise<PerHost<Reply, K>>;
  /**
   * Runs a function that does not write.
   *
   * Redis 7.0.0, as long as the function takes.
   *
   * @returns What it returns.
   */
  fcallRo(
    name: string,
    keys: readonly Key[],
    args: readonly Argument[],
  ): RbPromise<PerHost<Reply, K>>;
  /**
   * Deletes a library of functions.
   *
   * Redis 7.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  functionDelete(library: string): RbPromise<PerHost<string, K>>;
  /**
   * Reads all libraries in the format of `functionRestore`.
   *
   * Redis 7.0.0, O(N) in the number of functions.
   *
   * @returns Bytes.
   */
  functionDump(): RbPromise<PerHost<Uint8Array, K>>;
  /**
   * Deletes all libraries.
   *
   * Redis 7.0.0, O(N) in the number of functions.
   *
   * @returns `"OK"`.
   */
  functionFlush(mode?: "ASYNC" | "SYNC"): RbPromise<PerHost<string, K>>;
  /**
   * Ends the function that runs, if it has not written.
   *
   * Redis 7.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  functionKill(): RbPromise<PerHost<string, K>>;
  /**
   * Lists libraries and their functions.
   *
   * Redis 7.0.0, O(N) in the number of functions.
   */
  functionList(options?: FunctionListOptions): RbPromise<PerHost<Reply[], K>>;
  /**
   * Loads a library of functions.
   *
   * Redis 7.0.0, O(1).
   *
   * @returns Its name.
   */
  functionLoad(
    code: string,
    options?: FunctionLoadOptions,
  ): RbPromise<PerHost<string, K>>;
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
  ): RbPromise<PerHost<string, K>>;
  /**
   * Tells what function runs, and which engines there are.
   *
   * Redis 7.0.0, O(1).
   */
  functionStats(): RbPromise<PerHost<Reply[], K>>;
  /**
   * Asks which scripts a server knows.
   *
   * Redis 2.6.0, O(N) in the number of scripts.
   *
   * @returns For each 1 if it does, 0 if not.
   */
  scriptExists(...sha1s: string[]): RbPromise<PerHost<number[], K>>;
  /**
   * Has a server forget all scripts.
   *
   * Redis 2.6.0, O(N) in the number of scripts.
   *
   * @returns `"OK"`.
   */
  scriptFlush(mode?: "ASYNC" | "SYNC"): RbPromise<PerHost<string, K>>;
  /**
   * Ends the script that runs, if it has not written.
   *
   * Redis 2.6.0, O(1).
   *
   * @returns `"OK"`.
   */
  scriptKill(): RbPromise<PerHost<string, K>>;
  /**
   * Has a server know a script.
   *
   * Redis 2.6.0, O(N) in its length.
   *
   * @returns The SHA-1 of its source.
   */
  scriptLoad(script: string): RbPromise<PerHost<string, K>>;
  /**
   * Has a server write its log of writes anew, beside its other work.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns That it has begun.
   */
  bgrewriteaof(): RbPromise<PerHost<string, K>>;
  /**
   * Has a server save its keys to disk, beside its other work.
   *
   * Redis 1.0.0, O(1); `schedule` needs 3.2.2.
   *
   * @returns That it has begun.
   */
  bgsave(options?: BgSaveOptions): RbPromise<PerHost<string, K>>;
  /**
   * Describes all commands.
   *
   * Redis 2.8.13, O(N) in their number.
   */
  command(): RbPromise<PerHost<CommandDetails[], K>>;
  /**
   * Counts all commands.
   *
   * Redis 2.8.13, O(1).
   */
  commandCount(): RbPromise<PerHost<number, K>>;
  /**
   * Reads the documentation of commands.
   *
   * Redis 7.0.0, O(N) in their number.
   *
   * @param commands Which; all by default.
   * @returns Names in turn with lists of names and values.
   */
  commandDocs(...commands: string[]): RbPromise<PerHost<Reply[], K>>;
  /** Reads the documentation of the commands of a list. */
  commandDocs(commands: readonly string[]): RbPromise<PerHost<Reply[], K>>;
  /**
   * Asks which words of a command are keys; it does not run.
   *
   * Redis 2.8.13, O(N) in the number of words.
   *
   * @param words The command and its arguments.
   */
  commandGetKeys(...words: Argument[]): RbPromise<PerHost<string[], K>>;
  /**
   * Asks which words of a command are keys, and what it does with them.
   *
   * Redis 7.0.0, O(N) in the number of words.
   *
   * @param words The command and its arguments.
   */
  commandGetKeysAndFlags(
    ...words: Argument[]
  ): RbPromise<PerHost<[key: string, flags: string[]][], K>>;
  /**
   * Describes commands.
   *
   * Redis 2.8.13, O(N) in their number.
   *
   * @param commands Which; all by default.
   * @returns One for each in its order; null where there is none.
   */
  commandInfo(
    ...commands: string[]
  ): RbPromise<PerHost<(CommandDetails | null)[], K>>;
  /** Describes the commands of a list. */
  commandInfo(
    commands: readonly string[],
  ): RbPromise<PerHost<(CommandDetails | null)[], K>>;
  /**
   * Lists the names of commands.
   *
   * Redis 7.0.0, O(N) in the number of all commands.
   *
   * @param options Which; all by default.
   */
  commandList(options?: CommandListOptions): RbPromise<PerHost<string[], K>>;
  /**
   * Reads settings of a server.
   *
   * Redis 2.0.0, O(N) in the number of settings; several patterns need 7.0.0.
   *
   * @param patterns Their names, or patterns of them.
   * @returns Names and values in turn.
   */
  configGet(...patterns: string[]): RbPromise<PerHost<string[], K>>;
  /** Reads the settings of a list of patterns. */
  configGet(patterns: readonly string[]): RbPromise<PerHost<string[], K>>;
  /**
   * Has a server count from 0 again what INFO tells.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  configResetStat(): RbPromise<PerHost<string, K>>;
  /**
   * Has a server write its settings to the file that it was started with.
   *
   * Redis 2.8.0, O(1).
   *
   * @returns `"OK"`.
   */
  configRewrite(): RbPromise<PerHost<string, K>>;
  /**
   * Changes a setting of a server.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  configSet(parameter: string, value: Argument): RbPromise<PerHost<string, K>>;
  /**
   * Changes settings, all or none.
   *
   * Redis 7.0.0, O(N) in their number.
   */
  configSet(
    values: Record<string, Argument> | ReadonlyMap<string, Argument>,
  ): RbPromise<PerHost<string, K>>;
  /**
   * Counts the keys of a server.
   *
   * Redis 1.0.0, O(1).
   */
  dbsize(): RbPromise<PerHost<number, K>>;
  /**
   * Describes how a server holds the value of a key.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns One line of `name:value`.
   */
  debugObject(key: Key): RbPromise<PerHost<string, K>>;
  /**
   * Has a server crash.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns Nothing, since its connection is lost.
   */
  debugSegfault(): RbPromise<PerHost<string, K>>;
  /**
   * Has a primary hand over to one of its replicas.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns `"OK"`; it comes before that is done.
   */
  failover(options?: FailoverOptions): RbPromise<PerHost<string, K>>;
  /**
   * Deletes the keys of all databases of a server.
   *
   * Redis 1.0.0, O(N) in the number of keys.
   *
   * @param async `true` or `"ASYNC"` if their memory shall be freed beside other
   * work (4.0.0), `"SYNC"` (6.2.0) if at once, whatever the server is set to.
   * @returns `"OK"`.
   */
  flushall(async?: boolean | "ASYNC" | "SYNC"): RbPromise<PerHost<string, K>>;
  /**
   * Deletes the keys of one database.
   *
   * Redis 1.0.0, O(N) in the number of keys.
   *
   * @param async `true` or `"ASYNC"` if their memory shall be freed beside other
   * work (4.0.0), `"SYNC"` (6.2.0) if at once, whatever the server is set to.
   * @returns `"OK"`.
   */
  flushdb(async?: boolean | "ASYNC" | "SYNC"): RbPromise<PerHost<string, K>>;
  /**
   * Describes a server.
   *
   * Redis 1.0.0, O(1); several sections need 7.0.0.
   *
   * @param sections Which parts, such as `"memory"`; the usual ones by default.
   * @returns Lines of `name:value` under headings.
   */
  info(section?: string, ...sections: string[]): RbPromise<PerHost<string, K>>;
  /**
   * Reads when a server saved its keys last.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns Seconds since 1970.
   */
  lastsave(): RbPromise<PerHost<number, K>>;
  /**
   * Explains what was slow on a server, and what may be done.
   *
   * Redis 2.8.13, O(1).
   *
   * @returns A text.
   */
  latencyDoctor(): RbPromise<PerHost<string, K>>;
  /**
   * Draws how slow an event was.
   *
   * Redis 2.8.13, O(1).
   *
   * @returns A picture made of characters.
   */
  latencyGraph(event: string): RbPromise<PerHost<string, K>>;
  /**
   * Tells how long commands took.
   *
   * Redis 7.0.0, O(N) in the number of commands.
   *
   * @param commands Which; all that were called by default.
   * @returns Names in turn with lists of names and values.
   */
  latencyHistogram(...commands: string[]): RbPromise<PerHost<Reply[], K>>;
  /** Tells how long the commands of a list took. */
  latencyHistogram(commands: readonly string[]): RbPromise<PerHost<Reply[], K>>;
  /**
   * Tells how slow an event was each time.
   *
   * Redis 2.8.13, O(1).
   *
   * @returns When (seconds since 1970), and how many milliseconds it took.
   */
  latencyHistory(
    event: string,
  ): RbPromise<PerHost<[timestamp: number, latency: number][], K>>;
  /**
   * Tells how slow each event was.
   *
   * Redis 2.8.13, O(1).
   *
   * @returns Its name, when it was last (seconds since 1970), how many
   * milliseconds it took then, and at most.
   */
  latencyLatest(): RbPromise<
    PerHost<[
      event: string,
      timestamp: number,
      latest: number,
      highest: number,
    ][], K>
  >;
  /**
   * Forgets how slow events were.
   *
   * Redis 2.8.13, O(1).
   *
   * @param events Which; all by default.
   * @returns How many there were.
   */
  latencyReset(...events: string[]): RbPromise<PerHost<number, K>>;
  /** Forgets how slow the events of a list were. */
  latencyReset(events: readonly string[]): RbPromise<PerHost<number, K>>;
  /**
   * Draws a picture, and tells the version of the server.
   *
   * Redis 5.0.0, O(1) unless it is told otherwise.
   *
   * @param version Of which version of Redis; its own by default.
   * @param args How large; what each number means is up to the picture.
   * @returns A picture made of characters.
   */
  lolwut(version?: number, ...args: number[]): RbPromise<PerHost<string, K>>;
  /**
   * Explains what is wrong with the memory of a server.
   *
   * Redis 4.0.0, O(1).
   *
   * @returns A text.
   */
  memoryDoctor(): RbPromise<PerHost<string, K>>;
  /**
   * Explains MEMORY.
   *
   * Redis 4.0.0, O(1).
   *
   * @returns Lines.
   */
  memoryHelp(): RbPromise<PerHost<string[], K>>;
  /**
   * Describes the allocator of a server.
   *
   * Redis 4.0.0, as long as the allocator takes.
   *
   * @returns A text.
   */
  memoryMallocStats(): RbPromise<PerHost<string, K>>;
  /**
   * Has the allocator of a server give back what it can.
   *
   * Redis 4.0.0, as long as the allocator takes.
   *
   * @returns `"OK"`.
   */
  memoryPurge(): RbPromise<PerHost<string, K>>;
  /**
   * Tells what the memory of a server is used for.
   *
   * Redis 4.0.0, O(1).
   *
   * @returns Names and numbers in turn; some numbers are text.
   */
  memoryStats(): RbPromise<PerHost<ConditionalArray, K>>;
  /**
   * Measures the memory of a key and its value.
   *
   * Redis 4.0.0, O(N) in the number of samples.
   *
   * @param options `samples`: how many members of it are measured, 0 for all; 5
   * by default.
   * @returns Bytes; null if there is no key.
   */
  memoryUsage(
    key: Key,
    options?: MemoryUsageOpts,
  ): RbPromise<PerHost<number | null, K>>;
  /**
   * Lists the modules of a server.
   *
   * Redis 4.0.0, O(N) in their number.
   *
   * @returns A list of names and values in turn for each.
   */
  moduleList(): RbPromise<PerHost<string[], K>>;
  /**
   * Loads a module.
   *
   * Redis 4.0.0, O(1).
   *
   * @param path Its file, as the server sees it.
   * @returns `"OK"`.
   */
  moduleLoad(path: string, ...args: string[]): RbPromise<PerHost<string, K>>;
  /**
   * Loads a module with settings.
   *
   * Redis 7.0.0, O(1).
   *
   * @param path Its file, as the server sees it.
   * @returns `"OK"`.
   */
  moduleLoadEx(
    path: string,
    options?: ModuleLoadExOptions,
  ): RbPromise<PerHost<string, K>>;
  /**
   * Unloads a module.
   *
   * Redis 4.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  moduleUnload(name: string): RbPromise<PerHost<string, K>>;
  /**
   * Makes a server a replica.
   *
   * Redis 5.0.0, O(1).
   *
   * @param host The host of its primary,
   * @param port and the port.
   * @returns `"OK"`.
   */
  replicaof(host: string, port: number): RbPromise<PerHost<string, K>>;
  /**
   * Makes a replica a primary.
   *
   * Redis 5.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  replicaofNoOne(): RbPromise<PerHost<string, K>>;
  /**
   * Tells whether a server is a primary, a replica or a Sentinel.
   *
   * Redis 2.8.12, O(1).
   *
   * @returns What it is, and whom it copies or who copies it.
   */
  role(): RbPromise<PerHost<RoleReply, K>>;
  /**
   * Has a server save its keys to disk, and do nothing else meanwhile.
   *
   * Redis 1.0.0, O(N) in the number of keys.
   *
   * @returns `"OK"`.
   */
  save(): RbPromise<PerHost<string, K>>;
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
  ): RbPromise<PerHost<string, K>>;
  /**
   * Makes a server a replica; `replicaof` replaces it.
   *
   * Redis 1.0.0, O(1).
   *
   * @param host The host of its primary,
   * @param port and the port.
   * @returns `"OK"`.
   */
  slaveof(host: string, port: number): RbPromise<PerHost<string, K>>;
  /**
   * Makes a replica a primary; `replicaofNoOne` replaces it.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  slaveofNoOne(): RbPromise<PerHost<string, K>>;
  /**
   * Reads or forgets which calls took long; `slowlogGet` and the others say it
   * with types.
   *
   * Redis 2.2.12, O(N) in the number of entries.
   *
   * @param subcommand `"GET"`, `"LEN"`, `"RESET"` or `"HELP"`.
   */
  slowlog(
    subcommand: string,
    ...args: Argument[]
  ): RbPromise<PerHost<ConditionalArray, K>>;
  /**
   * Lists calls that took long, the last one first.
   *
   * Redis 2.2.12, O(N) in the number of entries.
   *
   * @param count The most entries, -1 for all; 10 by default.
   */
  slowlogGet(count?: number): RbPromise<PerHost<SlowlogEntry[], K>>;
  /**
   * Counts the calls that took long and are remembered.
   *
   * Redis 2.2.12, O(1).
   */
  slowlogLen(): RbPromise<PerHost<number, K>>;
  /**
   * Forgets the calls that took long.
   *
   * Redis 2.2.12, O(N) in the number of entries.
   *
   * @returns `"OK"`.
   */
  slowlogReset(): RbPromise<PerHost<string, K>>;
  /**
   * Swaps two databases of a server for all its clients.
   *
   * Redis 4.0.0, O(N) in the number of clients that watch keys or wait for some.
   *
   * @returns `"OK"`.
   */
  swapdb(index1: number, index2: number): RbPromise<PerHost<string, K>>;
  /**
   * Reads the clock of a server.
   *
   * Redis 2.6.0, O(1).
   *
   * @returns Seconds since 1970, and microseconds beyond them.
   */
  time(): RbPromise<PerHost<[seconds: string, microseconds: string], K>>;
  /**
   * Adds members.
   *
   * Redis 1.0.0, O(1) for each member.
   *
   * @returns How many are new.
   */
  sadd(key: Key, ...members: Argument[]): RbPromise<PerHost<number, K>>;
  /**
   * Adds the members of a list, however long.
   */
  sadd(key: Key, members: readonly Argument[]): RbPromise<PerHost<number, K>>;
  /**
   * Counts the members.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns How many there are; 0 if there is no set.
   */
  scard(key: Key): RbPromise<PerHost<number, K>>;
  /**
   * Finds the members of the first set that none of the others has; all keys are
   * of one host.
   *
   * Redis 1.0.0, O(N) in the number of members.
   *
   * @returns The members.
   */
  sdiff(...keys: Key[]): RbPromise<PerHost<string[], K>>;
  /**
   * The same for a list of keys.
   */
  sdiff(keys: readonly Key[]): RbPromise<PerHost<string[], K>>;
  /**
   * Stores the members of the first set that none of the others has.
   *
   * Redis 1.0.0, O(N) in the number of members.
   *
   * @returns How many were stored.
   */
  sdiffstore(destination: Key, ...keys: Key[]): RbPromise<PerHost<number, K>>;
  /**
   * The same for a list of keys.
   */
  sdiffstore(
    destination: Key,
    keys: readonly Key[],
  ): RbPromise<PerHost<number, K>>;
  /**
   * Finds the members that all of several sets have; all keys are of one host.
   *
   * Redis 1.0.0, O(N × M) for M sets, the smallest of N members.
   *
   * @returns The members.
   */
  sinter(...keys: Key[]): RbPromise<PerHost<string[], K>>;
  /**
   * The same for a list of keys.
   */
  sinter(keys: readonly Key[]): RbPromise<PerHost<string[], K>>;
  /**
   * Counts the members that all of several sets have.
   *
   * Redis 7.0.0, O(N × M) for M sets, the smallest of N members.
   */
  sintercard(
    keys: readonly Key[],
    options?: SInterCardOptions,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Stores the members that all of several sets have.
   *
   * Redis 1.0.0, O(N × M) for M sets, the smallest of N members.
   *
   * @returns How many were stored.
   */
  sinterstore(destination: Key, ...keys: Key[]): RbPromise<PerHost<number, K>>;
  /**
   * The same for a list of keys.
   */
  sinterstore(
    destination: Key,
    keys: readonly Key[],
  ): RbPromise<PerHost<number, K>>;
  /**
   * Asks whether a set has a member.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns 1 if it has, 0 if not.
   */
  sismember(key: Key, member: Argument): RbPromise<PerHost<number, K>>;
  /**
   * Lists the members.
   *
   * Redis 1.0.0, O(N) in the number of members.
   *
   * @returns The members; none if there is no set.
   */
  smembers(key: Key): RbPromise<PerHost<string[], K>>;
  /**
   * Asks which members a set has.
   *
   * Redis 6.2.0, O(N) in the number of members.
   *
   * @returns For each 1 if it has, 0 if not.
   */
  smismember(key: Key, ...members: Argument[]): RbPromise<PerHost<number[], K>>;
  /**
   * Asks it for the members of a list.
   */
  smismember(
    key: Key,
    members: readonly Argument[],
  ): RbPromise<PerHost<number[], K>>;
  /**
   * Moves a member to another set of the same host.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns 1 if it was moved, 0 if there is none.
   */
  smove(
    source: Key,
    destination: Key,
    member: Argument,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Takes a member by chance.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The member; null if there is none.
   */
  spop(key: Key): RbPromise<PerHost<string | null, K>>;
  /**
   * Takes several members by chance (Redis 3.2.0).
   */
  spop(key: Key, count: number): RbPromise<PerHost<string[], K>>;
  /**
   * Picks a member by chance.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The member; null if there is none.
   */
  srandmember(key: Key): RbPromise<PerHost<string | null, K>>;
  /**
   * Picks several members by chance; below 0, that many, some maybe several
   * times.
   */
  srandmember(key: Key, count: number): RbPromise<PerHost<string[], K>>;
  /**
   * Removes members.
   *
   * Redis 1.0.0, O(N) in the number of members.
   *
   * @returns How many there were.
   */
  srem(key: Key, ...members: Argument[]): RbPromise<PerHost<number, K>>;
  /**
   * Removes the members of a list, however long.
   */
  srem(key: Key, members: readonly Argument[]): RbPromise<PerHost<number, K>>;
  /**
   * Goes through the members of a set, a page at a time.
   *
   * Redis 2.8.0, O(1) for a page.
   *
   * @param cursor 0 to begin, then what the page before gave.
   * @returns The next cursor, `"0"` at the end, and members.
   */
  sscan(
    key: Key,
    cursor: number | string,
    options?: SScanOpts,
  ): RbPromise<PerHost<[string, string[]], K>>;
  /**
   * Finds the members that any of several sets has; all keys are of one host.
   *
   * Redis 1.0.0, O(N) in the number of members.
   *
   * @returns The members.
   */
  sunion(...keys: Key[]): RbPromise<PerHost<string[], K>>;
  /**
   * The same for a list of keys.
   */
  sunion(keys: readonly Key[]): RbPromise<PerHost<string[], K>>;
  /**
   * Stores the members that any of several sets has.
   *
   * Redis 1.0.0, O(N) in the number of members.
   *
   * @returns How many were stored.
   */
  sunionstore(destination: Key, ...keys: Key[]): RbPromise<PerHost<number, K>>;
  /**
   * The same for a list of keys.
   */
  sunionstore(
    destination: Key,
    keys: readonly Key[],
  ): RbPromise<PerHost<number, K>>;
  /**
   * Waits for a member with the highest score of any of several sets, and takes
   * it.
   *
   * Redis 5.0.0, O(log N).
   *
   * @param timeout Seconds to wait; 0 for ever.
   * @returns The key, the member and its score; null when the time was up.
   */
  bzpopmax(
    timeout: number,
    ...keys: Key[]
  ): RbPromise<PerHost<[key: string, member: string, score: string] | null, K>>;
  /**
   * Waits for a member with the lowest score of any of several sets, and takes it.
   *
   * Redis 5.0.0, O(log N).
   *
   * @param timeout Seconds to wait; 0 for ever.
   * @returns The key, the member and its score; null when the time was up.
   */
  bzpopmin(
    timeout: number,
    ...keys: Key[]
  ): RbPromise<PerHost<[key: string, member: string, score: string] | null, K>>;
  /**
   * Waits for members of the first of several sets that has any, and takes them.
   *
   * Redis 7.0.0, O(K) + O(M × log N) for K keys and M members.
   *
   * @param timeout Seconds to wait; 0 for ever.
   * @returns The key, and pairs of member and score; null when the time was up.
   */
  bzmpop(
    timeout: number,
    where: "MIN" | "MAX",
    keys: readonly Key[],
    options?: ZMPopOptions,
  ): RbPromise<
    PerHost<[key: string, [member: string, score: string][]] | null, K>
  >;
  /**
   * Adds a member, or changes its score.
   *
   * Redis 1.2.0, O(log N); `nx`, `xx` and `ch` need 3.0.2.
   *
   * @param options `nx` or `xx` to only add, or only change; `ch` to count what
   * was changed too.
   * @returns How many were added.
   */
  zadd<T extends ZAddOpts = ZAddOpts>(
    key: Key,
    score: Score,
    member: Argument,
    options?: T,
  ): RbPromise<PerHost<ZAddReply<T>, K>>;
  /** Adds pairs of score and member, or changes their scores. */
  zadd<T extends ZAddOpts = ZAddOpts>(
    key: Key,
    scoreMembers: [score: Score, member: Argument][],
    options?: T,
  ): RbPromise<PerHost<ZAddReply<T>, K>>;
  /** Adds the members of a record or a Map, whose values are their scores. */
  zadd<T extends ZAddOpts = ZAddOpts>(
    key: Key,
    memberScores: Record<string | number, Score> | ReadonlyMap<Argument, Score>,
    options?: T,
  ): RbPromise<PerHost<ZAddReply<T>, K>>;
  /**
   * Adds to the score of a member, under a condition; see also `zincrby`.
   *
   * Redis 3.0.2, O(log N).
   *
   * @returns The score afterwards, as text; null if the condition kept it as it
   * was.
   */
  zaddIncr(
    key: Key,
    score: Score,
    member: Argument,
    options?: ZAddOpts,
  ): RbPromise<PerHost<string | null, K>>;
  /**
   * Counts the members.
   *
   * Redis 1.2.0, O(1).
   *
   * @returns How many there are; 0 if there is no set.
   */
  zcard(key: Key): RbPromise<PerHost<number, K>>;
  /**
   * Counts the members with scores in a range.
   *
   * Redis 2.0.0, O(log N).
   */
  zcount(
    key: Key,
    min: ScoreBound,
    max: ScoreBound,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Finds the members of the first set that none of the others has; all keys are
   * of one host.
   *
   * Redis 6.2.0, O(L + (N-K)log(N)).
   *
   * @returns The members, with `withScore` and scores in turn.
   */
  zdiff(
    keys: readonly Key[],
    options?: ZDiffOptions,
  ): RbPromise<PerHost<string[], K>>;
  /**
   * Stores the members of the first set that none of the others has.
   *
   * Redis 6.2.0, O(L + (N-K)log(N)).
   *
   * @returns How many were stored.
   */
  zdiffstore(
    destination: Key,
    keys: readonly Key[],
  ): RbPromise<PerHost<number, K>>;
  /**
   * Adds to the score of a member; a missing one counts as 0.
   *
   * Redis 1.2.0, O(log N).
   *
   * @returns The score afterwards, as text.
   */
  zincrby(
    key: Key,
    increment: Score,
    member: Argument,
  ): RbPromise<PerHost<string, K>>;
  /**
   * Finds the members that all of several sets have; all keys are of one host.
   *
   * Redis 6.2.0, O(N × K) + O(M × log M).
   *
   * @returns The members, with `withScore` and scores in turn.
   */
  zinter(
    keys: WeightedKeys,
    options?: ZInterOpts,
  ): RbPromise<PerHost<string[], K>>;
  /**
   * Counts the members that all of several sets have.
   *
   * Redis 7.0.0, O(N × K).
   */
  zintercard(
    keys: readonly Key[],
    options?: ZInterCardOptions,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Stores the members that all of several sets have.
   *
   * Redis 2.0.0, O(N × K) + O(M × log M).
   *
   * @returns How many were stored.
   */
  zinterstore(
    destination: Key,
    keys: WeightedKeys,
    options?: ZInterstoreOpts,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Counts the members in a range by their text, where all scores are the same.
   *
   * Redis 2.8.9, O(log N).
   *
   * @param min `"[a"` with a, `"(a"` without it, or `"-"`.
   * @param max The same, or `"+"`.
   */
  zlexcount(
    key: Key,
    min: Argument,
    max: Argument,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Takes members of the first of several sets that has any.
   *
   * Redis 7.0.0, O(K) + O(M × log N) for K keys and M members.
   *
   * @returns The key, and pairs of member and score; null if all are empty.
   */
  zmpop(
    where: "MIN" | "MAX",
    keys: readonly Key[],
    options?: ZMPopOptions,
  ): RbPromise<
    PerHost<[key: string, [member: string, score: string][]] | null, K>
  >;
  /**
   * Reads the scores of members.
   *
   * Redis 6.2.0, O(N) in the number of members.
   *
   * @returns A score for each, as text; null where there is none.
   */
  zmscore(
    key: Key,
    ...members: Argument[]
  ): RbPromise<PerHost<(string | null)[], K>>;
  /** Reads the scores of a list of members, however long. */
  zmscore(
    key: Key,
    members: readonly Argument[],
  ): RbPromise<PerHost<(string | null)[], K>>;
  /**
   * Takes members with the highest scores.
   *
   * Redis 5.0.0, O(M × log N).
   *
   * @param count The most; 1 without it.
   * @returns Members and scores in turn.
   */
  zpopmax(key: Key, count?: number): RbPromise<PerHost<string[], K>>;
  /**
   * Takes members with the lowest scores.
   *
   * Redis 5.0.0, O(M × log N).
   *
   * @param count The most; 1 without it.
   * @returns Members and scores in turn.
   */
  zpopmin(key: Key, count?: number): RbPromise<PerHost<string[], K>>;
  /**
   * Picks a member by chance.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns The member; null if there is no set.
   */
  zrandmember(key: Key): RbPromise<PerHost<string | null, K>>;
  /**
   * Picks several members by chance.
   *
   * Redis 6.2.0, O(N) in the number of members.
   *
   * @param count How many different ones; below 0, that many, some maybe several
   * times.
   * @returns The members, with `withScore` and scores in turn.
   */
  zrandmember(
    key: Key,
    count: number,
    options?: ZRandMemberOptions,
  ): RbPromise<PerHost<string[], K>>;
  /**
   * Reads the members of a range.
   *
   * Redis 1.2.0, O(log N + M); `by`, `rev` and `limit` need 6.2.0.
   *
   * @param start The first rank, from 0; below 0, from the end. With `by`, the
   * end of a range of scores or texts.
   * @param stop The last one.
   * @returns The members from the lowest score on, with `withScore` and scores in
   * turn.
   */
  zrange(
    key: Key,
    start: ScoreBound,
    stop: ScoreBound,
    options?: ZRangeOptions,
  ): RbPromise<PerHost<string[], K>>;
  /**
   * Reads the members of a range by their text, where all scores are the same;
   * `zrange` with `by: "LEX"` does it too.
   *
   * Redis 2.8.9, O(log N + M).
   *
   * @param min `"[a"` with a, `"(a"` without it, or `"-"`.
   * @param max The same, or `"+"`.
   */
  zrangebylex(
    key: Key,
    min: Argument,
    max: Argument,
    options?: ZRangeByLexOpts,
  ): RbPromise<PerHost<string[], K>>;
  /**
   * Reads the members with scores in a range; `zrange` with `by: "SCORE"` does it
   * too.
   *
   * Redis 1.0.5, O(log N + M).
   *
   * @returns The members from the lowest score on, with `withScore` and scores in
   * turn.
   */
  zrangebyscore(
    key: Key,
    min: ScoreBound,
    max: ScoreBound,
    options?: ZRangeByScoreOpts,
  ): RbPromise<PerHost<string[], K>>;
  /**
   * Stores the members of a range.
   *
   * Redis 6.2.0, O(log N + M).
   *
   * @returns How many were stored.
   */
  zrangestore(
    destination: Key,
    source: Key,
    start: ScoreBound,
    stop: ScoreBound,
    options?: ZRangeStoreOptions,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Finds how many members have lower scores than one.
   *
   * Redis 2.0.0, O(log N).
   *
   * @returns Its rank, from 0; null if it is no member.
   */
  zrank(key: Key, member: Argument): RbPromise<PerHost<number | null, K>>;
  /**
   * Removes members.
   *
   * Redis 1.2.0, O(M × log N).
   *
   * @returns How many there were.
   */
  zrem(key: Key, ...members: Argument[]): RbPromise<PerHost<number, K>>;
  /** Removes the members of a list, however long. */
  zrem(key: Key, members: readonly Argument[]): RbPromise<PerHost<number, K>>;
  /**
   * Removes the members of a range by their text, where all scores are the same.
   *
   * Redis 2.8.9, O(log N + M).
   *
   * @returns How many there were.
   */
  zremrangebylex(
    key: Key,
    min: Argument,
    max: Argument,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Removes the members of a range of ranks.
   *
   * Redis 2.0.0, O(log N + M).
   *
   * @returns How many there were.
   */
  zremrangebyrank(
    key: Key,
    start: number,
    stop: number,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Removes the members with scores in a range.
   *
   * Redis 1.2.0, O(log N + M).
   *
   * @returns How many there were.
   */
  zremrangebyscore(
    key: Key,
    min: ScoreBound,
    max: ScoreBound,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Reads the members of a range of ranks from the highest score on.
   *
   * Redis 1.2.0, O(log N + M).
   *
   * @returns The members, with `withScore` and scores in turn.
   */
  zrevrange(
    key: Key,
    start: number,
    stop: number,
    options?: ZRandMemberOptions,
  ): RbPromise<PerHost<string[], K>>;
  /**
   * Reads the members of a range by their text, from the end on.
   *
   * Redis 2.8.9, O(log N + M).
   */
  zrevrangebylex(
    key: Key,
    max: Argument,
    min: Argument,
    options?: ZRangeByLexOpts,
  ): RbPromise<PerHost<string[], K>>;
  /**
   * Reads the members with scores in a range, from the highest on.
   *
   * Redis 2.2.0, O(log N + M).
   *
   * @returns The members, with `withScore` and scores in turn.
   */
  zrevrangebyscore(
    key: Key,
    max: ScoreBound,
    min: ScoreBound,
    options?: ZRangeByScoreOpts,
  ): RbPromise<PerHost<string[], K>>;
  /**
   * Finds how many members have higher scores than one.
   *
   * Redis 2.0.0, O(log N).
   *
   * @returns Its rank from the end, from 0; null if it is no member.
   */
  zrevrank(key: Key, member: Argument): RbPromise<PerHost<number | null, K>>;
  /**
   * Goes through the members of a set, a page at a time.
   *
   * Redis 2.8.0, O(1) for a page.
   *
   * @param cursor 0 to begin, then what the page before gave.
   * @param options Which members, and about how many a page.
   * @returns The next cursor, `"0"` at the end, and members and scores in turn.
   */
  zscan(
    key: Key,
    cursor: number | string,
    options?: ZScanOpts,
  ): RbPromise<PerHost<[string, string[]], K>>;
  /**
   * Reads the score of a member.
   *
   * Redis 1.2.0, O(1).
   *
   * @returns The score, as text; null if it is no member.
   */
  zscore(key: Key, member: Argument): RbPromise<PerHost<string | null, K>>;
  /**
   * Finds the members that any of several sets has; all keys are of one host.
   *
   * Redis 6.2.0, O(N) + O(M × log M).
   *
   * @returns The members, with `withScore` and scores in turn.
   */
  zunion(
    keys: WeightedKeys,
    options?: ZInterOpts,
  ): RbPromise<PerHost<string[], K>>;
  /**
   * Stores the members that any of several sets has.
   *
   * Redis 2.0.0, O(N) + O(M × log M).
   *
   * @returns How many were stored.
   */
  zunionstore(
    destination: Key,
    keys: WeightedKeys,
    options?: ZUnionstoreOpts,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Says that messages were dealt with.
   *
   * Redis 5.0.0, O(1) for each message.
   *
   * @returns How many were pending.
   */
  xack(
    key: Key,
    group: Argument,
    ...xids: XIdInput[]
  ): RbPromise<PerHost<number, K>>;
  /**
   * Appends a message.
   *
   * Redis 5.0.0, O(1).
   *
   * @param xid Its id; `"*"` for a new one.
   * @param fieldValues Its fields.
   * @param options What to keep of the stream.
   * @returns Its id.
   */
  xadd(
    key: Key,
    xid: XIdAdd,
    fieldValues: XAddFieldValues,
    options?: XMaxlen | XTrimming,
  ): RbPromise<PerHost<XId, K>>;
  /** The same; null where there is no stream and none is to be made. */
  xadd(
    key: Key,
    xid: XIdAdd,
    fieldValues: XAddFieldValues,
    options: XAddOptions,
  ): RbPromise<PerHost<XId | null, K>>;
  /**
   * Takes over messages that have been pending for long, and looks for them.
   *
   * Redis 6.2.0, O(1) for a count.
   *
   * @param minIdleTime Milliseconds that they have been pending.
   * @param start Where to begin; `"0-0"`, then `next` of the reply before.
   */
  xautoclaim(
    key: Key,
    group: Argument,
    consumer: Argument,
    minIdleTime: number,
    start: XIdInput,
    options?: XAutoClaimOptions,
  ): RbPromise<PerHost<XAutoClaimReply, K>>;
  /**
   * Takes over pending messages.
   *
   * Redis 5.0.0, O(log N) for each message.
   *
   * @param options The group, the consumer who gets them, and how many
   * milliseconds they have been pending at least.
   * @returns The messages, or with `justXId` their ids.
   */
  xclaim(
    key: Key,
    options: XClaimOpts,
    ...xids: XIdInput[]
  ): RbPromise<PerHost<XClaimReply, K>>;
  /**
   * Deletes messages.
   *
   * Redis 5.0.0, O(1) for each message.
   *
   * @returns How many there were.
   */
  xdel(key: Key, ...xids: XIdInput[]): RbPromise<PerHost<number, K>>;
  /**
   * Makes a group of consumers.
   *
   * Redis 5.0.0, O(1).
   *
   * @param xid The last message that it has not to see; `"$"` for the newest.
   * @param mkstream Whether the stream is made if there is none.
   * @returns `"OK"`.
   */
  xgroupCreate(
    key: Key,
    group: Argument,
    xid: XIdInput | "$",
    mkstream?: boolean,
  ): RbPromise<PerHost<string, K>>;
  /**
   * Makes a consumer; reading makes one too.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns 1 if it was made, 0 if there is one.
   */
  xgroupCreateConsumer(
    key: Key,
    group: Argument,
    consumer: Argument,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Deletes a consumer.
   *
   * Redis 5.0.0, O(1).
   *
   * @returns How many messages it had pending.
   */
  xgroupDelConsumer(
    key: Key,
    group: Argument,
    consumer: Argument,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Deletes a group.
   *
   * Redis 5.0.0, O(N) in the number of its pending messages.
   *
   * @returns 1 if there was one, 0 if not.
   */
  xgroupDestroy(key: Key, group: Argument): RbPromise<PerHost<number, K>>;
  /**
   * Lists the subcommands of XGROUP.
   *
   * Redis 5.0.0, O(1).
   */
  xgroupHelp(): RbPromise<PerHost<string[], K>>;
  /**
   * Sets which message a group has seen last.
   *
   * Redis 5.0.0, O(1).
   *
   * @returns `"OK"`.
   */
  xgroupSetID(
    key: Key,
    group: Argument,
    xid: XIdInput | "$",
  ): RbPromise<PerHost<string, K>>;
  /**
   * Lists the consumers of a group.
   *
   * Redis 5.0.0, O(1).
   */
  xinfoConsumers(
    key: Key,
    group: Argument,
  ): RbPromise<PerHost<XInfoConsumersReply, K>>;
  /**
   * Lists the groups of a stream.
   *
   * Redis 5.0.0, O(1).
   */
  xinfoGroups(key: Key): RbPromise<PerHost<XInfoGroupsReply, K>>;
  /**
   * Tells about a stream.
   *
   * Redis 5.0.0, O(1).
   *
   * @returns Its length and more; the first and the last entry are null if there
   * is none.
   */
  xinfoStream(key: Key): RbPromise<
    PerHost<
      & Omit<XInfoStreamReply, "firstEntry" | "lastEntry">
      & { firstEntry: XMessage | null; lastEntry: XMessage | null },
      K
    >
  >;
  /**
   * Tells about a stream, its entries, groups and consumers.
   *
   * Redis 6.0.0, O(N) in the number of entries given.
   *
   * @param count The most entries; 10 without it, 0 for all.
   */
  xinfoStreamFull(
    key: Key,
    count?: number,
  ): RbPromise<PerHost<XInfoStreamFullReply, K>>;
  /**
   * Counts the messages of a stream.
   *
   * Redis 5.0.0, O(1).
   *
   * @returns How many there are; 0 if there is no stream.
   */
  xlen(key: Key): RbPromise<PerHost<number, K>>;
  /**
   * Tells how many messages of a group are pending.
   *
   * Redis 5.0.0, O(N) in the number of consumers.
   *
   * @returns The count, the ids of the first and the last one (null if there is
   * none), and the consumers.
   */
  xpending(key: Key, group: Argument): RbPromise<
    PerHost<
      & Omit<XPendingReply, "startId" | "endId">
      & { startId: XId | null; endId: XId | null },
      K
    >
  >;
  /**
   * Lists pending messages of a group.
   *
   * Redis 5.0.0, O(N) in the number of messages given.
   *
   * @param startEndCount The range of ids, and the most messages.
   * @param consumer Only those of one consumer.
   */
  xpendingCount(
    key: Key,
    group: Argument,
    startEndCount: StartEndCount,
    consumer?: Argument,
  ): RbPromise<PerHost<XPendingCount[], K>>;
  /**
   * Reads the messages in a range of ids.
   *
   * Redis 5.0.0, O(N) in the number of messages given.
   *
   * @param start The first id; `"-"` for the lowest.
   * @param end The last id; `"+"` for the highest.
   * @param count The most messages.
   */
  xrange(
    key: Key,
    start: XIdNeg,
    end: XIdPos,
    count?: number,
  ): RbPromise<PerHost<XMessage[], K>>;
  /**
   * Reads messages of several streams, which are of one host, behind an id each.
   *
   * Redis 5.0.0, O(N) in the number of messages given.
   *
   * @param streams Keys and ids.
   * @param options The most messages of each; for how many milliseconds to wait
   * for some, 0 for ever.
   * @returns Those streams that have any.
   */
  xread(
    streams: (XKeyId | XKeyIdLike)[],
    options?: XReadOpts,
  ): RbPromise<PerHost<XReadReply, K>>;
  /**
   * Reads messages of several streams, which are of one host, as a consumer of a
   * group.
   *
   * Redis 5.0.0, O(M) in the number of messages given.
   *
   * @param streams Keys and ids; `">"` for messages that no consumer has seen.
   * @param options The group and the consumer; the most messages of each stream;
   * for how many milliseconds to wait for some, 0 for ever.
   * @returns Those streams that have any. A message that is gone from its stream
   * has no fields.
   */
  xreadgroup(
    streams: (XKeyIdGroup | XKeyIdGroupLike)[],
    options: XReadGroupOpts,
  ): RbPromise<PerHost<XReadReply, K>>;
  /**
   * Reads the messages in a range of ids, the newest first.
   *
   * Redis 5.0.0, O(N) in the number of messages given.
   *
   * @param start The last id; `"+"` for the highest.
   * @param end The first id; `"-"` for the lowest.
   * @param count The most messages.
   */
  xrevrange(
    key: Key,
    start: XIdPos,
    end: XIdNeg,
    count?: number,
  ): RbPromise<PerHost<XMessage[], K>>;
  /**
   * Sets the id of the newest message of a stream.
   *
   * Redis 5.0.0, O(1); options need 7.0.0.
   *
   * @returns `"OK"`.
   */
  xsetid(
    key: Key,
    xid: XIdInput,
    options?: XSetIdOptions,
  ): RbPromise<PerHost<string, K>>;
  /**
   * Deletes the oldest messages.
   *
   * Redis 5.0.0, O(N) in the number of messages deleted.
   *
   * @param trimming What to keep.
   * @returns How many were deleted.
   */
  xtrim(key: Key, trimming: XMaxlen | XTrimming): RbPromise<PerHost<number, K>>;
  /**
   * Appends to a value; a missing one counts as empty.
   *
   * Redis 2.0.0, O(1).
   *
   * @returns The length afterwards, in bytes.
   */
  append(key: Key, value: Argument): RbPromise<PerHost<number, K>>;
  /**
   * Subtracts 1 from the integer at a key; a missing one counts as 0.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value afterwards; beyond 2^53 it is a bigint.
   */
  decr(key: Key): RbPromise<PerHost<number, K>>;
  /**
   * Subtracts from the integer at a key; a missing one counts as 0.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value afterwards; beyond 2^53 it is a bigint.
   */
  decrby(key: Key, decrement: number | bigint): RbPromise<PerHost<number, K>>;
  /**
   * Reads a value.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value; null if there is none.
   */
  get(key: Key): RbPromise<PerHost<string | null, K>>;
  /**
   * Reads a value and deletes its key.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns The value; null if there was none.
   */
  getdel(key: Key): RbPromise<PerHost<string | null, K>>;
  /**
   * Reads a value and sets when it expires.
   *
   * Redis 6.2.0, O(1).
   *
   * @param options When; without it nothing changes.
   * @returns The value; null if there is none.
   */
  getex(key: Key, options?: GetExOptions): RbPromise<PerHost<string | null, K>>;
  /**
   * Reads a part of a value.
   *
   * Redis 2.4.0, O(N) in the length of the part.
   *
   * @param start The first byte; below 0, from the end.
   * @param end The last byte; below 0, from the end.
   * @returns The part; it is empty if there is none.
   */
  getrange(key: Key, start: number, end: number): RbPromise<PerHost<string, K>>;
  /**
   * Writes a value and reads the one before; `set` with `get` does it too.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value before; null if there was none.
   */
  getset(key: Key, value: Argument): RbPromise<PerHost<string | null, K>>;
  /**
   * Adds 1 to the integer at a key; a missing one counts as 0.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value afterwards; beyond 2^53 it is a bigint.
   */
  incr(key: Key): RbPromise<PerHost<number, K>>;
  /**
   * Adds to the integer at a key; a missing one counts as 0.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns The value afterwards; beyond 2^53 it is a bigint.
   */
  incrby(key: Key, increment: number | bigint): RbPromise<PerHost<number, K>>;
  /**
   * Adds to the number at a key; a missing one counts as 0.
   *
   * Redis 2.6.0, O(1).
   *
   * @returns The value afterwards, as text.
   */
  incrbyfloat(key: Key, increment: number): RbPromise<PerHost<string, K>>;
  /**
   * Finds the longest subsequence that two values have in common.
   *
   * Redis 7.0.0, O(N × M) in their lengths.
   *
   * @returns The subsequence.
   */
  lcs(key1: Key, key2: Key): RbPromise<PerHost<string, K>>;
  /** Finds its length. */
  lcs(
    key1: Key,
    key2: Key,
    options: LcsOptions & { len: true },
  ): RbPromise<PerHost<number, K>>;
  /**
   * Finds where the matches are.
   *
   * @returns A list of `"matches"`, the ranges in both values (and their lengths
   * with `withmatchlen`), `"len"` and the length of the whole.
   */
  lcs(
    key1: Key,
    key2: Key,
    options: LcsOptions & { idx: true },
  ): RbPromise<
    PerHost<[string, (number | [number, number])[][], string, number], K>
  >;
  /**
   * Reads the values of several keys, which may live on several hosts.
   *
   * Redis 1.0.0, O(N) in the number of keys.
   *
   * @returns A value for each key in its order; null where there is none, or
   * where the key holds no string.
   */
  mget(...keys: Key[]): RbPromise<PerHost<(string | null)[], K>>;
  /** Reads the values of a list of keys, however long. */
  mget(keys: readonly Key[]): RbPromise<PerHost<(string | null)[], K>>;
  /**
   * Writes the values of several keys, which may live on several hosts.
   *
   * Redis 1.0.1, O(N) in the number of keys.
   *
   * @returns `"OK"`.
   */
  mset(key: Key, value: Argument): RbPromise<PerHost<string, K>>;
  /** Writes the values of pairs of key and value. */
  mset(...pairs: [key: Key, value: Argument][]): RbPromise<PerHost<string, K>>;
  /** Writes the values of a record or a Map. */
  mset(
    values: Record<string, Argument> | ReadonlyMap<Key, Argument>,
  ): RbPromise<PerHost<string, K>>;
  /**
   * Writes the values of several keys of one host, unless any of them exists.
   *
   * Redis 1.0.1, O(N) in the number of keys.
   *
   * @returns 1 if they were written, 0 if not.
   */
  msetnx(key: Key, value: Argument): RbPromise<PerHost<number, K>>;
  /** Writes the values of pairs of key and value, unless any key exists. */
  msetnx(
    ...pairs: [key: Key, value: Argument][]
  ): RbPromise<PerHost<number, K>>;
  /** Writes the values of a record or a Map, unless any key exists. */
  msetnx(
    values: Record<string, Argument> | ReadonlyMap<Key, Argument>,
  ): RbPromise<PerHost<number, K>>;
  /**
   * Writes a value that expires.
   *
   * Redis 2.6.0, O(1).
   *
   * @param milliseconds From now.
   * @returns `"OK"`.
   */
  psetex(
    key: Key,
    milliseconds: number,
    value: Argument,
  ): RbPromise<PerHost<string, K>>;
  /**
   * Writes a value, whatever was there before.
   *
   * Redis 1.0.0, O(1); `exat`, `pxat` and `get` need 6.2.0, `get` with `nx` 7.0.0.
   *
   * @param options When it expires: `ex` or `px` from now, `exat` or `pxat` (a
   * moment since 1970), in seconds or milliseconds, or `keepttl`; `nx` or `xx`
   * if it shall only be written where there is none, or one; `get` for the value
   * before.
   * @returns `"OK"`; null if `nx` or `xx` kept it from being written. With `get`
   * the value before, or null.
   */
  set<T extends SetOpts | SetWithModeOpts = SetOpts>(
    key: Key,
    value: Argument,
    options?: T,
  ): RbPromise<PerHost<SetReply<T>, K>>;
  /**
   * Writes a value that expires; `set` with `ex` does it too.
   *
   * Redis 2.0.0, O(1).
   *
   * @param seconds From now.
   * @returns `"OK"`.
   */
  setex(
    key: Key,
    seconds: number,
    value: Argument,
  ): RbPromise<PerHost<string, K>>;
  /**
   * Writes a value unless there is one; `set` with `nx` does it too.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns 1 if it was written, 0 if not.
   */
  setnx(key: Key, value: Argument): RbPromise<PerHost<number, K>>;
  /**
   * Writes over a part of a value; what lies before it is filled with zeros.
   *
   * Redis 2.2.0, O(N) in the length of the part.
   *
   * @param offset The first byte.
   * @returns The length afterwards, in bytes.
   */
  setrange(
    key: Key,
    offset: number,
    value: Argument,
  ): RbPromise<PerHost<number, K>>;
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
  ): RbPromise<PerHost<string | null, K>>;
  /** Finds its length. */
  stralgo(
    algorithm: "LCS",
    target: "KEYS" | "STRINGS",
    a: Argument,
    b: Argument,
    options?: { len: true },
  ): RbPromise<PerHost<number, K>>;
  /** Finds where the matches are. */
  stralgo(
    algorithm: "LCS",
    target: "KEYS" | "STRINGS",
    a: Argument,
    b: Argument,
    options?: { idx: true },
  ): RbPromise<
    PerHost<[string, [[number, number], [number, number]][], string, number], K>
  >;
  /** Finds where the matches are, and their lengths. */
  stralgo(
    algorithm: "LCS",
    target: "KEYS" | "STRINGS",
    a: Argument,
    b: Argument,
    options?: { idx: true; withmatchlen: true },
  ): RbPromise<
    PerHost<[
      string,
      [[number, number], [number, number], number][],
      string,
      number,
    ], K>
  >;
  /** Finds any of this. */
  stralgo(
    algorithm: "LCS",
    target: "KEYS" | "STRINGS",
    a: Argument,
    b: Argument,
    options?: LcsOptions,
  ): RbPromise<
    PerHost<
      | string
      | number
      | null
      | [
        string,
        [[number, number], [number, number], number | undefined][],
        string,
        number,
      ],
      K
    >
  >;
  /**
   * Measures a value.
   *
   * Redis 2.2.0, O(1).
   *
   * @returns The length in bytes; 0 if there is none.
   */
  strlen(key: Key): RbPromise<PerHost<number, K>>;
  /**
   * Reads a part of a value; `getrange` replaces it.
   *
   * Redis 1.0.0, O(N) in the length of the part.
   *
   * @param start The first byte; below 0, from the end.
   * @param end The last byte; below 0, from the end.
   * @returns The part; it is empty if there is none.
   */
  substr(key: Key, start: number, end: number): RbPromise<PerHost<string, K>>;
}
