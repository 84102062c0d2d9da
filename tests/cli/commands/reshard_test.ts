import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Cluster, CommandError } from "../../../mod.ts";
import { ask, RawClient } from "../../../support/raw_client.ts";
import { isSince } from "../../../support/since.ts";
import { Interruption } from "../../../src/cli/shell.ts";
import { eventually } from "../../../support/waiting.ts";
import { runLine } from "../fake_shell.ts";
import { startServers } from "../servers.ts";

/** Three servers, of which two are in use, and a program that follows. */
async function start() {
  const setup = await startServers(3);
  const urls = setup.hosts[1].split(",");
  const cluster = new Cluster({
    hosts: urls.slice(0, 2),
    follow: true,
    next: { hosts: urls },
    timeout: 20_000,
  });
  const client = cluster.getRoutingClient();
  const keys = Array.from({ length: 300 }, (_, i) => `user:${i}`);
  await Promise.all(keys.map((key) => client.set(key, key)));
  const hosts = [
    "--hosts",
    urls.slice(0, 2).join(","),
    "--to-hosts",
    urls.join(","),
  ];
  return {
    setup,
    client,
    keys,
    hosts,
    line: (action: string, ...more: string[]) =>
      runLine(["reshard", action, ...hosts, ...more]),
    async [Symbol.asyncDispose]() {
      await cluster.close();
      await setup[Symbol.asyncDispose]();
    },
  };
}

Deno.test("reshard checks, runs, tells how it is, and goes back", async () => {
  await using bench = await start();
  const { client, keys, line } = bench;
  const checked = await line("check");
  const [flows, others] = checked.out.split(/^(?!\d)/m, 2);
  assertMatch(
    flows,
    /^(?:\d+ keys with \S+ \S+ from host \d 127\S+:\d+ to host \d 127\S+:\d+\n)+$/,
  );
  // Before Redis 7 it warns of each server first.
  assertEquals(/does not tell what its users may do/.test(others), !isSince(7));
  assertMatch(checked.out, /^Nothing keeps keys from being moved\n$/m);
  assertEquals(checked.code, 0);
  const { out: before } = await line("status");
  const urls = bench.setup.hosts[1].split(",");
  const [first, second] = urls.map((url) => url.replace("redis://", ""));
  assertEquals(
    before,
    "Epoch 0: the hosts before are in use: the servers have no record of a move\n" +
      `  in use: PartitionRouter over 2 hosts: 0 at ${first}, 1 at ${second}\n`,
  );
  const { code, out } = await line("run");
  assertEquals(code, 0);
  assertMatch(
    out,
    /^announced\nholding\nmoving\n[^]*stable\n\d+ keys moved\n$/,
  );
  assertEquals(await client.mget(...keys), keys);
  const after = JSON.parse((await line("status", "--json")).out);
  assertEquals([after.phase, after.from, after.to], [
    "stable",
    "after",
    "after",
  ]);
  const back = await line("abort", "--json");
  assertEquals(back.code, 0);
  const last = JSON.parse(back.out.trimEnd().split("\n").at(-1)!);
  assertEquals(last.phase, "stable");
  assertEquals(await client.mget(...keys), keys);
  assertEquals((await line("status")).out.includes("before are in use"), true);
});

