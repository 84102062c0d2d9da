// The command line over clusters that find their hosts by themselves: a Redis
// Cluster, and shards behind Sentinel. What is asked of servers and sentinels is
// allowed by the rules that the help names, and by nothing else.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { COMMANDS } from "../../src/cli/commands/mod.ts";
import { slotOf } from "../../src/topology/slots.ts";
import {
  RedisClusterSetup,
  type RedisServer,
  SentinelSetup,
} from "../../src/testing.ts";
import { ask } from "../../support/raw_client.ts";
import { runLine } from "./fake_shell.ts";
import {
  type Bench,
  hasTmux,
  makeBench,
  openTerminal,
  quoted,
} from "./run_cli.ts";

const PASSWORD = "correct horse/battery@staple";
const WATCHWORD = "another:horse";
const KEYS = Array.from({ length: 300 }, (_, id) => `user:${id}`);

const TMUX = await hasTmux();
const TERMINAL = { ignore: !TMUX };
/** Why such a step is ignored. */
const REASON = TMUX ? "" : " (ignored: there is no tmux)";

/** Commands that look at a cluster as it is, with arguments that end them. */
const LOOKING: Readonly<Record<string, readonly string[]>> = {
  where: ["user:1"],
  ping: [],
  top: ["--samples", "1"],
  big: ["--top", "2"],
  check: [],
};

/** The rules that the help of a command names for servers of some kind. */
async function rulesOf(
  command: string,
  { title, from }: { title: string; from: RegExp },
): Promise<string[]> {
  const { out } = await runLine([command, "--help"]);
  const [, text = ""] = RegExp(`^  ${title}: +([^]*?)(?=^  \\w|(?![^]))`, "m")
    .exec(out) ?? [];
  // What may be left out is left out.
  const own = text.replace(/^.*where they may be given$/m, "")
    .split(/^ +with --/m);
  const more = own.slice(1).find((part) => from.test(part)) ?? "";
  return `${own[0]} ${more}`.split(/\s+/)
    .filter((word) => /^[+~&]/.test(word));
}

/** Makes a user on servers whose own user needs no name. */
async function allow(
  servers: readonly RedisServer[],
  name: string,
  { password, rules }: { password: string; rules: readonly string[] },
): Promise<void> {
  // Before Redis 7 a new user may use all channels.
  const all = ["on", `>${password}`, "resetchannels", ...rules];
  for (const server of servers) {
    await ask(server, "ACL", "SETUSER", name, ...all);
  }
}

/** The permission to connect to servers, and to nothing else. */
function netFlag(servers: readonly RedisServer[]): string {
  return `--allow-net=${servers.map(({ port }) => `127.0.0.1:${port}`)}`;
}

function urls(servers: readonly RedisServer[]): string {
  return servers.map(({ port }) => `redis://127.0.0.1:${port}`).join();
}

/** Writes the passwords into files, and gives the arguments that name them. */
async function secrets(
  { dir }: Bench,
): Promise<{ login: string[]; watch: string[]; flag: string }> {
  await Deno.writeTextFile(`${dir}/password`, `${PASSWORD}\n`);
  await Deno.writeTextFile(`${dir}/watchword`, `${WATCHWORD}\n`);
  return {
    login: ["--password-file", `${dir}/password`],
    watch: ["--sentinel-password-file", `${dir}/watchword`],
    flag: `--allow-read=${dir}`,
  };
}

function assertAnswer(name: string, out: string, primaries: string[]): void {
  const answer = JSON.parse(out);
  assert(!/error|NOPERM/.test(out), out);
  if (name === "where") {
    assert(primaries.includes(answer.address), out);
  } else if (name === "ping" || name === "top") {
    assertEquals(
      answer.hosts.map(({ address }: { address: string }) => address).sort(),
      primaries,
    );
  } else {
    assertEquals(answer.scanned, KEYS.length);
    assertEquals(
      name === "check" ? answer.misplaced : answer.keys.length,
      {
        check: 0,
        big: 2,
      }[name],
    );
  }
}

Deno.test("the commands that look at a cluster are tried over all kinds of them", () => {
  const names = COMMANDS.filter(({ permissions, refuses }) =>
    refuses === undefined && (permissions.finds ?? permissions.connects)
  ).map(({ name }) => name);
  assertEquals(Object.keys(LOOKING), names);
});

