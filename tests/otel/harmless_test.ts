import { assertEquals } from "@std/assert";
import { diag, DiagLogLevel } from "@opentelemetry/api";
import { harmless } from "../../src/otel/harmless.ts";

Deno.test("harmless() leaves what is thrown to the diagnostics", () => {
  const logged: unknown[][] = [];
  const log = (...words: unknown[]) => void logged.push(words);
  diag.setLogger(
    { error: log, warn: log, info: () => {}, debug: log, verbose: log },
    DiagLogLevel.ERROR,
  );
  const error = new Error("no room for spans");
  harmless(() => {
    throw error;
  });
  harmless(() => {});
  diag.disable();
  assertEquals(logged, [["Cannot tell what @rb/rb does", error]]);
});
