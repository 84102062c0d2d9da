import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Cluster, CommandError, ringStatus } from "../../mod.ts";
import { Rings } from "../../support/rings.ts";

Deno.test("ringStatus() tells whether the hosts of a cluster are in use", async () => {
  await using rings = await Rings.start();
  assertEquals(await ringStatus(rings.before), undefined);
  // It was asked over connections of a program that does not follow.
  await rings.move({ strangers: "kill" });
  const after = await ringStatus(rings.after);
  assertEquals(
    [after?.phase, after?.from, after?.to],
    ["stable", "own", "own"],
  );
  const before = await ringStatus(rings.before);
  assertEquals([before?.from, before?.to], ["others", "others"]);
  assertMatch(
    before!.rings.from,
    /^ConsistentHashingRouter over 3 hosts: 0 "host0" at /,
  );
});

Deno.test("ringStatus() tells of a move, by what the host says that knows the most", async () => {
  await using rings = await Rings.start();
  await rings.setStable("before");
  await rings.setPhase("moving", [1]);
  const status = await ringStatus(rings.before);
  assertEquals([status?.epoch, status?.phase], [2, "moving"]);
  assertEquals([status?.from, status?.to], ["own", "others"]);
  assertMatch(status!.rings.to, /^a ring without a description/);
});

Deno.test("ringStatus() goes by those that say something, and fails where none does", async () => {
  await using rings = await Rings.start();
  await rings.setStable("before");
  const { hosts } = rings.options;
  await using strangers = new Cluster({
    hosts: (hosts as object[]).map((host) => ({
      ...host,
      ...{ username: "app", password: "any" },
    })),
  });
  for (const id of rings.servers.keys()) {
    await rings.ask(id, "ACL", "SETUSER", "app", "on", "nopass", "+ping");
  }
  await assertRejects(() => ringStatus(strangers), CommandError, "NOPERM");
  await rings.ask(1, "ACL", "SETUSER", "app", "+get", "~__rb__:ring");
  assertEquals((await ringStatus(strangers))?.epoch, 1);
});
