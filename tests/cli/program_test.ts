import { assert, assertEquals, assertMatch } from "@std/assert";
import { ROUTERS } from "../../src/cli/cluster_source.ts";
import { type CommandSpec, needsPlaces } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/commands/mod.ts";
import { runProgram } from "../../src/cli/program.ts";
import { Interruption } from "../../src/cli/shell.ts";
import { FakeOutput, fakeShell, runLine } from "./fake_shell.ts";

Deno.test("runProgram() shows its help on request, and as an error", async () => {
  const asked = await runLine(["--help"]);
  assertEquals([asked.code, asked.err], [0, ""]);
  for (const { name } of COMMANDS) {
    assertMatch(asked.out, RegExp(`^  ${name} `, "m"));
  }
  assertMatch(asked.out, /^Exit codes:\n {2}0 +all is well$/m);
  const none = await runLine([]);
  assertEquals([none.code, none.out, none.err], [2, "", asked.out]);
});

Deno.test("runProgram() tells in the help of each command what it needs", async () => {
  for (const { name, permissions, compares, refuses } of COMMANDS) {
    const { code, out } = await runLine([name, "--help"]);
    assertEquals(code, 0);
    for (
      const option of [
        "--json",
        "--hosts",
        "--sentinels",
        "--primaries",
        compares ? "--from, --config" : "--config",
        "--password-env",
        "--sentinel-password-file",
      ]
    ) {
      assertMatch(out, RegExp(`^  ${option}`, "m"));
    }
    const takesSeeds = refuses?.seeds === undefined;
    assertEquals(/^ +--(?:to-)?seeds/m.test(out), takesSeeds, name);
    assertMatch(
      out,
      permissions.connects
        ? /^ +Deno: +--allow-net=<host:port,…> of the hosts$/m
        : /^ +Deno: +none: no host is asked$/m,
    );
    const finds = needsPlaces(permissions);
    assertEquals(/^ +Sentinel: +\+sentinel/m.test(out), finds, name);
    assertEquals(
      /with --seeds.*\n +\+cluster\|slots/.test(out),
      finds && takesSeeds,
      name,
    );
    if (!takesSeeds) assert(!out.includes("seeds"), out);
    if (permissions.connects) {
      const acl = /^ +Redis: +([^]*?)\n +(?:with|[^\n]*\+client\|info)/m.exec(
        out,
      )
        ?.[1]
        .replaceAll(/\s+/g, " ");
      assertEquals(acl, permissions.acl.join(" "));
    }
    assert(out.split("\n").every((line) => line.length <= 80), name);
  }
});

Deno.test("runProgram() says what is wrong with arguments, and no secret", async () => {
  const told = async (...args: string[]) => {
    const { code, out, err } = await runLine(args);
    assertEquals([code, out], [2, ""], args.join(" "));
    assert(!err.includes("secret"), err);
    return err;
  };
  const hosts = ["--hosts", "redis://a"];
  assertEquals(
    await told("ping", ...hosts, "--password=secret"),
    "rb: Unknown option '--password'; see \"rb ping --help\"\n",
  );
  assertEquals(
    await told("redis://user:secret@a"),
    "rb: Unknown command 'redis://…@a'; see \"rb --help\"\n",
  );
  assertMatch(
    await told("ping", "redis://:secret@a"),
    /too many arguments.* got 1; see "rb ping --help"$/im,
  );
  assertMatch(await told("where", ...hosts), /missing.*key/i);
  assertMatch(await told("ping", "--hosts"), /argument missing/);
  assertMatch(
    await told("ping", "--hosts", "redis://:secret@a/b"),
    /^rb: Cannot/,
  );
  assertEquals(
    await told("big", ...hosts, "--top", "secret"),
    'rb: The value of "--top" is not an integer from 1\n',
  );
});

/** A command that does what a test wants. */
function specOf(run: CommandSpec["run"]): CommandSpec {
  return {
    name: "do",
    summary: "do something",
    description: "It does.",
    permissions: { connects: false, acl: [] },
    declare: () => {},
    run,
  };
}

Deno.test("runProgram() closes the clusters, however a command ends", async () => {
  for (const fails of [false, true]) {
    const closed: string[] = [];
    const spec = specOf(async ({ cluster, otherCluster }) => {
      const clusters = { first: cluster, second: await otherCluster("") };
      for (const [name, one] of Object.entries(clusters)) {
        const close = one.close.bind(one);
        one.close = async () => {
          await close();
          closed.push(name);
        };
      }
      if (fails) throw new Error("It failed");
      return 1;
    });
    const shell = fakeShell();
    const code = await runProgram(["do", "--hosts", "redis://a"], {
      shell,
      commands: [spec],
      routers: ROUTERS,
    });
    assertEquals(code, fails ? 3 : 1);
    assertEquals(shell.err.text, fails ? "rb: It failed\n" : "");
    assertEquals(closed.sort(), ["first", "second"]);
  }
});

Deno.test("runProgram() ends as the signal says, whatever failed by it", async () => {
  const controller = new AbortController();
  const spec = specOf(async ({ cluster }) => {
    controller.abort(new Interruption("SIGTERM"));
    await cluster.getLocalClient(0).ping();
    return 0;
  });
  const shell = fakeShell({ signal: controller.signal });
  const code = await runProgram(["do", "--hosts", "redis://a"], {
    shell,
    commands: [spec],
    routers: ROUTERS,
  });
  assertEquals([code, shell.err.text], [143, ""]);
});

Deno.test("runProgram() tells each reason of several hosts in a line", async () => {
  const spec = specOf(() =>
    Promise.reject(
      new AggregateError([new Error("one"), new Error("two")], "2 failed"),
    )
  );
  const err = new FakeOutput({ isTerminal: true });
  const shell = fakeShell({ err });
  await runProgram(["do", "--hosts", "redis://a"], {
    shell,
    commands: [spec],
    routers: ROUTERS,
  });
  assertEquals(err.text, "\x1b[31mrb:\x1b[0m 2 failed\n  one\n  two\n");
});
