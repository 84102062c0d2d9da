// Keys that move from one real server to another.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Cluster, TransportError } from "../../mod.ts";
import { CLAIMS_KEY, GENERATION_KEY } from "../../src/moving/mod.ts";
import { bounded, eventually } from "../../support/waiting.ts";
import { Pair } from "./support.ts";

Deno.test("a key moves with its value, and leaves nothing behind", async () => {
  await using pair = await Pair.start();
  await pair.source("SET", "a", "1");
  const endings = await pair.mover().move(["a", "b"]);
  assertEquals(endings, ["moved", "absent"]);
  assertEquals(await pair.source("DBSIZE"), 0);
  assertEquals(await pair.target("GET", "a"), "1");
  assertEquals(await pair.target("DBSIZE"), 1);
});

Deno.test("case 5: a PUT that is held up takes no effect after others took over", async () => {
  await using pair = await Pair.start();
  const [, toTarget] = pair.proxied.proxies;
  const slow = pair.mover();
  // It knows the generation from here.
  await slow.move(["other"]);
  await pair.source("SET", "k", "old");
  toTarget.hold({ direction: "requests" });
  const moving = slow.move(["k"]);
  await eventually(async () =>
    await pair.source("HGET", CLAIMS_KEY, "k") !== null
  );
  await using cluster = new Cluster({
    hosts: pair.proxied.servers.map(({ host }) => host),
  });
  const quick = pair.mover(cluster, { patience: 0 });
  assertEquals(await bounded(quick.move(["k"])), ["moved"]);
  assertEquals(await pair.target("GET", "k"), "old");
  await pair.target("SET", "k", "new");
  await pair.target("DEL", "k");
  toTarget.pass();
  assertEquals(await bounded(moving), ["absent"]);
  assertEquals(await pair.target("EXISTS", "k"), 0);
  assertEquals(await pair.source("EXISTS", "k", CLAIMS_KEY), 0);
  assertEquals(await pair.target("GET", GENERATION_KEY), "1");
});

Deno.test("case 6: a key is moved although any reply was lost", async () => {
  for (const at of [0, 1]) {
    for (const replies of [0, 1, 2]) {
      await using pair = await Pair.start();
      const taken: unknown[] = [];
      const mover = pair.mover(undefined, {
        patience: 0,
        onTakeOver: (keys) => taken.push(...keys),
      });
      await mover.move(["other"]);
      await pair.source("SET", "k", "v");
      const proxy = pair.proxied.proxies[at];
      proxy.cut({ replies });
      const lost = await bounded(mover.move(["k"])).catch((error) => error);
      const isLost = lost instanceof TransportError;
      proxy.pass();
      const [ending] = await bounded(mover.move(["k"]));
      assert(ending === "moved" || ending === "absent", JSON.stringify(ending));
      assertEquals(await pair.target("GET", "k"), "v");
      assertEquals(await pair.source("DBSIZE"), 0);
      // Nothing of a value may have two copies, so nothing was set aside.
      if (replies === 0) assert(isLost, `${at}: ${lost}`);
    }
  }
});

Deno.test("case 7: an orphan claim is taken over in time", async () => {
  await using pair = await Pair.start();
  await pair.source("SET", "k", "v");
  await pair.source("HSET", CLAIMS_KEY, "k", "somebody who died");
  const taken: unknown[] = [];
  const mover = pair.mover(undefined, {
    onTakeOver: (keys) => taken.push(...keys),
  });
  assertEquals(await bounded(mover.move(["k"])), ["moved"]);
  assertEquals(taken, ["k"]);
  assertEquals(await pair.target("GET", "k"), "v");
  assertEquals(await pair.source("DBSIZE"), 0);
});

Deno.test("case 7: whoever waits for a key may give up", async () => {
  await using pair = await Pair.start();
  await pair.source("HSET", CLAIMS_KEY, "k", "somebody who is slow");
  const stop = new AbortController();
  const mover = pair.mover(undefined, { patience: 1e6 });
  const moving = mover.move(["k"], { signal: stop.signal });
  stop.abort(new Error("enough"));
  await assertRejects(() => bounded(moving), Error, "enough");
});

Deno.test("case 9: a key that expires while PUT is held is not created", async () => {
  await using pair = await Pair.start();
  const [, toTarget] = pair.proxied.proxies;
  const mover = pair.mover();
  await mover.move(["other"]);
  await pair.source("SET", "k", "v", "PX", 1_000);
  toTarget.hold({ direction: "requests" });
  const moving = mover.move(["k"]);
  await eventually(async () =>
    await pair.source("HGET", CLAIMS_KEY, "k") !== null
  );
  await eventually(async () => await pair.source("EXISTS", "k") === 0);
  toTarget.pass();
  assertEquals(await bounded(moving), ["moved"]);
  assertEquals(await pair.target("EXISTS", "k"), 0);
  assertEquals(await pair.source("EXISTS", CLAIMS_KEY), 0);
});

/** When a key expires; PEXPIRETIME says the same, since Redis 7. */
const DUE = `
local left = redis.call('PTTL', KEYS[1])
local now = redis.call('TIME')
return now[1] * 1000 + math.floor(now[2] / 1000) + left
`;

/** When a key expires, in milliseconds by the clock of its server. */
async function dueOf(ask: Pair["source"], key: string): Promise<number> {
  // Each reading is late by what passes between its two looks at the clock.
  const readings: number[] = [];
  for (let i = 0; i < 3; i++) {
    readings.push(Number(await ask("EVAL", DUE, 1, key)));
  }
  return Math.min(...readings);
}

