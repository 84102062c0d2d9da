/**
 * Commands on sorted sets.
 *
 * @module
 */

import type { Argument, Reply } from "../../values.ts";
import { firstArgument, lastArgument } from "../block_times.ts";
import {
  allButLast,
  countedFrom,
  firstTwo,
  storedAndCounted,
} from "../key_rules.ts";
import {
  type Call,
  listed,
  made,
  type MethodRow,
  type MethodRows,
  plain,
} from "../methods.ts";
import {
  OptionNames,
  type Options,
  pushLimit,
  pushScan,
  pushValue,
  score,
} from "../options.ts";
import { listOf, toNumber } from "../readers.ts";
import type { SortedSetMethods } from "../signatures/sorted_sets.ts";
import type { CommandRows } from "../spec.ts";
import { READ, WRITE } from "./shared.ts";

/** Commands on sorted sets. */
export const SORTED_SET_COMMANDS: CommandRows = {
  BZMPOP: { keys: countedFrom(1), blocks: firstArgument },
  BZPOPMAX: { keys: allButLast, blocks: lastArgument(1_000) },
  BZPOPMIN: { keys: allButLast, blocks: lastArgument(1_000) },
  ZADD: WRITE,
  ZCARD: READ,
  ZCOUNT: READ,
  ZDIFF: { keys: countedFrom(0), reads: true, resp3: "pairs" },
  ZDIFFSTORE: { keys: storedAndCounted },
  ZINCRBY: WRITE,
  ZINTER: { keys: countedFrom(0), reads: true, resp3: "pairs" },
  ZINTERCARD: { keys: countedFrom(0), reads: true },
  ZINTERSTORE: { keys: storedAndCounted },
  ZLEXCOUNT: READ,
  ZMPOP: { keys: countedFrom(0) },
  ZMSCORE: READ,
  ZPOPMAX: { ...WRITE, resp3: "pairs" },
  ZPOPMIN: { ...WRITE, resp3: "pairs" },
  ZRANDMEMBER: { ...READ, resp3: "pairs" },
  ZRANGE: { ...READ, resp3: "pairs" },
  ZRANGEBYLEX: READ,
  ZRANGEBYSCORE: { ...READ, resp3: "pairs" },
  ZRANGESTORE: { keys: firstTwo },
  ZRANK: READ,
  ZREM: WRITE,
  ZREMRANGEBYLEX: WRITE,
  ZREMRANGEBYRANK: WRITE,
  ZREMRANGEBYSCORE: WRITE,
  ZREVRANGE: { ...READ, resp3: "pairs" },
  ZREVRANGEBYLEX: READ,
  ZREVRANGEBYSCORE: { ...READ, resp3: "pairs" },
  ZREVRANK: READ,
  ZSCAN: { ...READ, cursor: true },
  ZSCORE: { ...READ, nullIfAbsent: true },
  ZUNION: { keys: countedFrom(0), reads: true, resp3: "pairs" },
  ZUNIONSTORE: { keys: storedAndCounted },
};

const ZADD_OPTIONS = new OptionNames("zadd", "mode nx xx ch");
const ZADDINCR_OPTIONS = new OptionNames("zaddIncr", "mode nx xx ch");
const ZRANGE_OPTIONS = new OptionNames("zrange", "withScore by rev limit");
const ZRANGESTORE_OPTIONS = new OptionNames("zrangestore", "by rev limit");
const ZSCAN_OPTIONS = new OptionNames("zscan", "pattern count");
const ZINTERCARD_OPTIONS = new OptionNames("zintercard", "limit");
const ZMPOP_OPTIONS = new OptionNames("zmpop", "count");
const BZMPOP_OPTIONS = new OptionNames("bzmpop", "count");

/** Members and scores in turn, as pairs. */
function toScored(reply: Reply): unknown {
  const list = listOf(reply);
  const scored: [Reply, number][] = [];
  for (let i = 0; i + 1 < list.length; i += 2) {
    scored.push([list[i], toNumber(list[i + 1])]);
  }
  return scored;
}

