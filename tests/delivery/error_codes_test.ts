import { assertEquals } from "@std/assert";
import { isServerCode } from "../../src/delivery/error_codes.ts";

Deno.test("isServerCode() tells the codes of servers from made-up ones", () => {
  const codes = ["ERR", "WRONGTYPE", "MOVED", "NOGOODSLAVE", "BUSYKEY"];
  assertEquals(codes.filter((code) => !isServerCode(code)), []);
  const others = ["", "err", "ERRS", "SECRET-42", "constructor"];
  assertEquals(others.filter(isServerCode), []);
});
