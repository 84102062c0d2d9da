/**
 * Commands of publish and subscribe.
 *
 * @module
 */

import { allKeys } from "../key_rules.ts";
import { subcommands } from "../subcommands.ts";
import type { CommandRows } from "../spec.ts";
import { KEYLESS, UNMATCHED, WRITE } from "./shared.ts";

/** Commands of publish and subscribe. */
export const PUBSUB_COMMANDS: CommandRows = {
  PSUBSCRIBE: UNMATCHED,
  PUBLISH: KEYLESS,
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
