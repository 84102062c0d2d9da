// Keys that move between shards behind Sentinel, which fail over meanwhile.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  Cluster,
  ConsistentHashingRouter,
  reshard,
  ReshardingError,
  reshardStatus,
  TransportError,
} from "../../mod.ts";
import { CONFLICT_PREFIX } from "../../src/moving/mod.ts";
import { SentinelSetup } from "../../src/testing.ts";
import { ask } from "../../support/raw_client.ts";
import { bounded } from "../../support/waiting.ts";
import { Writers, type WrittenRings } from "../../support/writers.ts";

/** Two shards in use, and a third one that comes. */
class Shards implements AsyncDisposable, WrittenRings {
  readonly setup: SentinelSetup;
  readonly before: Cluster;
  readonly after: Cluster;

  private constructor(setup: SentinelSetup) {
    this.setup = setup;
    this.before = new Cluster({ ...this.#common, hosts: this.#hosts(2) });
    this.after = new Cluster({ ...this.#common, hosts: this.#hosts(3) });
  }

  static async start(): Promise<Shards> {
    return new Shards(await SentinelSetup.start({ shards: 3 }));
  }

  get options() {
    return {
      ...this.#common,
      replicated: 1,
      follow: true,
      hosts: this.#hosts(2),
      next: { hosts: this.#hosts(3) },
    };
  }

  async assertPlaced(): Promise<number> {
    const router = this.after.getRouter();
    let count = 0;
    for (const hostId of this.setup.shards.keys()) {
      const primary = await this.setup.primary(hostId);
      for (const key of await ask(primary, "KEYS", "*") as string[]) {
        assert(!key.startsWith(CONFLICT_PREFIX), `${key} at host ${hostId}`);
        assert(key !== "__rb__:claims", `a claim is left at host ${hostId}`);
        if (key.startsWith("__rb__:")) continue;
        count++;
        assertEquals(router.getHostForKey(key), hostId, key);
      }
    }
    return count;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.before.close();
    await this.after.close();
    await this.setup.close();
  }

  #hosts(count: number): { primaryName: string }[] {
    return this.setup.hosts.slice(0, count);
  }

  get #common() {
    const hosts = this.setup.sentinels.map(({ hostname, port }) => ({
      hostname,
      port,
    }));
    const router = ConsistentHashingRouter;
    return { sentinels: { hosts }, router, timeout: 20_000 };
  }
}

Deno.test("keys move between shards behind Sentinel, whose primaries are killed and demoted meanwhile", async () => {
  await using shards = await Shards.start();
  await using writers = await Writers.start(shards, 2);
  const { setup } = shards;
  /** Moves all keys while something happens, as often as it takes. */
  const move = async (
    [from, to]: readonly [Cluster, Cluster],
    fault: () => Promise<void>,
  ) => {
    const options = { replicated: 1, rate: 200, pageSize: 5 };
    let failing: Promise<void> | undefined;
    for (let attempt = 0; attempt < 20; attempt++) {
      try {
        for await (const step of reshard(from, to, options)) {
          assertEquals(step.conflicts, []);
          if (step.phase === "moving") failing ??= fault();
        }
        assert(failing !== undefined);
        return await failing;
      } catch (error) {
        const isLost = error instanceof TransportError &&
          !(error instanceof ReshardingError);
        if (!isLost) throw error;
      }
    }
    throw new Error("The keys do not move");
  };
  const { before, after } = shards;
  // A source is killed, and comes back as a replica.
  await move([before, after], async () => {
    const killed = await setup.kill(0);
    await setup.failover(0);
    await killed.restart();
    await setup.settled(0);
  });
  // A target is demoted.
  await move([after, before], async () => {
    await setup.failover(1);
    await setup.settled(1);
  });
  // What only comes now fails over.
  await move([before, after], async () => {
    await setup.failover(2);
    await setup.settled(2);
  });
  await writers.check();
});

Deno.test("keys do not move between shards behind Sentinel where a failover could lose them", async () => {
  await using shards = await Shards.start();
  const { before, after, setup } = shards;
  const move = async (
    options: Parameters<typeof reshard>[2],
    to: Cluster = after,
  ) => {
    for await (const _ of reshard(before, to, options)) { /* To the end. */ }
  };
  await assertRejects(() => move({}), TypeError, '"replicated"');
  await assertRejects(
    () => move({ replicated: 1, writers: "stopped" }),
    TypeError,
    "after a failover",
  );
  const fixed = new Cluster({ hosts: [setup.shards[0].servers[0].host] });
  await assertRejects(() => move({}, fixed), TypeError, '"sentinels"');
  assertThrows(
    () => new Cluster({ ...shards.options, readFrom: "any" }),
    TypeError,
    "may not have heard",
  );
  await using follower = new Cluster(shards.options);
  assertThrows(
    () => follower.getRoutingClient({ readFrom: "replica" }),
    TypeError,
    "may not have heard",
  );
  // Sentinels and replicas are no programs that would have to follow.
  const status = await bounded(reshardStatus(before, after));
  assertEquals([status.phase, status.problems], ["stable", []]);
});
