/**
 * What the contenders over a Redis Cluster are called.
 *
 * @module
 */

/** How many slots move while a map runs. */
export const MOVING_SLOTS = 300;

/** The contenders, by the names that targets know. */
export const CLUSTER_NAMES = {
  map: "rb: map get",
  calls: "rb: Promise.all get",
  moving: `rb: map get, ${MOVING_SLOTS} slots move`,
  ioredis: "ioredis Cluster: Promise.all get",
  automatic: "ioredis Cluster: Promise.all get, auto-pipelining",
  nodeRedis: "node-redis cluster: Promise.all get",
} as const;
