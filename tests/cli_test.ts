// The command line as people run it: with few permissions, in pipes, and in a
// real terminal.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { runCommandLine } from "../src/cli.ts";
import { COMMANDS } from "../src/cli/commands/mod.ts";
import type { RedisServer } from "../src/testing/redis_server.ts";
import { ask } from "../support/raw_client.ts";
import { visible } from "./cli/fake_shell.ts";
import { hasTmux, makeBench, openTerminal, quoted } from "./cli/run_cli.ts";
import { startServers } from "./cli/servers.ts";

/** The permission to connect to servers, and to nothing else. */
function netFlag(servers: readonly RedisServer[]): string {
  return `--allow-net=${servers.map(({ address }) => address)}`;
}

const PASSWORD = "correct horse/battery@staple";

/** Arguments by which a command comes to its end. */
const ENDING: Readonly<Record<string, string[]>> = {
  top: ["--samples", "1"],
};

Deno.test("every command runs with the permissions that its help names", async () => {
  await using setup = await startServers(2);
  await using bench = await makeBench();
  const secret = `${bench.dir}/password`;
  await Deno.writeTextFile(secret, `${PASSWORD}\n`);
  // One of them has to be asked for its type, too.
  for (const server of setup.servers) await ask(server, "SET", "key", "value");
  const connecting = COMMANDS.filter(({ permissions }) => permissions.connects);
  assertEquals(connecting.map(({ name }) => name), [
    "ping",
    "top",
    "big",
    "check",
    "reshard",
  ]);
  for (const { name, permissions } of connecting) {
    for (const server of setup.servers) {
      const rules = ["on", `>${PASSWORD}`, ...permissions.acl];
      await ask(server, "ACL", "SETUSER", name, ...rules);
    }
    const login = ["--username", name, "--password-file", secret];
    const more = name === "reshard"
      ? ["status", "--to-hosts", setup.hosts[1]]
      : ENDING[name] ?? [];
    const args = [name, "--json", ...setup.hosts, ...login, ...more];
    const flags = [netFlag(setup.servers), `--allow-read=${secret}`];
    const { code, out, err } = await bench.run(args, { flags });
    // The key is on both servers, so on one of them it is in the wrong place.
    assertEquals([code, err], [name === "check" ? 1 : 0, ""], name);
    assert(!/error|NOPERM/.test(out), out);
    JSON.parse(out);
  }
});

Deno.test("commands that ask no server need no permission at all", async () => {
  await using bench = await makeBench();
  const hosts = "redis://10.0.0.1,redis://10.0.0.2";
  for (
    const args of [
      ["where", "user:1", "--hosts", hosts],
      ["plan", "--hosts", hosts, "--to-hosts", `${hosts},redis://10.0.0.3`],
      ["--help"],
    ]
  ) {
    const { code, out, err } = await bench.run(args, { flags: [] });
    assertEquals([code, err], [0, ""], args[0]);
    assert(out.length > 20, out);
  }
});

Deno.test("a password comes from the environment, and is never printed", async () => {
  await using setup = await startServers(1, {
    config: { requirepass: JSON.stringify(PASSWORD) },
  });
  await using bench = await makeBench();
  const args = ["ping", ...setup.hosts, "--password-env", "RB_TEST_PASSWORD"];
  const flags = [netFlag(setup.servers), "--allow-env=RB_TEST_PASSWORD"];
  const good = await bench.run(args, {
    flags,
    env: { RB_TEST_PASSWORD: PASSWORD },
  });
  assertEquals([good.code, good.err], [0, ""], good.out);

  const wrong = `not ${PASSWORD}`;
  const bad = await bench.run(args, {
    flags,
    env: { RB_TEST_PASSWORD: wrong },
  });
  assertEquals(bad.code, 1);
  assertMatch(bad.out, /WRONGPASS|password/i);
  assert(!bad.out.includes("horse"), bad.out);

  const denied = await bench.run(args, { flags: flags.slice(0, 1) });
  assertEquals([denied.code, denied.out], [2, ""]);
  assertMatch(denied.err, /"RB_TEST_PASSWORD".*--allow-env/);
});

Deno.test("a failure of a server is exit code 3, and says which", async () => {
  await using setup = await startServers(1);
  await using bench = await makeBench();
  const [server] = setup.servers;
  await server.kill();
  const { code, out, err } = await bench.run(["check", ...setup.hosts], {
    flags: [netFlag(setup.servers)],
  });
  assertEquals([code, out], [3, ""]);
  assertMatch(err, RegExp(`^rb: .*${server.address}`));
});

Deno.test("top ends without a word when nobody reads it any more", async () => {
  await using setup = await startServers(1);
  await using bench = await makeBench();
  const args = ["top", "--samples", "20", ...setup.hosts];
  const words = bench.words(args, [netFlag(setup.servers)]);
  const line = `{ ${quoted(words)}; echo "code $?" >&2; } | head -n 1`;
  const { stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", line],
  }).output();
  const decoder = new TextDecoder();
  assertMatch(decoder.decode(stdout), /^HOST .*\n$/);
  assertEquals(decoder.decode(stderr), "code 141\n");
});

