/** The options of commands, and the replies that depend on them. */
import type {
  BulkNil,
  BulkString,
  Integer,
  Protover,
  SimpleString,
} from "../values.ts";

// Server and connection

export type ACLLogMode = "RESET";
export type ClientCachingMode = "YES" | "NO";
export type ClientPauseMode = "WRITE" | "ALL";
export type ClientType = "NORMAL" | "MASTER" | "REPLICA" | "PUBSUB";
export type ClientUnblockingBehaviour = "TIMEOUT" | "ERROR";
export type ClusterFailoverMode = "FORCE" | "TAKEOVER";
export type ClusterResetMode = "HARD" | "SOFT";
export type ClusterSetSlotSubcommand =
  | "IMPORTING"
  | "MIGRATING"
  | "NODE"
  | "STABLE";
export type ScriptDebugMode = "YES" | "SYNC" | "NO";
export type ShutdownMode = "NOSAVE" | "SAVE";

export interface ClientKillOpts {
  addr?: string;
  laddr?: string;
  id?: number;
  type?: ClientType;
  user?: string;
  skipme?: "YES" | "NO";
}

export interface ClientListOpts {
  type?: ClientType;
  ids?: number[];
}

export interface ClientTrackingOpts {
  mode: "ON" | "OFF";
  redirect?: number;
  prefixes?: string[];
  bcast?: boolean;
  optIn?: boolean;
  optOut?: boolean;
  noLoop?: boolean;
}

export interface HelloOpts {
  protover: Protover;
  auth?: { username: string; password: string };
  clientName?: string;
}

export interface MemoryUsageOpts {
  samples?: number;
}

export type RoleReply =
  | ["master", Integer, BulkString[][]]
  | ["slave", BulkString, Integer, BulkString, Integer]
  | ["sentinel", BulkString[]];

// Keys

export interface MigrateOpts {
  copy?: boolean;
  replace?: boolean;
  auth?: string;
  keys?: string[];
}

export interface RestoreOpts {
  replace?: boolean;
  absttl?: boolean;
  idletime?: number;
  freq?: number;
}

interface AnyScanOpts {
  pattern?: string;
  count?: number;
}

export interface ScanOpts extends AnyScanOpts {
  type?: string;
}

export type HScanOpts = AnyScanOpts;
export type SScanOpts = AnyScanOpts;
export type ZScanOpts = AnyScanOpts;

export interface SortOpts {
  by?: string;
  limit?: Limit;
  patterns?: string[];
  order?: "ASC" | "DESC";
  alpha?: boolean;
}

export interface SortWithDestinationOpts extends SortOpts {
  destination: string;
}

interface Limit {
  offset: number;
  count: number;
}

// Strings

export type BitopOperation = "AND" | "OR" | "XOR" | "NOT";

export interface BitfieldOpts {
  get?: { type: string; offset: number | string };
  set?: { type: string; offset: number | string; value: number };
  incrby?: { type: string; offset: number | string; increment: number };
}

export interface BitfieldWithOverflowOpts extends BitfieldOpts {
  overflow: "WRAP" | "SAT" | "FAIL";
}

export interface SetOpts {
  ex?: number;
  px?: number;
  nx?: boolean;
  xx?: boolean;
  exat?: number;
  pxat?: number;
  keepttl?: boolean;
  get?: boolean;
}

export interface SetWithModeOpts extends SetOpts {
  mode: "NX" | "XX";
}

export type SetReply<T extends SetOpts | SetWithModeOpts> = T extends
  { get: true } ? SimpleString | BulkNil
  : T extends { nx: true } ? SimpleString | BulkNil
  : T extends { xx: true } ? SimpleString | BulkNil
  : T extends SetWithModeOpts ? SimpleString | BulkNil
  : SimpleString;

export type StralgoAlgorithm = "LCS";
export type StralgoTarget = "KEYS" | "STRINGS";

export interface StralgoOpts {
  idx?: boolean;
  len?: boolean;
  minmatchlen?: number;
  withmatchlen?: boolean;
}

// Geo

export type GeoUnit = "m" | "km" | "ft" | "mi";

export interface GeoRadiusOpts {
  withCoord?: boolean;
  withDist?: boolean;
  withHash?: boolean;
  count?: number;
  sort?: "ASC" | "DESC";
  store?: string;
  storeDist?: string;
}

// Lists

export type LInsertLocation = "BEFORE" | "AFTER";

interface AnyLPosOpts {
  rank?: number;
  maxlen?: number;
}

export interface LPosOpts extends AnyLPosOpts {
  count?: null | undefined;
}

export interface LPosWithCountOpts extends AnyLPosOpts {
  count: number;
}

// Sorted sets

export interface ZAddOpts {
  mode?: "NX" | "XX";
  ch?: boolean;
  nx?: boolean;
  xx?: boolean;
}

/** `mode` does not widen the reply, though it may be null: as the original. */
export type ZAddReply<T extends ZAddOpts> = T extends { nx: true }
  ? Integer | BulkNil
  : T extends { xx: true } ? Integer | BulkNil
  : Integer;

interface ZStoreOpts {
  aggregate?: "SUM" | "MIN" | "MAX";
}

export type ZInterstoreOpts = ZStoreOpts;
export type ZUnionstoreOpts = ZStoreOpts;
export type ZInterOpts = { withScore?: boolean } & ZStoreOpts;

export interface ZRangeOpts {
  withScore?: boolean;
}

export interface ZRangeByLexOpts {
  limit?: Limit;
}

export interface ZRangeByScoreOpts {
  withScore?: boolean;
  limit?: Limit;
}
