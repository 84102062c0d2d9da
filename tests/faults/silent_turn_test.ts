// One host's trouble is its own, also where a map works on few hosts at a time:
// one that is silent for a while gives its turn back. Covered: hosts that hang
// with a connection, in the handshake and in the dial, first and last in the
// order of issue, one and several of them; maps, batches and fanouts; and that
// its own commands end as ever.

import { assertEquals, assertInstanceOf } from "@std/assert";
import { type Cluster, type MapOptions, TimeoutError } from "../../mod.ts";
import { Proxied } from "../../support/proxied.ts";
import { FakeTime } from "../fake_time.ts";
import { assertQuiet, reasonOf } from "./proxied.ts";
import { bounded } from "./outcome.ts";

/** What works on several hosts, and gives what became of each key. */
const MAPS: Record<
  string,
  (
    cluster: Cluster,
    keys: string[],
    options: MapOptions,
  ) => Promise<PromiseSettledResult<unknown>[]>
> = {
  "map": async (cluster, keys, options) => {
    const promises = await cluster.map(
      (map) => keys.map((key) => map.get(key)),
      { ...options, settled: true },
    );
    return await Promise.allSettled(promises);
  },
  "getMappingClient": (cluster, keys, options) => {
    const map = cluster.getMappingClient(options);
    return Promise.allSettled(keys.map((key) => map.get(key)));
  },
  "fanout": async (cluster, keys, options) => {
    const router = cluster.getRouter();
    const ids = keys.map((key) => router.getHostForKey(key));
    const outcomes = await cluster.fanout(
      ids,
      (hosts) => hosts.sendCommand("ECHO", ["value"]),
      { ...options, settled: true },
    );
    return ids.map((id) => outcomes.get(id)!);
  },
};

/** How a host hangs: with an open connection, or before there is one. */
const HANGS = ["in use", "at first", "in its handshake"];

for (const [what, map] of Object.entries(MAPS)) {
  for (const how of HANGS) {
    Deno.test(`fault 55: ${what} with one host at a time answers the others while one hangs ${how}`, async () => {
      for (const stuck of [0, 2]) {
        await using host = await Proxied.start(3, {
          poolOptions: { protocol: how === "in its handshake" ? 3 : 2 },
        });
        const { cluster, proxies } = host;
        const keys = [0, 1, 2].map((id) => host.keys(id, 1)[0]);
        if (how === "in use") {
          await cluster.map((map) => keys.map((key) => map.get(key)));
        }
        proxies[stuck].hold();
        using time = new FakeTime();
        const options = { maxConcurrency: 1, timeout: 1_000 };
        const outcomes = await time.settled(map(cluster, keys, options));
        assertEquals(
          outcomes.map(({ status }) => status === "fulfilled"),
          [0, 1, 2].map((id) => id !== stuck),
        );
        const { reason } = outcomes[stuck] as PromiseRejectedResult;
        assertInstanceOf(reason, TimeoutError);
        proxies[stuck].pass();
        await assertQuiet(cluster);
      }
    });
  }
}

Deno.test("fault 55: as many hosts as may be at work can hang", async () => {
  await using host = await Proxied.start(4);
  const { cluster, proxies } = host;
  const keys = [0, 1, 2, 3].map((id) => host.keys(id, 1)[0]);
  await cluster.map((map) => keys.map((key) => map.get(key)));
  for (const id of [0, 1]) proxies[id].hold();
  using time = new FakeTime();
  for (const maxConcurrency of [1, 2]) {
    const map = cluster.getMappingClient({ maxConcurrency, timeout: 2_000 });
    const reads = keys.map((key) => map.get(key));
    await time.settled(Promise.all([reads[2], reads[3]]));
    assertEquals(reads.map(({ isPending }) => isPending), [
      true,
      true,
      false,
      false,
    ]);
    map.cancel();
    await reasonOf(map.join());
  }
});

Deno.test("fault 55: batches go on with the hosts that answer", async () => {
  await using host = await Proxied.start(2);
  const { cluster, proxies } = host;
  const [stuck] = host.keys(0, 1);
  const well = host.keys(1, 20);
  await cluster.map((map) => [map.get(stuck), map.get(well[0])]);
  proxies[0].hold();
  using time = new FakeTime();
  const answered: string[] = [];
  const batches = cluster.mapBatches([stuck, ...well], (map, key) => {
    const read = map.get(key);
    read.done(() => answered.push(key));
    return read;
  }, { maxConcurrency: 1, timeout: 1_000 });
  assertInstanceOf(await time.settled(reasonOf(batches.next())), TimeoutError);
  assertEquals(answered, well);
});

Deno.test("fault 55: a host that talks again gets what is issued for it later", async () => {
  await using host = await Proxied.start(2);
  const { cluster, proxies } = host;
  const keys = [0, 1].map((id) => host.keys(id, 1)[0]);
  await cluster.map((map) => keys.map((key) => map.get(key)));
  proxies[0].hold();
  const map = cluster.getMappingClient({ maxConcurrency: 1, timeout: 60_000 });
  using time = new FakeTime();
  const first = map.incr(keys[0]);
  assertEquals(await time.settled(map.incr(keys[1])), 1);
  const second = map.incr(keys[0]);
  proxies[0].pass();
  assertEquals(await bounded(Promise.all([first, second])), [1, 2]);
  await map.join();
  await assertQuiet(cluster);
});
