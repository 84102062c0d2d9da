/**
 * The codes of error replies that servers themselves use.
 *
 * @module
 */

import { CommandError } from "../errors.ts";

/** Those of Redis and Valkey, in cluster mode and as Sentinel too. */
const SERVER_CODES = new Set(
  ("ASK BUSY BUSYGROUP BUSYKEY CLUSTERDOWN CROSSSLOT DENIED ERR EXECABORT " +
    "IDONTKNOW INPROG INVALIDOBJ IOERR LOADING MASTERDOWN MISCONF MOVED NOADDR " +
    "NOAUTH NOGOODSLAVE NOGROUP NOMASTERLINK NOPERM NOPROTO NOQUORUM " +
    "NOREPLICAS NOSCRIPT NOTBUSY NOTREADY OOM READONLY REDIRECT STALE TRYAGAIN " +
    "UNBLOCKED UNKILLABLE WRONGPASS WRONGTYPE").split(" "),
);

/**
 * Whether the code of an error reply is one of the server's own. Any other is
 * the word of a script or a module: there is no end to those, and they may be
 * somebody's data.
 */
export function isServerCode(code: string): boolean {
  return SERVER_CODES.has(code);
}

/** Under what an error is counted: the code of a reply, such as `WRONGTYPE`. */
export function kindOf(error: Error): string {
  if (!(error instanceof CommandError)) return error.name;
  return isServerCode(error.code) ? error.code : "other";
}