Deno.test("where stops to wait for keys at Ctrl-C", async () => {
  await using bench = await makeBench();
  const hosts = ["--hosts", "redis://10.0.0.1,redis://10.0.0.2"];
  const [program, ...args] = bench.words(["where", "-", ...hosts], []);
  await using child = new Deno.Command(program, {
    args,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode("key\n".repeat(1_000)));
  const reader = child.stdout.getReader();
  // What is printed proves that it listens.
  await reader.read();
  child.kill("SIGINT");
  while (!(await reader.read()).done);
  assertEquals((await child.status).code, 130);
  await writer.abort().catch(() => {});
});

Deno.test("big finds the largest of 1,000,000 keys in a heap that has no room for them", async () => {
  await using setup = await startServers(4);
  await using bench = await makeBench();
  await Promise.all(
    setup.servers.map((server, id) =>
      ask(server, "DEBUG", "POPULATE", "250000", `shard${id}:item`, "16")
    ),
  );
  await ask(setup.servers[2], "SET", "largest", "x".repeat(5_000));
  const args = ["big", "--json", "--top", "1", ...setup.hosts];
  const flags = [
    netFlag(setup.servers),
    "--v8-flags=--max-old-space-size=100",
  ];
  const { code, out, err } = await bench.run(args, { flags });
  assertEquals(code, 0, err);
  const { scanned, keys: [{ key, hostId }] } = JSON.parse(out);
  assert(scanned >= 1_000_001, `${scanned} keys`);
  assertEquals([key, hostId], ["largest", 2]);
});

Deno.test("runCommandLine() knows routers that it is given", async () => {
  const { PartitionRouter } = await import("../mod.ts");
  let asked = 0;
  class OwnRouter extends PartitionRouter {
    override getHostForKey(): number {
      asked++;
      return 1;
    }
  }
  const hosts = ["--hosts", "redis://10.0.0.1,redis://10.0.0.2"];
  const args = ["where", "key", "--router", "OwnRouter", ...hosts];
  assertEquals(await runCommandLine(args, { routers: { OwnRouter } }), 0);
  assertEquals(asked, 1);
});

const TMUX = await hasTmux();
const TERMINAL = { ignore: !TMUX };
/** Why such a test is ignored. */
const REASON = TMUX ? "" : " (ignored: there is no tmux)";

Deno.test({
  ...TERMINAL,
  name: `top draws on a terminal, and leaves it as it was${REASON}`,
  fn: async () => {
    await using setup = await startServers(2);
    await using bench = await makeBench();
    await using terminal = await openTerminal(bench.dir);
    const words = bench.words(["top", ...setup.hosts], [
      netFlag(setup.servers),
    ]);
    const script = `${bench.dir}/top.sh`;
    await Deno.writeTextFile(script, `exec ${quoted(words)}`);
    const flags = "#{alternate_on} #{cursor_flag} #{wrap_flag}";
    // Not as a script: that would end by the Ctrl-C itself.
    const stty = (name: string) => `stty -a >${bench.dir}/${name}`;
    const steps = [
      "echo before",
      stty("1"),
      `sh ${script}; code=$?`,
      stty("2"),
    ];
    await terminal.type(`${steps.join("; ")}; echo "code $code"`);
    await terminal.untilShown(/COMMANDS\/S/);
    assertEquals(await terminal.ask(flags), "1 0 0");
    const drawn = await terminal.look({ colors: true });
    assertMatch(visible(drawn), /␛\[1mCOMMANDS\/S/);
    assert(!drawn.includes("before"), drawn);
    assertMatch(drawn, / 2 hosts /);

    await terminal.press("C-c");
    await terminal.untilShown(/code 0/);
    assertEquals(await terminal.ask(flags), "0 1 1");
    // What stood there stands there again, with the last look behind it.
    assertMatch(await terminal.look(), /before\nHOST [^]* 2 hosts .*\ncode 0/);
    assertEquals(
      await Deno.readTextFile(`${bench.dir}/1`),
      await Deno.readTextFile(`${bench.dir}/2`),
    );
  },
});

Deno.test({
  ...TERMINAL,
  name: `NO_COLOR is respected on a terminal${REASON}`,
  fn: async () => {
    await using setup = await startServers(1);
    await using bench = await makeBench();
    await using terminal = await openTerminal(bench.dir, {
      env: { NO_COLOR: "1" },
    });
    const words = bench.words(["ping", ...setup.hosts], [
      netFlag(setup.servers),
    ]);
    await Deno.writeTextFile(`${bench.dir}/ping.sh`, quoted(words));
    await terminal.type(`clear; sh ${bench.dir}/ping.sh; echo "code $?"`);
    await terminal.untilShown(/^code 0/m);
    const drawn = await terminal.look({ colors: true });
    assertMatch(drawn, / ms +ok$/m);
    assert(!drawn.includes("\x1b"), drawn);
  },
});

Deno.test({
  ...TERMINAL,
  name:
    `big shows its progress where errors go, and not in the result${REASON}`,
  fn: async () => {
    await using setup = await startServers(1);
    await using bench = await makeBench();
    await using terminal = await openTerminal(bench.dir);
    const [server] = setup.servers;
    await ask(server, "DEBUG", "POPULATE", "20000", "key", "16");
    const words = bench.words(["big", "--json", ...setup.hosts], [
      netFlag(setup.servers),
    ]);
    await terminal.record(`${bench.dir}/record`);
    await Deno.writeTextFile(
      `${bench.dir}/big.sh`,
      `${quoted(words)} >${bench.dir}/out; echo "code $?"`,
    );
    await terminal.type(`clear; sh ${bench.dir}/big.sh`);
    await terminal.untilShown(/^code 0/m);
    const { scanned } = JSON.parse(
      await Deno.readTextFile(`${bench.dir}/out`),
    );
    assert(scanned >= 20_000);
    const record = await Deno.readTextFile(`${bench.dir}/record`);
    assertMatch(
      visible(record),
      /␛\[36m[█▏▎▍▌▋▊▉]+░*␛\[0m [\d,]+ of 20,000 keys/,
    );
    // The line was taken away.
    assertMatch((await terminal.look()).trim(), /^code 0/);
  },
});
