/**
 * Fault 54: what is large for one client does not hold up the others. Covered:
 * large replies as text and as bytes, lists of many elements, large arguments;
 * routing and local clients; a client that has seen its replies to be large, and
 * one that has not. The order of one client stays.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { Cluster, type RoutingClient } from "../../mod.ts";
import { ScriptedServer } from "../../support/scripted_server.ts";
import { eventually } from "./outcome.ts";

const HALF = "x".repeat(1_000_000);
const ELEMENT = `$1000\r\n${"x".repeat(1_000)}\r\n`;

/** Large replies, each in two parts. */
const REPLIES: Record<string, [first: string, second: string]> = {
  value: [`$2000000\r\n${HALF}`, `${HALF}\r\n`],
  list: [`*2000\r\n${ELEMENT.repeat(1_000)}`, ELEMENT.repeat(1_000)],
};

/** Answers what is small at once, and the second part of what is large later. */
class SlowServer implements AsyncDisposable {
  readonly #resume = Promise.withResolvers<void>();
  /** On which connection each small command came. */
  readonly small: number[] = [];
  readonly server: ScriptedServer;

  constructor() {
    this.server = new ScriptedServer(async (link, index) => {
      for (;;) {
        const text = await link.read();
        if (text === undefined) return;
        for (const [name] of text.matchAll(/value|list|small/g)) {
          if (name === "small") {
            this.small.push(index);
            await link.write("$1\r\ns\r\n");
            continue;
          }
          const [first, second] = REPLIES[name];
          await link.write(first);
          await this.#resume.promise;
          await link.write(second);
        }
      }
    });
  }

  /** The rest of all large replies comes. */
  resume(): void {
    this.#resume.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.resume();
    await this.server[Symbol.asyncDispose]();
  }
}

function clusterOf({ server }: SlowServer): Cluster {
  const { hostname, port } = server;
  return new Cluster({ hosts: [{ hostname, port }], timeout: 60_000 });
}

function receivedOf(cluster: Cluster): number {
  return cluster.stats().get(0)!.bytes.received;
}

const CALLS: Record<string, (client: RoutingClient) => Promise<unknown>> = {
  "a value as text": (client) => client.get("value"),
  "a value as bytes": (client) =>
    client.sendCommand("GET", ["value"], { returnUint8Arrays: true }),
  "a list": (client) => client.lrange("list", 0, -1),
};

for (const [name, call] of Object.entries(CALLS)) {
  Deno.test(`fault 54: ${name} that is large holds up no other client`, async () => {
    await using slow = new SlowServer();
    await using cluster = clusterOf(slow);
    const large = call(cluster.getRoutingClient());
    await eventually(() => receivedOf(cluster) > 900_000);
    // Neither routing nor local clients wait, and they share a connection.
    assertEquals(await cluster.getRoutingClient().get("small"), "s");
    assertEquals(await cluster.getLocalClient(0).get("small"), "s");
    assertEquals(slow.small, [1, 1]);
    assertEquals(cluster.getPoolForHost(0).size, 2);
    slow.resume();
    await large;
  });
}

Deno.test("fault 54: a client whose replies are large has a connection apart from then on, until they are small", async () => {
  await using slow = new SlowServer();
  slow.resume();
  await using cluster = clusterOf(slow);
  const [large, small] = [1, 2].map(() => cluster.getRoutingClient());
  await large.get("value");
  // Both in one turn: only what came before tells them apart.
  await Promise.all([large.get("small"), small.get("small")]);
  assert(slow.small[0] !== slow.small[1]);
  await Promise.all([large.get("small"), small.get("small")]);
  assertEquals(slow.small[2], slow.small[3]);
});

Deno.test("fault 54: what one client issues behind a large reply stays behind it", async () => {
  await using slow = new SlowServer();
  await using cluster = clusterOf(slow);
  const client = cluster.getRoutingClient();
  const told: string[] = [];
  const large = client.get("value").then(() => told.push("large"));
  await eventually(() => receivedOf(cluster) > 900_000);
  const small = client.get("small").then(() => told.push("small"));
  await cluster.getRoutingClient().get("small");
  assertEquals(told, []);
  slow.resume();
  await Promise.all([large, small]);
  assertEquals(told, ["large", "small"]);
  assertEquals(slow.small, [1, 0]);
});

Deno.test("fault 54: an argument that is large holds up no other client", async () => {
  const resume = Promise.withResolvers<void>();
  await using server = new ScriptedServer(async (link) => {
    for (;;) {
      const text = await link.read();
      if (text === undefined) return;
      if (text.includes("small")) await link.write("$1\r\ns\r\n");
      if (text.includes("value")) await resume.promise;
      if (text.endsWith("end\r\n")) await link.write("+OK\r\n");
    }
  });
  const { hostname, port } = server;
  await using cluster = new Cluster({ hosts: [{ hostname, port }] });
  const [one, other] = [1, 2].map(() => cluster.getRoutingClient());
  // Both in one turn: they would share a connection.
  const large = one.set("value", "x".repeat(8_000_000) + "end");
  assertEquals(await other.get("small"), "s");
  resume.resolve();
  assertEquals(await large, "OK");
});
