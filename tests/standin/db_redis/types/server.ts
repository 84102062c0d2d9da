/** Commands about servers, connections and channels. */
import type {
  Bulk,
  BulkNil,
  BulkString,
  ConditionalArray,
  Integer,
  RedisValue,
  SimpleString,
} from "../values.ts";
import type { RedisSubscription } from "../client.ts";
import type {
  ACLLogMode,
  ClientCachingMode,
  ClientKillOpts,
  ClientListOpts,
  ClientPauseMode,
  ClientTrackingOpts,
  ClientUnblockingBehaviour,
  ClusterFailoverMode,
  ClusterResetMode,
  ClusterSetSlotSubcommand,
  HelloOpts,
  MemoryUsageOpts,
  RoleReply,
  ShutdownMode,
} from "./options.ts";

export interface ConnectionCommands {
  auth(password: string): Promise<SimpleString>;
  auth(username: string, password: string): Promise<SimpleString>;
  echo(message: RedisValue): Promise<BulkString>;
  hello(opts?: HelloOpts): Promise<ConditionalArray>;
  ping(): Promise<SimpleString>;
  ping(message: RedisValue): Promise<BulkString>;
  quit(): Promise<SimpleString>;
  select(index: number): Promise<SimpleString>;
}

export interface ChannelCommands {
  psubscribe<TMessage extends string | string[] = string>(
    ...patterns: string[]
  ): Promise<RedisSubscription<TMessage>>;
  publish(channel: string, message: RedisValue): Promise<Integer>;
  pubsubChannels(pattern?: string): Promise<BulkString[]>;
  pubsubNumpat(): Promise<Integer>;
  pubsubNumsub(...channels: string[]): Promise<(BulkString | Integer)[]>;
  subscribe<TMessage extends string | string[] = string>(
    ...channels: string[]
  ): Promise<RedisSubscription<TMessage>>;
}

export interface ClientCommands {
  clientCaching(mode: ClientCachingMode): Promise<SimpleString>;
  clientGetName(): Promise<Bulk>;
  clientGetRedir(): Promise<Integer>;
  clientID(): Promise<Integer>;
  clientInfo(): Promise<Bulk>;
  clientKill(opts?: ClientKillOpts): Promise<Integer>;
  clientList(opts?: ClientListOpts): Promise<Bulk>;
  clientPause(timeout: number, mode?: ClientPauseMode): Promise<SimpleString>;
  clientSetName(name: string): Promise<SimpleString>;
  clientTracking(opts: ClientTrackingOpts): Promise<SimpleString>;
  clientTrackingInfo(): Promise<ConditionalArray>;
  clientUnblock(
    id: number,
    behaviour?: ClientUnblockingBehaviour,
  ): Promise<Integer>;
  clientUnpause(): Promise<SimpleString>;
}

export interface ClusterCommands {
  asking(): Promise<SimpleString>;
  clusterAddSlots(...slots: number[]): Promise<SimpleString>;
  clusterCountFailureReports(node: string): Promise<Integer>;
  clusterCountKeysInSlot(slot: number): Promise<Integer>;
  clusterDelSlots(...slots: number[]): Promise<SimpleString>;
  clusterFailover(mode?: ClusterFailoverMode): Promise<SimpleString>;
  clusterFlushSlots(): Promise<SimpleString>;
  clusterForget(node: string): Promise<SimpleString>;
  clusterGetKeysInSlot(slot: number, count: number): Promise<BulkString[]>;
  clusterInfo(): Promise<BulkString>;
  clusterKeySlot(key: string): Promise<Integer>;
  clusterMeet(ip: string, port: number): Promise<SimpleString>;
  clusterMyID(): Promise<BulkString>;
  clusterNodes(): Promise<BulkString>;
  clusterReplicas(node: string): Promise<BulkString[]>;
  clusterReplicate(node: string): Promise<SimpleString>;
  clusterReset(mode?: ClusterResetMode): Promise<SimpleString>;
  clusterSaveConfig(): Promise<SimpleString>;
  clusterSetSlot(
    slot: number,
    subcommand: ClusterSetSlotSubcommand,
    node?: string,
  ): Promise<SimpleString>;
  clusterSlaves(node: string): Promise<BulkString[]>;
  clusterSlots(): Promise<ConditionalArray>;
  readonly(): Promise<SimpleString>;
  readwrite(): Promise<SimpleString>;
}

/** Name, arity, flags, first key, last key, step. */
type CommandDetails = [
  BulkString,
  Integer,
  BulkString[],
  Integer,
  Integer,
  Integer,
];

export interface ServerCommands {
  aclCat(category?: string): Promise<BulkString[]>;
  aclDelUser(...usernames: string[]): Promise<Integer>;
  aclGenPass(bits?: number): Promise<BulkString>;
  aclGetUser(username: string): Promise<(BulkString | BulkString[])[]>;
  aclHelp(): Promise<BulkString[]>;
  aclList(): Promise<BulkString[]>;
  aclLoad(): Promise<SimpleString>;
  aclLog(count: number): Promise<BulkString[]>;
  aclLog(mode: ACLLogMode): Promise<SimpleString>;
  aclSave(): Promise<SimpleString>;
  aclSetUser(username: string, ...rules: string[]): Promise<SimpleString>;
  aclUsers(): Promise<BulkString[]>;
  aclWhoami(): Promise<BulkString>;
  bgrewriteaof(): Promise<SimpleString>;
  bgsave(): Promise<SimpleString>;
  command(): Promise<CommandDetails[]>;
  commandCount(): Promise<Integer>;
  commandGetKeys(): Promise<BulkString[]>;
  commandInfo(...names: string[]): Promise<(CommandDetails | BulkNil)[]>;
  configGet(parameter: string): Promise<BulkString[]>;
  configResetStat(): Promise<SimpleString>;
  configRewrite(): Promise<SimpleString>;
  configSet(parameter: string, value: string): Promise<SimpleString>;
  dbsize(): Promise<Integer>;
  debugObject(key: string): Promise<SimpleString>;
  debugSegfault(): Promise<SimpleString>;
  flushall(async?: boolean): Promise<SimpleString>;
  flushdb(async?: boolean): Promise<SimpleString>;
  info(section?: string): Promise<BulkString>;
  lastsave(): Promise<Integer>;
  latencyDoctor(): Promise<BulkString>;
  memoryDoctor(): Promise<BulkString>;
  memoryHelp(): Promise<BulkString[]>;
  memoryMallocStats(): Promise<BulkString>;
  memoryPurge(): Promise<SimpleString>;
  memoryStats(): Promise<ConditionalArray>;
  memoryUsage(key: string, opts?: MemoryUsageOpts): Promise<Integer>;
  moduleList(): Promise<BulkString[]>;
  moduleLoad(path: string, ...args: string[]): Promise<SimpleString>;
  moduleUnload(name: string): Promise<SimpleString>;
  monitor(): void;
  replicaof(host: string, port: number): Promise<SimpleString>;
  replicaofNoOne(): Promise<SimpleString>;
  role(): Promise<RoleReply>;
  save(): Promise<SimpleString>;
  shutdown(mode?: ShutdownMode): Promise<SimpleString>;
  slaveof(host: string, port: number): Promise<SimpleString>;
  slaveofNoOne(): Promise<SimpleString>;
  slowlog(subcommand: string, ...args: string[]): Promise<ConditionalArray>;
  swapdb(index1: number, index2: number): Promise<SimpleString>;
  sync(): void;
  time(): Promise<[BulkString, BulkString]>;
}
