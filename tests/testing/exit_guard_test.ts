import { assertEquals } from "@std/assert";

const MODULE = new URL("../../src/testing/exit_guard.ts", import.meta.url).href;

/** Runs a program that guards things, and says what it printed and how it ended. */
async function run(
  code: string,
): Promise<{ lines: string[]; code: number; signal: string | null }> {
  const dir = await Deno.makeTempDir();
  const path = `${dir}/program.ts`;
  const head = `import { guard, unguard } from ${JSON.stringify(MODULE)};
const thing = (name) => ({ endNow: () => console.log(name) });
const broken = { endNow() { throw new Error("It does not end"); } };
`;
  await Deno.writeTextFile(path, head + code);
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "--no-lock", "--no-check", "-A", path],
    stdin: "null",
    // It is killed rather than awaited for ever.
    signal: AbortSignal.timeout(20_000),
  }).output();
  await Deno.remove(dir, { recursive: true });
  const lines = new TextDecoder().decode(output.stdout).trim().split("\n");
  return { lines, code: output.code, signal: output.signal };
}

Deno.test("guard() ends everything, also behind what does not end", async () => {
  assertEquals(
    await run(`guard(thing("a")); guard(broken); guard(thing("b"));`),
    { lines: ["a", "b"], code: 0, signal: null },
  );
});

Deno.test("guard() ends what is left when the rest is taken back", async () => {
  const code = `const [a, b, c] = ["a", "b", "c"].map(thing);
for (const one of [a, b, c]) guard(one);
unguard(b);
unguard(b);
`;
  assertEquals(
    await run(code + "Deno.kill(Deno.pid, 'SIGTERM');" + WAIT),
    { lines: ["a", "c"], code: 143, signal: "SIGTERM" },
  );
  assertEquals((await run(code)).lines, ["a", "c"]);
});

/** Keeps a program alive for longer than a signal takes. */
const WAIT = "await new Promise((wake) => setTimeout(wake, 10_000));";

Deno.test("unguard() of the last one leaves the program to its signals", async () => {
  const { lines, signal } = await run(
    `const one = thing("a");
guard(one);
unguard(one);
Deno.kill(Deno.pid, "SIGINT");
${WAIT}`,
  );
  assertEquals([lines, signal], [[""], "SIGINT"]);
});

Deno.test("guard() ends everything once, however the program is told to end", async () => {
  assertEquals(
    await run(`guard(thing("a")); Deno.exit(7);`),
    { lines: ["a"], code: 7, signal: null },
  );
  const { lines, signal } = await run(
    `guard(thing("a")); Deno.kill(Deno.pid, "SIGHUP");${WAIT}`,
  );
  assertEquals([lines, signal], [["a"], "SIGHUP"]);
});