function toScoredPage(reply: Reply): unknown {
  const [cursor, items] = listOf(reply);
  return [cursor, toScored(items)];
}

/** A key, and pairs of member and score. */
function toScoredOfKey(reply: Reply): unknown {
  if (reply === null) return null;
  const [key, pairs] = listOf(reply);
  return [key, listOf(pairs).map(toScoredPair)];
}

function toScoredPair(pair: Reply): [Reply, number] {
  const [member, points] = listOf(pair);
  return [member, toNumber(points)];
}

/** A key, a member and its score. */
function toScoredMember(reply: Reply): unknown {
  if (reply === null) return null;
  const [key, member, points] = listOf(reply);
  return [key, member, toNumber(points)];
}

function pushConditions(
  args: Argument[],
  names: OptionNames,
  options: unknown,
): void {
  const given = names.check(options);
  if (given === undefined) return;
  const condition = names.oneOf(given, [
    ["nx", "NX", true],
    ["xx", "XX", true],
    ["mode", names.word(given, "mode", "NX XX") ?? "", false],
  ]);
  if (condition !== undefined) args.push(condition[0]);
  if (names.isOn(given, "ch")) args.push("CH");
}

function zadd(
  key: Argument,
  first: unknown,
  second?: unknown,
  options?: unknown,
): Argument[] {
  const args = [key];
  if (typeof first !== "object" || first === null) {
    pushConditions(args, ZADD_OPTIONS, options);
    args.push(score(first), second as Argument);
    return args;
  }
  if (options !== undefined) {
    throw new TypeError('The options of "zadd" stand behind its members');
  }
  pushConditions(args, ZADD_OPTIONS, second);
  if (Array.isArray(first)) {
    for (const pair of first) pushMember(args, pair);
  } else if (first instanceof Map) {
    for (const [member, points] of first) args.push(score(points), member);
  } else {
    const scores = first as Record<string, unknown>;
    for (const member of Object.keys(scores)) {
      args.push(score(scores[member]), member);
    }
  }
  return args;
}

function pushMember(args: Argument[], pair: unknown): void {
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw new TypeError(
      'A member for "zadd" stands as a pair of score and member',
    );
  }
  args.push(score(pair[0]), pair[1]);
}

function zaddIncr(
  key: Argument,
  points: unknown,
  member: Argument,
  options?: unknown,
): Argument[] {
  const args = [key];
  pushConditions(args, ZADDINCR_OPTIONS, options);
  args.push("INCR", score(points), member);
  return args;
}

function zincrby(key: Argument, points: unknown, member: Argument): Argument[] {
  return [key, score(points), member];
}

/** A range of scores. */
function scores(key: Argument, min: unknown, max: unknown): Argument[] {
  return [key, score(min), score(max)];
}

/** Whether scores are asked for; they are, and pairs where those are wanted. */
function withScores(
  args: Argument[],
  names: OptionNames,
  given: Options,
): boolean {
  if (!names.isOn(given, "withScore")) return false;
  args.push("WITHSCORES");
  return true;
}

function zrange(
  key: Argument,
  start: unknown,
  stop: unknown,
  options?: unknown,
): Argument[] | Call {
  const args = [key, score(start), score(stop)];
  const given = ZRANGE_OPTIONS.check(options);
  if (given === undefined) return args;
  pushRange(args, ZRANGE_OPTIONS, given);
  return withScores(args, ZRANGE_OPTIONS, given)
    ? { args, records: toScored }
    : args;
}

function zrangestore(
  destination: Argument,
  source: Argument,
  start: unknown,
  stop: unknown,
  options?: unknown,
): Argument[] {
  const args = [destination, source, score(start), score(stop)];
  const given = ZRANGESTORE_OPTIONS.check(options);
  if (given !== undefined) pushRange(args, ZRANGESTORE_OPTIONS, given);
  return args;
}

