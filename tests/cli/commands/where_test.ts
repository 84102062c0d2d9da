import { assertEquals, assertMatch } from "@std/assert";
import { Cluster } from "../../../mod.ts";
import { runLine } from "../fake_shell.ts";

const URLS = ["redis://10.0.0.1", "redis://10.0.0.2", "redis://10.0.0.3/1"];
const HOSTS = ["--hosts", URLS.join(",")];
const router = new Cluster({ hosts: URLS }).getRouter();
const KEYS = ["user:1", "größe", "a b"];

Deno.test("where names the host of each key, and opens nothing", async () => {
  const { code, out } = await runLine(["where", ...KEYS, ...HOSTS]);
  const addresses = ["10.0.0.1:6379", "10.0.0.2:6379", "10.0.0.3:6379/1"];
  const rows = out.trimEnd().split("\n").slice(1)
    .map((line) => line.trim().split(/ {2,}/));
  assertEquals(code, 0);
  assertEquals(
    rows,
    KEYS.map((key) => {
      const id = router.getHostForKey(key);
      return [`${id}`, addresses[id], key];
    }),
  );
});

Deno.test("where prints JSON, one value a key", async () => {
  const { out } = await runLine(["where", "--json", ...KEYS, ...HOSTS]);
  assertEquals(
    out.trimEnd().split("\n").map((line) => JSON.parse(line)).map((
      { key, hostId },
    ) => [key, hostId]),
    KEYS.map((key) => [key, router.getHostForKey(key)]),
  );
});

Deno.test("where reads any number of keys from standard input", async () => {
  const keys = Array.from({ length: 2_500 }, (_, id) => `user:${id}`);
  const { code, out } = await runLine(["where", "-", ...HOSTS], {
    input: [keys.join("\n")],
  });
  const lines = out.trimEnd().split("\n");
  assertEquals(code, 0);
  // Titles once, however many pages there were.
  assertEquals(lines.filter((line) => line.startsWith("HOST")).length, 1);
  assertEquals(lines.slice(1).map((line) => line.trim().split(/ +/)[2]), keys);
});

Deno.test("where says that standard input is empty", async () => {
  const { code, err } = await runLine(["where", "-", ...HOSTS]);
  assertEquals(code, 2);
  assertMatch(err, /no key/);
});
