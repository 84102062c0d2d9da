import { assertEquals } from "@std/assert";
import { ReadKeys } from "../../src/delivery/read_keys.ts";

Deno.test("ReadKeys has what was added, however much that is and in between", () => {
  const keys = new ReadKeys();
  assertEquals([keys.size, keys.has("")], [0, false]);
  const added = new Set<string>();
  for (let id = 0; id < 5_000; id++) {
    keys.add(`user:${id}`);
    added.add(`user:${id}`);
    if (id % 7 !== 0) continue;
    const other = id * 31 % 6_000;
    assertEquals(keys.has(`user:${other}`), added.has(`user:${other}`));
  }
  for (const key of added) assertEquals(keys.has(key), true, key);
  for (let id = 5_000; id < 10_000; id++) {
    assertEquals(keys.has(`user:${id}`), false);
  }
  assertEquals([...keys.texts()], [...added]);
});

Deno.test("ReadKeys takes keys that are equal for one, in any form", () => {
  const keys = new ReadKeys();
  for (let i = 0; i < 100_000; i++) keys.add("hot");
  keys.add(7);
  keys.add(new TextEncoder().encode("bytes"));
  keys.add("");
  for (const key of ["hot", "7", "bytes", ""]) {
    assertEquals(keys.has(key), true, key);
  }
  assertEquals([keys.has("ho"), keys.has("8")], [false, false]);
  assertEquals(keys.size, 100_003);
});
