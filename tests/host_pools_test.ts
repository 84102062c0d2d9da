import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { HostCounters } from "../src/delivery/stats.ts";
import { HostDownError } from "../src/errors.ts";
import { HostInfo } from "../src/host_info.ts";
import { HostPools, type ServerAddress } from "../src/host_pools.ts";
import { RedisServer } from "../src/testing.ts";
import type { Connection } from "../src/wire/connection.ts";
import type { ServerRole } from "../src/wire/dial.ts";
import type { Pool, Refusal } from "../src/wire/pool.ts";
import { bounded, eventually } from "../support/waiting.ts";

/** Pools for one place, and what was told about it. */
class Bench {
  readonly told: string[] = [];
  readonly errors: unknown[] = [];
  readonly sought: number[] = [];
  readonly counters = new HostCounters();
  readonly #pools: HostPools;

  constructor(threshold: number, seeksLost = false) {
    this.#pools = new HostPools({
      pool: { breaker: { threshold, minDelay: 10, maxDelay: 20 } },
      timeout: 20_000,
      listener: (type, hostId, error) => {
        this.told.push(`${type} ${hostId}`);
        this.errors.push(error);
      },
      readOnly: false,
      greetingOf: () => undefined,
      seek: (hostId) => this.sought.push(hostId),
      seeksLost,
    });
  }

  make(place: ServerAddress, role: ServerRole = "primary"): Pool {
    return this.#pools.make(place, this.counters, role);
  }
}

function placeOf(server: { hostname: string; port: number }): ServerAddress {
  const { hostname, port } = server;
  const info = new HostInfo(7, { hostname, port });
  return { info, address: info.address };
}

/** What becomes of an application for a connection. */
function applied(pool: Pool): Promise<Connection | Refusal> {
  return bounded(
    new Promise((resolve) =>
      pool.apply({ granted: resolve, refused: resolve })
    ),
  );
}

Deno.test("HostPools.make() counts connections, and tells when a host is down and back", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  const bench = new Bench(1);
  const pool = bench.make(placeOf(server));
  const connection = await applied(pool) as Connection;
  assertEquals(bench.counters.opened, 1);
  await server.kill();
  await eventually(() => bench.counters.lost === 1);
  pool.release(connection);
  assert("kind" in await applied(pool));
  assertEquals(bench.told, ["down 7"]);
  const [error] = bench.errors;
  assertInstanceOf(error, HostDownError);
  assertEquals([error.hostId, error.outcome], [7, "not-sent"]);
  assertEquals(new Set(bench.sought), new Set([7]));
  await server.restart();
  await eventually(() => bench.told.includes("up 7"));
  pool.release(await applied(pool) as Connection);
  await pool.close();
});

Deno.test("HostPools.make() leaves a replica alone after one failure, which is no news of its host", async () => {
  const nobody = placeOf({ hostname: "127.0.0.1", port: 1 });
  const bench = new Bench(100);
  const pool = bench.make(nobody, "replica");
  const { cause } = await applied(pool) as Refusal;
  assertEquals((cause as { outcome?: string }).outcome, "not-sent");
  assert(pool.down);
  assertEquals(bench.told, []);
  await pool.close();
});

Deno.test("HostPools.make() seeks a host that ends connections, where others can take over", async () => {
  for (const seeksLost of [false, true]) {
    await using server = await RedisServer.start({ transport: "tcp" });
    const bench = new Bench(100, seeksLost);
    const pool = bench.make(placeOf(server));
    const connection = await applied(pool) as Connection;
    await server.kill();
    await eventually(() => bench.counters.lost === 1);
    assertEquals(bench.sought, seeksLost ? [7] : []);
    pool.release(connection);
    await pool.close();
  }
});
