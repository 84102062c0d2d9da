import {
  assertEquals,
  assertGreater,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { type Context, context } from "@opentelemetry/api";
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

/** Issues a few commands with and without maps, as if nobody was told. */
async function runsUnharmed(): Promise<void> {
  await using hosts = await Proxied.start(1);
  const client = hosts.cluster.getRoutingClient();
  const [key] = hosts.keys(0, 1);
  assertEquals(await bounded(client.incr(key)), 1);
  assertEquals(await bounded(client.map((map) => map.incr(key))), 2);
  const info = await bounded(hosts.cluster.all((all) => all.incr(key)));
  assertEquals([...info.values()], [3]);
  const results = await bounded(client.executeCommands({
    [key]: [["INCR", key]],
  }));
  assertEquals(results[key][0].value, 4);
  const error = new Error("of the callback");
  await bounded(assertRejects(
    () =>
      client.map(() => {
        throw error;
      }),
    Error,
    "of the callback",
  ));
}

Deno.test("what is thrown where a span begins harms no command", async () => {
  let begun = 0;
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [{
      onStart: () => {
        begun++;
        throw new Error("no room for spans");
      },
      onEnd: () => {},
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    }],
  });
  using _ = instrument({ tracerProvider });
  await runsUnharmed();
  assertGreater(begun, 4);
});

Deno.test("a context manager that throws harms no command", async () => {
  const refuse = () => {
    throw new Error("no context");
  };
  const lateRefusal: typeof context.with = (_, callback, self, ...args) => {
    callback.call(self!, ...args);
    throw new Error("no way out");
  };
  for (const leave of [refuse, lateRefusal]) {
    context.setGlobalContextManager({
      active: refuse,
      with: leave,
      bind: <T>(_: Context, target: T) => target,
      enable() {
        return this;
      },
      disable() {
        return this;
      },
    });
    try {
      const tracerProvider = new BasicTracerProvider();
      using _ = instrument({ tracerProvider });
      await runsUnharmed();
    } finally {
      context.disable();
    }
  }
});
