// Several programs write while keys move.

import { assertEquals, assertRejects } from "@std/assert";
import {
  Cluster,
  reshard,
  ReshardingError,
  type ReshardProgress,
} from "../../mod.ts";
import { bounded, eventually } from "../../support/waiting.ts";
import {
  ConsistentHashingRouter,
  PartitionRouter,
  Rings,
} from "../../support/rings.ts";
import { Writers } from "../../support/writers.ts";

for (const router of [ConsistentHashingRouter, PartitionRouter]) {
  Deno.test(`case 1: four writers, two hosts to three and back, ${router.name}`, async () => {
    await using rings = await Rings.start({ router });
    await using writers = await Writers.start(rings);
    await rings.move({ rate: 500 });
    await rings.move({ rate: 500 }, { back: true });
    assertEquals(await writers.check(rings.before), {});
  });
}

Deno.test("case 2: whoever moves keys stops at any time, and goes on", async () => {
  await using rings = await Rings.start();
  await using writers = await Writers.start(rings, 2);
  let isOver = false;
  for (let stop = 1; !isOver; stop++) {
    let steps = 0;
    isOver = true;
    for await (const _ of reshard(rings.before, rings.after, { pageSize: 7 })) {
      if (++steps < stop) continue;
      isOver = false;
      break;
    }
  }
  assertEquals(await writers.check(), {});
});

Deno.test("case 2: whoever moves keys is killed at any time, and another one goes on", async () => {
  await using rings = await Rings.start();
  await using writers = await Writers.start(rings, 2);
  // The first ones die early, the later ones ever later.
  for (let steps = 1, isOver = false; !isOver; steps += 3) {
    const child = rings.mover().spawn();
    await child.stdin.close();
    const lines = child.stdout.pipeThrough(new TextDecoderStream());
    let count = 0;
    for await (const text of lines) {
      count += text.split("\n").length - 1;
      isOver ||= text.includes("over");
      if (count < steps || isOver) continue;
      child.kill("SIGKILL");
      break;
    }
    await child.status;
  }
  assertEquals(await writers.check(), {});
});

Deno.test("case 29: both hosts of a key are killed, and come back with their data", async () => {
  const config = { appendonly: "yes", appendfsync: "always" };
  await using rings = await Rings.start({ config });
  const cluster = rings.follower();
  const client = cluster.getRoutingClient({ timeout: 60_000 });
  const keys = Array.from({ length: 200 }, (_, i) => `key:${i}`);
  await Promise.all(keys.map((key) => client.set(key, key)));
  let moved = 0;
  const moving = reshard(rings.before, rings.after, { rate: 100, pageSize: 5 });
  const failed = (async () => {
    for await (const step of moving) ({ moved } = step);
  })().catch((error) => error);
  await eventually(() => moved > 5);
  for (const hostId of [0, 2]) {
    await rings.servers[hostId].kill();
    await rings.servers[hostId].restart();
  }
  await bounded(failed);
  await rings.move();
  // It may not have noticed yet that they are back.
  await cluster.waitUntilUp({ timeout: 60_000 });
  assertEquals(await client.mget(...keys), keys);
  assertEquals(await rings.assertPlaced(), 200);
});

Deno.test("case 30: what waits for a connection when all changes goes where its key is", async () => {
  await using rings = await Rings.start();
  const cluster = rings.follower({
    poolOptions: { maxConnections: 1 },
    timeout: 20_000,
  });
  const client = cluster.getRoutingClient();
  await client.set("key", "v");
  const [key, ...others] = rings.moving(20);
  rings.servers[rings.old(key)].pause();
  const written = [key, ...others].map((one) => client.incr(one));
  const more = cluster.getRoutingClient().incr(key);
  const moving = rings.move({ grace: 500 }).catch((error) => error);
  rings.servers[rings.old(key)].resume();
  assertEquals(await bounded(Promise.all(written)), written.map(() => 1));
  assertEquals(await bounded(more), 2);
  assertEquals(await bounded(moving) instanceof Error, false);
  await rings.assertPlaced();
});

Deno.test("case 3: a writer that sleeps until all is over writes nothing old", async () => {
  await using rings = await Rings.start();
  await using writers = await Writers.start(rings, 3);
  const [sleeper] = writers.pids;
  Deno.kill(sleeper, "SIGSTOP");
  try {
    await bounded(rings.move({ grace: 300 }));
  } finally {
    Deno.kill(sleeper, "SIGCONT");
  }
  // Its connections were closed, so that it does not know of some commands.
  const errors = await writers.check();
  for (const kind of Object.keys(errors)) {
    assertEquals(kind.split(" ")[1] !== "?", true, kind);
  }
});

Deno.test("case 22: writes go on when whoever moves keys dies while they wait", async () => {
  await using rings = await Rings.start();
  await using writers = await Writers.start(rings, 2);
  const moving = reshard(rings.before, rings.after, { grace: 2_500 });
  const client = rings.follower().getRoutingClient();
  await client.set("key", 1);
  // Its own process stops, in the place of one that dies.
  const [sleeper] = writers.pids;
  Deno.kill(sleeper, "SIGSTOP");
  const stop = new AbortController();
  const phases: string[] = [];
  const cluster = rings.follower();
  cluster.addEventListener("ring", ({ detail }) => phases.push(detail.phase));
  await cluster.getRoutingClient().get("key");
  const dying = (async () => {
    const options = { grace: 2_500, signal: stop.signal };
    for await (
      const _ of reshard(rings.before, rings.after, options)
    ) { /* On. */ }
  })();
  await eventually(() => phases.includes("holding"));
  stop.abort(new Error("dead"));
  await assertRejects(() => bounded(dying), Error, "dead");
  Deno.kill(sleeper, "SIGCONT");
  await eventually(() => phases.at(-1) === "stable");
  await moving.return();
  assertEquals(await writers.check(rings.before), {});
});

Deno.test("case 24: a program that knows the old hosts alone is refused", async () => {
  await using rings = await Rings.start();
  const { next: _, ...options } = rings.options;
  const cluster = rings.follower();
  await cluster.getRoutingClient().set("key", 1);
  await using old = new Cluster(options);
  await old.getRoutingClient().set("key", 2);
  let last: ReshardProgress | undefined;
  for await (const step of reshard(rings.before, rings.after)) {
    last = step;
    if (step.phase !== "moving") continue;
    const error = await assertRejects(
      () => old.getRoutingClient().set("key", 3),
      ReshardingError,
      '"next"',
    );
    assertEquals(error.outcome, "not-sent");
  }
  assertEquals(last?.phase, "stable");
  await assertRejects(() => old.getRoutingClient().get("key"), ReshardingError);
  assertEquals(await cluster.getRoutingClient().get("key"), "2");
});

Deno.test("case 25: a program that does not follow is named, and no key moves", async () => {
  await using rings = await Rings.start();
  await rings.before.getRoutingClient().set("key", 1);
  const error = await assertRejects(() => rings.move(), ReshardingError);
  assertEquals(error.outcome, "not-sent");
  assertEquals(error.message.includes("that do not follow the ring"), true);
  assertEquals(await rings.assertPlaced(rings.before), 1);
  // Where that is wanted, its connections are closed.
  await rings.move({ strangers: "kill" });
  assertEquals(await rings.assertPlaced(rings.after), 1);
});
