/**
 * How the contenders of a command are called.
 *
 * @module
 */

/** How many commands redis-benchmark has under way on each connection. */
export const DEPTH = 500;

/** The names of the contenders of a command, by what they do. */
export function contenderNames(command: string) {
  return {
    map: `rb: map ${command}`,
    calls: `rb: Promise.all ${command}`,
    pipeline: `ioredis: pipeline ${command}`,
    automatic: `ioredis: Promise.all ${command}, auto-pipelining`,
    nodeRedis: `node-redis: Promise.all ${command}`,
    redisBenchmark: `redis-benchmark: -c 1 -P ${DEPTH} on each server`,
  } as const;
}
