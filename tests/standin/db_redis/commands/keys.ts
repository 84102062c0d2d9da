import type {
  KeyCommands,
  ScriptCommands,
  TransactionCommands,
} from "../types/keys.ts";
import type {
  MigrateOpts,
  RestoreOpts,
  ScanOpts,
  SortWithDestinationOpts,
} from "../types/options.ts";
import type { RedisValue } from "../values.ts";
import { flag, option, type Table } from "./table.ts";

export const KEY_COMMANDS: Table<KeyCommands> = {
  del: "DEL ...keys",
  dump: { build: (key) => ["DUMP", key], binary: true },
  exists: "EXISTS ...keys",
  expire: "EXPIRE key seconds",
  expireat: "EXPIREAT key timestamp",
  keys: "KEYS pattern",
  migrate: (
    host: string,
    port: number | string,
    key: string,
    db: string,
    timeout: number,
    opts?: MigrateOpts,
  ) => [
    "MIGRATE",
    host,
    port,
    key,
    db,
    timeout,
    ...flag("COPY", opts?.copy),
    ...flag("REPLACE", opts?.replace),
    ...option("AUTH", opts?.auth),
    ...(opts?.keys ? ["KEYS", ...opts.keys] : []),
  ],
  move: "MOVE key db",
  objectEncoding: "OBJECT ENCODING key",
  objectFreq: "OBJECT FREQ key",
  objectHelp: "OBJECT HELP",
  objectIdletime: "OBJECT IDLETIME key",
  objectRefCount: "OBJECT REFCOUNT key",
  persist: "PERSIST key",
  pexpire: "PEXPIRE key milliseconds",
  pexpireat: "PEXPIREAT key timestamp",
  pttl: "PTTL key",
  randomkey: "RANDOMKEY",
  rename: "RENAME key newKey",
  renamenx: "RENAMENX key newKey",
  restore: (
    key: string,
    ttl: number,
    dumped: Uint8Array,
    opts?: RestoreOpts,
  ) => [
    "RESTORE",
    key,
    ttl,
    dumped,
    ...flag("REPLACE", opts?.replace),
    ...flag("ABSTTL", opts?.absttl),
    ...option("IDLETIME", opts?.idletime),
    ...option("FREQ", opts?.freq),
  ],
  scan: (cursor: number, opts?: ScanOpts) => [
    "SCAN",
    cursor,
    ...scanOptions(opts),
  ],
  sort: (key: string, opts?: SortWithDestinationOpts) => [
    "SORT",
    key,
    ...option("BY", opts?.by),
    ...(opts?.limit ? ["LIMIT", opts.limit.offset, opts.limit.count] : []),
    ...(opts?.patterns ?? []).flatMap((pattern) => ["GET", pattern]),
    ...(opts?.order ? [opts.order] : []),
    ...flag("ALPHA", opts?.alpha),
    ...option("STORE", opts?.destination),
  ],
  touch: "TOUCH ...keys",
  ttl: "TTL key",
  type: "TYPE key",
  unlink: "UNLINK ...keys",
  wait: "WAIT replicas timeout",
};

export const SCRIPT_COMMANDS: Table<ScriptCommands> = {
  eval: (script: string, keys: string[], args: RedisValue[]) => [
    "EVAL",
    script,
    keys.length,
    ...keys,
    ...args,
  ],
  evalsha: (sha1: string, keys: string[], args: RedisValue[]) => [
    "EVALSHA",
    sha1,
    keys.length,
    ...keys,
    ...args,
  ],
  scriptDebug: "SCRIPT DEBUG mode",
  scriptExists: "SCRIPT EXISTS ...sha1s",
  scriptFlush: "SCRIPT FLUSH",
  scriptKill: "SCRIPT KILL",
  scriptLoad: "SCRIPT LOAD script",
};

export const TRANSACTION_COMMANDS: Table<TransactionCommands> = {
  discard: "DISCARD",
  exec: "EXEC",
  multi: "MULTI",
  unwatch: "UNWATCH",
  watch: "WATCH ...keys",
};

/** What every kind of SCAN takes. */
export function scanOptions(opts: ScanOpts | undefined): unknown[] {
  return [
    ...option("MATCH", opts?.pattern),
    ...option("COUNT", opts?.count),
    ...option("TYPE", opts?.type),
  ];
}
