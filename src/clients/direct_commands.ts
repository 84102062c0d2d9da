/**
 * Commands whose method takes the arguments of the command as they are.
 *
 * @module
 */

import { isOrdinary } from "../commands/traits.ts";
import { soleKeyPosition } from "../topology/mod.ts";

/** A command that needs no translation, and how many arguments make it so. */
export interface DirectCommand {
  /** The name of the command. */
  readonly command: string;
  /** The fewest arguments. */
  readonly min: number;
  /** The most arguments; with more, options are meant. */
  readonly max: number;
  /**
   * Whether its first argument is its only key and nothing else about it is out
   * of the ordinary.
   */
  readonly plain: boolean;
}

const table = new Map<string, DirectCommand>();

function add(min: number, max: number, methods: string): void {
  for (const method of methods.split(" ")) {
    const command = method.toUpperCase();
    const plain = soleKeyPosition(command) === 0 && isOrdinary(command);
    table.set(method, { command, min, max, plain });
  }
}

add(
  1,
  1,
  "get incr decr strlen ttl pttl type persist hgetall hkeys hvals hlen " +
    "llen scard smembers zcard lpop rpop spop srandmember xlen",
);
add(
  2,
  2,
  "set append getset setnx incrby decrby incrbyfloat expire pexpire getbit " +
    "hget hexists hstrlen lindex sismember zscore zrank zrevrank rename " +
    "renamenx rpoplpush",
);
add(
  3,
  3,
  "setex psetex setrange getrange setbit hset hsetnx hincrby hincrbyfloat " +
    "lrange ltrim lset lrem zadd zincrby zcount smove zremrangebyrank",
);
add(1, Infinity, "mget del unlink exists touch");
add(2, Infinity, "hdel hmget sadd srem lpush rpush lpushx rpushx zrem pfadd");

/**
 * By the name of the method: the commands that are called by the thousand. Going
 * straight to the wire saves them the wrappers of the surface, which cost a
 * factor of 2 to 3.
 */
export const DIRECT_COMMANDS: ReadonlyMap<string, DirectCommand> = table;
