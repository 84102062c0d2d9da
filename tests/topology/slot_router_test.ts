import { assertEquals, assertThrows } from "@std/assert";
import { UnroutableCommandError } from "../../src/errors.ts";
import { SlotRouter } from "../../src/topology/slot_router.ts";
import { SLOT_COUNT, slotOf } from "../../src/topology/slots.ts";

/** The first half of the slots is on host 4, the other one on host 2. */
function router(): SlotRouter {
  const owners = new Int16Array(SLOT_COUNT).fill(4, 0, SLOT_COUNT / 2)
    .fill(2, SLOT_COUNT / 2);
  return new SlotRouter({ hosts: new Map() }, owners);
}

Deno.test("SlotRouter goes by the slot of a key", () => {
  for (const key of ["foo", "bar", "{foo}bar", 7]) {
    const expected = slotOf(key) < SLOT_COUNT / 2 ? 4 : 2;
    assertEquals(router().getHostForKey(key), expected);
    assertEquals(router().getHostForCommand("GET", [key]), expected);
  }
  assertEquals(router().hashTags, true);
});

Deno.test("SlotRouter takes several keys of one slot", () => {
  const slot = slotOf("a");
  assertEquals(router().slotOfCommand("SINTER", ["{a}1", "{a}2"]), slot);
  assertEquals(router().slotOfCommand("EVAL", ["", 2, "{a}1", "{a}2"]), slot);
});

Deno.test("SlotRouter refuses keys of several slots, on one host too", () => {
  // Both are on host 4.
  const keys = ["b", "a{b"].filter((key) => slotOf(key) < SLOT_COUNT / 2);
  const others = Array.from({ length: 20 }, (_, i) => `k${i}`)
    .filter((key) => slotOf(key) < SLOT_COUNT / 2).slice(0, 2 - keys.length);
  const error = assertThrows(
    () => router().getHostForCommand("SINTER", [...keys, ...others]),
    UnroutableCommandError,
  );
  assertEquals(
    error.message,
    'Cannot route "SINTER": its 2 keys fall into 2 slots, and a Redis Cluster ' +
      "runs it for one alone; give the keys a common hash tag, such as {user:1}",
  );
  assertThrows(
    () => router().getHostForCommand("PING", []),
    UnroutableCommandError,
    "names no key",
  );
});
