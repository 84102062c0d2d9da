/**
 * Commands of Redis Cluster.
 *
 * @module
 */

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
