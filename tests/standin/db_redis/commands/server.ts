import type {
  ClientKillOpts,
  ClientListOpts,
  ClientTrackingOpts,
  HelloOpts,
  MemoryUsageOpts,
} from "../types/options.ts";
import type {
  ChannelCommands,
  ClientCommands,
  ClusterCommands,
  ConnectionCommands,
  ServerCommands,
} from "../types/server.ts";
import { flag, option, type Table, truthyOption } from "./table.ts";

export const CONNECTION_COMMANDS: Table<Omit<ConnectionCommands, "quit">> = {
  auth: "AUTH username [password]",
  echo: "ECHO message",
  hello: (opts?: HelloOpts) => {
    const { protover, auth, clientName } = opts ?? {};
    return [
      "HELLO",
      ...(protover !== undefined && protover !== null ? [protover] : []),
      ...(auth !== undefined && auth !== null
        ? ["AUTH", auth.username, auth.password]
        : []),
      ...option("SETNAME", clientName ?? undefined),
    ];
  },
  ping: "PING [message?]",
  select: "SELECT index",
};

export const CHANNEL_COMMANDS: Table<
  Omit<ChannelCommands, "subscribe" | "psubscribe">
> = {
  publish: "PUBLISH channel message",
  pubsubChannels: "PUBSUB CHANNELS [pattern]",
  pubsubNumpat: "PUBSUB NUMPAT",
  pubsubNumsub: "PUBSUB NUMSUB ...channels",
};

export const CLIENT_COMMANDS: Table<ClientCommands> = {
  clientCaching: "CLIENT CACHING mode",
  clientGetName: "CLIENT GETNAME",
  clientGetRedir: "CLIENT GETREDIR",
  clientID: "CLIENT ID",
  clientInfo: "CLIENT INFO",
  clientKill: ({ addr, laddr, id, type, user, skipme }: ClientKillOpts) => [
    "CLIENT",
    "KILL",
    ...truthyOption("ADDR", addr),
    ...truthyOption("LADDR", laddr),
    ...truthyOption("ID", id),
    ...truthyOption("TYPE", type),
    ...truthyOption("USER", user),
    ...truthyOption("SKIPME", skipme),
  ],
  clientList: (opts?: ClientListOpts) => {
    if (opts?.type && opts.ids) {
      throw new Error("only one of `type` or `ids` can be specified");
    }
    return [
      "CLIENT",
      "LIST",
      ...truthyOption("TYPE", opts?.type),
      ...(opts?.ids ? ["ID", ...opts.ids] : []),
    ];
  },
  clientPause: "CLIENT PAUSE timeout [mode?]",
  clientSetName: "CLIENT SETNAME name",
  clientTracking: (opts: ClientTrackingOpts) => [
    "CLIENT",
    "TRACKING",
    opts.mode,
    ...truthyOption("REDIRECT", opts.redirect),
    ...(opts.prefixes ?? []).flatMap((prefix) => ["PREFIX", prefix]),
    ...flag("BCAST", opts.bcast),
    ...flag("OPTIN", opts.optIn),
    ...flag("OPTOUT", opts.optOut),
    ...flag("NOLOOP", opts.noLoop),
  ],
  clientTrackingInfo: "CLIENT TRACKINGINFO",
  clientUnblock: "CLIENT UNBLOCK id [behaviour?]",
  clientUnpause: "CLIENT UNPAUSE",
};

export const CLUSTER_COMMANDS: Table<ClusterCommands> = {
  asking: "ASKING",
  clusterAddSlots: "CLUSTER ADDSLOTS ...slots",
  clusterCountFailureReports: "CLUSTER COUNT-FAILURE-REPORTS node",
  clusterCountKeysInSlot: "CLUSTER COUNTKEYSINSLOT slot",
  clusterDelSlots: "CLUSTER DELSLOTS ...slots",
  clusterFailover: "CLUSTER FAILOVER [mode?]",
  clusterFlushSlots: "CLUSTER FLUSHSLOTS",
  clusterForget: "CLUSTER FORGET node",
  clusterGetKeysInSlot: "CLUSTER GETKEYSINSLOT slot count",
  clusterInfo: "CLUSTER INFO",
  clusterKeySlot: "CLUSTER KEYSLOT key",
  clusterMeet: "CLUSTER MEET ip port",
  clusterMyID: "CLUSTER MYID",
  clusterNodes: "CLUSTER NODES",
  clusterReplicas: "CLUSTER REPLICAS node",
  clusterReplicate: "CLUSTER REPLICATE node",
  clusterReset: "CLUSTER RESET [mode?]",
  clusterSaveConfig: "CLUSTER SAVECONFIG",
  clusterSetSlot: "CLUSTER SETSLOT slot subcommand [node]",
  clusterSlaves: "CLUSTER SLAVES node",
  clusterSlots: "CLUSTER SLOTS",
  readonly: "READONLY",
  readwrite: "READWRITE",
};

export const SERVER_COMMANDS: Table<
  Omit<ServerCommands, "monitor" | "sync">
> = {
  aclCat: "ACL CAT [category]",
  aclDelUser: "ACL DELUSER ...usernames",
  aclGenPass: "ACL GENPASS [bits]",
  aclGetUser: "ACL GETUSER username",
  aclHelp: "ACL HELP",
  aclList: "ACL LIST",
  aclLoad: "ACL LOAD",
  aclLog: "ACL LOG mode",
  aclSave: "ACL SAVE",
  aclSetUser: "ACL SETUSER username ...rules",
  aclUsers: "ACL USERS",
  aclWhoami: "ACL WHOAMI",
  bgrewriteaof: "BGREWRITEAOF",
  bgsave: "BGSAVE",
  command: "COMMAND",
  commandCount: "COMMAND COUNT",
  commandGetKeys: "COMMAND GETKEYS",
  commandInfo: "COMMAND INFO ...names",
  configGet: "CONFIG GET parameter",
  configResetStat: "CONFIG RESETSTAT",
  configRewrite: "CONFIG REWRITE",
  configSet: "CONFIG SET parameter value",
  dbsize: "DBSIZE",
  debugObject: "DEBUG OBJECT key",
  debugSegfault: "DEBUG SEGFAULT",
  flushall: (async?: boolean) => ["FLUSHALL", ...flag("ASYNC", async)],
  flushdb: (async?: boolean) => ["FLUSHDB", ...flag("ASYNC", async)],
  info: "INFO [section]",
  lastsave: "LASTSAVE",
  latencyDoctor: "LATENCY DOCTOR",
  memoryDoctor: "MEMORY DOCTOR",
  memoryHelp: "MEMORY HELP",
  memoryMallocStats: "MEMORY MALLOC STATS",
  memoryPurge: "MEMORY PURGE",
  memoryStats: "MEMORY STATS",
  memoryUsage: (key: string, opts?: MemoryUsageOpts) => [
    "MEMORY",
    "USAGE",
    key,
    ...option("SAMPLES", opts?.samples),
  ],
  moduleList: "MODULE LIST",
  moduleLoad: "MODULE LOAD path ...args",
  moduleUnload: "MODULE UNLOAD name",
  replicaof: "REPLICAOF host port",
  // One argument, which a server refuses: the original sends it so.
  replicaofNoOne: () => ["REPLICAOF", "NO ONE"],
  role: "ROLE",
  save: "SAVE",
  shutdown: "SHUTDOWN [mode?]",
  slaveof: "SLAVEOF host port",
  slaveofNoOne: () => ["SLAVEOF", "NO ONE"],
  slowlog: "SLOWLOG subcommand ...args",
  swapdb: "SWAPDB index1 index2",
  time: "TIME",
};
