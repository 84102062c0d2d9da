import { assertEquals, assertThrows } from "@std/assert";
import { assertNamed, readSentinels } from "../src/sentinel_options.ts";

Deno.test("readSentinels() gives each sentinel what holds for all, and what it says itself", () => {
  const sentinels = readSentinels({
    hosts: [
      "redis://10.0.0.1",
      new URL("redis://:own@10.0.0.2:7000"),
      { hostname: "10.0.0.3", name: "third" },
      { path: "/run/sentinel.sock" },
    ],
    username: "watcher",
    password: "common",
  });
  const common = { username: "watcher", password: "common" };
  assertEquals(sentinels, [
    { ...common, hostname: "10.0.0.1", port: 26_379 },
    { ...common, hostname: "10.0.0.2", port: 7_000, password: "own" },
    { ...common, hostname: "10.0.0.3", port: 26_379, name: "third" },
    { ...common, path: "/run/sentinel.sock" },
  ]);
});

Deno.test("readSentinels() repeats no secret of what it refuses", () => {
  const error = assertThrows(
    () => readSentinels({ hosts: ["sentinel://:secret@10.0.0.1"] }),
    TypeError,
    "sentinels.hosts[0]",
  );
  assertEquals(error.message.includes("secret"), false);
});

Deno.test("assertNamed() wants an address or a name, whichever belongs to the way", () => {
  assertNamed({ port: 1 }, "host 0", false);
  assertNamed({ primaryName: "a", db: 1 }, "host 0", true);
  assertThrows(
    () => assertNamed({ primaryName: "a" }, "host 0", false),
    TypeError,
    'without the option "sentinels"',
  );
  assertThrows(
    () => assertNamed({ primaryName: "a", path: "/s" }, "host 0", true),
    TypeError,
    'Cannot take "path" of host 0',
  );
  assertThrows(() => assertNamed({}, "host 0", true), TypeError, "primaryName");
});
