import { assertEquals, assertThrows } from "@std/assert";
import {
  Callers,
  observe,
  type Observer,
} from "../../src/delivery/observer.ts";

/** Observes until the end of a block; `now` is who is at work. */
function observing(): { now: unknown } & Disposable {
  const state = {
    now: undefined as unknown,
    [Symbol.dispose]: () => observe(undefined),
  };
  const observer: Observer = {
    caller: () => state.now,
    mapBegins: (_kind, caller) => ({
      caller,
      run: (callback) => callback(),
      end: () => {},
    }),
    batchSettled: () => {},
  };
  observe(observer);
  return state;
}

Deno.test("Callers are told apart, each once", () => {
  using state = observing();
  const callers = new Callers();
  for (const who of [undefined, "ann", "ann", "bob", "ann", undefined]) {
    state.now = who;
    callers.note();
  }
  assertEquals(callers.list(), [undefined, "ann", "bob"]);
});

Deno.test("Callers of a map are the map, whoever is at work", () => {
  using state = observing();
  const map = { caller: "map", run: <R>(call: () => R) => call(), end() {} };
  const callers = new Callers(map);
  state.now = "ann";
  callers.note();
  assertEquals(callers.list(), ["map"]);
});

Deno.test("Callers are bounded", () => {
  using state = observing();
  const callers = new Callers();
  for (let i = 0; i < 1_000; i++) {
    state.now = i;
    callers.note();
  }
  assertEquals(callers.list().length, 128);
});

Deno.test("observe() takes one observer at a time", () => {
  using _ = observing();
  assertThrows(() => observing(), Error, "Cannot observe");
});
