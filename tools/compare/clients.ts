/**
 * All clients of the comparison, connected to the same servers.
 *
 * @module
 */

import type { Cluster } from "@rb/rb";
import type { Client, ServerAddress, Way } from "./contender.ts";
import { type DbRedisWay, hasDbRedis, openDbRedis } from "./db_redis.ts";
import { type GuestWay, openGuest } from "./guest/guest.ts";
import { type OpenIoredis, openIoredis } from "./ioredis.ts";
import { type OpenNodeRedis, openNodeRedis } from "./node_redis.ts";
import { type OpenRb, openRb } from "./rb.ts";
import { hasRedisBenchmark, redisBenchmarkGet } from "./redis_benchmark.ts";

/** The database of the first server that holds all keys, for redis-benchmark. */
export const WHOLE_DATABASE = 1;
/** The database of all servers in which redis-benchmark sends any command. */
export const COMMANDS_DATABASE = 2;

/** The clients; what is not there is undefined. */
export interface OpenClients extends AsyncDisposable {
  readonly rb: OpenRb;
  readonly ioredis: OpenIoredis;
  readonly nodeRedis: OpenNodeRedis;
  readonly dbRedis: Client<DbRedisWay> | undefined;
  /** This library once more, in a process of its own as the next two are; */
  readonly alone: Client<GuestWay> | undefined;
  /** the client that is part of Bun, in a process of it, */
  readonly bun: Client<GuestWay> | undefined;
  /** and valkey-glide, in one of Node.js. */
  readonly glide: Client<GuestWay> | undefined;
  readonly redisBenchmark:
    | Readonly<Record<"-c 1 -P 500" | "-c 1 -P 1", Way>>
    | undefined;
}

/** Connects every client that is there. */
export async function openClients(
  cluster: Cluster,
  servers: readonly ServerAddress[],
): Promise<OpenClients> {
  const opened = new AsyncDisposableStack();
  try {
    const rb = opened.use(openRb(cluster));
    const ioredis = opened.use(await openIoredis(servers));
    const nodeRedis = opened.use(await openNodeRedis(servers));
    const dbRedis = hasDbRedis()
      ? opened.use(await openDbRedis(servers))
      : undefined;
    const redisBenchmark = await hasRedisBenchmark()
      ? benchmarkWays(servers[0])
      : undefined;
    const alone = opened.use(openGuest("rb", servers));
    const bun = opened.use(openGuest("bun", servers));
    const glide = opened.use(openGuest("glide", servers));
    const guests = { alone, bun, glide };
    const clients = {
      rb,
      ioredis,
      nodeRedis,
      dbRedis,
      ...guests,
      redisBenchmark,
    };
    const dispose = opened.move();
    return {
      ...clients,
      [Symbol.asyncDispose]: () => dispose.disposeAsync(),
    };
  } finally {
    await opened.disposeAsync();
  }
}

function benchmarkWays(server: ServerAddress) {
  const database = WHOLE_DATABASE;
  return {
    "-c 1 -P 500": redisBenchmarkGet(server, {
      database,
      depth: 500,
      commands: 500_000,
    }),
    "-c 1 -P 1": redisBenchmarkGet(server, {
      database,
      depth: 1,
      commands: 20_000,
    }),
  };
}
