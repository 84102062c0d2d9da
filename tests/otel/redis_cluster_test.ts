// Commands of a Redis Cluster that are held or sent elsewhere are sent while others
// are at work: their batches belong to whoever issued them all the same.

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { assert, assertEquals } from "@std/assert";
import { context, trace } from "@opentelemetry/api";
import type { BatchMessage } from "../../mod.ts";
import { RedisClusterSetup } from "../../src/testing.ts";
import { slotOf } from "../../src/topology/slots.ts";
import { inSlotsOf, redirectsOf } from "../redis_cluster/support.ts";
import { idOf, parentOf, Stage } from "./stage.ts";

/** Under which span messages about batches come, by the name of a command. */
class Messages implements Disposable {
  readonly #spans: [name: string, spanId: string | undefined][] = [];
  readonly #onMessage = (message: unknown) => {
    const { commands } = message as BatchMessage;
    const spanId = trace.getSpanContext(context.active())?.spanId;
    for (const name of Object.keys(commands)) this.#spans.push([name, spanId]);
  };

  constructor() {
    subscribe("rb:batch", this.#onMessage);
  }

  spansOf(name: string): (string | undefined)[] {
    return this.#spans.filter(([one]) => one === name).map(([, id]) => id);
  }

  [Symbol.dispose](): void {
    unsubscribe("rb:batch", this.#onMessage);
  }
}

Deno.test("batches of a Redis Cluster hang below those who issued their commands", async (t) => {
  await using setup = await RedisClusterSetup.start();

  await t.step(
    "although they were held until the nodes were known",
    async () => {
      await using stage = new Stage();
      using messages = new Messages();
      await using cluster = setup.makeCluster({ timeout: 25_000 });
      const client = cluster.getRoutingClient();
      const [a] = await inSlotsOf(setup, 0, 1);
      const [b] = await inSlotsOf(setup, 1, 1);
      const [c] = await inSlotsOf(setup, 2, 1);
      await Promise.all([
        stage.within("first", () => client.get(a)),
        stage.within("fourth", () => client.ttl(a)),
        stage.within("second", () => client.strlen(b)),
        stage.within("third", () => cluster.map((map) => map.exists(c))),
      ]);
      const [first, second, third, fourth] = [
        "first",
        "second",
        "third",
        "fourth",
      ]
        .map((name) => idOf(stage.span(name)));
      assertEquals(parentOf(stage.span("STRLEN")), second);
      const map = stage.span("rb.map");
      assertEquals(parentOf(map), third);
      assertEquals(parentOf(stage.span("EXISTS")), idOf(map));
      // Those to one node may share a batch.
      const sharing = (name: string) => {
        const span = stage.spans.find(({ attributes }) =>
          (attributes["rb.commands"] as string[] | undefined)?.includes(name)
        )!;
        return [
          parentOf(span),
          ...span.links.map((link) => link.context.spanId),
        ];
      };
      assert(sharing("GET").includes(first));
      assert(sharing("TTL").includes(fourth));
      assertEquals(messages.spansOf("STRLEN"), [second]);
      assertEquals(messages.spansOf("EXISTS"), [idOf(map)]);
      assertEquals(messages.spansOf("GET"), [first]);
    },
  );

  await t.step("although they were sent elsewhere", async () => {
    await using stage = new Stage();
    using messages = new Messages();
    await using cluster = setup.makeCluster({ timeout: 25_000 });
    const client = cluster.getRoutingClient();
    const [key] = await inSlotsOf(setup, 0, 1);
    await stage.within("opener", () => client.set(key, "1"));
    await setup.moveSlot(slotOf(key), 1);
    const moved = await stage.within("moved", () => client.incr(key));
    assertEquals([moved, redirectsOf(cluster)], [2, 1]);
    await setup.moveSlot(slotOf(key), 0);
    const request = idOf(stage.span("moved"));
    const spans = stage.spans.filter(({ name }) => name.startsWith("INCR"));
    assert(spans.length > 0);
    for (const span of spans) assertEquals(parentOf(span), request);
    const told = messages.spansOf("INCR");
    assertEquals(told, told.map(() => request));
    assert(told.length > 0);
  });
});
