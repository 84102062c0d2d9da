import { assertEquals } from "@std/assert";
import { reshard, type ReshardProgress } from "../../mod.ts";
import { bounded } from "../../support/waiting.ts";
import { Rings } from "../../support/rings.ts";
import { RawClient } from "../../support/raw_client.ts";

Deno.test("a live move tells its phases as they begin", async () => {
  await using rings = await Rings.start();
  await rings.before.getRoutingClient().set("key", 1);
  await rings.before.close();
  using program = new RawClient(rings.servers[0]);
  await program.command("CLIENT", "SETNAME", "rb:0");
  const moving = reshard(rings.before, rings.after, { grace: 2_500 });
  // The program has not heard yet, so that nothing else can have begun.
  const first = await bounded(moving.next());
  assertEquals((first.value as ReshardProgress).phase, "announced");
  await program.command("CLIENT", "SETNAME", "rb:1");
  const second = await bounded(moving.next());
  assertEquals((second.value as ReshardProgress).phase, "holding");
  await program.command("CLIENT", "SETNAME", "rb:2");
  const third = await bounded(moving.next());
  assertEquals((third.value as ReshardProgress).phase, "moving");
  await program.command("CLIENT", "SETNAME", "rb:3");
  let last: ReshardProgress | undefined;
  for await (const step of moving) last = step;
  assertEquals(last?.phase, "stable");
});

Deno.test("a live move that nobody reads on ends, also while it waits", async () => {
  await using rings = await Rings.start();
  using program = new RawClient(rings.servers[0]);
  await program.command("CLIENT", "SETNAME", "rb:0");
  const moving = reshard(rings.before, rings.after, { grace: 2_500 });
  const { value } = await bounded(moving.next());
  assertEquals((value as ReshardProgress).phase, "announced");
  await bounded(moving.return());
  // Somebody else goes on from there.
  program.close();
  const steps = await rings.move();
  assertEquals(steps.at(-1)?.phase, "stable");
});
