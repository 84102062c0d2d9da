import { assertEquals, assertRejects } from "@std/assert";
import { Wakeup } from "../../src/testing/wakeup.ts";
import { isPending } from "../../support/waiting.ts";

Deno.test("Wakeup.wake() ends all waits, and none that come later", async () => {
  const wakeup = new Wakeup();
  const never = new Promise<number>(() => {});
  const waits = [wakeup.wait(), wakeup.wait(never)];
  wakeup.wake();
  assertEquals(await Promise.all(waits), [undefined, undefined]);
  const later = wakeup.wait();
  assertEquals(await isPending(later), true);
  wakeup.wake();
  await later;
});

Deno.test("Wakeup.wait() gives what its promise gives when that comes first", async () => {
  const wakeup = new Wakeup();
  assertEquals(await wakeup.wait(Promise.resolve(5)), 5);
  const error = new Error("No such luck");
  const failed = wakeup.wait(Promise.reject(error));
  assertEquals(await assertRejects(() => failed), error);
  wakeup.wake();
});
