import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
} from "@std/assert";
import { hasCallSite, withCallSite } from "../../src/delivery/call_sites.ts";
import type { Settler } from "../../src/delivery/command.ts";
import { CommandError, ConnectionError } from "../../src/errors.ts";
import type { Reply } from "../../src/values.ts";

const SITED = { options: { callSites: true } };

/** Notes what it is told. */
class Noting implements Settler {
  told: unknown = undefined;
  resolve(reply: Reply): void {
    this.told = reply;
  }
  reject(reason: unknown): void {
    this.told = reason;
  }
}

/** What whoever asks from here is told. */
function askedHere(reason: unknown): unknown {
  const noting = new Noting();
  withCallSite(SITED, noting).reject(reason);
  return noting.told;
}

Deno.test("withCallSite() changes nothing unless that is asked for", () => {
  const settler = new Noting();
  assertStrictEquals(withCallSite({ options: {} }, settler), settler);
  const off = { options: { callSites: false } };
  assertStrictEquals(withCallSite(off, settler), settler);
  withCallSite(SITED, settler).resolve("reply");
  assertEquals(settler.told, "reply");
});

Deno.test("withCallSite() gives errors the stack of the call", () => {
  const error = new ConnectionError("Lost");
  const told = askedHere(error) as Error;
  assertStrictEquals(told, error);
  assert(hasCallSite(told));
  const [first, second] = told.stack?.split("\n") ?? [];
  assertEquals(first, "ConnectionError: Lost");
  assert(second.includes("askedHere"), second);
  assertFalse(Object.keys(told).includes("stack"));
  told.stack = "set by somebody";
  assertEquals(told.stack, "set by somebody");
});

Deno.test("withCallSite() gives each of several commands its own error", () => {
  const error = new CommandError("OOM command not allowed");
  Object.assign(error, { hostId: 1, command: "SET" });
  const first = askedHere(error) as CommandError;
  const second = (() => askedHere(error))() as CommandError;
  assertStrictEquals(first, error);
  assert(second !== first);
  const { name, message, code, hostId, command } = second;
  assertEquals([name, message, code], [first.name, first.message, "OOM"]);
  assertEquals([hostId, command], [1, "SET"]);
});

Deno.test("withCallSite() leaves reasons of callers alone", () => {
  const own = new Error("Mine");
  const { stack } = own;
  assertStrictEquals(askedHere(own), own);
  assertEquals(own.stack, stack);
  assertFalse(hasCallSite(own));
  assertEquals(askedHere("text"), "text");
  assertEquals(askedHere(undefined), undefined);
});
