// Slots on the move, and nodes that say where they are.

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  CommandError,
  PartialError,
  Script,
  TimeoutError,
  TransportError,
} from "../../mod.ts";
import { slotOf } from "../../src/topology/slots.ts";
import { RedisClusterSetup } from "../../src/testing.ts";
import { bounded, eventually, turn } from "../../support/waiting.ts";
import { reasonOf } from "../faults/proxied.ts";
import { inSlotsOf, keysOf, redirectsOf } from "./support.ts";

Deno.test("Redis Cluster: slots on the move", async (t) => {
  await using setup = await RedisClusterSetup.start();
  const [one, two, three] = setup.nodes;

  await t.step(
    "case 1: a slot that is elsewhere is followed, and the command runs once",
    async () => {
      await using cluster = setup.makeCluster({ timeout: 25_000 });
      const client = cluster.getRoutingClient();
      const [key] = await inSlotsOf(setup, 0, 1);
      assertEquals(await client.incr(key), 1);
      await setup.moveSlot(slotOf(key), 1);
      assertEquals(await client.incr(key), 2);
      assertEquals(redirectsOf(cluster), 1);
      // From now on it is known.
      assertEquals(await client.incr(key), 3);
      assertEquals(redirectsOf(cluster), 1);
      assertEquals(await setup.ask(two, "GET", key), "3");
      await setup.moveSlot(slotOf(key), 0);
    },
  );

  await t.step(
    "close() waits for what is under way, wherever it is sent",
    async () => {
      const cluster = setup.makeCluster({ timeout: 25_000 });
      const client = cluster.getRoutingClient();
      const [key] = await inSlotsOf(setup, 0, 1);
      assertEquals(await client.incr(key), 1);
      await setup.moveSlot(slotOf(key), 1);
      const counts = Promise.all([client.incr(key), client.incr(key)]);
      counts.catch(() => {});
      await cluster.close();
      assertEquals(await counts, [2, 3]);
      assertEquals(await setup.ask(two, "GET", key), "3");
      await setup.moveSlot(slotOf(key), 0);
    },
  );

  await t.step(
    "case 2: one key under RPUSH keeps its order while its slot moves back and forth",
    async () => {
      await using cluster = setup.makeCluster({ timeout: 60_000 });
      const [tag] = await inSlotsOf(setup, 0, 1);
      // One client hears of a move while the others have commands on their way.
      const lists = [0, 1, 2].map((n) => `{${tag}}${n}`);
      let isOver = false;
      const writing = Promise.all(lists.map(async (list) => {
        const client = cluster.getRoutingClient();
        const pushes: Promise<number>[] = [];
        while (!isOver) {
          for (let i = 0; i < 5; i++) {
            pushes.push(client.rpush(list, pushes.length));
          }
          await turn();
          if (pushes.length > 500) await pushes[pushes.length - 500];
        }
        await Promise.all(pushes);
        return pushes.length;
      }));
      for (let i = 0; i < 20; i++) {
        await setup.moveSlot(slotOf(tag), i % 2 === 0 ? 1 : 0);
      }
      isOver = true;
      const counts = await bounded(writing);
      const client = cluster.getRoutingClient();
      for (const [index, count] of counts.entries()) {
        assertEquals(
          (await client.lrange(lists[index], 0, -1)).map(Number),
          Array.from({ length: count }, (_, i) => i),
        );
      }
      assert(redirectsOf(cluster) > 0);
    },
  );

  await t.step(
    "case 2: so it does for those that wait for room in a queue",
    async () => {
      await using cluster = setup.makeCluster({
        timeout: 60_000,
        poolOptions: { maxQueueCommands: 20 },
      });
      const [tag] = await inSlotsOf(setup, 0, 1);
      const lists = [0, 1].map((n) => `{${tag}}${n}`);
      await cluster.ready();
      let isOver = false;
      const writing = Promise.all(
        lists.map((list) =>
          cluster.getRoutingClient().map(async (map) => {
            let count = 0;
            // What is issued within the callback has to fit.
            await turn();
            while (!isOver) {
              const last = Array.from(
                { length: 50 },
                () => map.rpush(list, count++),
              ).at(-1);
              await turn();
              if (count % 200 === 0) await last;
            }
            return count;
          })
        ),
      );
      for (let i = 0; i < 20; i++) {
        await setup.moveSlot(slotOf(tag), i % 2 === 0 ? 1 : 0);
      }
      isOver = true;
      const counts = await bounded(writing);
      const client = cluster.getRoutingClient();
      for (const [index, count] of counts.entries()) {
        assertEquals(
          (await client.lrange(lists[index], 0, -1)).map(Number),
          Array.from({ length: count }, (_, i) => i),
        );
      }
    },
  );

  await t.step(
    "case 3: ASK is followed for the key that has left, and for that alone",
    async () => {
      await using cluster = setup.makeCluster({ timeout: 25_000 });
      const client = cluster.getRoutingClient();
      const [gone] = await inSlotsOf(setup, 0, 1);
      const stays = `{${gone}}stays`;
      await client.set(gone, "1");
      await client.set(stays, "1");
      const slot = slotOf(gone);
      await setup.beginMove(slot, 1);
      await setup.moveKeys([gone], { from: one, to: two });
      // Pipelined, so that ASKING stands in front of the right ones.
      const replies = await Promise.all([
        client.incr(gone),
        client.incr(stays),
        client.incr(gone),
        client.append(`{${gone}}new`, "x"),
        client.incr(stays),
      ]);
      assertEquals(replies, [2, 2, 3, 1, 3]);
      assertEquals(await client.getrange(gone, 0, -1), "3");
      assertEquals(await setup.ask(one, "GET", stays), "3");
      await setup.moveKeys([stays], { from: one, to: two });
      await setup.endMove(slot, 1);
      assertEquals(await client.incr(gone), 4);
      assertEquals(await client.incr(stays), 4);
      await setup.moveSlot(slot, 0);
    },
  );

  await t.step(
    "case 4: with half of the keys of a tag gone, what we merged or split is taken apart, and what a caller issued whole waits",
    async () => {
      await using cluster = setup.makeCluster({ timeout: 25_000 });
      const client = cluster.getRoutingClient();
      const [tag] = await inSlotsOf(setup, 0, 1);
      const [other] = await inSlotsOf(setup, 2, 1);
      const keys = [0, 1, 2, 3].map((n) => `{${tag}}${n}`);
      for (const key of keys) await client.set(key, key);
      await client.set(other, "other");
      const slot = slotOf(tag);
      await setup.beginMove(slot, 1);
      await setup.moveKeys(keys.slice(0, 2), { from: one, to: two });

      // A map merges them into one MGET, and into one MSET.
      const got = await cluster.map((map) => keys.map((key) => map.get(key)));
      assertEquals(got.map(({ value }) => value), keys);
      await cluster.map((map) => keys.map((key) => map.set(key, `${key}!`)));
      // Split by slot, as there is a key of another one.
      const mixed = [...keys, other];
      assertEquals(await client.mget(...mixed), [
        ...keys.map((key) => `${key}!`),
        "other",
      ]);
      assertEquals(await client.exists(...mixed, keys[0]), 6);
      const outcomes = await cluster.map((map) => map.del(keys[3], other));
      assertEquals(outcomes, 2);

      // In one slot it is the caller's own: all or nothing.
      const whole = client.mset({ [keys[0]]: "a", [keys[2]]: "b" });
      await eventually(() => redirectsOf(cluster) > 0);
      await setup.moveKeys([keys[2]], { from: one, to: two });
      await setup.endMove(slot, 1);
      assertEquals(await bounded(whole), "OK");
      assertEquals(await client.mget(keys[0], keys[2]), ["a", "b"]);
      await setup.moveSlot(slot, 0);
    },
  );

  await t.step(
    "case 5: redis-cli moves 1,000 slots under GET, SET and INCR, and nothing shows",
    async () => {
      await using cluster = setup.makeCluster({ timeout: 60_000 });
      const keys = keysOf(600);
      let rounds = 0;
      let isOver = false;
      const load = (async () => {
        while (!isOver) {
          rounds++;
          const read = await cluster.map((map) =>
            keys.map((key) => {
              map.set(`s:${key}`, key);
              return [map.incr(`n:${key}`), map.get(`s:${key}`)] as const;
            })
          );
          for (const [index, [count, text]] of read.entries()) {
            assertEquals([count.value, text.value], [rounds, keys[index]]);
          }
        }
      })();
      const cli = new Deno.Command("redis-cli", {
        args: [
          ...["--cluster", "reshard", one.address, "--cluster-yes"],
          ...[
            "--cluster-from",
            setup.idOf(one),
            "--cluster-to",
            setup.idOf(two),
          ],
          ...["--cluster-slots", "1000"],
        ],
        stdout: "null",
        stderr: "null",
      });
      const { success } = await cli.output();
      assert(success);
      isOver = true;
      await bounded(load);
      const client = cluster.getRoutingClient();
      const sums = await client.mget(...keys.map((key) => `n:${key}`));
      assertEquals(new Set(sums), new Set([String(rounds)]));
      assert(redirectsOf(cluster) > 0);
      for (const { errors } of cluster.stats().values()) {
        assertEquals(errors, {});
      }
      await client.del(...keys.flatMap((key) => [`n:${key}`, `s:${key}`]));
    },
  );

  await t.step(
    "case 6: GETs of several slots of one node are merged slot by slot",
    async () => {
      await using cluster = setup.makeCluster({ timeout: 25_000 });
      const keys = await inSlotsOf(setup, 2, 50);
      await cluster.map((map) => keys.map((key) => map.set(key, key)));
      const tagged = keys.flatMap((key) => [key, `{${key}}x`]);
      const got = await cluster.map((map) => tagged.map((key) => map.get(key)));
      assertEquals(
        got.map(({ value }) => value),
        tagged.map((key) => keys.includes(key) ? key : null),
      );
      const same = keysOf(100).map((key) => `{${keys[0]}}${key}`);
      await setup.ask(three, "CONFIG", "RESETSTAT");
      await cluster.map((map) => same.map((key) => map.get(key)));
      const stats = String(await setup.ask(three, "INFO", "commandstats"));
      assert(/cmdstat_mget:calls=1,/.test(stats), stats);
      assert(!stats.includes("cmdstat_get:"), stats);
    },
  );

  await t.step(
    "case 7: nodes that contradict each other are asked ever more rarely, until the time is up",
    async () => {
      await using cluster = setup.makeCluster({ timeout: 1_500 });
      const client = cluster.getRoutingClient();
      const [key] = await inSlotsOf(setup, 0, 1);
      await client.set(key, "1");
      const slot = slotOf(key);
      // Each says that the other one has it.
      await setup.ask(one, "DEL", key);
      await setup.ask(one, "CLUSTER", "SETSLOT", slot, "NODE", setup.idOf(two));
      const error = await bounded(reasonOf(client.incr(key)));
      assertInstanceOf(error, TimeoutError);
      assertEquals(error.outcome, "not-sent");
      assert(redirectsOf(cluster) < 100, `${redirectsOf(cluster)} redirects`);
      await setup.ask(two, "CLUSTER", "SETSLOT", slot, "NODE", setup.idOf(two));
      await setup.endMove(slot, 1);
      await setup.moveSlot(slot, 0);
    },
  );

  await t.step(
    "case 9: a slot that nobody has is waited for, and the command runs once",
    async () => {
      await using cluster = setup.makeCluster({ timeout: 25_000 });
      const client = cluster.getRoutingClient();
      const [key, other] = await inSlotsOf(setup, 0, 2);
      await client.set(key, "0");
      await client.set(other, "0");
      const slot = slotOf(key);
      for (const node of setup.nodes) {
        await setup.ask(
          node,
          "CONFIG",
          "SET",
          "cluster-require-full-coverage",
          "no",
        );
      }
      await setup.ask(one, "CLUSTER", "DELSLOTS", slot);
      const counted = client.incr(key);
      await eventually(async () =>
        String(await setup.ask(one, "INFO", "errorstats")).includes(
          "CLUSTERDOWN",
        )
      );
      await setup.ask(one, "CLUSTER", "ADDSLOTS", slot);
      assertEquals(await bounded(counted), 1);
      assertEquals(await setup.ask(one, "GET", key), "1");
    },
  );

  await t.step(
    "case 10: a script is followed to a node that lacks it",
    async () => {
      await using cluster = setup.makeCluster({ timeout: 25_000 });
      const client = cluster.getRoutingClient();
      const script = new Script("return redis.call('INCR', KEYS[1])");
      const [key] = await inSlotsOf(setup, 0, 1);
      assertEquals(await client.run(script, [key]), 1);
      await setup.moveSlot(slotOf(key), 1);
      const counts = await Promise.all([
        client.run(script, [key]),
        client.incr(key),
        client.run(script, [key]),
      ]);
      assertEquals(counts, [2, 3, 4]);
      await setup.moveSlot(slotOf(key), 0);
      const source = "return redis.call('INCR', KEYS[1])";
      assertEquals(await client.eval(source, [key], []), 5);
    },
  );

  await t.step(
    "case 10: a script over keys of which one is nowhere waits until its slot has moved",
    async () => {
      await using cluster = setup.makeCluster({ timeout: 25_000 });
      const client = cluster.getRoutingClient();
      const [tag] = await inSlotsOf(setup, 0, 1);
      const keys = [`{${tag}}there`, `{${tag}}nowhere`];
      await client.incr(keys[0]);
      const slot = slotOf(tag);
      await setup.beginMove(slot, 1);
      await setup.moveKeys([keys[0]], { from: one, to: two });
      const source = `redis.call('INCR', KEYS[1])
        return redis.call('INCR', KEYS[2])`;
      const ran = client.eval(source, keys, []);
      // The first node knows neither key, and the second one lacks one of them.
      await eventually(async () =>
        String(await setup.ask(two, "INFO", "errorstats")).includes("TRYAGAIN")
      );
      await setup.endMove(slot, 1);
      assertEquals(await bounded(ran), 1);
      assertEquals(await client.mget(...keys), ["2", "1"]);
      await client.del(...keys);
      await setup.moveSlot(slot, 0);
    },
  );

  await t.step(
    "commands that block are followed, each with all of its time",
    async () => {
      await using cluster = setup.makeCluster({ timeout: 25_000 });
      const client = cluster.getRoutingClient();
      const [key] = await inSlotsOf(setup, 0, 1);
      await client.exists(key);
      await setup.moveSlot(slotOf(key), 1);
      const popped = client.blpop(0, key);
      const sequence = cluster.executeCommands({
        [key]: [["RPUSH", `{${key}}list`, "a"], ["BLPOP", `{${key}}list`, 0]],
      });
      const { [key]: [pushed, taken] } = await bounded(sequence);
      assertEquals([pushed.value, taken.value], [1, [`{${key}}list`, "a"]]);
      await eventually(async () =>
        String(await setup.ask(two, "INFO", "clients"))
          .includes("blocked_clients:1")
      );
      assert(redirectsOf(cluster) >= 1);
      await client.rpush(key, "x");
      assertEquals(await bounded(popped), [key, "x"]);
      await setup.moveSlot(slotOf(key), 0);
    },
  );

  await t.step(
    "transactions are followed as a whole, and wait for keys that are half way",
    async () => {
      await using cluster = setup.makeCluster({ timeout: 25_000 });
      const client = cluster.getRoutingClient();
      const [key] = await inSlotsOf(setup, 0, 1);
      const other = `{${key}}other`;
      const both = () =>
        cluster.executeCommands({
          [key]: [["INCR", key], ["INCR", other]],
        }, { atomic: true }).then(({ [key]: all }) =>
          all.map(({ value }) => value)
        );
      assertEquals(await both(), [1, 1]);
      await setup.moveSlot(slotOf(key), 1);
      assertEquals(await bounded(both()), [2, 2]);
      assertEquals(redirectsOf(cluster), 1);
      await setup.beginMove(slotOf(key), 0);
      await setup.moveKeys([key], { from: two, to: one });
      const waiting = both();
      await eventually(() => redirectsOf(cluster) > 2);
      await setup.moveKeys([other], { from: two, to: one });
      await setup.endMove(slotOf(key), 0);
      assertEquals(await bounded(waiting), [3, 3]);
      assertEquals(await client.mget(key, other), ["3", "3"]);
    },
  );

  await t.step("case 11: the words of a script lead nowhere", async () => {
    await using cluster = setup.makeCluster({ timeout: 25_000 });
    const client = cluster.getRoutingClient();
    const [key] = await inSlotsOf(setup, 0, 1);
    const slot = slotOf(key);
    for (
      const text of [
        `MOVED ${slot} ${two.address}`,
        `ASK ${slot} ${two.address}`,
        "TRYAGAIN Multiple keys request during rehashing of slot",
        "CLUSTERDOWN Hash slot not served",
      ]
    ) {
      const source = `redis.call('INCR', KEYS[1])
        return redis.error_reply('${text}')`;
      const error = await bounded(reasonOf(client.eval(source, [key], [])));
      assertInstanceOf(error, CommandError);
      assertEquals(error.message, text);
      const own = new Script(source);
      assertInstanceOf(await reasonOf(client.run(own, [key])), CommandError);
    }
    assertEquals(await client.get(key), "8");
    const owner = cluster.getRouter().getHostForKey(key);
    assertEquals(cluster.hosts.get(owner)!.port, one.port);
  });

  await t.step(
    "case 21: 10,000 commands that are moved at once cause two refreshes at most",
    async () => {
      await using cluster = setup.makeCluster({ timeout: 60_000 });
      const client = cluster.getRoutingClient();
      const tags = await inSlotsOf(setup, 0, 20);
      const keys = Array.from(
        { length: 10_000 },
        (_, i) => `{${tags[i % 20]}}${i}`,
      );
      await Promise.all(keys.map((key) => client.set(key, "0")));
      for (const tag of tags) await setup.moveSlot(slotOf(tag), 2);
      const counts = await Promise.all(keys.map((key) => client.incr(key)));
      assertEquals(new Set(counts), new Set([1]));
      const stats = [...cluster.stats().values()];
      const refreshes = stats.reduce(
        (sum, { refreshes }) => sum + refreshes,
        0,
      );
      assert(refreshes <= 2, `${refreshes} refreshes`);
      assertEquals(redirectsOf(cluster), 10_000);
    },
  );

  await t.step(
    "a local client is told, and a command over slots of one node is refused",
    async () => {
      await using cluster = setup.makeCluster({ timeout: 25_000 });
      await cluster.ready();
      const [here] = await inSlotsOf(setup, 1, 1);
      const other = [...cluster.hosts].find(([, { port }]) =>
        port === one.port
      )!;
      const error = await reasonOf(cluster.getLocalClient(other[0]).get(here));
      assertInstanceOf(error, CommandError);
      assertEquals(error.code, "MOVED");
      const keys = await inSlotsOf(setup, 1, 2);
      const client = cluster.getRoutingClient();
      const refused = await reasonOf(client.sinter(...keys));
      assert(String(refused).includes("fall into 2 slots"), String(refused));
      assert(!(refused instanceof TransportError));
      assert(!(refused instanceof PartialError));
    },
  );
});
