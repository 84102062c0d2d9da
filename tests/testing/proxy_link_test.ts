import { assertEquals, assertRejects } from "@std/assert";
import { FaultSwitch } from "../../src/testing/fault_switch.ts";
import {
  drain,
  type FaultProxyStats,
  ProxyLink,
} from "../../src/testing/proxy_link.ts";
import { bounded, eventually } from "../../support/waiting.ts";

/** Both ends of a connection. */
async function pair(): Promise<[Deno.Conn, Deno.Conn]> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  return await Promise.all([Deno.connect({ port }), listener.accept()]);
}

/** A link between a client and a server that are the test. */
class Bench implements AsyncDisposable {
  readonly client: Deno.Conn;
  readonly server: Deno.Conn;
  readonly faults = new FaultSwitch();
  readonly counts: FaultProxyStats = {
    accepted: 0,
    cut: 0,
    forgotten: 0,
    answered: 0,
    bytesToServer: 0,
    bytesToClient: 0,
  };
  readonly link: ProxyLink;
  readonly ended: Promise<void>;

  private constructor(
    [client, near]: [Deno.Conn, Deno.Conn],
    [far, server]: [Deno.Conn, Deno.Conn],
  ) {
    this.client = client;
    this.server = server;
    const ends = { client: near, server: far };
    this.link = new ProxyLink(ends, this.faults, this.counts);
    this.ended = this.link.run();
  }

  static async open(): Promise<Bench> {
    return new Bench(await pair(), await pair());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.link.close();
    await this.ended;
    this.client.close();
    this.server.close();
  }
}

const bytes = (text: string) => new TextEncoder().encode(text);

async function read(end: Deno.Conn): Promise<string | null> {
  const chunk = new Uint8Array(1_024);
  const size = await bounded(end.read(chunk));
  return size === null ? null : new TextDecoder().decode(chunk.slice(0, size));
}

Deno.test("ProxyLink passes bytes both ways and counts them, until one side is done", async () => {
  await using bench = await Bench.open();
  const { client, server, counts } = bench;
  await client.write(bytes("PING\r\n"));
  assertEquals(await read(server), "PING\r\n");
  await server.write(bytes("+PONG\r\n"));
  assertEquals(await read(client), "+PONG\r\n");
  assertEquals([counts.bytesToServer, counts.bytesToClient], [6, 7]);
  await server.closeWrite();
  await bounded(bench.ended);
  assertEquals([await read(client), bench.link.isOpen], [null, false]);
});

Deno.test("ProxyLink answers in the order of the commands, whoever answers", async () => {
  await using bench = await Bench.open();
  const { client, server, counts, faults } = bench;
  faults.set({
    kind: "answer",
    reply: bytes("-LOADING\r\n"),
    commands: new Set(["SET"]),
    close: false,
    left: 1,
  });
  await client.write(bytes("GET a\r\nSET a 1\r\nSET a 2\r\n"));
  let asked = "";
  while (!asked.endsWith("2\r\n")) asked += await read(server);
  assertEquals(asked, "GET a\r\nSET a 2\r\n");
  await server.write(bytes("+a\r\n"));
  let text = "";
  while (!text.endsWith("-LOADING\r\n")) text += await read(client);
  assertEquals(text, "+a\r\n-LOADING\r\n");
  assertEquals(counts.answered, 1);
});

Deno.test("ProxyLink.forget() leaves both sides in their belief, and close() ends it", async () => {
  await using bench = await Bench.open();
  const { client, server, counts, link } = bench;
  link.forget();
  link.forget();
  assertEquals([counts.forgotten, link.isOpen], [1, false]);
  await client.write(bytes("PING\r\n"));
  await server.write(bytes("+PONG\r\n"));
  link.close();
  await bounded(bench.ended);
  assertEquals([counts.bytesToServer, counts.bytesToClient], [0, 0]);
});

Deno.test("drain() reads until the other side is done, or says why it cannot", async () => {
  const [near, far] = await pair();
  let isDone = false;
  const draining = drain(near).then(() => isDone = true);
  await far.write(new Uint8Array(200_000));
  assertEquals(isDone, false);
  far.close();
  await bounded(draining);
  near.close();
  await assertRejects(() => drain(near));
  await eventually(() => isDone);
});
