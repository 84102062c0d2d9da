import { assert, assertEquals } from "@std/assert";
import { surveyKeys } from "../../src/resharding/key_survey.ts";
import { Survey } from "../../src/resharding/survey.ts";
import { TwoRings } from "../../src/resharding/two_rings.ts";
import { Rings } from "../../support/rings.ts";

async function surveyOf(rings: Rings, maxValueBytes?: number) {
  const two = new TwoRings(rings.before, rings.after);
  const facts = await new Survey(two).facts;
  const options = { maxValueBytes, rate: Infinity, signal: undefined };
  const report = await surveyKeys(two, facts, options);
  await two.close();
  return report;
}

Deno.test("surveyKeys() counts what moves, and changes nothing", async () => {
  await using rings = await Rings.start();
  const keys = Array.from({ length: 200 }, (_, i) => `key:${i}`);
  const client = rings.before.getRoutingClient();
  await Promise.all(keys.map((key) => client.set(key, "v")));
  const { flows, problems, warnings } = await surveyOf(rings);
  assertEquals([problems, warnings], [[], []]);
  const counted = new Map(
    flows.map(({ from, to, keys }) => [`${from}:${to}`, keys]),
  );
  const wanted = new Map<string, number>();
  for (const key of keys) {
    if (rings.old(key) === rings.next(key)) continue;
    const name = `${rings.old(key)}:${rings.next(key)}`;
    wanted.set(name, (wanted.get(name) ?? 0) + 1);
  }
  assertEquals(new Map([...counted].sort()), new Map([...wanted].sort()));
  assert(flows.every(({ keys, bytes }) => bytes > 20 * keys));
  assertEquals(await rings.ask(2, "KEYS", "*"), []);
});

Deno.test("surveyKeys() finds what is large, in the wrong place, or has no room", async () => {
  await using rings = await Rings.start();
  const [large, misplaced] = rings.moving(2);
  await rings.ask(rings.old(large), "SET", large, "v".repeat(20_000));
  await rings.ask(2, "CONFIG", "SET", "maxmemory", 1);
  assertEquals((await surveyOf(rings)).problems.length, 1);
  await rings.ask(2, "CONFIG", "SET", "maxmemory", 0);
  assertEquals((await surveyOf(rings)).problems, []);
  const [problem] = (await surveyOf(rings, 10_000)).problems;
  assertEquals(problem.hostId, rings.old(large));
  assert(problem.text.includes("more than 10000 bytes: 1, the largest"));
  assert(!problem.text.includes(large));
  // One that is on a host that it will be at home at.
  await using back = await Rings.start({ from: 3, to: 2 });
  const key = back.moving(1)[0];
  await back.ask(back.next(key), "SET", key, "of nobody");
  const found = await surveyOf(back);
  assertEquals(found.problems.map(({ hostId }) => hostId), [back.next(key)]);
  assert(found.problems[0].text.includes("at home elsewhere now"));
  assertEquals(typeof misplaced, "string");
});
