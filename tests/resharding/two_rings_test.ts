import { assert, assertEquals, assertThrows } from "@std/assert";
import { Cluster, CommandError, ReshardingError } from "../../mod.ts";
import { refusedBy, scan, TwoRings } from "../../src/resharding/two_rings.ts";
import { Rings } from "../../support/rings.ts";

const encoder = new TextEncoder();

Deno.test("TwoRings knows where keys go, and where they have come from", async () => {
  await using rings = await Rings.start();
  const two = new TwoRings(rings.before, rings.after);
  assertEquals([...two.hosts.keys()], [0, 1, 2]);
  assertEquals(two.sources.map(({ hostId }) => hostId), [0, 1]);
  assertEquals(two.newcomers.map(({ hostId }) => hostId), [2]);
  assert(two.from !== two.to);
  const [name] = rings.moving(1);
  const key = encoder.encode(name);
  const [old, next] = [rings.old(name), rings.next(name)];
  assertEquals(two.destination(key, old), next);
  assertEquals(two.origin(key, next), old);
  // On another host it is nobody's.
  assertEquals(two.destination(key, 1 - old), undefined);
  assertEquals(two.origin(key, old), undefined);
  assertEquals(two.destination(encoder.encode("__rb__:gen"), 0), undefined);
  // A ring moves keys to new hosts alone.
  assertEquals(two.routes().sort(), [[0, 2], [1, 2]]);
  await two.close();
});

Deno.test("TwoRings asks hosts over connections that say who they are", async () => {
  await using rings = await Rings.start();
  const two = new TwoRings(rings.before, rings.after);
  await rings.ask(0, "SET", "key", "v");
  const [cursor, keys] = await scan(two.hosts.get(0)!, "0", 10);
  assertEquals(cursor, "0");
  assertEquals(keys, ["key"]);
  // Where one is no text, all are bytes.
  const bytes = Uint8Array.of(0xff, 0);
  await rings.before.getLocalClient(0).set(bytes, "v");
  const [, others] = await scan(two.hosts.get(0)!, "0", 10);
  assertEquals(new Set(others), new Set([encoder.encode("key"), bytes]));
  const list = String(await rings.ask(0, "CLIENT", "LIST"));
  assert(list.includes("name=rb:mover"));
  await two.close();
});

Deno.test("TwoRings refuses an id that means two servers", () => {
  const before = new Cluster({ hosts: [{ port: 6379 }] });
  const after = new Cluster({ hosts: [{ port: 6380 }] });
  assertThrows(() => new TwoRings(before, after), TypeError);
});

Deno.test("refusedBy() names the host and the command, and keeps the reply", () => {
  const cause = Object.assign(new CommandError("NOPERM no"), {
    hostId: 3,
    command: "DUMP",
  });
  const error = refusedBy(cause);
  assert(error instanceof ReshardingError);
  assertEquals([error.hostId, error.command], [3, "DUMP"]);
  assertEquals(error.cause, cause);
  assertEquals(error.outcome, "not-sent");
});
