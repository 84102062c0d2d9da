import { assertEquals, assertMatch } from "@std/assert";
import { runLine } from "../fake_shell.ts";
import { startServers } from "../servers.ts";

Deno.test("ping asks every host", async () => {
  await using setup = await startServers(2);
  const { code, out } = await runLine(["ping", ...setup.hosts]);
  assertEquals(code, 0);
  const [titles, ...rows] = out.trimEnd().split("\n");
  assertMatch(titles, /^HOST +ADDRESS +TIME +ANSWER$/);
  assertEquals(rows.length, 2);
  for (const row of rows) assertMatch(row, / +[\d.]+ ms +ok$/);
});

Deno.test("ping exits with 1 when a host does not answer, and says why", async () => {
  await using setup = await startServers(2);
  await setup.servers[1].kill();
  const { code, out, err } = await runLine(["ping", "--json", ...setup.hosts]);
  assertEquals([code, err], [1, ""]);
  const { hosts: [up, down] } = JSON.parse(out);
  assertEquals(typeof up.milliseconds, "number");
  assertEquals([up.hostId, down.hostId], [0, 1]);
  assertMatch(down.error, RegExp(setup.servers[1].address));
  const text = await runLine(["ping", ...setup.hosts]);
  assertMatch(text.out, /^ +1 +\S+ +- +\S.*$/m);
});