Deno.test("command lines over a Redis Cluster", async (t) => {
  await using setup = await RedisClusterSetup.start({ primaries: 2 });
  await using bench = await makeBench();
  const client = setup.makeCluster({ timeout: 20_000 }).getRoutingClient();
  const seeds = ["--seeds", urls(setup.nodes.slice(0, 1))];
  const flags = [netFlag(setup.nodes)];
  const primaries = () =>
    Promise.all([0, 1].map(async (shard) => {
      const { port } = await setup.primary(shard);
      return `127.0.0.1:${port}`;
    }));
  await Promise.all(KEYS.map((key) => client.set(key, "value")));

  await t.step("need what their help names, and nothing else", async () => {
    const { login, flag } = await secrets(bench);
    for (const [name, more] of Object.entries(LOOKING)) {
      const rules = await rulesOf(name, { title: "Redis", from: /^seeds/ });
      await allow(setup.nodes, name, { password: PASSWORD, rules });
      const args = [name, "--json", ...more, ...seeds, "--username", name];
      const { code, out, err } = await bench.run([...args, ...login], {
        flags: [...flags, flag],
      });
      assertEquals([code, err], [0, ""], `${name} ${rules}\n${out}`);
      assertAnswer(name, out, (await primaries()).sort());
    }
  });

  await t.step("tell a user what is missing", async () => {
    const { login, flag } = await secrets(bench);
    await allow(setup.nodes, "nobody", { password: PASSWORD, rules: [] });
    const { code, err } = await bench.run(
      ["ping", ...seeds, "--username", "nobody", ...login],
      { flags: [...flags, flag] },
    );
    assertEquals(code, 3);
    assertMatch(
      err,
      RegExp(`127.0.0.1:${setup.nodes[0].port} refused .*NOPERM.*cluster`),
    );
    assert(!err.includes("horse"), err);
  });

  await t.step("go to the primaries of now", async () => {
    const [before] = await primaries();
    await setup.failover(0);
    await setup.settled();
    const [after] = await primaries();
    assert(before !== after);
    const { code, out } = await bench.run(["ping", ...seeds], { flags });
    assertEquals(code, 0, out);
    assert(out.includes(after) && !out.includes(before), out);
  });

  await t.step("find keys whose slot was left half way", async () => {
    const key = KEYS[0];
    const slot = slotOf(key);
    const owner = await setup.owner(slot);
    const to = await setup.primary(0) === owner ? 1 : 0;
    await setup.beginMove(slot, to);
    const target = await setup.primary(to);
    await setup.moveKeys([key], { from: owner, to: target });
    const { code, out } = await bench.run(["check", "--json", ...seeds], {
      flags,
    });
    const { misplaced, keys } = JSON.parse(out);
    assertEquals([code, misplaced], [1, 1], out);
    assertEquals(keys[0].key, key);
    // It is counted where it is, all the same.
    const big = await bench.run(["big", "--json", ...seeds], { flags });
    assertEquals([big.code, big.err], [0, ""]);
    await setup.endMove(slot, to);
    assertEquals((await bench.run(["check", ...seeds], { flags })).code, 0);
  });

  await t.step({
    ...TERMINAL,
    name: `are drawn on a terminal${REASON}`,
    fn: async () => {
      await using terminal = await openTerminal(bench.dir);
      const words = bench.words(["top", ...seeds], flags);
      const script = `${bench.dir}/top.sh`;
      await Deno.writeTextFile(script, `exec ${quoted(words)}`);
      await terminal.type(`sh ${script}; echo "code $?"`);
      await terminal.untilShown(/ 2 hosts /);
      // It goes on through a failover.
      const { port } = await setup.failover(1);
      await terminal.untilShown(RegExp(`^ +1 +127\\.0\\.0\\.1:${port} `, "m"));
      await terminal.press("C-c");
      await terminal.untilShown(/code 0/);
    },
  });
});

