import { assert, assertEquals, assertMatch } from "@std/assert";
import { barOf, Progress } from "../../src/cli/progress.ts";
import { FakeTime } from "../fake_time.ts";
import { FakeOutput, visible } from "./fake_shell.ts";

Deno.test("Progress shows nothing but on a terminal", () => {
  const output = new FakeOutput();
  const progress = new Progress(output, { noun: "key", total: 10 });
  progress.show(5);
  progress.clear();
  assertEquals(output.text, "");
});

Deno.test("Progress draws over its line, not too often, and takes it away", async () => {
  using time = new FakeTime();
  const output = new FakeOutput({ isTerminal: true, hasColor: false });
  const progress = new Progress(output, { noun: "key", total: 2_000 });
  await time.advance(1_000);
  progress.show(500);
  progress.show(501);
  assertMatch(
    visible(output.text),
    /^\r█{10}░{30} 500 of 2,000 keys, 500 a second␛\[K$/,
  );
  output.text = "";
  await time.advance(1_000);
  // More than were counted at the beginning.
  progress.show(3_000);
  assertMatch(
    visible(output.text),
    /^\r█{39,40} 3,000 of 3,000 keys, 1,500 a second/,
  );
  output.text = "";
  progress.clear();
  assertEquals(output.text, "\r\x1b[K");
});

Deno.test("Progress never fills a line of a narrow terminal", () => {
  for (const columns of [20, 30, 45, 60]) {
    const options = { isTerminal: true, hasColor: false, columns };
    const output = new FakeOutput(options);
    new Progress(output, { noun: "key", total: 1_000_000 }).show(1);
    const line = output.text.slice(1, -"\x1b[K".length);
    assert(line.length < columns, line);
  }
});

Deno.test("Progress counts where nobody knows how many there are", async () => {
  using time = new FakeTime();
  const output = new FakeOutput({ isTerminal: true, hasColor: false });
  const progress = new Progress(output, { noun: "key", total: undefined });
  // How fast it is, nobody knows yet.
  progress.show(1);
  assertEquals(visible(output.text), "\r1 key␛[K");
  output.text = "";
  await time.advance(500);
  progress.show(10);
  assertEquals(visible(output.text), "\r10 keys, 20 a second␛[K");
});

Deno.test("barOf() fills eighths of a column", () => {
  assertEquals([0, 0.5, 1, 2].map((share) => barOf(share, 4)), [
    "░░░░",
    "██░░",
    "████",
    "████",
  ]);
  assertEquals(barOf(1 / 32, 4), "▏░░░");
});
