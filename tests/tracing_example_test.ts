import { assert, assertEquals, assertMatch } from "@std/assert";
import { importMapFor } from "./docs/import_map.ts";

const ROOT = new URL("../", import.meta.url);

/** Milliseconds after which a run that has not ended is killed. */
const PATIENCE = 120_000;

/** Runs the example to its end, and returns what it printed. */
async function runExample(env: Record<string, string>): Promise<string> {
  const dir = await Deno.makeTempDir({ prefix: "rb-tracing-" });
  try {
    const { success, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      {
        args: [
          "run",
          "--no-lock",
          "--no-prompt",
          "--allow-all",
          `--import-map=${await importMapFor(ROOT, dir)}`,
          new URL("examples/tracing.ts", ROOT).pathname,
        ],
        env: { NO_COLOR: "1", ...env },
        signal: AbortSignal.timeout(PATIENCE),
      },
    ).output();
    const decoder = new TextDecoder();
    const text = decoder.decode(stdout) + decoder.decode(stderr);
    assert(success, text);
    return text;
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("examples/tracing.ts prints each span below those it belongs to", async () => {
  const text = await runExample({ OTEL_DENO: "false" });
  const lines = text.split("\n").filter((line) => line.includes(" ms "))
    .map((line) => line.replace(/^ *[\d.]+ ms /, ""))
    .map((line) => line.replaceAll(/ [\d.]+:\d+/g, ""));
  assertEquals(
    lines.filter((line) => /SET, \d+ commands/.test(line)).length,
    4,
  );
  const rest = lines.filter((line) => !line.includes(" commands"));
  assertEquals(rest, [
    "greet > SET",
    "greet",
    "fill > rb.map",
    "fill",
    "fail > LPUSH, failed: WRONGTYPE",
    "fail",
    "one",
    "other",
  ]);
  const shared = lines.filter((line) => line.includes("also for"));
  assertEquals(shared, [
    "one > PIPELINE GET, 2 commands, also for 1 others",
  ]);
});

/** A span as the console exporter of Deno prints it. */
interface Printed {
  readonly name: string;
  readonly id: string;
  readonly parent: string | undefined;
}

function spansOf(text: string): Printed[] {
  return text.split(/^(?=SPAN |LOG |METRIC )/m)
    .filter((part) => part.startsWith("SPAN ")).map((part) => {
      const [, name, id] = /^SPAN (.+) \[\w+\/(\w+)\]/.exec(part) ?? [];
      return { name, id, parent: /^ {2}parent: (\w+)$/m.exec(part)?.[1] };
    });
}

Deno.test("examples/tracing.ts hands its spans to the tracer of Deno, each with its parent", async () => {
  const text = await runExample({
    OTEL_DENO: "true",
    OTEL_EXPORTER_OTLP_PROTOCOL: "console",
  });
  const spans = spansOf(text);
  const idOf = (name: string) => spans.find((span) => span.name === name)?.id;
  const parentsOf = (start: string) =>
    spans.filter(({ name }) => name.startsWith(start))
      .map(({ parent }) => parent);
  assertEquals(parentsOf("SET "), [idOf("greet")]);
  assertEquals(parentsOf("rb.map"), [idOf("fill")]);
  assertEquals(parentsOf("PIPELINE SET "), Array(4).fill(idOf("rb.map")));
  assertEquals(parentsOf("LPUSH "), [idOf("fail")]);
  assertEquals(new Set(["greet", "fill", "fail"].map(idOf)).size, 3);
  assertMatch(text, /db\.system\.name: redis/);
  assertMatch(text, /METRIC db\.client\.operation\.duration/);
  assert(!text.includes("key:1"));
});
