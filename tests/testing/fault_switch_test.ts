import { assertEquals } from "@std/assert";
import { FaultSwitch } from "../../src/testing/fault_switch.ts";
import { isPending } from "../../support/waiting.ts";

Deno.test("FaultSwitch tells all who wait when its fault is replaced, each time", async () => {
  const faults = new FaultSwitch();
  assertEquals(faults.fault, { kind: "pass" });
  const [first, second] = [faults.changed, faults.changed];
  assertEquals(await isPending(first), true);
  faults.set({ kind: "delay", time: 5 });
  await Promise.all([first, second]);
  assertEquals(faults.fault, { kind: "delay", time: 5 });
  // Who asks now waits for the next one.
  const next = faults.changed;
  assertEquals(await isPending(next), true);
  faults.set({ kind: "pass" });
  await next;
});