Deno.test("reshard check tells what keeps keys from being moved", async () => {
  await using bench = await start();
  const { setup, line } = bench;
  await ask(setup.servers[2], "SET", "foreign", "v");
  using stranger = new RawClient(setup.servers[0]);
  await stranger.command("PING");
  const { code, out } = await line("check");
  assertEquals(code, 1);
  assertMatch(out, /^A program does not follow the ring: \S+ at "/m);
  assertMatch(out, /^Host 2 at "127\.0\.0\.1:\d+" has keys already, which /m);
  const { problems } = JSON.parse((await line("check", "--json")).out);
  assertEquals(problems.length, 2);
  const run = await line("run");
  assertEquals(run.code, 3);
  assert(run.err.includes("has keys already"), run.err);
});

Deno.test("reshard check tells that keys have moved already, and does not say go", async () => {
  await using bench = await start();
  const { line } = bench;
  assertEquals((await line("run")).code, 0);
  const checked = await line("check");
  assertEquals(checked.code, 1);
  assertMatch(
    checked.out,
    /^The hosts of --to are in use already \(epoch \d\): .* wrong way round$/m,
  );
  assert(!checked.out.includes("Nothing keeps"), checked.out);
  const again = await line("run");
  assertEquals(
    [again.code, again.out],
    [0, "stable\nNo keys moved: the hosts of --to are in use\n"],
  );
  const [, hosts, , others] = bench.hosts;
  const swapped = ["--hosts", others, "--to-hosts", hosts];
  const back = await runLine(["reshard", "abort", ...swapped]);
  assertEquals(
    back.out,
    "stable\nNo keys moved: the hosts of --from are in use\n",
  );
});

Deno.test("reshard finds hosts that are given the wrong way round before any move", async () => {
  await using bench = await start();
  const [, hosts, , others] = bench.hosts;
  const swapped = ["--hosts", others, "--to-hosts", hosts];
  const checked = await runLine(["reshard", "check", ...swapped]);
  assertEquals(checked.code, 1);
  assertMatch(
    checked.out,
    /^Keys are already where they are to go: 100\.0 % .* \(--from and --to\) .* wrong way round$/m,
  );
  assert(!checked.out.includes("Nothing keeps"), checked.out);
  const run = await runLine(["reshard", "run", ...swapped]);
  assertEquals(run.code, 3);
  assertMatch(run.err, /wrong way round/);
});

Deno.test("reshard check tells of a move that is under way, either way round", async () => {
  await using bench = await start();
  const ac = new AbortController();
  const { line, setup, keys } = bench;
  const moving = runLine(
    ["reshard", "run", ...bench.hosts, "--rate", "1", "--page-size", "1"],
    { signal: ac.signal },
  );
  await eventually(async () =>
    Number(await ask(setup.servers[2], "EXISTS", ...keys)) > 0
  );
  ac.abort(new Interruption("SIGINT"));
  assertEquals((await moving).code, 130);
  const checked = await line("check");
  assertMatch(
    checked.out,
    /A move is under way \(moving\): run goes on with it\n$/,
  );
  assertEquals(checked.code, 0);
  const [, hosts, , others] = bench.hosts;
  const swapped = ["--hosts", others, "--to-hosts", hosts];
  const back = await runLine(["reshard", "check", ...swapped]);
  assertMatch(
    back.out,
    /A move the other way is under way \(moving\): run takes/,
  );
});

Deno.test("reshard stops writers, waits for a word, and goes on", async () => {
  await using setup = await startServers(3);
  const urls = setup.hosts[1].split(",");
  for (const server of setup.servers) {
    const rules = ["on", ">secret", "~*", "&*", "+@all"];
    await ask(server, "ACL", "SETUSER", "mover", ...rules);
  }
  await using cluster = new Cluster({ hosts: urls.slice(0, 2) });
  const client = cluster.getRoutingClient();
  await Promise.all(
    Array.from({ length: 100 }, (_, i) => client.set(`user:${i}`, "old")),
  );
  const line = (action: string, ...more: string[]) =>
    runLine([
      ...["reshard", action, "--hosts", urls.slice(0, 2).join(",")],
      ...["--to-hosts", urls.join(","), "--writers", "stopped", ...more],
    ], { variables: { PASSWORD: "secret" } });
  const login = ["--username", "mover", "--password-env", "PASSWORD"];
  const refused = await line("check");
  assertEquals(refused.code, 1);
  assertMatch(refused.out, /is used as "default"/);
  assertEquals((await line("check", ...login)).code, 0);

  const copied = await line("run", ...login);
  assertEquals(copied.err, "");
  assertEquals(copied.code, 1);
  assertMatch(
    copied.out,
    /^stopped\ncopying\n[^]*comparing\n[^]*copied\nAll is copied, and writing is denied\n/,
  );
  assertMatch(copied.out, /^ {2}127\.0\.0\.1:\d+ at "/m);
  await assertRejects(() => client.set("user:1", "new"), CommandError);
  const { out: status } = await line("status", ...login);
  assertMatch(status, /: writers are stopped, from the hosts before/);

  const ended = await line("run", "--confirmed", ...login);
  assertEquals(ended.code, 0);
  assertMatch(
    ended.out,
    /deleting\n[^]*stable\nAll keys have moved, and writing is allowed\n$/,
  );
  await using after = new Cluster({ hosts: urls });
  await after.getRoutingClient().set("user:1", "new");
  const { code } = await runLine(["check", "--hosts", urls.join(",")]);
  assertEquals(code, 0);
});

Deno.test("reshard names the hosts in use where others are given, and no move to end", async () => {
  await using bench = await start();
  const { line } = bench;
  assertEquals((await line("run")).code, 0);
  const urls = bench.setup.hosts[1].split(",");
  const addresses = urls.map((url) => url.replace("redis://", ""));
  const others = [
    ...["--hosts", urls.slice(0, 2).join(","), "--router"],
    ...["ConsistentHashingRouter", "--to-hosts", urls.join(",")],
  ];
  for (const more of [[], ["--writers", "stopped"]]) {
    const { code, err } = await runLine(["reshard", "run", ...others, ...more]);
    assertEquals(code, 3);
    assert(!err.includes("begun"), err);
    const listed = addresses.map((one, id) => `${id} at ${one}`).join(", ");
    assert(
      err.includes(`other ones, PartitionRouter over 3 hosts: ${listed},`),
    );
    assert(err.includes("as after ConsistentHashingRouter over 3 hosts: 0 at"));
  }
});

Deno.test("reshard status takes one set of hosts, and names both by addresses", async () => {
  await using bench = await start();
  const [, hosts, , others] = bench.hosts;
  const status = async (given: string) =>
    (await runLine(["reshard", "status", "--hosts", given])).out;
  assertMatch(await status(hosts), /^Epoch 0: the hosts given are in use/);
  assertEquals((await bench.line("run")).code, 0);
  assertMatch(await status(others), /^Epoch \d: the hosts given are in use\n/);
  const addresses = others.split(",").map((url, id) =>
    `${id} at ${url.replace("redis://", "")}`
  ).join(", ");
  const former = await status(hosts);
  assertMatch(former, /^Epoch \d: other hosts than those given are in use\n/);
  // The record of the servers tells which ones.
  assert(
    former.endsWith(`  in use: PartitionRouter over 3 hosts: ${addresses}\n`),
  );
  // All else moves something.
  const { code, err } = await runLine(["reshard", "check", "--hosts", hosts]);
  assertEquals(code, 2);
  assertMatch(err, /Which cluster is meant\? Give "--to <file>"/);
});

Deno.test("reshard wants to know what to do", async () => {
  await using bench = await start();
  const { code, err } = await bench.line("jump");
  assertEquals(code, 2);
  assertMatch(err, /check, run, status, abort/);
});

/** Rules of an ACL user, as the help names them: alone, and with some options. */
async function rulesInHelp(...options: readonly string[]): Promise<string[]> {
  const { out: help } = await runLine(["reshard", "--help"]);
  const [, text = ""] = /^ {2}Redis: +([^]*?)^ +\+client\|info/m.exec(help) ??
    [];
  const [own, ...others] = text.split(/^ +with (?=--)/m);
  const more = others.filter((one) =>
    options.some((option) => one.startsWith(`${option} also `))
  );
  assertEquals(more.length, options.length, help);
  const rules = [own, ...more].join(" ").split(/\s+/)
    .filter((word) => /^[+~]/.test(word));
  assert(rules.includes("+restore"), help);
  // Before Redis 7 parts of a command of administration come with all of it.
  return isSince(7) ? rules : [...rules, "+client", "+acl"];
}

const LOGIN = ["--username", "mover", "--password-env", "SECRET"];
const SECRET = { variables: { SECRET: "secret" } };

Deno.test("reshard needs the rights that its help names, and no others", async () => {
  await using bench = await start();
  const rules = await rulesInHelp();
  for (const server of bench.setup.servers) {
    await ask(server, "ACL", "SETUSER", "mover", "on", ">secret", ...rules);
  }
  const line = (action: string) =>
    runLine(["reshard", action, ...bench.hosts, ...LOGIN], SECRET);
  const checked = await line("check");
  assertEquals([checked.code, checked.err], [0, ""]);
  assertEquals(/does not tell/.test(checked.out), !isSince(7), checked.out);
  const ended = await line("run");
  assertEquals([ended.code, ended.err], [0, ""]);
  assertMatch(ended.out, /keys moved\n$/);
  assertEquals((await line("status")).code, 0);
  assertEquals((await line("abort")).code, 0);
});

Deno.test("reshard --writers stopped needs the rights that its help names, and no others", async () => {
  await using setup = await startServers(3);
  const urls = setup.hosts[1].split(",");
  const rules = await rulesInHelp("--writers stopped");
  for (const server of setup.servers) {
    await ask(server, "ACL", "SETUSER", "mover", "on", ">secret", ...rules);
  }
  await using cluster = new Cluster({ hosts: urls.slice(0, 2) });
  const client = cluster.getRoutingClient();
  await Promise.all(
    Array.from({ length: 100 }, (_, i) => client.set(`user:${i}`, "old")),
  );
  const blocked = client.blpop(0, "list");
  blocked.catch(() => {});
  const line = (action: string, ...more: string[]) =>
    runLine([
      ...["reshard", action, "--hosts", urls.slice(0, 2).join(",")],
      ...["--to-hosts", urls.join(","), "--writers", "stopped"],
      ...[...LOGIN, ...more],
    ], SECRET);
  await eventually(async () => {
    const lists = await Promise.all(
      setup.servers.map((server) => ask(server, "CLIENT", "LIST")),
    );
    return lists.some((list) => String(list).includes("cmd=blpop"));
  });
  const checked = await line("check");
  assertEquals([checked.code, checked.err], [0, ""], checked.out);
  const copied = await line("run");
  assertEquals([copied.code, copied.err], [1, ""]);
  await assertRejects(() => blocked);
  const ended = await line("run", "--confirmed");
  assertEquals([ended.code, ended.err], [0, ""]);
  assertMatch(ended.out, /writing is allowed\n$/);
});

Deno.test("reshard names the options that are missing, the short ones first", async () => {
  const { code, err } = await runLine([
    "reshard",
    "run",
    "--hosts",
    "redis://a",
  ]);
  assertEquals(code, 2);
  assertMatch(
    err,
    /Which cluster is meant\? Give "--to <file>" or "--to-hosts/,
  );
});
