/**
 * rb, the redis blaster: client-side sharding for Redis. A program talks to many
 * plain Redis servers as if to one: each key lives on exactly one of them, the
 * library finds which, and a map sends thousands of commands to all of them at
 * once.
 *
 * It picks the same server for a key as the Python library `rb`, so services in
 * both languages can share their servers, and its commands are those of
 * `@db/redis`.
 *
 * @example Two servers, one client
 * ```ts
 * import { Cluster } from "@rb/rb";
 *
 * await using cluster = new Cluster({
 *   hosts: { 0: { port: 6379 }, 1: { port: 6380 } },
 *   hostDefaults: { hostname: "127.0.0.1" },
 * });
 *
 * const client = cluster.getRoutingClient();
 * await client.set("greeting", "hello");
 * console.log(await client.get("greeting")); // hello
 *
 * const keys = ["a", "b", "greeting"];
 * const sizes = await cluster.map((client) =>
 *   keys.map((key) => client.strlen(key))
 * );
 * console.log(sizes.map(({ value }) => value)); // [ 0, 0, 5 ]
 * ```
 *
 * @module
 */

export {
  Cluster,
  type ClusterEventMap,
  type FailoverEventDetail,
  type HostEventDetail,
  type ReadyOptions,
  type RingEventDetail,
} from "./src/cluster.ts";
export { reshard, type ReshardOptions } from "./src/resharding/reshard.ts";
export type {
  ReshardPhase,
  ReshardProgress,
} from "./src/resharding/progress.ts";
export type { KeyFlow } from "./src/resharding/key_survey.ts";
export {
  type ReshardStatus,
  reshardStatus,
  type ReshardStatusOptions,
} from "./src/resharding/reshard_status.ts";
export { type RingStatus, ringStatus } from "./src/resharding/ring_status.ts";
export type { RingPhase } from "./src/moving/mod.ts";
export type { SentinelOptions } from "./src/sentinel_options.ts";
export type {
  ClusterOptions,
  HostsOption,
  IdentifiedHost,
  NextHosts,
  NodeAddress,
  PoolOptions,
  RouterClass,
} from "./src/cluster_options.ts";
export type { HostSelection } from "./src/host_ids.ts";
export { HostInfo, type HostOptions } from "./src/host_info.ts";

