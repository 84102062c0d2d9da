import { assert, assertEquals, assertMatch } from "@std/assert";
import { Cluster, ConsistentHashingRouter, plan } from "../../../mod.ts";
import { runLine } from "../fake_shell.ts";

const TWO = ["redis://10.0.0.1", "redis://10.0.0.2"];
const THREE = [...TWO, "redis://10.0.0.3"];
const ARGS = [
  "plan",
  "--hosts",
  TWO.join(","),
  "--router",
  "ConsistentHashingRouter",
  "--to-hosts",
  THREE.join(","),
];
const KEYS = Array.from({ length: 20 }, (_, id) => `user:${id}`);
const router = ConsistentHashingRouter;
const before = new Cluster({ hosts: TWO, router });
const after = new Cluster({ hosts: THREE, router });

Deno.test("plan tells what plan() tells", async () => {
  const { share, exact, moves, keys } = plan(before, after, KEYS);
  const { code, out } = await runLine([...ARGS, "--json", ...KEYS]);
  assertEquals(code, 0);
  const moving = [...keys].map(([key, move]) => ({ key, ...move }));
  assertEquals(JSON.parse(out), { share, exact, moves, keys: moving });
  assertEquals(exact, true);
  assertEquals(moving.length > 0, true);
});

Deno.test("plan writes tables for people", async () => {
  const { keys } = plan(before, after, KEYS);
  const { out } = await runLine([...ARGS, ...KEYS]);
  const [first, , titles, ...rest] = out.trimEnd().split("\n");
  assertMatch(first, /^\d+\.\d % of all keys move \(computed\)$/);
  assertMatch(titles, /^FROM +TO +SHARE$/);
  assertMatch(
    rest[0],
    /^[01] 10\.0\.0\.[12]:6379 +2 10\.0\.0\.3:6379 +\d+\.\d %$/,
  );
  assertMatch(out, RegExp(`^${keys.size} of 20 keys move$`, "m"));
  for (const key of keys.keys()) assertMatch(out, RegExp(` ${key}$`, "m"));
});

Deno.test("plan takes each of its clusters from a file", async () => {
  const files = {
    "now.json": JSON.stringify({ hosts: TWO }),
    "then.json": JSON.stringify({ hosts: THREE, router: router.name }),
  };
  const args = ["--from", "now.json", "--to", "then.json"];
  const { code, out } = await runLine(["plan", ...args], { files });
  assertEquals(code, 0);
  assertMatch(out, /% of all keys move \(estimated\)\n/);
  const same = await runLine(
    ["plan", "--config", "now.json", "--to-config", "now.json"],
    { files },
  );
  assertEquals(same.out, "0.0 % of all keys move (estimated)\n");
});

Deno.test("plan needs to know the hosts to come", async () => {
  const { code, err } = await runLine(["plan", "--hosts", TWO.join()]);
  assertEquals(code, 2);
  assertMatch(err, /"--to-hosts <urls>" or .* or "--to-config <file>"/);
});

Deno.test("plan looks at shards behind Sentinel without asking any", async () => {
  const sentinels = "redis://127.0.0.1:1";
  const args = ["--to-sentinels", sentinels, "--to-primaries", "a,b,c"];
  const grown = await runLine([
    "plan",
    "--sentinels",
    sentinels,
    "--primaries",
    "a,b",
    "--router",
    "ConsistentHashingRouter",
    ...args,
  ]);
  assertEquals([grown.code, grown.err], [0, ""]);
  assertMatch(grown.out, /^\d\d\.\d % of all keys move \(computed\)$/m);
  assertMatch(grown.out, /^[01] [ab] +2 c +\d+\.\d %$/m);
  assert(!/ [01] [ab] +\d/.test(grown.out), grown.out);
  // The same shards, whether they are watched over or not.
  const same = await runLine(["plan", "--hosts", THREE.join(), ...args]);
  assertEquals(same.out, "0.0 % of all keys move (estimated)\n");
});

Deno.test("plan refuses a Redis Cluster on either side", async () => {
  const seeds = "redis://127.0.0.1:1";
  for (
    const args of [
      ["--seeds", seeds, "--to-hosts", TWO.join()],
      ["--hosts", TWO.join(), "--to-seeds", seeds],
    ]
  ) {
    const { code, out, err } = await runLine(["plan", ...args]);
    assertEquals([code, out], [2, ""]);
    assertMatch(err, /^rb: Cannot plan for a Redis Cluster: .*redis-cli/);
  }
});
