import { assertEquals } from "@std/assert";
import {
  amount,
  bytes,
  grouped,
  milliseconds,
  percentage,
} from "../../src/cli/units.ts";

Deno.test("bytes() takes the unit in which a number is short", () => {
  assertEquals(
    [0, 1, 1_023, 1_024, 1_536, 10_239, 10_240].map(bytes),
    [
      "0 B",
      "1 B",
      "1023 B",
      "1.0 KiB",
      "1.5 KiB",
      "10 KiB",
      "10 KiB",
    ].map((text) => text.replace(",", "")),
  );
  // Never 1024 of a unit.
  assertEquals(bytes(1_024 ** 2 - 1), "1.0 MiB");
  assertEquals(bytes(24.4 * 1_024 ** 2), "24 MiB");
  assertEquals(bytes(3 * 1_024 ** 6), "3072 PiB");
});

Deno.test("milliseconds() has three digits where there are as many", () => {
  assertEquals(
    [0, 0.214, 9.994, 9.996, 12.34, 99.94, 99.96, 1_234.5].map(milliseconds),
    [
      "0.00 ms",
      "0.21 ms",
      "9.99 ms",
      "10.0 ms",
      "12.3 ms",
      "99.9 ms",
      "100 ms",
      "1,235 ms",
    ],
  );
});

Deno.test("grouped(), percentage() and amount() write numbers for people", () => {
  assertEquals([grouped(1_234_567.4), percentage(0.9846)], [
    "1,234,567",
    "98.5 %",
  ]);
  assertEquals([amount(1, "key"), amount(2_000, "key"), amount(0, "host")], [
    "1 key",
    "2,000 keys",
    "0 hosts",
  ]);
});
