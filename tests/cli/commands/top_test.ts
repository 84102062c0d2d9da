import { assert, assertEquals, assertMatch } from "@std/assert";
import { Interruption } from "../../../src/cli/shell.ts";
import { eventually } from "../../../support/waiting.ts";
import { FakeOutput, runLine, visible } from "../fake_shell.ts";
import { startServers } from "../servers.ts";

const ENTER = "\x1b[?1049h";
const LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l";

Deno.test("top prints each look in a pipe, as text and as JSON", async () => {
  await using setup = await startServers(2);
  const args = ["top", "--samples", "1", ...setup.hosts];
  const { code, out } = await runLine(args);
  assertEquals(code, 0);
  assert(!out.includes("\x1b"));
  const lines = out.trimEnd().split("\n");
  assertMatch(
    lines[0],
    /^HOST +ADDRESS +COMMANDS\/S +LATENCY +MEMORY +KEYS +CLIENTS +HITS$/,
  );
  assertEquals(lines.length, 4);
  assertMatch(lines[1], /^ +0 +\S+ +\d+ +[\d.]+ ms +[\d.]+ [KM]iB +0 +\d+ +-$/);

  const json = await runLine([...args, "--json"]);
  const { time, hosts } = JSON.parse(json.out);
  assert(!Number.isNaN(Date.parse(time)));
  assertEquals(hosts.length, 2);
  for (const { commands, latency, memory, keys, clients } of hosts) {
    for (const value of [commands, latency, memory, clients]) {
      assert(value > 0, json.out);
    }
    assertEquals(keys, 0);
  }
});

Deno.test("top goes on when a host fails, and says so", async () => {
  await using setup = await startServers(2);
  await setup.servers[1].kill();
  const { code, out } = await runLine([
    "top",
    "--samples",
    "1",
    ...setup.hosts,
  ]);
  assertEquals(code, 0);
  assertMatch(out, /^ +1 +\S+ {2}Cannot connect: [^\n]*$/m);
});

for (
  const { what, reason, code } of [
    { what: "Ctrl-C", reason: new Interruption("SIGINT"), code: 0 },
    { what: "Ctrl-Z", reason: new Interruption("SIGTSTP"), code: 0 },
    { what: "SIGTERM", reason: new Interruption("SIGTERM"), code: 143 },
    { what: "an error", reason: new Error("It broke"), code: 3 },
  ]
) {
  Deno.test(`top gives the terminal back after ${what}`, async () => {
    await using setup = await startServers(1);
    const controller = new AbortController();
    const out = new FakeOutput({ isTerminal: true });
    const ended = runLine(["top", ...setup.hosts], {
      out,
      signal: controller.signal,
    });
    await eventually(() => out.text.includes("COMMANDS/S"));
    assert(out.text.startsWith(ENTER) && !out.text.includes(LEAVE));
    controller.abort(reason);
    assertEquals((await ended).code, code);
    const [, left, after] = visible(out.text).split(
      /(␛\[\?7h␛\[\?25h␛\[\?1049l)/,
    );
    // The last look stays.
    assertEquals(left, visible(LEAVE));
    assertMatch(after, /^␛\[1mHOST/);
    assert(!after.includes("␛[?"), "The screen was taken again");
  });
}
