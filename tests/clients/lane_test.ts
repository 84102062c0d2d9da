import { assertEquals, assertRejects } from "@std/assert";
import { TimeoutError } from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { eventually, sleep } from "../faults/outcome.ts";
import { clusterAt } from "../faults/single_host.ts";

Deno.test("a stalled host holds no connection once nobody waits for it, not even for what could not be written", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using cluster = clusterAt(server.port, { timeout: 200 });
  const client = cluster.getRoutingClient();
  await client.get("key");
  server.pause();
  // More than the buffers of the system take, so that it is half written.
  const large = assertRejects(
    () => client.set("large", "x".repeat(20_000_000)),
    TimeoutError,
  );
  await sleep(50);
  // Behind it, and so never written; its time is up last.
  const { outcome } = await assertRejects(
    () => client.get("key"),
    TimeoutError,
  );
  assertEquals(outcome, "not-sent");
  await large;
  await eventually(() => cluster.getPoolForHost(0).size === 0, 500);
  server.resume();
  assertEquals(await client.get("key"), null);
});

/** A server that answers a key when it is told to, PING and "idle" at once. */
class Puppet implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #asked = new Map<string, Deno.Conn>();
  readonly #work: Promise<void>[] = [this.#accept()];

  get port(): number {
    return this.#listener.addr.port;
  }

  /** Answers a command that has arrived. */
  async answer(...keys: string[]): Promise<void> {
    await eventually(() => keys.every((key) => this.#asked.has(key)), 2_000);
    const conn = this.#asked.get(keys[0])!;
    await conn.write(new TextEncoder().encode(":1\r\n".repeat(keys.length)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await Promise.allSettled(this.#work);
  }

  async #accept(): Promise<void> {
    for await (const conn of this.#listener) this.#work.push(this.#read(conn));
  }

  async #read(conn: Deno.Conn): Promise<void> {
    for await (const chunk of conn.readable) {
      const text = new TextDecoder().decode(chunk);
      for (const [, key] of text.matchAll(/STRLEN\r\n\$\d+\r\n(\w+)/g)) {
        this.#asked.set(key, conn);
        if (key === "idle") await this.answer(key);
      }
    }
  }
}

Deno.test("a lane keeps its connection when an older, retired one ends", async () => {
  await using puppet = new Puppet();
  await using cluster = clusterAt(puppet.port, { timeout: 400 });
  const pool = cluster.getPoolForHost(0);
  const client = cluster.getMappingClient();
  const overdue = client.strlen("overdue");
  await sleep(250);
  const further: Promise<number>[] = [];
  client.strlen("behind").then(() => further.push(client.strlen("further")));
  await eventually(() => overdue.isRejected, 1_000);
  // A new connection for this one, and an idle one that could be had.
  const current = client.strlen("current");
  await cluster.map((client) => client.strlen("idle"));
  // The end of the old connection meets what its last reply has issued.
  await puppet.answer("overdue", "behind");
  await puppet.answer("current");
  await puppet.answer("further");
  assertEquals(await current, 1);
  assertEquals(await Promise.all(further), [1]);
  await eventually(() => pool.leased === 0, 1_000);
});
