import { assertEquals, assertRejects } from "@std/assert";
import { ReshardingError } from "../../mod.ts";
import { refuseLarge, sizesOf } from "../../src/resharding/large_values.ts";
import { TwoRings } from "../../src/resharding/two_rings.ts";
import { Rings } from "../../support/rings.ts";

Deno.test("refuseLarge() names the size, and not the key", async () => {
  await using rings = await Rings.start();
  await rings.ask(0, "SET", "large", "v".repeat(5_000));
  await rings.ask(0, "SET", "small", "v");
  const two = new TwoRings(rings.before, rings.after);
  const host = two.hosts.get(0)!;
  const keys = ["small", "large", "none"];
  const [small, large, none] = await sizesOf(host, keys);
  assertEquals([small < 200, large > 5_000, none], [true, true, 0]);
  await refuseLarge(host, keys, large);
  await refuseLarge(host, keys, Infinity);
  const error = await assertRejects(
    () => refuseLarge(host, keys, 1_000),
    ReshardingError,
    `${large} bytes`,
  );
  assertEquals(error.hostId, 0);
  assertEquals(/"large"/.test(error.message), false);
  await two.close();
});