Deno.test("case 9: keys expire when they would have", async () => {
  await using pair = await Pair.start();
  const source = pair.source.bind(pair);
  const target = pair.target.bind(pair);
  const keys = Array.from({ length: 50 }, (_, i) => `k${i}`);
  const before: number[] = [];
  for (const [index, key] of keys.entries()) {
    await pair.source("SET", key, "v", "PX", 60_000 + 7 * index);
    before.push(await dueOf(source, key));
  }
  await pair.mover().move(keys);
  for (const [index, key] of keys.entries()) {
    const after = await dueOf(target, key);
    assert(Math.abs(after - before[index]) <= 20, `${after - before[index]}`);
  }
});

Deno.test("case 10: one server under two names keeps its only copy", async () => {
  await using pair = await Pair.start();
  const [server] = pair.proxied.servers;
  await using cluster = new Cluster({ hosts: [server.host, server.host] });
  await pair.source("SET", "k", "v");
  const mover = pair.mover(cluster);
  assertEquals(await mover.move(["k"]), [{ problem: "same" }]);
  assertEquals(await pair.source("GET", "k"), "v");
  assertEquals(await pair.source("EXISTS", CLAIMS_KEY), 0);
});

Deno.test("case 11: keys move between two databases of one server", async () => {
  await using pair = await Pair.start();
  const [{ host }] = pair.proxied.servers;
  await using cluster = new Cluster({ hosts: [host, { ...host, db: 3 }] });
  await pair.source("SET", "k", "v");
  assertEquals(await pair.mover(cluster).move(["k"]), ["moved"]);
  assertEquals(await pair.source("DBSIZE"), 0);
  const client = cluster.getLocalClient(1);
  assertEquals(await client.sendCommand("GET", ["k"]), "v");
});

Deno.test("case 12: a copy that stands in the way costs none of the two", async () => {
  await using pair = await Pair.start();
  await pair.source("SET", "k", "of the source");
  await pair.target("SET", "k", "of a stranger");
  assertEquals(await pair.mover().move(["k"]), ["conflict"]);
  assertEquals(await pair.target("GET", "k"), "of a stranger");
  assertEquals(
    await pair.source("GET", "__rb__:conflict:7:k"),
    "of the source",
  );
  assertEquals(await pair.source("DBSIZE"), 1);
});

Deno.test("case 14: what the target has no room for stays where it is", async () => {
  await using pair = await Pair.start();
  await pair.source("SET", "k", "v".repeat(1_000));
  await pair.target("CONFIG", "SET", "maxmemory", 1);
  const [ending] = await pair.mover().move(["k"]);
  assert(typeof ending === "object" && typeof ending.problem === "object");
  assert(ending.problem.reply.startsWith("OOM"), ending.problem.reply);
  assertEquals(await pair.source("EXISTS", "k"), 1);
  assertEquals(await pair.source("EXISTS", CLAIMS_KEY), 0);
  await pair.target("CONFIG", "SET", "maxmemory", 0);
  assertEquals(await pair.mover().move(["k"]), ["moved"]);
});

Deno.test("case 16: every type moves, under any name", async () => {
  await using pair = await Pair.start();
  const client = pair.proxied.cluster.getLocalClient(0);
  const send = client.sendCommand.bind(client);
  await send("SET", ["string", "v"]);
  await send("SET", ["number", 17]);
  await send("SET", ["bytes", new Uint8Array([0, 255, 13, 10])]);
  await send("SET", ["", "no name"]);
  await send("SET", [new Uint8Array([255, 0, 254]), "no text"]);
  await send("RPUSH", ["list", "a", "b"]);
  // Of more members, a copy may have another order.
  await send("SADD", ["set", "a"]);
  await send("SADD", ["numbers", 1, 2, 3]);
  await send("ZADD", ["sorted", 1, "a", 2.5, "b"]);
  await send("HSET", ["hash", "f", "v", "g", "w"]);
  await send("PFADD", ["estimate", "a", "b", "c"]);
  await send("GEOADD", ["places", 13.4, 52.5, "Berlin"]);
  await send("XADD", ["stream", "1-1", "f", "v"]);
  await send("XADD", ["stream", "2-1", "f", "w"]);
  await send("XGROUP", ["CREATE", "stream", "group", "0"]);
  await send("XREADGROUP", [
    ...["GROUP", "group", "one", "COUNT", 1, "STREAMS", "stream", ">"],
  ]);
  const keys = await send("KEYS", ["*"], { returnUint8Arrays: true });
  assert(Array.isArray(keys));
  const names = keys as Uint8Array[];
  const options = { returnUint8Arrays: true };
  const dump = (hostId: number, key: Uint8Array) =>
    pair.proxied.cluster.getLocalClient(hostId)
      .sendCommand("DUMP", [key], options);
  const before = await Promise.all(names.map((key) => dump(0, key)));
  const endings = await pair.mover().move(names);
  assertEquals(endings, names.map(() => "moved"));
  assertEquals(await Promise.all(names.map((key) => dump(1, key))), before);
  assertEquals(await pair.source("DBSIZE"), 0);
  const pending = await pair.target("XPENDING", "stream", "group");
  assertEquals((pending as unknown[])[0], 1);
});
