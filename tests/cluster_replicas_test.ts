import { assert, assertEquals } from "@std/assert";
import { ClusterReplicas, type ReplicaOwner } from "../src/cluster_replicas.ts";
import { Host } from "../src/delivery/host.ts";
import { HostCounters } from "../src/delivery/stats.ts";
import { HostInfo } from "../src/host_info.ts";
import { Pool } from "../src/wire/pool.ts";
import { FakeTime } from "./fake_time.ts";
import { MovableTopology } from "./movable_topology.ts";

/** Replicas of host 0 that are never reached. */
class Owner implements ReplicaOwner, AsyncDisposable {
  readonly topology = new MovableTopology({ port: 1 });
  readonly retired: string[] = [];
  sought = 0;
  isPrimaryUp = true;
  readonly #made: Host[] = [];

  set ports(ports: readonly number[]) {
    Object.assign(this.topology, {
      replicasOf: () =>
        ports.map((port) => new HostInfo(0, { hostname: "here", port })),
    });
  }

  make(info: HostInfo, counters: HostCounters): Host {
    const dial = () => Promise.reject(new Error("Nobody is there"));
    const host = new Host({
      id: 0,
      place: { info, address: info.address },
      pool: new Pool(dial, { breaker: { threshold: 1 } }),
      counters,
      patience: 0,
    }, {});
    this.#made.push(host);
    return host;
  }

  isUp(): boolean {
    return this.isPrimaryUp;
  }

  retire(host: Host): Promise<void> {
    this.retired.push(host.address);
    return host.close(0);
  }

  seek(): void {
    this.sought++;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const host of this.#made) await host.close(0);
  }
}

const NONE = new Set<Host>();

Deno.test("replicas have their turns, and the primary has one where it shares", async () => {
  await using owner = new Owner();
  owner.ports = [2, 3];
  const replicas = new ClusterReplicas(owner).of(0);
  const turns = (count: number, sharing: boolean) =>
    Array.from(
      { length: count },
      () => replicas.next(NONE, sharing)?.address,
    );
  assertEquals(turns(4, false), ["here:2", "here:3", "here:2", "here:3"]);
  const shared = turns(6, true);
  for (const address of [undefined, "here:2", "here:3"]) {
    assertEquals(shared.filter((one) => one === address).length, 2);
  }
  // A primary that is down has none.
  owner.isPrimaryUp = false;
  assert(!turns(6, true).includes(undefined));
});

Deno.test("a replica that is down, or was asked already, has no turn", async () => {
  await using owner = new Owner();
  owner.ports = [2, 3];
  const replicas = new ClusterReplicas(owner).of(0);
  const first = replicas.next(NONE, false)!;
  for (let i = 0; i < 3; i++) {
    assertEquals(replicas.next(new Set([first]), false)?.address, "here:3");
  }
  first.pool.blame(new Error("It says nothing"));
  for (let i = 0; i < 3; i++) {
    assertEquals(replicas.next(NONE, false)?.address, "here:3");
  }
  replicas.next(NONE, false)!.pool.blame(new Error("It says nothing"));
  assertEquals(replicas.next(NONE, false), undefined);
});

Deno.test("replicas that are gone come to their end, and still count", async () => {
  await using owner = new Owner();
  owner.ports = [2, 3];
  const all = new ClusterReplicas(owner);
  const replicas = all.of(0);
  using time = new FakeTime();
  const { now } = time;
  for (let i = 0; i < 2; i++) {
    const { counters } = replicas.next(NONE, false)!;
    counters.count({ issued: 1, sent: 1, replies: 1, errors: 0 }, 1, now);
    counters.fallbacks++;
  }
  owner.ports = [3, 4];
  all.changed();
  assertEquals(owner.retired, ["here:2"]);
  const primary = new HostCounters();
  primary.count({ issued: 5, sent: 5, replies: 5, errors: 0 }, 1, now);
  const queue = { commands: 0, bytes: 0 };
  const shown = primary.summary({ queue, open: 1, idle: 0 });
  const countOf = () => {
    const { replies, apart } = replicas.stats(primary, shown);
    assertEquals(apart!.primary, shown);
    return [
      replies,
      ...Object.entries(apart!.replicas).map((
        [address, stats],
      ) => [address, stats.replies, stats.fallbacks]),
    ];
  };
  const expected = [7, ["here:3", 1, 1], ["here:4", 0, 0]];
  assertEquals(countOf(), expected);
  all.disconnect(0);
  assertEquals(owner.retired, ["here:2", "here:3"]);
  assertEquals(countOf(), expected);
  // Another one takes its place when it is needed.
  assertEquals(replicas.next(NONE, false)?.closing, false);
});

Deno.test("replicas are looked for now and then, ever more rarely until something changes", async () => {
  await using owner = new Owner();
  owner.ports = [];
  using time = new FakeTime();
  const all = new ClusterReplicas(owner);
  const replicas = all.of(0);
  const seconds = async (count: number) => {
    const before = owner.sought;
    for (let i = 0; i < count; i++) {
      assertEquals(replicas.next(NONE, false), undefined);
      await time.advance(1_000);
    }
    return owner.sought - before;
  };
  assertEquals(await seconds(1), 1);
  assertEquals(await seconds(63), 6);
  assertEquals(await seconds(600), 10);
  all.changed();
  assert(await seconds(120) > 2);
});
