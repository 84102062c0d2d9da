import { assertEquals, assertThrows } from "@std/assert";
import { Cluster } from "../../mod.ts";
import { hostName, wholeNumber } from "../../src/cli/command.ts";
import { UsageError } from "../../src/cli/exit_codes.ts";

Deno.test("wholeNumber() takes whole numbers alone", () => {
  const read = wholeNumber("--top", 1);
  assertEquals(["1", "20", "007"].map(read), [1, 20, 7]);
  for (const text of ["0", "-1", "1.5", "1e3", " 1", "", "9".repeat(20)]) {
    assertThrows(
      () => read(text),
      UsageError,
      'The value of "--top" is not an integer from 1',
    );
  }
});

Deno.test("hostName() names a host by its id and its place", () => {
  const cluster = new Cluster({ hosts: ["unix:/run/redis.sock?db=1"] });
  assertEquals(hostName(cluster, 0), "0 unix:/run/redis.sock/1");
});
