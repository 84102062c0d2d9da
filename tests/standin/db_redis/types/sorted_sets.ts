/** Commands about sorted sets. */
import type {
  Bulk,
  BulkNil,
  BulkString,
  Integer,
  Raw,
  RedisValue,
} from "../values.ts";
import type {
  ZAddOpts,
  ZAddReply,
  ZInterOpts,
  ZInterstoreOpts,
  ZRangeByLexOpts,
  ZRangeByScoreOpts,
  ZRangeOpts,
  ZScanOpts,
  ZUnionstoreOpts,
} from "./options.ts";

type Popped = [BulkString, BulkString, BulkString] | BulkNil;

export interface SortedSetCommands {
  bzpopmax(timeout: number, ...keys: string[]): Promise<Popped>;
  bzpopmin(timeout: number, ...keys: string[]): Promise<Popped>;
  zadd<TZAddOpts extends ZAddOpts = ZAddOpts>(
    key: string,
    score: number,
    member: RedisValue,
    opts?: TZAddOpts,
  ): Promise<ZAddReply<TZAddOpts>>;
  zadd<TZAddOpts extends ZAddOpts = ZAddOpts>(
    key: string,
    pairs: [number, RedisValue][],
    opts?: TZAddOpts,
  ): Promise<ZAddReply<TZAddOpts>>;
  zadd<TZAddOpts extends ZAddOpts = ZAddOpts>(
    key: string,
    record: Record<string | number, number>,
    opts?: TZAddOpts,
  ): Promise<ZAddReply<TZAddOpts>>;
  zaddIncr(
    key: string,
    score: number,
    member: RedisValue,
    opts?: ZAddOpts,
  ): Promise<Bulk>;
  zcard(key: string): Promise<Integer>;
  zcount(key: string, min: number, max: number): Promise<Integer>;
  zincrby(
    key: string,
    increment: number,
    member: RedisValue,
  ): Promise<BulkString>;
  zinter(keys: string[], opts?: ZInterOpts): Promise<Raw[]>;
  zinter(weights: [string, number][], opts?: ZInterOpts): Promise<Raw[]>;
  zinter(weights: Record<string, number>, opts?: ZInterOpts): Promise<Raw[]>;
  zinterstore(
    destination: string,
    keys: string[],
    opts?: ZInterstoreOpts,
  ): Promise<Integer>;
  zinterstore(
    destination: string,
    weights: [string, number][],
    opts?: ZInterstoreOpts,
  ): Promise<Integer>;
  zinterstore(
    destination: string,
    weights: Record<string, number>,
    opts?: ZInterstoreOpts,
  ): Promise<Integer>;
  zlexcount(key: string, min: string, max: string): Promise<Integer>;
  zpopmax(key: string, count?: number): Promise<BulkString[]>;
  zpopmin(key: string, count?: number): Promise<BulkString[]>;
  zrange(
    key: string,
    start: number,
    stop: number,
    opts?: ZRangeOpts,
  ): Promise<BulkString[]>;
  zrangebylex(
    key: string,
    min: string,
    max: string,
    opts?: ZRangeByLexOpts,
  ): Promise<BulkString[]>;
  zrangebyscore(
    key: string,
    min: number | string,
    max: number | string,
    opts?: ZRangeByScoreOpts,
  ): Promise<BulkString[]>;
  zrank(key: string, member: RedisValue): Promise<Integer | BulkNil>;
  zrem(key: string, ...members: RedisValue[]): Promise<Integer>;
  zremrangebylex(key: string, min: string, max: string): Promise<Integer>;
  zremrangebyrank(key: string, start: number, stop: number): Promise<Integer>;
  zremrangebyscore(
    key: string,
    min: number | string,
    max: number | string,
  ): Promise<Integer>;
  zrevrange(
    key: string,
    start: number,
    stop: number,
    opts?: ZRangeOpts,
  ): Promise<BulkString[]>;
  zrevrangebylex(
    key: string,
    max: string,
    min: string,
    opts?: ZRangeByLexOpts,
  ): Promise<BulkString[]>;
  zrevrangebyscore(
    key: string,
    max: number | string,
    min: number | string,
    opts?: ZRangeByScoreOpts,
  ): Promise<BulkString[]>;
  zrevrank(key: string, member: RedisValue): Promise<Integer | BulkNil>;
  zscan(
    key: string,
    cursor: number,
    opts?: ZScanOpts,
  ): Promise<[BulkString, BulkString[]]>;
  zscore(key: string, member: RedisValue): Promise<Bulk>;
  zunionstore(
    destination: string,
    keys: string[],
    opts?: ZUnionstoreOpts,
  ): Promise<Integer>;
  zunionstore(
    destination: string,
    weights: [string, number][],
    opts?: ZUnionstoreOpts,
  ): Promise<Integer>;
  zunionstore(
    destination: string,
    weights: Record<string, number>,
    opts?: ZUnionstoreOpts,
  ): Promise<Integer>;
}