function pushRange(args: Argument[], names: OptionNames, given: Options): void {
  const by = names.word(given, "by", "SCORE LEX");
  if (by !== undefined) args.push(`BY${by}`);
  if (names.isOn(given, "rev")) args.push("REV");
  pushLimit(args, names, given);
}

/** A method that reads a range, with scores and limits or without. */
function ranging(command: string, options: string): MethodRow {
  const names = new OptionNames(command.toLowerCase(), options);
  const make = (
    key: Argument,
    from: unknown,
    to: unknown,
    options?: unknown,
  ) => {
    const args = [key, score(from), score(to)];
    const given = names.check(options);
    if (given === undefined) return args;
    const hasScores = withScores(args, names, given);
    pushLimit(args, names, given);
    return hasScores ? { args, records: toScored } : args;
  };
  return made(command, 3, make);
}

/** Keys behind their count, and their weights if they have any. */
function pushKeys(args: Argument[], method: string, keys: unknown): void {
  if (Array.isArray(keys) && !Array.isArray(keys[0])) {
    args.push(keys.length);
    for (const key of keys) args.push(key);
    return;
  }
  const pairs = pairsOf(keys);
  if (pairs === undefined) {
    throw new TypeError(`The keys of "${method}" are no list, record or Map`);
  }
  args.push(pairs.length);
  for (const [key] of pairs) args.push(key);
  args.push("WEIGHTS");
  for (const [, weight] of pairs) args.push(score(weight));
}

function pairsOf(keys: unknown): [Argument, unknown][] | undefined {
  if (keys instanceof Map) return [...keys];
  if (Array.isArray(keys)) return keys;
  if (typeof keys !== "object" || keys === null) return undefined;
  return ArrayBuffer.isView(keys) ? undefined : Object.entries(keys);
}

/** A method that combines sets, and gives what comes of it. */
function combining(command: string, options: string): MethodRow {
  const method = command.toLowerCase();
  const names = new OptionNames(method, options);
  const make = (keys: unknown, options?: unknown) => {
    const args: Argument[] = [];
    const given = names.check(options);
    pushKeys(args, method, keys);
    if (given === undefined) return args;
    pushAggregate(args, names, given);
    return withScores(args, names, given) ? { args, records: toScored } : args;
  };
  return made(command, 1, make);
}

/** A method that combines sets, and stores what comes of it. */
function storing(command: string, options: string): MethodRow {
  const method = command.toLowerCase();
  const names = new OptionNames(method, options);
  const make = (destination: Argument, keys: unknown, options?: unknown) => {
    const args = [destination];
    const given = names.check(options);
    pushKeys(args, method, keys);
    if (given !== undefined) pushAggregate(args, names, given);
    return args;
  };
  return made(command, 2, make);
}

function pushAggregate(
  args: Argument[],
  names: OptionNames,
  given: Options,
): void {
  const word = names.word(given, "aggregate", "SUM MIN MAX");
  if (word !== undefined) args.push("AGGREGATE", word);
}

function zdiffstore(destination: Argument, keys: unknown): Argument[] {
  const args = [destination];
  pushKeys(args, "zdiffstore", keys);
  return args;
}

function zintercard(keys: unknown, options?: unknown): Argument[] {
  const args: Argument[] = [];
  pushKeys(args, "zintercard", keys);
  pushValue(args, "LIMIT", ZINTERCARD_OPTIONS.check(options)?.limit);
  return args;
}

function zmpop(where: Argument, keys: unknown, options?: unknown): Argument[] {
  const args: Argument[] = [];
  pushKeys(args, "zmpop", keys);
  args.push(where);
  pushValue(args, "COUNT", ZMPOP_OPTIONS.check(options)?.count);
  return args;
}