export type {
  CallOptions,
  ClientOptions,
  DedicatedOptions,
  ExecuteOptions,
  FanoutOptions,
  LocalOptions,
  MapBatchesOptions,
  MapOptions,
} from "./src/clients/client_options.ts";
export type { FanoutCommands } from "./src/clients/commands/fanout_commands.ts";
export type { FanoutRecords } from "./src/clients/commands/fanout_records.ts";
export type { LocalRecords } from "./src/clients/commands/local_records.ts";
export type { MappingRecords } from "./src/clients/commands/mapping_records.ts";
export type { RoutingRecords } from "./src/clients/commands/routing_records.ts";
export type { TargetedRecords } from "./src/clients/commands/targeted_records.ts";
export type { LocalCommands } from "./src/clients/commands/local_commands.ts";
export type { MappingCommands } from "./src/clients/commands/mapping_commands.ts";
export type { RoutingCommands } from "./src/clients/commands/routing_commands.ts";
export type { TargetedCommands } from "./src/clients/commands/targeted_commands.ts";
export type { PerHost } from "./src/clients/per_host.ts";
export type {
  FieldExpiryOptions,
  HRandFieldOptions,
  HSetExOptions,
} from "./src/commands/signatures/hashes.ts";
export type {
  Score,
  ScoreBound,
  Scored,
  WeightedKeys,
  ZDiffOptions,
  ZInterCardOptions,
  ZMPopOptions,
  ZRandMemberOptions,
  ZRangeOptions,
  ZRangeStoreOptions,
} from "./src/commands/signatures/sorted_sets.ts";
export type { BitUnit } from "./src/commands/signatures/bitmaps.ts";
export type {
  GeoFound,
  GeoSearchBy,
  GeoSearchFrom,
  GeoSearchOptions,
  GeoSearchStoreOptions,
} from "./src/commands/signatures/geo.ts";
export type {
  CopyOptions,
  ExpireOptions,
} from "./src/commands/signatures/keys.ts";
export type { ListEnd, LMPopOptions } from "./src/commands/signatures/lists.ts";
export type {
  FunctionLibrary,
  FunctionListOptions,
  FunctionLoadOptions,
  FunctionStats,
} from "./src/commands/signatures/scripting.ts";
export type { SInterCardOptions } from "./src/commands/signatures/sets.ts";
export type {
  XAddOptions,
  XAutoClaimOptions,
  XAutoClaimReply,
  XSetIdOptions,
  XTrimming,
} from "./src/commands/signatures/streams.ts";
export type {
  GetExOptions,
  LcsOptions,
} from "./src/commands/signatures/strings.ts";
export type { CommandFlags } from "./src/delivery/command.ts";
export type { ReadFrom } from "./src/delivery/replica_choice.ts";
export type {
  FanoutClient,
  RecordsFanoutClient,
  RecordsTargetedClient,
  TargetedClient,
} from "./src/clients/fanout_client.ts";
export type {
  BatchMessage,
  ConnectionMessage,
} from "./src/delivery/diagnostics.ts";
export type {
  HostStats,
  Latency,
  LatencyBucket,
  RecentStats,
  ReplicaStats,
  ServerStats,
  StatsApart,
} from "./src/delivery/stats_types.ts";
export type { ScanOptions } from "./src/clients/key_scan.ts";
export type {
  CollectionScanOptions,
  CollectionScans,
} from "./src/clients/collection_scan.ts";
export type {
  EveryHostOptions,
  FlushOptions,
  PingOptions,
  WholeCluster,
} from "./src/clients/whole_cluster.ts";
export type { WaitUntilUpOptions } from "./src/clients/wait_until_up.ts";
export type {
  LocalClient,
  RecordsLocalClient,
} from "./src/clients/local_client.ts";
export type {
  MappingClient,
  RecordsMappingClient,
} from "./src/clients/mapping_client.ts";
export type {
  Maps,
  RecordsRoutingClient,
  RoutingClient,
} from "./src/clients/routing_client.ts";
export type {
  CommandMapping,
  CommandResults,
  CommandTuple,
  ScriptTuple,
} from "./src/clients/execute_commands.ts";
export type { AclSelector, AclUser } from "./src/commands/signatures/acl.ts";
export type {
  ClusterShard,
  ClusterSlotStatsOptions,
} from "./src/commands/signatures/cluster.ts";
export type {
  ClientKillOptions,
  TrackingInfo,
} from "./src/commands/signatures/connection.ts";
export type {
  BgSaveOptions,
  CommandDetails,
  CommandDoc,
  CommandListOptions,
  FailoverOptions,
  LatencyHistogram,
  ModuleLoadExOptions,
  RoleReply,
  ShutdownOptions,
  SlowlogEntry,
} from "./src/commands/signatures/server.ts";
export { Script } from "./src/commands/script.ts";

export {
  assertKey,
  BaseRouter,
  type ClusterNode,
  type ClusterTopology,
  ConsistentHashingRouter,
  Distribution,
  distribution,
  type Failover,
  type HostTopology,
  type KeyMove,
  type KeyPlace,
  type Move,
  PartitionRouter,
  type Plan,
  plan,
  type PythonHost,
  pythonRbLabel,
  type PythonValue,
  type RouterCluster,
  type RouterHost,
  type RouterOptions,
  type Routing,
} from "./src/topology/mod.ts";

export { RbPromise } from "./src/promise.ts";
export {
  BadHostSetupError,
  CommandError,
  ConnectionError,
  DecodeError,
  HostDownError,
  type HostDownErrorOptions,
  NotReadyError,
  type Outcome,
  PoolTimeoutError,
  ProtocolError,
  QueueFullError,
  ReplicationError,
  type ReplicationErrorOptions,
  ReshardingError,
  TimeoutError,
  TransportError,
  type TransportErrorOptions,
  UnroutableCommandError,
} from "./src/errors.ts";
export { PartialError } from "./src/partial_error.ts";
export type { Argument, Key, Reply } from "./src/values.ts";

export type { BreakerOptions } from "./src/wire/breaker.ts";
export type { HostPoolStatus, PoolStatus } from "./src/wire/pool.ts";

// The types of the command surface, so that they can be named without a second
// import.
export type {
  ErrorReplyError,
  Redis,
  RedisCommands,
  SetOpts,
  SetReply,
  SetWithModeOpts,
  ZAddOpts,
  ZAddReply,
} from "@db/redis";
