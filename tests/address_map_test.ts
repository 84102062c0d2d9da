import { assertEquals, assertThrows } from "@std/assert";
import { mapped } from "../src/address_map.ts";
import { BadHostSetupError } from "../src/errors.ts";

const ANNOUNCED = { hostname: "10.0.0.1", port: 7000 };

Deno.test("mapped() gives where a server is reached", () => {
  const make = (address: unknown) => address;
  assertEquals(mapped(undefined, ANNOUNCED, make), ANNOUNCED);
  const there = { hostname: "localhost", port: 1 };
  assertEquals(mapped(() => there, ANNOUNCED, make), there);
});

Deno.test("mapped() says for which address there is no other", () => {
  const table = new Map<string, typeof ANNOUNCED>();
  const wrong = [
    () => {
      throw new Error("no such node");
    },
    ({ hostname }: { hostname: string }) => table.get(hostname)!,
    () => ({ host: "localhost", port: 1 }) as never,
    () => ({ hostname: "localhost", port: "1" }) as never,
  ];
  for (const addressMap of wrong) {
    assertThrows(
      () => mapped(addressMap, ANNOUNCED, () => {}),
      BadHostSetupError,
      'Cannot use "10.0.0.1:7000", which servers announce: "addressMap" has no',
    );
  }
});
