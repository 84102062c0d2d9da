import { assertEquals, assertRejects } from "@std/assert";
import { sleep } from "../../src/cli/sleep.ts";
import { isPending } from "../../support/waiting.ts";
import { FakeTime } from "../fake_time.ts";

Deno.test("sleep() waits for its time", async () => {
  using time = new FakeTime();
  const sleeping = sleep(100, new AbortController().signal);
  await time.advance(99);
  assertEquals(await isPending(sleeping), true);
  await time.advance(1);
  await sleeping;
});

Deno.test("sleep() ends with the reason of the signal, and leaves no timer", async () => {
  const reason = new Error("enough");
  const controller = new AbortController();
  const sleeping = sleep(2 ** 31 - 1, controller.signal);
  controller.abort(reason);
  await assertRejects(() => sleeping, Error, "enough");
  await assertRejects(() => sleep(1, controller.signal), Error, "enough");
});
