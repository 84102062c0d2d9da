import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { allOrNone, throwFirst } from "../../src/testing/together.ts";

Deno.test("allOrNone() gives all, or ends those that are there", async () => {
  const ended: number[] = [];
  const end = (one: number) => {
    ended.push(one);
    return Promise.resolve();
  };
  const good = [Promise.resolve(1), Promise.resolve(2)];
  assertEquals(await allOrNone(good, end), [1, 2]);
  assertEquals(ended, []);
  await assertRejects(
    () => allOrNone([...good, Promise.reject(new Error("third"))], end),
    Error,
    "third",
  );
  assertEquals(ended, [1, 2]);
});

Deno.test("throwFirst() throws the first reason, if there is one", () => {
  throwFirst([{ status: "fulfilled", value: 1 }]);
  assertThrows(
    () =>
      throwFirst([
        { status: "fulfilled", value: 1 },
        { status: "rejected", reason: new Error("one") },
        { status: "rejected", reason: new Error("two") },
      ]),
    Error,
    "one",
  );
});
