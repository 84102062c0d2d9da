/**
 * Commands of publish and subscribe.
 *
 * @module
 */

import { allKeys } from "../key_rules.ts";
import {
  alone,
  type AloneRows,
  listed,
  type MethodRows,
  plain,
} from "../methods.ts";
import { toRecord } from "../readers.ts";
import type { PubsubMethods } from "../signatures/pubsub.ts";
import { subcommands } from "../subcommands.ts";
import type { CommandRows } from "../spec.ts";
import { KEYLESS, UNMATCHED, WRITE } from "./shared.ts";

/** Commands of publish and subscribe. */
export const PUBSUB_COMMANDS: CommandRows = {
  PSUBSCRIBE: UNMATCHED,
  PUBLISH: {
    ...KEYLESS,
    instead:
      "publish where the subscribers of the channel are, such as with getLocalClientForKey(channel)",
  },
  PUBSUB: {
    subcommands: subcommands(
      "CHANNELS NUMPAT NUMSUB SHARDCHANNELS SHARDNUMSUB",
    ),
  },
  PUNSUBSCRIBE: UNMATCHED,
  SPUBLISH: WRITE,
  SSUBSCRIBE: { ...UNMATCHED, keys: allKeys },
  SUBSCRIBE: UNMATCHED,
  SUNSUBSCRIBE: { ...UNMATCHED, keys: allKeys },
  UNSUBSCRIBE: UNMATCHED,
};

/** The methods of the family. */
export const PUBSUB_METHODS: MethodRows<PubsubMethods> = {
  publish: plain("PUBLISH", 2),
  pubsubChannels: plain("PUBSUB CHANNELS", 0, 1),
  pubsubNumpat: plain("PUBSUB NUMPAT", 0),
  pubsubNumsub: listed("PUBSUB NUMSUB", 0, 0, { records: toRecord }),
  pubsubShardChannels: plain("PUBSUB SHARDCHANNELS", 0, 1),
  pubsubShardNumsub: listed("PUBSUB SHARDNUMSUB", 0, 0, { records: toRecord }),
  spublish: plain("SPUBLISH", 2),
};

/** Their connection is for messages from then on. */
export const PUBSUB_ALONE: AloneRows = {
  psubscribe: alone("PSUBSCRIBE"),
  subscribe: alone("SUBSCRIBE"),
};
