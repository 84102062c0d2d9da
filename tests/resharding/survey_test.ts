import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Cluster, ReshardingError } from "../../mod.ts";
import { Survey } from "../../src/resharding/survey.ts";
import { TwoRings } from "../../src/resharding/two_rings.ts";
import { RedisServer } from "../../src/testing.ts";
import { Rings } from "../../support/rings.ts";

function surveyOf(before: Cluster, after: Cluster) {
  const two = new TwoRings(before, after);
  return { survey: new Survey(two), [Symbol.asyncDispose]: () => two.close() };
}

Deno.test("Survey finds nothing where all is well, and foreign keys", async () => {
  await using rings = await Rings.start();
  {
    await using bench = surveyOf(rings.before, rings.after);
    await bench.survey.refuse();
    assertEquals(await bench.survey.warnings(), []);
    assertEquals((await bench.survey.servers()).length, 3);
  }
  await rings.ask(2, "SET", "__rb__:gen", 1);
  await rings.ask(0, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
  await using bench = surveyOf(rings.before, rings.after);
  assertEquals(await bench.survey.foreignProblems(), []);
  const [warning] = await bench.survey.warnings();
  assertEquals(warning.includes("allkeys-lru"), true);
  await rings.ask(2, "SET", "foreign", 1);
  const [problem] = await bench.survey.foreignProblems();
  assertEquals(problem.hostId, 2);
  const error = await assertRejects(
    () => bench.survey.refuse(),
    ReshardingError,
    "Host 2",
  );
  assertEquals(error.hostId, 2);
});

Deno.test("Survey tells nobody to delete keys that may be in use", async () => {
  await using rings = await Rings.start();
  await using bench = surveyOf(rings.before, rings.after);
  const { survey } = bench;
  const own = rings.moving(9).filter((key) => rings.next(key) === 2);
  for (const key of own) await rings.ask(2, "SET", key, "v");
  const [{ text }] = await survey.foreignProblems();
  assertMatch(
    text,
    /in the way; (\d+) of \1 are where .*: before you delete them, /,
  );
  // Most of them are nobody's.
  const strange = Array.from({ length: 60 }, (_, i) => `key:${i}`)
    .filter((key) => rings.next(key) !== 2);
  for (const key of strange) await rings.ask(2, "SET", key, "v");
  const [problem] = await survey.foreignProblems();
  assertMatch(
    problem.text,
    /in the way: delete them, or take another database/,
  );
});

Deno.test("Survey finds two hosts that are one database", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  const { port } = server;
  const hostname = "127.0.0.1";
  const hosts = [{ hostname, port }, { hostname, port, db: 1 }];
  await using before = new Cluster({ hosts });
  await using after = new Cluster({
    hosts: [...hosts, { hostname: "localhost", port, db: 1 }],
  });
  await using bench = surveyOf(before, after);
  assertEquals((await bench.survey.servers()).length, 1);
  const [problem, ...others] = await bench.survey.serverProblems();
  assertEquals(others, []);
  assertEquals(problem.hostId, 2);
  assertEquals(problem.text.includes("same database as that of host 1"), true);
});
