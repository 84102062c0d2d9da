// Keeps the suite independent of how busy its machine is.

import { assertEquals } from "@std/assert";

const TESTS = new URL("./", import.meta.url);

/** Those that make time for the others, and this one. */
const EXEMPT = new Set([
  "fake_time.ts",
  "fake_time_test.ts",
  "suite_test.ts",
]);

/** The folder of packages that are not ours. */
const STANDIN = "standin/";

/** What judges a clock, and what to do instead. */
const RULES: { pattern: RegExp; advice: string }[] = [
  {
    // A deadline that is handed on is no measurement.
    pattern: /performance\.now|Date\.now\(\)(?! \+)|hrtime|\buptime\b/,
    advice: "drive time by hand (FakeTime), or compare what happened first",
  },
  {
    pattern:
      /\bassert(Less|Greater)\w*\([^;]*\b(elapsed|took|duration|started|gap)\b/,
    advice: "drive time by hand (FakeTime), or compare what happened first",
  },
  {
    pattern: /\beventually\([^;]*,\s+[\d_]+,?\s*\);/,
    advice: "wait as long as it takes: eventually() has a bound of its own",
  },
];

/** What is wrong with a test, each as its line and an advice. */
function findings(text: string): string[] {
  const found: string[] = [];
  // A statement may take several lines; it is named by its first one.
  let line = 1;
  for (const statement of text.split(/(?<=;)\n/)) {
    for (const { pattern, advice } of RULES) {
      const match = pattern.exec(statement);
      if (match === null) continue;
      const before = statement.slice(0, match.index).split("\n").length - 1;
      found.push(`${line + before}: "${match[0].split("\n")[0]}": ${advice}`);
    }
    line += statement.split("\n").length;
  }
  return found;
}

/** Every source below the tests, by its path. */
async function* sources(
  directory = TESTS,
): AsyncGenerator<{ path: string; text: string }> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const url = new URL(isDirectory ? `${name}/` : name, directory);
    if (isDirectory) yield* sources(url);
    else if (name.endsWith(".ts")) {
      const path = url.pathname.slice(TESTS.pathname.length);
      yield { path, text: await Deno.readTextFile(url) };
    }
  }
}

Deno.test("no test judges a clock", async () => {
  const wrong: string[] = [];
  for await (const { path, text } of sources()) {
    if (EXEMPT.has(path) || path.startsWith(STANDIN)) continue;
    wrong.push(...findings(text).map((line) => `tests/${path}:${line}`));
  }
  assertEquals(wrong.sort(), []);
});

Deno.test("findings() names the line of what judges a clock", () => {
  const lines = (text: string) =>
    findings(text).map((finding) => Number(finding.split(":")[0]));
  assertEquals(lines("one;\nconst start = performance.now();"), [2]);
  assertEquals(lines("assert(\n  Date.now() - start < 5,\n);"), [2]);
  assertEquals(lines("one;\n\nassertLess(\n  elapsed,\n  100,\n);"), [3]);
  assertEquals(lines("assertGreaterOrEqual(duration, 95);"), [1]);
  assertEquals(lines("await eventually(() => done, 1_000);"), [1]);
  assertEquals(lines("await answers(path, Date.now() + 50);"), []);
  assertEquals(lines("assertLess(bytes, 100);\nconst elapsed = 1;"), []);
  assertEquals(lines("await eventually(() => done);"), []);
  assertEquals(lines("await eventually(() => a > min(b, 2));"), []);
  assertEquals(lines("await eventually(\n  () => done,\n  9,\n);"), [1]);
});
