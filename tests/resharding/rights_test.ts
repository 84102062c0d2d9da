import { assertEquals } from "@std/assert";
import { rightsAt } from "../../src/resharding/rights.ts";
import { TwoRings } from "../../src/resharding/two_rings.ts";
import { RawClient } from "../../support/raw_client.ts";
import { since } from "../../support/since.ts";
import { MOVER, startWithUsers } from "./users.ts";

Deno.test(
  "rightsAt() names what users lack, of those who take part alone, since Redis 7",
  since(7),
  async () => {
    await using rings = await startWithUsers();
    const two = new TwoRings(rings.before, rings.after);
    const host = two.hosts.get(0)!;
    using program = new RawClient(rings.servers[0]);
    await program.command("AUTH", "app", "any");
    // It does not follow, so that nobody asks for its rights.
    await rings.ask(0, "ACL", "SETUSER", "app", "-dump");
    assertEquals(await rightsAt(host), { problems: [], warnings: [] });

    await program.command("CLIENT", "SETNAME", "rb:0:app");
    await rings.ask(
      ...[0, "ACL", "SETUSER", "app", "resetkeys", "~app:*", "-incr"],
    );
    const { problems } = await rightsAt(host);
    assertEquals(problems.map(({ hostId }) => hostId), [0]);
    assertEquals(
      problems[0].text.endsWith(
        'does not let the user "app" do what moves keys; it lacks ~__rb__:* +incr ' +
          "+dump",
      ),
      true,
      problems[0].text,
    );
    await rings.ask(0, "ACL", "SETUSER", "app", "+dump", "+incr", "~__rb__:*");
    assertEquals((await rightsAt(host)).problems, []);
    await two.close();
  },
);

Deno.test(
  "rightsAt() looks at whoever moves keys, who may move all of them, since Redis 7",
  since(7),
  async () => {
    await using rings = await startWithUsers();
    const two = new TwoRings(rings.before, rings.after);
    const host = two.hosts.get(0)!;
    const { username } = MOVER;
    await rings.ask(
      ...[0, "ACL", "SETUSER", username, "resetkeys", "~__rb__:*", "-scan"],
    );
    const [{ text }] = (await rightsAt(host)).problems;
    assertEquals(text.endsWith("it lacks ~* +scan"), true, text);
    await rings.ask(0, "ACL", "SETUSER", username, "-acl");
    const { problems, warnings } = await rightsAt(host);
    assertEquals(problems, []);
    assertEquals(warnings.length, 1);
    await two.close();
  },
);

Deno.test(
  "rightsAt() asks for more where writers are stopped, since Redis 7",
  since(7),
  async () => {
    await using rings = await startWithUsers();
    const two = new TwoRings(rings.before, rings.after);
    const host = two.hosts.get(0)!;
    const { username } = MOVER;
    const denied = ["-hsetnx", "-client|unblock", "-zrange"];
    await rings.ask(0, "ACL", "SETUSER", username, ...denied);
    assertEquals((await rightsAt(host)).problems, []);
    const [{ text }] = (await rightsAt(host, { stops: true })).problems;
    const lacking = "it lacks +hsetnx +client|unblock +zrange";
    assertEquals(text.endsWith(lacking), true, text);
    await two.close();
  },
);

Deno.test("rightsAt() says that it cannot tell where it is not told", async () => {
  await using rings = await startWithUsers();
  const two = new TwoRings(rings.before, rings.after);
  const [host] = two.hosts.values();
  // Redis 6.2 has no command for it.
  await rings.ask(host.hostId, "ACL", "SETUSER", MOVER.username, "-acl");
  const { problems, warnings } = await rightsAt(host);
  assertEquals([problems.length, warnings.length], [0, 1]);
  assertEquals(warnings[0].includes("takes Redis 7"), true, warnings[0]);
  await two.close();
});
