import { assertEquals } from "@std/assert";
import { denoRuntime } from "../../src/runtime/deno.ts";
import { testConnect } from "./connect_cases.ts";

testConnect("denoRuntime", denoRuntime, "refused");

Deno.test("denoRuntime.asciiEncoding is the one that is fast in this version", () => {
  const [major, minor] = Deno.version.deno.split(".").map(Number);
  const isOld = major === 2 && minor < 9;
  assertEquals(denoRuntime.asciiEncoding, isOld ? "utf8" : "latin1");
});
