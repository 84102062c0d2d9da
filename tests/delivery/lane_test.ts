import { assert, assertEquals, assertRejects } from "@std/assert";
import { Script, TimeoutError } from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { FakeTime } from "../fake_time.ts";
import { ScriptedServer } from "../../support/scripted_server.ts";
import { clusterAt } from "../faults/single_host.ts";
import {
  bounded,
  eventually,
  isPending,
  sleep,
} from "../../support/waiting.ts";

Deno.test("a stalled host holds no connection once nobody waits for it, not even for what could not be written", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using cluster = clusterAt(server.port, { timeout: 200 });
  const client = cluster.getRoutingClient();
  using time = new FakeTime();
  await client.get("key");
  server.pause();
  // More than the buffers of the system take, so that it is half written.
  const large = assertRejects(
    () => client.set("large", "x".repeat(20_000_000)),
    TimeoutError,
  );
  await sleep(20);
  await time.advance(50);
  // Behind it, and so never written; its time is up last.
  const behind = assertRejects(() => client.get("key"), TimeoutError);
  await time.advance(150);
  await bounded(large);
  assert(await isPending(behind));
  await time.advance(50);
  assertEquals((await bounded(behind)).outcome, "not-sent");
  await eventually(() => cluster.getPoolForHost(0).size === 0);
  server.resume();
  assertEquals(await bounded(client.get("key")), null);
});

/** A server that answers a key when it is told to, PING and "idle" at once. */
class Puppet implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #asked = new Map<string, Deno.Conn>();
  readonly #work: Promise<void>[] = [this.#accept()];

  get port(): number {
    return this.#listener.addr.port;
  }

  /** Whether it has been asked for a key. */
  isAsked(key: string): boolean {
    return this.#asked.has(key);
  }

  /** Answers a command that has arrived. */
  async answer(...keys: string[]): Promise<void> {
    await eventually(() => keys.every((key) => this.isAsked(key)));
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
      if (text.includes("INFO")) {
        await conn.write(new TextEncoder().encode("-ERR unknown\r\n"));
      }
      if (text.includes("PING")) {
        await conn.write(new TextEncoder().encode("+PONG\r\n"));
      }
      for (const [, key] of text.matchAll(/STRLEN\r\n\$\d+\r\n(\w+)/g)) {
        this.#asked.set(key, conn);
        if (key === "idle") await this.answer(key);
      }
    }
  }
}

Deno.test("what is issued behind a retired connection waits until that has ended", async () => {
  await using puppet = new Puppet();
  await using cluster = clusterAt(puppet.port, { timeout: 400 });
  const pool = cluster.getPoolForHost(0);
  using time = new FakeTime();
  const client = cluster.getMappingClient();
  const overdue = client.strlen("overdue");
  await eventually(() => puppet.isAsked("overdue"));
  await time.advance(250);
  const further: Promise<number>[] = [];
  client.strlen("behind").then(() => further.push(client.strlen("further")));
  await time.advance(150);
  assert(overdue.isRejected);
  // What was written comes first; other clients have connections of their own.
  const current = client.strlen("current");
  await bounded(cluster.map((client) => client.strlen("idle")));
  assert(!puppet.isAsked("current"));
  // The end of the old connection meets what its last reply has issued.
  await puppet.answer("overdue", "behind");
  await eventually(() => puppet.isAsked("current"));
  await puppet.answer("current");
  await puppet.answer("further");
  assertEquals(await bounded(current), 1);
  assertEquals(await bounded(Promise.all(further)), [1]);
  await eventually(() => pool.leased === 0);
});

Deno.test("a server that does not say which scripts it lacks holds up those alone who wait for that", async () => {
  // The first connection forgets the script, says so, and nothing more.
  await using server = new ScriptedServer(async (link, index) => {
    for (;;) {
      const text = await link.read();
      if (text === undefined) return;
      if (index > 0) await link.write(":2\r\n");
      else if (text.includes("EVALSHA")) {
        await link.write("-NOSCRIPT No matching script\r\n");
      } else if (text.includes("EVAL")) await link.write(":1\r\n");
    }
  });
  await using cluster = clusterAt(server.port, { timeout: 400 });
  using time = new FakeTime();
  const client = cluster.getMappingClient();
  const asks = () => server.accepted[0]?.text.includes("EXISTS") === true;
  const script = new Script("return 1");
  assertEquals(await bounded(client.run(script, ["k"])), 1);
  const settled = Promise.allSettled([client.run(script, ["k"])]);
  await eventually(asks);
  await time.advance(300);
  // It comes behind the script, and has time when that has none left.
  const behind = client.strlen("k");
  await time.advance(100);
  const [{ status }] = await bounded(settled);
  assertEquals(status, "rejected");
  assertEquals(await bounded(behind), 2);
  assertEquals(server.accepted.length, 2);
});
