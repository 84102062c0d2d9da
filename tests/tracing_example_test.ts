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

Deno.test("examples/tracing.ts prints a span for every batch", async () => {
  const text = await runExample({ OTEL_DENO: "false" });
  const lines = text.split("\n").filter((line) => line.includes(" ms host "));
  assertMatch(lines[0], /^ +\d+\.\d\d ms host \d SET \(1\)$/);
  const hostsOf = (name: string) =>
    lines.filter((line) => line.includes(` ${name} (`)).length;
  assertEquals(hostsOf("PIPELINE SET"), 4);
  assertEquals(hostsOf("PIPELINE"), 4);
  assertEquals(hostsOf("DBSIZE"), 4);
  assertMatch(lines[13], / LPUSH \(1\) failed$/);
  assertEquals(lines.length, 14);
});

Deno.test("examples/tracing.ts hands its spans to the tracer of Deno", async () => {
  const text = await runExample({
    OTEL_DENO: "true",
    OTEL_EXPORTER_OTLP_PROTOCOL: "console",
  });
  assertMatch(text, /SPAN PIPELINE SET .* Client \d+\.\d+ms/);
  assertMatch(text, /db\.system\.name: redis/);
  assertMatch(text, /rb\.commands\.SET: \d+/);
  assert(!text.includes("key:1"));
});
