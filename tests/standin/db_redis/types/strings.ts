/** Commands about strings, bits and HyperLogLogs. */
import type {
  Bulk,
  BulkNil,
  BulkString,
  Integer,
  RedisValue,
  SimpleString,
} from "../values.ts";
import type {
  BitfieldOpts,
  BitfieldWithOverflowOpts,
  BitopOperation,
  SetOpts,
  SetReply,
  SetWithModeOpts,
  StralgoAlgorithm,
  StralgoOpts,
  StralgoTarget,
} from "./options.ts";

export interface StringCommands {
  append(key: string, value: RedisValue): Promise<Integer>;
  decr(key: string): Promise<Integer>;
  decrby(key: string, decrement: number): Promise<Integer>;
  get(key: string): Promise<Bulk>;
  getrange(key: string, start: number, end: number): Promise<BulkString>;
  getset(key: string, value: RedisValue): Promise<Bulk>;
  incr(key: string): Promise<Integer>;
  incrby(key: string, increment: number): Promise<Integer>;
  incrbyfloat(key: string, increment: number): Promise<BulkString>;
  mget(...keys: string[]): Promise<Bulk[]>;
  mset(key: string, value: RedisValue): Promise<SimpleString>;
  mset(...pairs: [string, RedisValue][]): Promise<SimpleString>;
  mset(record: Record<string, RedisValue>): Promise<SimpleString>;
  msetnx(key: string, value: RedisValue): Promise<Integer>;
  msetnx(...pairs: [string, RedisValue][]): Promise<Integer>;
  msetnx(record: Record<string, RedisValue>): Promise<Integer>;
  psetex(
    key: string,
    milliseconds: number,
    value: RedisValue,
  ): Promise<SimpleString>;
  set<TSetOpts extends SetOpts | SetWithModeOpts = SetOpts>(
    key: string,
    value: RedisValue,
    opts?: TSetOpts,
  ): Promise<SetReply<TSetOpts>>;
  setex(key: string, seconds: number, value: RedisValue): Promise<SimpleString>;
  setnx(key: string, value: RedisValue): Promise<Integer>;
  setrange(key: string, offset: number, value: RedisValue): Promise<Integer>;
  stralgo(
    algorithm: StralgoAlgorithm,
    target: StralgoTarget,
    a: string,
    b: string,
  ): Promise<Bulk>;
  stralgo(
    algorithm: StralgoAlgorithm,
    target: StralgoTarget,
    a: string,
    b: string,
    opts?: { len: true },
  ): Promise<Integer>;
  stralgo(
    algorithm: StralgoAlgorithm,
    target: StralgoTarget,
    a: string,
    b: string,
    opts?: { idx: true },
  ): Promise<StralgoMatches<[Span, Span]>>;
  stralgo(
    algorithm: StralgoAlgorithm,
    target: StralgoTarget,
    a: string,
    b: string,
    opts?: { idx: true; withmatchlen: true },
  ): Promise<StralgoMatches<[Span, Span, number]>>;
  stralgo(
    algorithm: StralgoAlgorithm,
    target: StralgoTarget,
    a: string,
    b: string,
    opts?: StralgoOpts,
  ): Promise<
    Bulk | Integer | StralgoMatches<[Span, Span, number | undefined]>
  >;
  strlen(key: string): Promise<Integer>;
}

/** From and to, in one of the two strings. */
type Span = [number, number];

/** `"matches"`, the matches, `"len"`, the length. */
type StralgoMatches<TMatch> = [string, Array<TMatch>, string, Integer];

export interface BitCommands {
  bitcount(key: string): Promise<Integer>;
  bitcount(key: string, start: number, end: number): Promise<Integer>;
  bitfield(key: string, opts?: BitfieldOpts): Promise<Integer[]>;
  bitfield(
    key: string,
    opts?: BitfieldWithOverflowOpts,
  ): Promise<(Integer | BulkNil)[]>;
  bitop(
    operation: BitopOperation,
    destination: string,
    ...keys: string[]
  ): Promise<Integer>;
  bitpos(
    key: string,
    bit: number,
    start?: number,
    end?: number,
  ): Promise<Integer>;
  getbit(key: string, offset: number): Promise<Integer>;
  setbit(key: string, offset: number, value: RedisValue): Promise<Integer>;
}

export interface HyperLogLogCommands {
  pfadd(key: string, ...elements: string[]): Promise<Integer>;
  pfcount(...keys: string[]): Promise<Integer>;
  pfmerge(destination: string, ...sources: string[]): Promise<SimpleString>;
}
