/**
 * Methods of `@db/redis` that need a connection of their own: see `connect`.
 *
 * Written by `sh tools/dev methods` from the table of methods.
 *
 * @module
 */

/** Methods of `@db/redis` that need a connection of their own: see `connect`. */
export type OwnConnectionMethod =
  | "asking"
  | "auth"
  | "clientCaching"
  | "clientSetName"
  | "clientTracking"
  | "discard"
  | "exec"
  | "hello"
  | "monitor"
  | "multi"
  | "pipeline"
  | "psubscribe"
  | "quit"
  | "readonly"
  | "readwrite"
  | "scriptDebug"
  | "select"
  | "subscribe"
  | "sync"
  | "tx"
  | "unwatch"
  | "wait"
  | "watch";
