/**
 * Commands about connections.
 *
 * @module
 */

import { subcommands } from "../subcommands.ts";
import type { CommandRows } from "../spec.ts";
import { KEYLESS, STATEFUL } from "./shared.ts";

/** Commands about connections. */
export const CONNECTION_COMMANDS: CommandRows = {
  AUTH: STATEFUL,
  CLIENT: {
    // They end, or let go on, what their own client may wait for.
    ahead: new Set(["KILL", "UNBLOCK", "UNPAUSE"]),
    subcommands: subcommands(
      "GETNAME GETREDIR ID INFO KILL LIST PAUSE TRACKINGINFO UNBLOCK UNPAUSE",
      "CACHING CAPA IMPORT-SOURCE NO-EVICT NO-TOUCH SETINFO SETNAME TRACKING",
      "REPLY",
    ),
  },
  ECHO: KEYLESS,
  HELLO: STATEFUL,
  PING: KEYLESS,
  QUIT: STATEFUL,
  RESET: { ...STATEFUL, queueing: "ends" },
  SELECT: STATEFUL,
};
