/** Commands about hashes, lists, sets and places. */
import type {
  Bulk,
  BulkNil,
  BulkString,
  ConditionalArray,
  Integer,
  RedisValue,
  SimpleString,
} from "../values.ts";
import type {
  GeoRadiusOpts,
  GeoUnit,
  HScanOpts,
  LInsertLocation,
  LPosOpts,
  LPosWithCountOpts,
  SScanOpts,
} from "./options.ts";

export interface HashCommands {
  hdel(key: string, ...fields: string[]): Promise<Integer>;
  hexists(key: string, field: string): Promise<Integer>;
  hget(key: string, field: string): Promise<Bulk>;
  hgetall(key: string): Promise<BulkString[]>;
  hincrby(key: string, field: string, increment: number): Promise<Integer>;
  hincrbyfloat(
    key: string,
    field: string,
    increment: number,
  ): Promise<BulkString>;
  hkeys(key: string): Promise<BulkString[]>;
  hlen(key: string): Promise<Integer>;
  hmget(key: string, ...fields: string[]): Promise<Bulk[]>;
  hmset(key: string, field: string, value: RedisValue): Promise<SimpleString>;
  hmset(
    key: string,
    ...pairs: [string, RedisValue][]
  ): Promise<SimpleString>;
  hmset(
    key: string,
    record: Record<string, RedisValue>,
  ): Promise<SimpleString>;
  hscan(
    key: string,
    cursor: number,
    opts?: HScanOpts,
  ): Promise<[BulkString, BulkString[]]>;
  hset(key: string, field: string, value: RedisValue): Promise<Integer>;
  hset(key: string, ...pairs: [string, RedisValue][]): Promise<Integer>;
  hset(key: string, record: Record<string, RedisValue>): Promise<Integer>;
  hsetnx(key: string, field: string, value: RedisValue): Promise<Integer>;
  hstrlen(key: string, field: string): Promise<Integer>;
  hvals(key: string): Promise<BulkString[]>;
}

export interface ListCommands {
  blpop(
    timeout: number,
    ...keys: string[]
  ): Promise<[BulkString, BulkString] | BulkNil>;
  brpop(
    timeout: number,
    ...keys: string[]
  ): Promise<[BulkString, BulkString] | BulkNil>;
  brpoplpush(
    source: string,
    destination: string,
    timeout: number,
  ): Promise<Bulk>;
  lindex(key: string, index: number): Promise<Bulk>;
  linsert(
    key: string,
    location: LInsertLocation,
    pivot: string,
    value: RedisValue,
  ): Promise<Integer>;
  llen(key: string): Promise<Integer>;
  lpop(key: string): Promise<Bulk>;
  lpop(key: string, count: number): Promise<Array<BulkString>>;
  lpos(
    key: string,
    element: RedisValue,
    opts?: LPosOpts,
  ): Promise<Integer | BulkNil>;
  lpos(
    key: string,
    element: RedisValue,
    opts: LPosWithCountOpts,
  ): Promise<Integer[]>;
  lpush(key: string, ...elements: RedisValue[]): Promise<Integer>;
  lpushx(key: string, ...elements: RedisValue[]): Promise<Integer>;
  lrange(key: string, start: number, stop: number): Promise<BulkString[]>;
  lrem(key: string, count: number, element: RedisValue): Promise<Integer>;
  lset(key: string, index: number, element: RedisValue): Promise<SimpleString>;
  ltrim(key: string, start: number, stop: number): Promise<SimpleString>;
  rpop(key: string): Promise<Bulk>;
  rpoplpush(source: string, destination: string): Promise<Bulk>;
  rpush(key: string, ...elements: RedisValue[]): Promise<Integer>;
  rpushx(key: string, ...elements: RedisValue[]): Promise<Integer>;
}

export interface SetCommands {
  sadd(key: string, ...members: RedisValue[]): Promise<Integer>;
  scard(key: string): Promise<Integer>;
  sdiff(...keys: string[]): Promise<BulkString[]>;
  sdiffstore(destination: string, ...keys: string[]): Promise<Integer>;
  sinter(...keys: string[]): Promise<BulkString[]>;
  sinterstore(destination: string, ...keys: string[]): Promise<Integer>;
  sismember(key: string, member: RedisValue): Promise<Integer>;
  smembers(key: string): Promise<BulkString[]>;
  smove(
    source: string,
    destination: string,
    member: RedisValue,
  ): Promise<Integer>;
  spop(key: string): Promise<Bulk>;
  spop(key: string, count: number): Promise<BulkString[]>;
  srandmember(key: string): Promise<Bulk>;
  srandmember(key: string, count: number): Promise<BulkString[]>;
  srem(key: string, ...members: RedisValue[]): Promise<Integer>;
  sscan(
    key: string,
    cursor: number,
    opts?: SScanOpts,
  ): Promise<[BulkString, BulkString[]]>;
  sunion(...keys: string[]): Promise<BulkString[]>;
  sunionstore(destination: string, ...keys: string[]): Promise<Integer>;
}

export interface GeoCommands {
  geoadd(
    key: string,
    longitude: number,
    latitude: number,
    member: string,
  ): Promise<Integer>;
  geoadd(
    key: string,
    ...places: [number, number, string][]
  ): Promise<Integer>;
  geoadd(
    key: string,
    record: Record<string, [number, number]>,
  ): Promise<Integer>;
  geodist(
    key: string,
    member1: string,
    member2: string,
    unit?: GeoUnit,
  ): Promise<Bulk>;
  geohash(key: string, ...members: string[]): Promise<Bulk[]>;
  geopos(
    key: string,
    ...members: string[]
  ): Promise<Array<[BulkString, BulkString] | BulkNil | []> | BulkNil>;
  georadius(
    key: string,
    longitude: number,
    latitude: number,
    radius: number,
    unit: GeoUnit,
    opts?: GeoRadiusOpts,
  ): Promise<ConditionalArray>;
  georadiusbymember(
    key: string,
    member: string,
    radius: number,
    unit: GeoUnit,
    opts?: GeoRadiusOpts,
  ): Promise<ConditionalArray>;
}
