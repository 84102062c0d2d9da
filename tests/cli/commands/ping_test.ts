import { assertEquals, assertMatch } from "@std/assert";
import { runLine } from "../fake_shell.ts";
import { FaultProxy, RedisServer } from "../../../src/testing.ts";
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

Deno.test("ping shows the error of a server, and exits with 1 if that lets nobody in", async () => {
  await using locked = await RedisServer.start({
    config: { requirepass: "secret" },
  });
  await using plain = await RedisServer.start({ transport: "tcp" });
  await using loading = await FaultProxy.start(plain.host);
  loading.answer("MISCONF no snapshots");
  const ping = (path: string | { hostname: string; port: number }) =>
    runLine([
      "ping",
      "--hosts",
      typeof path === "string"
        ? `unix://${path}`
        : `redis://${path.hostname}:${path.port}`,
    ]);
  const strange = await ping(locked.path);
  assertEquals(strange.code, 1);
  assertMatch(strange.out, / - +NOAUTH .*$/m);
  const there = await ping(loading);
  assertEquals([there.code, there.err], [0, ""]);
  assertMatch(there.out, / - +MISCONF .*$/m);
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
