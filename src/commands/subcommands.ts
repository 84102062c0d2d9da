/**
 * Container commands: what their subcommands do to the connection they run on.
 *
 * @module
 */

/** The subcommands of one container, as Redis 6.2 to 8 and Valkey have them. */
interface Subcommands {
  /** Those that leave the connection as it is. */
  readonly harmless: ReadonlySet<string>;
  /** Those that change what the connection means for the commands behind them. */
  readonly stateful: ReadonlySet<string>;
}

const CONTAINERS = new Map<string, Subcommands>();

function add(name: string, harmless: string, stateful = ""): void {
  CONTAINERS.set(name, {
    harmless: new Set(`HELP ${harmless}`.split(" ")),
    stateful: new Set(stateful.split(" ")),
  });
}

add(
  "ACL",
  "CAT DELUSER DRYRUN GENPASS GETUSER LIST LOAD LOG SAVE SETUSER USERS WHOAMI",
);
add(
  "CLIENT",
  "GETNAME GETREDIR ID INFO KILL LIST PAUSE TRACKINGINFO UNBLOCK UNPAUSE",
  "CACHING CAPA IMPORT-SOURCE NO-EVICT NO-TOUCH REPLY SETINFO SETNAME TRACKING",
);
add(
  "CLUSTER",
  "ADDSLOTS ADDSLOTSRANGE BUMPEPOCH CANCELSLOTMIGRATIONS " +
    "COUNT-FAILURE-REPORTS COUNTKEYSINSLOT DELSLOTS DELSLOTSRANGE FAILOVER " +
    "FLUSHSLOTS FORGET GETKEYSINSLOT GETSLOTMIGRATIONS INFO KEYSLOT LINKS " +
    "MEET MIGRATESLOTS MIGRATION MYID MYSHARDID NODES REPLICAS REPLICATE " +
    "RESET SAVECONFIG SET-CONFIG-EPOCH SETSLOT SHARDS SLAVES SLOT-STATS SLOTS",
  "SYNCSLOTS",
);
add("COMMAND", "COUNT DOCS GETKEYS GETKEYSANDFLAGS INFO LIST");
add("COMMANDLOG", "GET LEN RESET");
add("CONFIG", "GET RESETSTAT REWRITE SET");
add(
  "DEBUG",
  "AOFSTAT ASSERT CHANGE-REPL-ID CLIENT-EVICTION CLOSE-CLUSTER-LINK-ON-PACKET-DROP " +
    "CONFIG-REWRITE-FORCE-ALL CRASH-AND-ABORT CRASH-AND-RECOVER DICT-STATS " +
    "DICT-RESIZING DIGEST DIGEST-VALUE DROP-CLUSTER-PACKET-FILTER ERROR " +
    "HTSTATS HTSTATS-KEY JMAP LEAK LISTPACK LOADAOF LOG MALLCTL MALLCTL-STR " +
    "OBJECT OOM PANIC PAUSE-CRON POPULATE QUICKLIST QUICKLIST-PACKED-THRESHOLD " +
    "RELOAD REPLICATE REPLYBUFFER RESTART SDSLEN SEGFAULT SET-ACTIVE-EXPIRE " +
    "SET-DISABLE-DENY-SCRIPTS SLEEP STRINGMATCH-LEN STRUCTSIZE ZIPLIST",
  "PROTOCOL",
);
add("FUNCTION", "DELETE DUMP FLUSH KILL LIST LOAD RESTORE STATS");
add("LATENCY", "DOCTOR GRAPH HISTOGRAM HISTORY LATEST RESET");
add("MEMORY", "DOCTOR MALLOC-STATS PURGE STATS USAGE");
add("MODULE", "LIST LOAD LOADEX UNLOAD");
add("OBJECT", "ENCODING FREQ IDLETIME REFCOUNT");
add("PUBSUB", "CHANNELS NUMPAT NUMSUB SHARDCHANNELS SHARDNUMSUB");
add("SCRIPT", "EXISTS FLUSH KILL LOAD SHOW", "DEBUG");
add(
  "SENTINEL",
  "CKQUORUM CONFIG DEBUG FAILOVER FLUSHCONFIG GET-MASTER-ADDR-BY-NAME " +
    "GET-PRIMARY-ADDR-BY-NAME INFO-CACHE IS-MASTER-DOWN-BY-ADDR " +
    "IS-PRIMARY-DOWN-BY-ADDR MASTER MASTERS MONITOR MYID PENDING-SCRIPTS " +
    "PRIMARIES PRIMARY REMOVE REPLICAS RESET SENTINELS SET SIMULATE-FAILURE " +
    "SLAVES",
);
add("SLOWLOG", "GET LEN RESET");
add("XGROUP", "CREATE CREATECONSUMER DELCONSUMER DESTROY SETID");
add("XINFO", "CONSUMERS GROUPS STREAM");

/** What a subcommand does to its connection. */
export type SubcommandEffect = "none" | "state" | "unknown";

/**
 * What a subcommand does to its connection. One that is not listed here may do
 * anything.
 *
 * @param container The name of the command in capitals.
 * @param subcommand Its first argument as a word, in capitals.
 * @returns The effect; `"none"` too for a command that is no container.
 */
export function subcommandEffect(
  container: string,
  subcommand: string,
): SubcommandEffect {
  const subcommands = CONTAINERS.get(container);
  if (subcommands === undefined || subcommands.harmless.has(subcommand)) {
    return "none";
  }
  return subcommands.stateful.has(subcommand) ? "state" : "unknown";
}

/** Whether a command has subcommands. */
export function isContainer(name: string): boolean {
  return CONTAINERS.has(name);
}
