import { inspect } from "node:util";
import { assert, assertEquals } from "@std/assert";
import { placeFailure } from "../../src/clients/failure_places.ts";
import { summarized } from "../../src/clients/failure_summary.ts";
import { CommandError, ConnectionError } from "../../src/errors.ts";
import { PartialError } from "../../src/partial_error.ts";
import { importMapFor } from "../docs/import_map.ts";

function replied(text: string, hostId: number): CommandError {
  return Object.assign(new CommandError(text), { hostId });
}

function failed(...reasons: unknown[]): AggregateError {
  const failures = reasons.map((reason, index) => ({ index, reason }));
  const error = new AggregateError(reasons, "They failed");
  return summarized(error, failures);
}

Deno.test("summarized() counts by host and by kind, and shows one of each kind", () => {
  const lost = new ConnectionError("Lost it", { hostId: 2 });
  placeFailure(lost, { keyIndex: 12 });
  const error = failed(
    replied("WRONGTYPE Operation", 1),
    lost,
    replied("WRONGTYPE Operation", 1),
    "reasons of state",
    new PartialError("MGET", ["a", "b"], [
      { status: "rejected", reason: lost },
      { status: "rejected", reason: replied("OOM", 1) },
    ]),
    undefined,
    { password: "s3cret" },
  );
  const text = Deno.inspect(error);
  const summary = text.slice(text.indexOf("  By host"));
  assertEquals(text.split("\n")[0], "AggregateError: They failed");
  assertEquals(summary.split("\n"), [
    "  By host: host 1 3 times, no host 3 times, host 2 2 times",
    "  By kind: WRONGTYPE 2 times, ConnectionError 1 times, a string 1 times, " +
    "PartialError 1 times, a undefined 1 times, a object 1 times",
    "  For example:",
    "    command 0: CommandError: WRONGTYPE Operation",
    "    command 1 for key 12: ConnectionError: Lost it",
    "    command 3: reasons of state",
    '    command 4: PartialError: "MGET" failed for 2 of its 2 keys',
    "    command 5: undefined",
  ]);
  assertEquals(inspect(error), text);
  assertEquals(Object.keys(error), []);
});

Deno.test("summarized() stays short, however many hosts there are", () => {
  const error = failed(
    ...Array.from({ length: 10_000 }, (_, i) => replied("OOM", i % 100)),
  );
  const lines = Deno.inspect(error).split("\n");
  assert(lines.length < 20, `${lines.length}`);
  const hosts = lines.find((line) => line.includes("By host"));
  assert(hosts?.endsWith("and 90 others"), hosts);
  assertEquals(error.errors.length, 10_000);
});

Deno.test("summarized() keeps short what is printed if nobody catches the error", async () => {
  const error = failed(
    ...Array.from({ length: 1_000 }, (_, i) => replied(`OOM ${i}`, i)),
  );
  assertEquals(Array.isArray(error.errors), true);
  assertEquals(error.errors.map(({ hostId }) => hostId).slice(-2), [998, 999]);
  const summary = new URL(
    "../../src/clients/failure_summary.ts",
    import.meta.url,
  );
  const program = `import { summarized } from "${summary.href}";
    const reasons = Array.from({ length: 1000 }, () => new Error("no"));
    const failures = reasons.map((reason, index) => ({ index, reason }));
    throw summarized(new AggregateError(reasons, "1000 failed"), failures);`;
  const dir = await Deno.makeTempDir();
  const importMap = await importMapFor(new URL("../../", import.meta.url), dir);
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["eval", "--no-lock", "--no-check"],
      ...[`--import-map=${importMap}`, program],
    ],
    stderr: "piped",
  }).output();
  await Deno.remove(dir, { recursive: true });
  const text = new TextDecoder().decode(stderr);
  assert(text.includes("AggregateError: 1000 failed"), text);
  assert(text.split("\n").length < 20, text);
});
