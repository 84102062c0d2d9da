/**
 * Commands about connections.
 *
 * @module
 */

import type { Argument } from "../../values.ts";
import {
  alone,
  type AloneRows,
  made,
  type MethodRows,
  plain,
} from "../methods.ts";
import { OptionNames, type Options, pushValue } from "../options.ts";
import { toRecord } from "../readers.ts";
import type { ConnectionMethods } from "../signatures/connection.ts";
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
  PING: {
    ...KEYLESS,
    instead: "cluster.ping() asks every host, a local client one of them",
  },
  QUIT: STATEFUL,
  RESET: { ...STATEFUL, queueing: "ends" },
  SELECT: STATEFUL,
};

const CLIENT_TYPES = "NORMAL MASTER REPLICA SLAVE PUBSUB";
const KILL_OPTIONS = new OptionNames(
  "clientKill",
  "addr laddr id type user skipme maxage",
);
const LIST_OPTIONS = new OptionNames("clientList", "type ids");

function clientKill(options: unknown): Argument[] {
  const args: Argument[] = [];
  const given: Options = KILL_OPTIONS.check(options) ?? {};
  pushValue(args, "ADDR", given.addr);
  pushValue(args, "LADDR", given.laddr);
  pushValue(args, "ID", given.id);
  pushValue(args, "TYPE", KILL_OPTIONS.word(given, "type", CLIENT_TYPES));
  pushValue(args, "USER", given.user);
  pushValue(args, "SKIPME", KILL_OPTIONS.word(given, "skipme", "YES NO"));
  pushValue(args, "MAXAGE", given.maxage);
  if (args.length > 0) return args;
  throw new TypeError('"clientKill" was not told which connections to close');
}

function clientList(options?: unknown): Argument[] {
  const given = LIST_OPTIONS.check(options);
  if (given === undefined) return [];
  const { ids } = given;
  const only = LIST_OPTIONS.oneOf(given, [
    ["type", "TYPE", false],
    ["ids", "ID", false],
  ]);
  if (only === undefined) return [];
  if (ids === undefined || ids === null) {
    return ["TYPE", LIST_OPTIONS.word(given, "type", CLIENT_TYPES)!];
  }
  if (!Array.isArray(ids) || ids.length === 0) {
    throw new TypeError('The option "ids" of "clientList" is no list of ids');
  }
  return ["ID", ...ids];
}

/** The methods of the family. */
export const CONNECTION_METHODS: MethodRows<ConnectionMethods> = {
  clientGetName: plain("CLIENT GETNAME", 0),
  clientGetRedir: plain("CLIENT GETREDIR", 0),
  clientID: plain("CLIENT ID", 0),
  clientInfo: plain("CLIENT INFO", 0),
  clientKill: made("CLIENT KILL", 1, clientKill),
  clientList: made("CLIENT LIST", 0, clientList),
  clientPause: plain("CLIENT PAUSE", 1, 2),
  clientTrackingInfo: plain("CLIENT TRACKINGINFO", 0, 0, { records: toRecord }),
  clientUnblock: plain("CLIENT UNBLOCK", 1, 2),
  clientUnpause: plain("CLIENT UNPAUSE", 0),
  echo: plain("ECHO", 1),
  ping: plain("PING", 0, 1),
};

/** What changes what a connection means for the commands behind it. */
export const CONNECTION_ALONE: AloneRows = {
  auth: alone("AUTH"),
  clientCaching: alone("CLIENT CACHING"),
  clientSetName: alone("CLIENT SETNAME"),
  clientTracking: alone("CLIENT TRACKING"),
  hello: alone("HELLO"),
  quit: alone("QUIT"),
  select: alone("SELECT"),
};
