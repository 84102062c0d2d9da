import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ReshardingError, reshardStatus } from "../../mod.ts";
import { RawClient } from "../../support/raw_client.ts";
import { Rings } from "../../support/rings.ts";
import { isSince } from "../../support/since.ts";
import { MOVER, startWithUsers } from "./users.ts";

Deno.test("reshardStatus() tells how far a move is, and who is there", async () => {
  await using rings = await Rings.start();
  const status = () => reshardStatus(rings.before, rings.after);
  const before = await status();
  assertEquals(before, {
    epoch: 0,
    phase: "stable",
    writers: "follow",
    from: "before",
    to: "before",
    rings: { from: before.rings.from, to: before.rings.from },
    problems: [],
    // Older servers do not tell what users may do.
    warnings: isSince(7) ? [] : before.warnings,
    programs: [],
    flows: [],
  });
  assertMatch(
    before.rings.from,
    /^ConsistentHashingRouter over 2 hosts: 0 "host0" at /,
  );
  assertEquals(before.warnings.length, isSince(7) ? 0 : rings.servers.length);
  await rings.move();
  using stranger = new RawClient(rings.servers[1]);
  await stranger.command("CLIENT", "SETNAME", "old");
  const { from, rings: { to }, problems, programs } = await status();
  assertEquals(from, "after");
  assertMatch(to, /^ConsistentHashingRouter over 3 hosts: 0 "host0" at /);
  assertEquals(problems.length, 1);
  assertEquals(programs.length, 1);
  assertEquals(programs[0].includes('(named "old")'), true);
});

Deno.test("reshardStatus() fails as a host refuses to be asked", async () => {
  await using rings = await startWithUsers();
  await rings.ask(1, "ACL", "SETUSER", MOVER.username, "-info");
  await assertRejects(
    () => reshardStatus(rings.before, rings.after),
    ReshardingError,
    'host 1 refused "INFO"',
  );
});