Deno.test("command lines over shards behind Sentinel", async (t) => {
  await using setup = await SentinelSetup.start({ shards: 2 });
  await using bench = await makeBench();
  const servers = setup.shards.flatMap(({ servers }) => servers);
  const cluster = setup.makeCluster({ timeout: 20_000 });
  const client = cluster.getRoutingClient();
  const sentinels = [
    "--sentinels",
    urls(setup.sentinels),
    "--primaries",
    setup.shards.map(({ primaryName }) => primaryName).join(),
  ];
  const flags = [netFlag([...servers, ...setup.sentinels])];
  const primaries = () =>
    Promise.all(setup.shards.map(async (_, shard) => {
      const { port } = await setup.primary(shard);
      return `127.0.0.1:${port}`;
    }));
  await Promise.all(KEYS.map((key) => client.set(key, "value")));

  await t.step("need what their help names, and nothing else", async () => {
    const { login, watch, flag } = await secrets(bench);
    for (const [name, more] of Object.entries(LOOKING)) {
      const rules = await rulesOf(name, { title: "Redis", from: /^sentinels/ });
      await allow(servers, name, { password: PASSWORD, rules });
      const own = await rulesOf(name, { title: "Sentinel", from: /^$/ });
      await allow(setup.sentinels, "watcher", {
        password: WATCHWORD,
        rules: own,
      });
      const users = ["--username", name, "--sentinel-username", "watcher"];
      const args = [name, "--json", ...more, ...sentinels, ...users];
      const { code, out, err } = await bench.run(
        [...args, ...login, ...watch],
        { flags: [...flags, flag] },
      );
      assertEquals([code, err], [0, ""], `${name} ${own} ${rules}\n${out}`);
      assertAnswer(name, out, (await primaries()).sort());
    }
  });

  await t.step("take options and passwords from a file", async () => {
    const config = {
      sentinels: {
        hosts: urls(setup.sentinels).split(","),
        username: "watcher",
        password: { file: "watchword" },
      },
      hosts: setup.shards.map(({ primaryName }) => ({ primaryName })),
      hostDefaults: { username: "ping", password: { env: "RB_TEST_PASSWORD" } },
    };
    const path = `${bench.dir}/cluster.json`;
    await Deno.writeTextFile(path, JSON.stringify(config));
    const run = (watchword: string) => {
      Deno.writeTextFileSync(`${bench.dir}/watchword`, watchword);
      return bench.run(["ping", "--json", "--config", path], {
        flags: [
          ...flags,
          `--allow-read=${bench.dir}`,
          "--allow-env=RB_TEST_PASSWORD",
        ],
        env: { RB_TEST_PASSWORD: PASSWORD },
      });
    };
    const good = await run(WATCHWORD);
    assertEquals([good.code, good.err], [0, ""]);
    assertAnswer("ping", good.out, (await primaries()).sort());
    const bad = await run("wrong horse");
    assertEquals([bad.code, bad.out], [3, ""]);
    assertMatch(bad.err, /^rb: .*127\.0\.0\.1:\d+.*WRONGPASS/);
    assert(!bad.err.includes("horse"), bad.err);
  });

  await t.step("tell which name no sentinel knows", async () => {
    const args = [...sentinels.slice(0, 3), "shard0,shard7"];
    const { code, err } = await bench.run(["ping", ...args], { flags });
    assertEquals(code, 3);
    assertMatch(err, /no sentinel .* "primaryName" "shard7"/);
  });

  await t.step({
    ...TERMINAL,
    name: `are drawn on a terminal, through a failover${REASON}`,
    fn: async () => {
      await using terminal = await openTerminal(bench.dir);
      const words = bench.words(["top", ...sentinels], flags);
      const script = `${bench.dir}/top.sh`;
      await Deno.writeTextFile(script, `exec ${quoted(words)}`);
      await terminal.type(`sh ${script}; echo "code $?"`);
      await terminal.untilShown(/ 2 hosts /);
      const { port } = await setup.failover(0);
      await terminal.untilShown(RegExp(`^ +0 +127\\.0\\.0\\.1:${port} `, "m"));
      await terminal.press("C-c");
      await terminal.untilShown(/code 0/);
    },
  });

  await t.step("move keys, of which replicas have each step", async () => {
    // Whoever was a primary before the failover has to hear of writes.
    await setup.settled(0);
    await ask(await setup.primary(1), "FLUSHALL");
    // It does not follow.
    await cluster.disconnectPools();
    const size = async (shard: number) =>
      Number(await ask(await setup.primary(shard), "DBSIZE"));
    const before = await size(0);
    const router = "ConsistentHashingRouter";
    const [flag, hosts, ...primaries] = sentinels;
    const args = [
      ...[flag, hosts, "--primaries", "shard0", "--router", router],
      ...["--to-sentinels", hosts, `--to-${primaries[0].slice(2)}`],
      ...[primaries[1], "--to-router", router],
    ];
    const refused = await bench.run(["reshard", "run", ...args], { flags });
    assertEquals(refused.out, "");
    assertMatch(refused.err, /without the option "replicated"/);
    const check = await bench.run(["reshard", "check", ...args], { flags });
    assertEquals([check.code, check.err], [0, ""], check.out);
    const { code, err, out } = await bench.run(
      ["reshard", "run", "--replicated", "1", ...args],
      { flags },
    );
    assertEquals([code, err], [0, ""], out);
    const moved = Number(/([\d,]+) keys moved/.exec(out)?.[1]);
    assert(moved > 0, out);
    // Both have a record beside.
    assertEquals(await size(0), before - moved + 1);
    assertEquals(await size(1), moved + 1);
  });

  await t.step("say which host has no primary", async () => {
    const { port } = await setup.kill(1);
    const args = ["ping", "--timeout", "2000", "--json", ...sentinels];
    const { code, out } = await bench.run(args, { flags });
    const { hosts: [up, down] } = JSON.parse(out);
    assertEquals([code, up.error], [1, undefined]);
    assert(down.error.includes(`127.0.0.1:${port}`), out);
  });
});
