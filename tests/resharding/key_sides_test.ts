import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ReshardingError, reshardStatus } from "../../mod.ts";
import { sampleSides, wrongSide } from "../../src/resharding/key_sides.ts";
import { TwoRings } from "../../src/resharding/two_rings.ts";
import { Rings } from "../../support/rings.ts";

Deno.test("wrongSide() speaks up where most keys are there already, and not by chance", () => {
  assertEquals(wrongSide({ before: 0, after: 0 }), undefined);
  assertEquals(wrongSide({ before: 0, after: 10 }), undefined);
  assertEquals(wrongSide({ before: 11, after: 11 }), undefined);
  assertMatch(wrongSide({ before: 4, after: 16 })!, /: 80\.0 % .* 16 of 20; /);
});

Deno.test("sampleSides() counts keys on either side, and none that stay", async () => {
  await using rings = await Rings.start();
  const [first, second, third] = rings.moving(3);
  await rings.ask(rings.old(first), "SET", first, "v");
  await rings.ask(rings.next(second), "SET", second, "v");
  await rings.ask(rings.next(third), "SET", third, "v");
  await rings.ask(0, "SET", rings.staying(0), "v");
  await rings.ask(0, "SET", "__rb__:gen", 1);
  const two = new TwoRings(rings.before, rings.after);
  assertEquals(await sampleSides(two), { before: 1, after: 2 });
  await two.close();
});

Deno.test("keys that are there already are found before anything is changed", async () => {
  // As if the hosts before and after were the wrong way round: one leaves and one
  // comes either way.
  await using rings = await Rings.start({ from: 3, to: 2 });
  for (const key of rings.moving(20)) {
    await rings.ask(rings.next(key), "SET", key, "v");
  }
  for (const keys of [false, true]) {
    const { problems } = await reshardStatus(rings.before, rings.after, {
      keys,
    });
    assertEquals(problems.length, 1, problems.join("\n"));
    assertMatch(problems[0], /100\.0 % .* wrong way round/);
  }
  const error = await assertRejects(() => rings.move(), ReshardingError);
  assertMatch(error.message, /wrong way round/);
  assertEquals(error.hostId, undefined);
  assertEquals(await rings.ask(0, "EXISTS", "__rb__:ring"), 0);
  // What was left behind is fetched, although a check tells of the others.
  const [key] = rings.moving(1, "left");
  await rings.ask(rings.old(key), "SET", key, "v");
  const { problems } = await reshardStatus(rings.before, rings.after, {
    keys: true,
  });
  assertMatch(problems.join("\n"), /^[^\n]*: 95\.2 % .* 20 of 21; [^\n]*$/);
  await rings.move();
  assertEquals(await rings.assertPlaced(), 21);
});
