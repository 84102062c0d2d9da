import { assertEquals, assertRejects } from "@std/assert";
import { pause } from "../../src/moving/pause.ts";
import { bounded } from "../../support/waiting.ts";

Deno.test("pause() ends when its time is up, and leaves no listener", async () => {
  const controller = new AbortController();
  assertEquals(await bounded(pause(1, controller.signal)), undefined);
  assertEquals(await bounded(pause(1, undefined)), undefined);
  controller.abort(new Error("later"));
});

Deno.test("pause() is given up by its signal, also before", async () => {
  const controller = new AbortController();
  const long = pause(1e9, controller.signal);
  controller.abort(new Error("enough"));
  await assertRejects(() => bounded(long), Error, "enough");
  await assertRejects(() => pause(1e9, controller.signal), Error, "enough");
});
