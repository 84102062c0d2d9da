/** Commands about any key, scripting and transactions. */
import type {
  Binary,
  Bulk,
  BulkNil,
  BulkString,
  ConditionalArray,
  Integer,
  Raw,
  RedisValue,
  SimpleString,
} from "../values.ts";
import type {
  MigrateOpts,
  RestoreOpts,
  ScanOpts,
  ScriptDebugMode,
  SortOpts,
  SortWithDestinationOpts,
} from "./options.ts";

export interface KeyCommands {
  del(...keys: string[]): Promise<Integer>;
  dump(key: string): Promise<Binary | BulkNil>;
  exists(...keys: string[]): Promise<Integer>;
  expire(key: string, seconds: number): Promise<Integer>;
  expireat(key: string, timestamp: string): Promise<Integer>;
  keys(pattern: string): Promise<BulkString[]>;
  migrate(
    host: string,
    port: number | string,
    key: string,
    db: string,
    timeout: number,
    opts?: MigrateOpts,
  ): Promise<SimpleString>;
  move(key: string, db: string): Promise<Integer>;
  objectEncoding(key: string): Promise<Bulk>;
  objectFreq(key: string): Promise<Integer | BulkNil>;
  objectHelp(): Promise<BulkString[]>;
  objectIdletime(key: string): Promise<Integer | BulkNil>;
  objectRefCount(key: string): Promise<Integer | BulkNil>;
  persist(key: string): Promise<Integer>;
  pexpire(key: string, milliseconds: number): Promise<Integer>;
  pexpireat(key: string, timestamp: number): Promise<Integer>;
  pttl(key: string): Promise<Integer>;
  randomkey(): Promise<Bulk>;
  rename(key: string, newKey: string): Promise<SimpleString>;
  renamenx(key: string, newKey: string): Promise<Integer>;
  restore(
    key: string,
    ttl: number,
    dumped: Binary,
    opts?: RestoreOpts,
  ): Promise<SimpleString>;
  scan(cursor: number, opts?: ScanOpts): Promise<[BulkString, BulkString[]]>;
  sort(key: string, opts?: SortOpts): Promise<BulkString[]>;
  sort(key: string, opts?: SortWithDestinationOpts): Promise<Integer>;
  touch(...keys: string[]): Promise<Integer>;
  ttl(key: string): Promise<Integer>;
  type(key: string): Promise<SimpleString>;
  unlink(...keys: string[]): Promise<Integer>;
  wait(replicas: number, timeout: number): Promise<Integer>;
}

export interface ScriptCommands {
  eval(script: string, keys: string[], args: RedisValue[]): Promise<Raw>;
  evalsha(sha1: string, keys: string[], args: RedisValue[]): Promise<Raw>;
  scriptDebug(mode: ScriptDebugMode): Promise<SimpleString>;
  scriptExists(...sha1s: string[]): Promise<Integer[]>;
  scriptFlush(): Promise<SimpleString>;
  scriptKill(): Promise<SimpleString>;
  scriptLoad(script: string): Promise<SimpleString>;
}

export interface TransactionCommands {
  discard(): Promise<SimpleString>;
  exec(): Promise<ConditionalArray>;
  multi(): Promise<SimpleString>;
  unwatch(): Promise<SimpleString>;
  watch(...keys: string[]): Promise<SimpleString>;
}
