/**
 * Commands of Redis Cluster.
 *
 * @module
 */

import type { Argument } from "../../values.ts";
import {
  alone,
  type AloneRows,
  listed,
  made,
  type MethodRows,
  paired,
  plain,
} from "../methods.ts";
import { OptionNames, pushValue } from "../options.ts";
import { toRecords } from "../readers.ts";
import { toShards, toSlotStats } from "../server_readers.ts";
import type { ClusterMethods } from "../signatures/cluster.ts";
import type { CommandRows } from "../spec.ts";
import { subcommands } from "../subcommands.ts";
import { STATEFUL } from "./shared.ts";

/** Commands of Redis Cluster. */
export const CLUSTER_COMMANDS: CommandRows = {
  ASKING: STATEFUL,
  CLUSTER: {
    subcommands: subcommands(
      "ADDSLOTS ADDSLOTSRANGE BUMPEPOCH CANCELSLOTMIGRATIONS COUNT-FAILURE-REPORTS COUNTKEYSINSLOT DELSLOTS DELSLOTSRANGE FAILOVER " +
        "FLUSHSLOTS FORGET GETKEYSINSLOT GETSLOTMIGRATIONS INFO KEYSLOT " +
        "LINKS MEET MIGRATESLOTS MIGRATION MYID MYSHARDID NODES REPLICAS " +
        "REPLICATE RESET SAVECONFIG SET-CONFIG-EPOCH SETSLOT SHARDS " +
        "SLAVES SLOT-STATS SLOTS",
      "SYNCSLOTS",
    ),
  },
  READONLY: STATEFUL,
  READWRITE: STATEFUL,
};

const SLOT_STATS_OPTIONS = new OptionNames(
  "clusterSlotStats",
  "slots orderBy limit order",
);

function clusterSlotStats(options: unknown): Argument[] {
  const given = SLOT_STATS_OPTIONS.check(options);
  const { slots, orderBy } = given ?? {};
  if (given !== undefined && typeof orderBy === "string" && !slots) {
    const args: Argument[] = ["ORDERBY", orderBy];
    pushValue(args, "LIMIT", given.limit);
    const order = SLOT_STATS_OPTIONS.word(given, "order", "ASC DESC");
    if (order !== undefined) args.push(order);
    return args;
  }
  if (!Array.isArray(slots) || slots.length !== 2 || orderBy !== undefined) {
    throw new TypeError(
      'The options of "clusterSlotStats" are either "slots", the first and the last, or "orderBy"',
    );
  }
  return ["SLOTSRANGE", slots[0], slots[1]];
}

/** The methods of the family. */
export const CLUSTER_METHODS: MethodRows<ClusterMethods> = {
  clusterAddSlots: listed("CLUSTER ADDSLOTS", 0, 1),
  clusterAddSlotsRange: paired("CLUSTER ADDSLOTSRANGE", 0),
  clusterBumpEpoch: plain("CLUSTER BUMPEPOCH", 0),
  clusterCountFailureReports: plain("CLUSTER COUNT-FAILURE-REPORTS", 1),
  clusterCountKeysInSlot: plain("CLUSTER COUNTKEYSINSLOT", 1),
  clusterDelSlots: listed("CLUSTER DELSLOTS", 0, 1),
  clusterDelSlotsRange: paired("CLUSTER DELSLOTSRANGE", 0),
  clusterFailover: plain("CLUSTER FAILOVER", 0, 1),
  clusterFlushSlots: plain("CLUSTER FLUSHSLOTS", 0),
  clusterForget: plain("CLUSTER FORGET", 1),
  clusterGetKeysInSlot: plain("CLUSTER GETKEYSINSLOT", 2),
  clusterInfo: plain("CLUSTER INFO", 0),
  clusterKeySlot: plain("CLUSTER KEYSLOT", 1),
  clusterLinks: plain("CLUSTER LINKS", 0, 0, { records: toRecords }),
  clusterMeet: plain("CLUSTER MEET", 2, 3),
  clusterMyID: plain("CLUSTER MYID", 0),
  clusterMyShardID: plain("CLUSTER MYSHARDID", 0),
  clusterNodes: plain("CLUSTER NODES", 0),
  clusterReplicas: plain("CLUSTER REPLICAS", 1),
  clusterReplicate: plain("CLUSTER REPLICATE", 1),
  clusterReset: plain("CLUSTER RESET", 0, 1),
  clusterSaveConfig: plain("CLUSTER SAVECONFIG", 0),
  clusterSetConfigEpoch: plain("CLUSTER SET-CONFIG-EPOCH", 1),
  clusterSetSlot: plain("CLUSTER SETSLOT", 2, 3),
  clusterShards: plain("CLUSTER SHARDS", 0, 0, { records: toShards }),
  clusterSlaves: plain("CLUSTER SLAVES", 1),
  clusterSlotStats: made("CLUSTER SLOT-STATS", 1, clusterSlotStats, {
    records: toSlotStats,
  }),
  clusterSlots: plain("CLUSTER SLOTS", 0),
};

/** What says how a node takes the commands behind it. */
export const CLUSTER_ALONE: AloneRows = {
  asking: alone("ASKING"),
  readonly: alone("READONLY"),
  readwrite: alone("READWRITE"),
};
