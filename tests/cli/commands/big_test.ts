import { assert, assertEquals, assertMatch } from "@std/assert";
import { ask } from "../../../support/raw_client.ts";
import { FakeOutput, runLine } from "../fake_shell.ts";
import { startServers } from "../servers.ts";

Deno.test("big finds the largest keys of all hosts", async () => {
  await using setup = await startServers(3);
  const [a, b, c] = setup.servers;
  await Promise.all(
    setup.servers.map((server, id) =>
      ask(server, "DEBUG", "POPULATE", "2500", `small${id}`, "16")
    ),
  );
  await ask(a, "SET", "text", "x".repeat(50_000));
  await ask(
    b,
    "RPUSH",
    "list",
    ...Array.from({ length: 900 }, () => "y".repeat(30)),
  );
  await ask(c, "SET", "huge", "z".repeat(90_000));
  await ask(c, "HSET", "hash", "field", "x".repeat(5_000));
  const args = ["big", "--json", ...setup.hosts];
  const { code, out, err } = await runLine([...args, "--top", "3"]);
  assertEquals([code, err], [0, ""]);
  const { scanned, bytes, keys } = JSON.parse(out);
  assertEquals(scanned >= 7_504, true, `${scanned} keys`);
  assertEquals(
    keys.map(({ key, type, hostId }: Record<string, unknown>) => [
      key,
      type,
      hostId,
    ]),
    [["huge", "string", 2], ["text", "string", 0], ["list", "list", 1]],
  );
  const usage = Number(await ask(c, "MEMORY", "USAGE", "huge"));
  assertEquals(keys[0].bytes, usage);
  assert(bytes > 7_500 * 50, `${bytes} bytes`);

  const hashes = JSON.parse((await runLine([...args, "--type", "hash"])).out);
  assertEquals(hashes.keys.map(({ key }: { key: string }) => key), ["hash"]);
  const some = JSON.parse((await runLine([...args, "--match", "hu*"])).out);
  assertEquals([some.scanned, some.keys[0].key], [1, "huge"]);
});

Deno.test("big writes a table, and shows its progress on a terminal alone", async () => {
  await using setup = await startServers(2);
  await ask(setup.servers[0], "DEBUG", "POPULATE", "5000", "key", "16");
  await ask(setup.servers[1], "SET", "a\x1b[2J", "x".repeat(9_000));
  const err = new FakeOutput({ isTerminal: true });
  const args = ["big", "--top", "2", ...setup.hosts];
  const { code, out } = await runLine(args, { err });
  assertEquals(code, 0);
  const [first, , titles, row, ...rest] = out.trimEnd().split("\n");
  assertMatch(first, /^5,\d{3} keys with \d+ KiB on 2 hosts$/);
  assertMatch(titles, /^ *MEMORY +TYPE +HOST +KEY$/);
  assertMatch(row, /^(?:8\.9|9\.\d|10) KiB +string +1 \S+ +"a\\x1b\[2J"$/);
  assertEquals(rest.length, 1);
  assertMatch(err.text, /\r.*[█▏▎▍▌▋▊▉].* \d,\d{3} of 5,\d{3} keys/);
  assert(err.text.endsWith("\r\x1b[K"));
});

Deno.test("big says that there is nothing", async () => {
  await using setup = await startServers(1);
  const { code, out } = await runLine(["big", ...setup.hosts]);
  assertEquals([code, out], [0, "0 keys with 0 B on 1 host\n"]);
});
