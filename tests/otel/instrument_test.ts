import { assertEquals, assertThrows } from "@std/assert";
import { BasicTracerProvider } from "@opentelemetry/sdk-trace-base";
import { Proxied } from "../../support/proxied.ts";
import { bounded } from "../../support/waiting.ts";
import { instrument } from "../../src/otel/mod.ts";

Deno.test("instrument() refuses a second observation until the first one ends", () => {
  const first = instrument();
  assertThrows(() => instrument(), Error, "observed already");
  first[Symbol.dispose]();
  const second = instrument();
  // Once more, which is not about the second one.
  first[Symbol.dispose]();
  assertThrows(() => instrument(), Error, "observed already");
  second[Symbol.dispose]();
});

Deno.test("what others throw who are told harms no command", async () => {
  await using hosts = await Proxied.start(1);
  const told: string[] = [];
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [{
      onStart: () => {},
      onEnd: ({ name }) => {
        told.push(name.split(" ")[0]);
        throw new Error("no room for spans");
      },
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    }],
  });
  using _ = instrument({ tracerProvider });
  const client = hosts.cluster.getRoutingClient();
  const [key] = hosts.keys(0, 1);
  assertEquals(await bounded(client.incr(key)), 1);
  const count = await bounded(client.map((map) => map.incr(key)));
  assertEquals(count, 2);
  assertEquals(told, ["INCR", "INCR", "rb.map"]);
});
