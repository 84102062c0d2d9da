// Moves that begin, or go on, at the worst of times.

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  Cluster,
  ConsistentHashingRouter,
  reshard,
  ReshardingError,
  reshardStatus,
} from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { Random } from "../../support/random.ts";
import { ask, RawClient } from "../../support/raw_client.ts";
import { Rings } from "../../support/rings.ts";
import { ScriptedServer } from "../../support/scripted_server.ts";
import { bounded } from "../../support/waiting.ts";

Deno.test("case 4: what was sent to a server that sleeps, by a client that has gone, moves", async () => {
  await using rings = await Rings.start();
  const [key] = rings.moving(1);
  await rings.ask(rings.old(key), "SET", key, "old");
  const server = rings.servers[rings.old(key)];
  using program = new RawClient(server);
  await program.command("CLIENT", "SETNAME", "rb:0");
  server.pause();
  await program.send(`SET ${key} new`);
  program.close();
  const moving = rings.move();
  server.resume();
  await bounded(moving);
  assertEquals(await rings.ask(rings.next(key), "GET", key), "new");
  assertEquals(await rings.assertPlaced(), 1);
});

for (const seed of [1, 2, 3]) {
  Deno.test(`case 8: a key that was deleted never returns, seed ${seed}`, async () => {
    await using rings = await Rings.start();
    const random = new Random(seed);
    const clients = [1, 2].map(() => rings.follower().getRoutingClient());
    const keys = rings.moving(300);
    await Promise.all(keys.map((key) => clients[0].set(key, key)));
    const left = new Set(keys);
    const deleted: string[] = [];
    // Whoever moves keys stops at any time, and leaves claims and copies behind.
    for (let isOver = false; !isOver;) {
      const steps = random.integer(1, 20);
      const options = { rate: 500, pageSize: random.integer(1, 20) };
      const moving = reshard(rings.before, rings.after, options);
      isOver = true;
      let count = 0;
      for await (const { phase } of moving) {
        const some = [...left].filter(() => random.chance(0.03));
        for (const key of some) left.delete(key);
        const deleting = Promise.all(
          some.map(async (key) => {
            assertEquals(await random.pick(clients).del(key), 1, key);
            deleted.push(key);
          }),
        );
        // Deletions and moves go on side by side, but where a move waits for them.
        if (phase === "moving" && ++count >= steps) {
          isOver = false;
          await Promise.all([moving.return(), bounded(deleting)]);
          break;
        }
        await bounded(deleting);
        const gone = await clients[0].exists(...deleted, "none");
        assertEquals(gone, 0);
      }
    }
    assert(deleted.length > 20);
    assertEquals(await clients[0].exists(...deleted), 0);
    assertEquals(await rings.assertPlaced(), left.size);
  });
}

/** A server as one of an older version would describe it. */
function older(server: RedisServer): ScriptedServer {
  const { hostname, port } = server;
  return new ScriptedServer(async (link) => {
    const connection = await Deno.connect({ hostname, port: port! });
    const answering = (async () => {
      const chunk = new Uint8Array(65_536);
      for (;;) {
        const size = await connection.read(chunk).catch(() => null);
        if (size === null) return;
        const text = String.fromCharCode(...chunk.subarray(0, size));
        await link.write(
          text.replace(
            /redis_version:[\d.]+/,
            (found) => "redis_version:6.0".padEnd(found.length, "0"),
          ),
        ).catch(() => {});
      }
    })();
    for (;;) {
      const text = await link.readAll();
      if (text === undefined) break;
      const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
      await connection.write(bytes);
    }
    connection.close();
    await answering;
  });
}

Deno.test("case 15: a target of an older version is refused before anything changes", async () => {
  await using now = await RedisServer.start({ transport: "tcp" });
  await using real = await RedisServer.start({ transport: "tcp" });
  await using other = older(real);
  const router = ConsistentHashingRouter;
  const a = { hostname: now.hostname, port: now.port!, label: "a" };
  const b = { hostname: other.hostname, port: other.port, label: "b" };
  await using before = new Cluster({ hosts: [a], router });
  await using after = new Cluster({ hosts: [a, b], router });
  await ask(now, "SET", "key", "v");
  const { problems } = await reshardStatus(before, after);
  assertEquals(problems.length, 1);
  assert(/^Host 1 .* has version 6\.0\S*, which cannot read/.test(problems[0]));
  for (const writers of ["follow", "stopped"] as const) {
    const error = await assertRejects(
      async () => {
        const moving = reshard(before, after, { writers });
        for await (const _ of moving) { /* On. */ }
      },
      ReshardingError,
      "6.0",
    );
    assertEquals(error.outcome, "not-sent");
  }
  // Values of an older one can be read, but what a newer one writes not: back is
  // no way then, as is told.
  const back = await reshardStatus(after, before);
  assertEquals(back.problems, []);
  assert(/keys do not move back/.test(back.warnings[0]));
  assertEquals(await ask(now, "KEYS", "*"), ["key"]);
  assertEquals(await ask(real, "KEYS", "*"), []);
});
