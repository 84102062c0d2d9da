import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { within } from "../../src/clients/within.ts";
import { bounded, isPending } from "../../support/waiting.ts";
import { FakeTime } from "../fake_time.ts";
import { reasonOf } from "../faults/proxied.ts";

const late = () => new RangeError("Too late");

Deno.test("within() gives what comes in time, and leaves nothing behind", async () => {
  using time = new FakeTime();
  const { signal } = new AbortController();
  const bounds = { due: () => time.now + 100, signal, late };
  assertEquals(await within(Promise.resolve(1), bounds), 1);
  const thrown = new Error("Thrown");
  assertStrictEquals(
    await reasonOf(within(Promise.reject(thrown), bounds)),
    thrown,
  );
  assertEquals(time.delays, []);
});

Deno.test("within() asks again when the time seems to be up", async () => {
  using time = new FakeTime();
  let due = time.now + 100;
  const pending = within(new Promise(() => {}), { due: () => due, late });
  due += 50;
  await time.advance(149);
  assert(await isPending(pending));
  await time.advance(1);
  assertInstanceOf(await bounded(reasonOf(pending)), RangeError);
});

Deno.test("within() waits for longer than a timer can", async () => {
  using time = new FakeTime();
  const due = time.now + 2 ** 32;
  const pending = within(new Promise(() => {}), { due: () => due, late });
  await time.advance(2 ** 32 - 1);
  assert(await isPending(pending));
  await time.advance(1);
  await assertRejects(() => bounded(pending), RangeError);
});

Deno.test("within() lets what comes first have its say", async () => {
  using time = new FakeTime();
  const due = time.now + 100;
  const { promise: first, resolve } = Promise.withResolvers<void>();
  const pending = within(first.then(() => "by itself"), {
    due: () => due,
    first: () => first,
    late,
  });
  await time.advance(1_000);
  assert(await isPending(pending));
  resolve();
  assertEquals(await bounded(pending), "by itself");
});

Deno.test("within() ends with a signal, one that is aborted already too", async () => {
  const abort = new AbortController();
  const { signal } = abort;
  const pending = within(new Promise(() => {}), { signal, late });
  abort.abort("stopped");
  assertEquals(await bounded(reasonOf(pending)), "stopped");
  const other = within(new Promise(() => {}), { signal, late });
  assertEquals(await bounded(reasonOf(other)), "stopped");
});
