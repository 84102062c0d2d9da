import { assert, assertEquals, assertRejects } from "@std/assert";
import { Cluster } from "../../mod.ts";
import { walkKeys } from "../../src/cli/key_walk.ts";
import { ask } from "../../support/raw_client.ts";
import { turn } from "../../support/waiting.ts";
import { FakeOutput } from "./fake_shell.ts";
import { startServers } from "./servers.ts";

Deno.test("walkKeys() hands out every key, to no more workers than it may", async () => {
  await using setup = await startServers(2);
  for (const [id, server] of setup.servers.entries()) {
    await ask(server, "DEBUG", "POPULATE", "6500", `key${id}`, "1");
  }
  await using cluster = new Cluster({ hosts: setup.hosts[1].split(",") });
  const seen = [new Set<string>(), new Set<string>()];
  const working = [0, 0];
  let most = 0;
  const decoder = new TextDecoder();
  const count = await walkKeys(cluster, async (hostId, keys) => {
    most = Math.max(most, ++working[hostId]);
    assert(keys.length <= 1_000);
    for (const key of keys) seen[hostId].add(decoder.decode(key));
    for (let i = 0; i < 3; i++) await turn();
    working[hostId]--;
  }, { progress: new FakeOutput() });
  assertEquals(seen.map(({ size }) => size), [6_500, 6_500]);
  assert(count >= 13_000);
  assertEquals(working, [0, 0]);
  assertEquals(most <= 2, true, `${most} at once`);
});

Deno.test("walkKeys() leaves out what servers keep of moves", async () => {
  await using setup = await startServers(1);
  const [server] = setup.servers;
  await ask(server, "MSET", "__rb__:ring", "{}", "__rb", "1", "key", "1");
  await using cluster = new Cluster({ hosts: setup.hosts[1].split(",") });
  const progress = new FakeOutput();
  const seen: string[] = [];
  const decoder = new TextDecoder();
  const count = await walkKeys(cluster, (_, keys) => {
    seen.push(...keys.map((key) => decoder.decode(key)));
  }, { progress });
  assertEquals(count, 2);
  assertEquals(seen.sort(), ["__rb", "key"]);
});

Deno.test("walkKeys() fails as its work fails, and takes the progress away", async () => {
  await using setup = await startServers(1);
  await ask(setup.servers[0], "DEBUG", "POPULATE", "5000", "key", "1");
  await using cluster = new Cluster({ hosts: setup.hosts[1].split(",") });
  const progress = new FakeOutput({ isTerminal: true });
  await assertRejects(
    () =>
      walkKeys(cluster, () => Promise.reject(new Error("It broke")), {
        progress,
      }),
    Error,
    "It broke",
  );
  assert(progress.text.endsWith("\r\x1b[K"));
});

Deno.test("walkKeys() fails where a host does not answer", async () => {
  await using setup = await startServers(2);
  await setup.servers[1].kill();
  await using cluster = new Cluster({ hosts: setup.hosts[1].split(",") });
  await assertRejects(
    () => walkKeys(cluster, () => {}, { progress: new FakeOutput() }),
    Error,
    "host 1",
  );
});
