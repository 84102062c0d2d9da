import { assertEquals, assertMatch } from "@std/assert";
import { Cluster } from "../../../mod.ts";
import { ask } from "../../../support/raw_client.ts";
import { runLine } from "../fake_shell.ts";
import { startServers } from "../servers.ts";

Deno.test("check is content where every key is where it belongs", async () => {
  await using setup = await startServers(2);
  await using cluster = new Cluster({ hosts: setup.hosts[1].split(",") });
  await cluster.map((client) =>
    Array.from({ length: 3_000 }, (_, id) => client.set(`user:${id}`, id))
  );
  const { code, out, err } = await runLine(["check", ...setup.hosts]);
  assertEquals([code, err], [0, ""]);
  assertMatch(out, /^3,\d{3} keys on 2 hosts, 0 not where they belong\n$/);
});

Deno.test("check finds what is elsewhere, counts all and lists some", async () => {
  await using setup = await startServers(2);
  const router = new Cluster({ hosts: setup.hosts[1].split(",") }).getRouter();
  const keys = Array.from({ length: 30 }, (_, id) => `user:${id}`);
  const strays = keys.filter((key) => router.getHostForKey(key) === 1);
  // All of them on the first server.
  for (const key of keys) await ask(setup.servers[0], "SET", key, "value");
  const args = ["check", "--limit", "3", ...setup.hosts];
  const { code, out } = await runLine([...args, "--json"]);
  const found = JSON.parse(out);
  assertEquals(code, 1);
  assertEquals([found.scanned, found.misplaced], [30, strays.length]);
  assertEquals(found.flows, [
    { hostId: 0, belongsTo: 1, keys: strays.length },
  ]);
  assertEquals(found.keys.length, 3);
  for (const { key, hostId, belongsTo } of found.keys) {
    assertEquals([hostId, belongsTo, strays.includes(key)], [0, 1, true]);
  }
  const text = await runLine(args);
  assertEquals(text.code, 1);
  assertMatch(text.out, /^IS ON +BELONGS TO +KEYS$/m);
  assertMatch(text.out, /^IS ON +BELONGS TO +KEY$/m);
  assertMatch(text.out, RegExp(`^and ${strays.length - 3} more$`, "m"));
  assertMatch(text.out, /^So many, that programs may place keys in another/m);
});

Deno.test("check goes by the router that it is told", async () => {
  await using setup = await startServers(2);
  const key = "{same}:1";
  const plain = new Cluster({ hosts: setup.hosts[1].split(",") });
  const tagged = new Cluster({
    hosts: setup.hosts[1].split(","),
    routerOptions: { hashTags: true },
  });
  const keys = Array.from({ length: 20 }, (_, id) => `${key}${id}`);
  const home = tagged.getRouter().getHostForKey(key);
  for (const one of keys) await ask(setup.servers[home], "SET", one, "value");
  const strays = keys.filter((one) =>
    plain.getRouter().getHostForKey(one) !== home
  );
  assertEquals(strays.length > 0, true);
  const args = ["check", "--json", ...setup.hosts];
  assertEquals((await runLine([...args, "--hash-tags"])).code, 0);
  const { misplaced } = JSON.parse((await runLine(args)).out);
  assertEquals(misplaced, strays.length);
});

Deno.test("check tells that other hosts are in use, as the servers say", async () => {
  await using setup = await startServers(3);
  const urls = setup.hosts[1].split(",");
  const former = ["--hosts", urls.slice(0, 2).join(",")];
  const moved = await runLine([
    ...["reshard", "run", ...former, "--to-hosts", urls.join(",")],
  ]);
  assertEquals(moved.code, 0);
  const wrong = await runLine(["check", ...former]);
  assertEquals(wrong.code, 1);
  const [found, told] = wrong.out.split("\n");
  assertMatch(found, /, 0 not where they belong$/);
  assertMatch(
    told,
    /^The servers are in use with other hosts, .*: PartitionRouter over 3 hosts: 0 at /,
  );
  const { ring } = JSON.parse(
    (await runLine(["check", "--json", ...former])).out,
  );
  assertEquals([ring.phase, ring.from], ["stable", "others"]);
  const right = await runLine(["check", ...setup.hosts]);
  assertEquals(
    [right.code, right.out],
    [0, "0 keys on 3 hosts, 0 not where they belong\n"],
  );
});

Deno.test("check finds hosts that are one database, whose keys are where they belong", async () => {
  await using setup = await startServers(1);
  const [, url] = setup.hosts;
  const keys = Array.from({ length: 30 }, (_, id) => `user:${id}`);
  for (const key of keys) await ask(setup.servers[0], "SET", key, "value");
  const twice = ["check", "--hosts", `${url},${url}`];
  const { code, out } = await runLine(twice);
  const address = url.replace("redis://", "");
  assertEquals(code, 1);
  assertEquals(out.split("\n"), [
    "60 keys on 2 hosts, 0 not where they belong",
    `Hosts 0 and 1 are one and the same database, ${address}: its keys count for ` +
    "each of them; give each host a server or a database of its own",
    "",
  ]);
  const { shared } = JSON.parse((await runLine([...twice, "--json"])).out);
  assertEquals(shared, [{ address, hostIds: [0, 1] }]);
});