function bzmpop(
  timeout: Argument,
  where: Argument,
  keys: unknown,
  options?: unknown,
): Argument[] {
  const args = [timeout];
  pushKeys(args, "bzmpop", keys);
  args.push(where);
  pushValue(args, "COUNT", BZMPOP_OPTIONS.check(options)?.count);
  return args;
}

/** Keys, then the time to wait. */
function lastTimeout(timeout: Argument, ...keys: Argument[]): Argument[] {
  return [...keys, timeout];
}

const ZRANDMEMBER_OPTIONS = new OptionNames("zrandmember", "withScore");

function zrandmember(
  key: Argument,
  count: Argument,
  options?: unknown,
): Argument[] | Call {
  const args = [key, count];
  const given = ZRANDMEMBER_OPTIONS.check(options);
  return given !== undefined && withScores(args, ZRANDMEMBER_OPTIONS, given)
    ? { args, records: toScored }
    : args;
}

function zscan(key: Argument, cursor: Argument, options?: unknown): Argument[] {
  return pushScan([key, cursor], ZSCAN_OPTIONS, options);
}

/** The methods for sorted sets. */
export const SORTED_SET_METHODS: MethodRows<SortedSetMethods> = {
  bzmpop: made("BZMPOP", 3, bzmpop, { records: toScoredOfKey }),
  bzpopmax: made("BZPOPMAX", 2, lastTimeout, {
    max: Infinity,
    records: toScoredMember,
  }),
  bzpopmin: made("BZPOPMIN", 2, lastTimeout, {
    max: Infinity,
    records: toScoredMember,
  }),
  zadd: made("ZADD", 2, zadd),
  zaddIncr: made("ZADD", 3, zaddIncr),
  zcard: plain("ZCARD", 1),
  zcount: made("ZCOUNT", 3, scores),
  zdiff: combining("ZDIFF", "withScore"),
  zdiffstore: made("ZDIFFSTORE", 2, zdiffstore),
  zincrby: made("ZINCRBY", 3, zincrby),
  zinter: combining("ZINTER", "withScore aggregate"),
  zintercard: made("ZINTERCARD", 1, zintercard),
  zinterstore: storing("ZINTERSTORE", "aggregate"),
  zlexcount: plain("ZLEXCOUNT", 3),
  zmpop: made("ZMPOP", 2, zmpop, { records: toScoredOfKey }),
  zmscore: listed("ZMSCORE", 1, 2),
  zpopmax: plain("ZPOPMAX", 1, 2, { records: toScored }),
  zpopmin: plain("ZPOPMIN", 1, 2, { records: toScored }),
  zrandmember: made("ZRANDMEMBER", 1, zrandmember, { plain: 2 }),
  zrange: made("ZRANGE", 3, zrange),
  zrangebylex: ranging("ZRANGEBYLEX", "limit"),
  zrangebyscore: ranging("ZRANGEBYSCORE", "withScore limit"),
  zrangestore: made("ZRANGESTORE", 4, zrangestore),
  zrank: plain("ZRANK", 2),
  zrem: listed("ZREM", 1, 2),
  zremrangebylex: plain("ZREMRANGEBYLEX", 3),
  zremrangebyrank: plain("ZREMRANGEBYRANK", 3),
  zremrangebyscore: made("ZREMRANGEBYSCORE", 3, scores),
  zrevrange: ranging("ZREVRANGE", "withScore"),
  zrevrangebylex: ranging("ZREVRANGEBYLEX", "limit"),
  zrevrangebyscore: ranging("ZREVRANGEBYSCORE", "withScore limit"),
  zrevrank: plain("ZREVRANK", 2),
  zscan: made("ZSCAN", 2, zscan, { plain: 2, records: toScoredPage }),
  zscore: plain("ZSCORE", 2),
  zunion: combining("ZUNION", "withScore aggregate"),
  zunionstore: storing("ZUNIONSTORE", "aggregate"),
};
