import { assert, assertEquals, assertRejects } from "@std/assert";
import { Cluster } from "../../mod.ts";
import { dial } from "../../src/wire/dial.ts";
import { Random } from "../../support/random.ts";
import { eventually } from "../faults/outcome.ts";
import { ScriptedServer } from "../faults/scripted_server.ts";

const HOSTNAME = "127.0.0.1";

/** Has something happen right after a socket was opened, before anybody has it. */
function afterConnect(happen: () => void): Disposable {
  const connect = Deno.connect;
  const stub = async (options: Deno.ConnectOptions) => {
    const connection = await connect(options);
    happen();
    return connection;
  };
  Object.defineProperty(Deno, "connect", { value: stub, configurable: true });
  return {
    [Symbol.dispose]: () =>
      void Object.defineProperty(Deno, "connect", {
        value: connect,
        configurable: true,
      }),
  };
}

/** A server that says nothing, and notes who has hung up. */
function silentServer(): { server: ScriptedServer; hangups: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const server = new ScriptedServer(async (link) => {
    await link.hangup();
    resolve();
  });
  return { server, hangups: promise };
}

Deno.test("dial() gives up when aborted between the socket and the handshake", async () => {
  const { server, hangups } = silentServer();
  await using _server = server;
  const reason = new Error("No longer wanted");
  const controller = new AbortController();
  using _stub = afterConnect(() => controller.abort(reason));
  const endpoint = {
    hostname: HOSTNAME,
    port: server.port,
    tls: false,
    db: 1,
  };
  const options = {
    timeout: 5_000,
    protocol: 2 as const,
    signal: controller.signal,
  };
  const start = performance.now();
  const error = await assertRejects(() => dial(endpoint, options), Error);
  assertEquals(error, reason);
  assert(performance.now() - start < 1_000);
  await hangups;
});

Deno.test("dial() leaves no connection when aborted in the moment it is opened", async () => {
  let open = 0;
  await using server = new ScriptedServer(async (link) => {
    open++;
    await link.hangup();
    open--;
  });
  const endpoint = { hostname: HOSTNAME, port: server.port, tls: false, db: 0 };
  const ends = { opened: 0, aborted: 0 };
  async function dialAndAbort(time: number): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    const timer = setTimeout(() => controller.abort(), time);
    try {
      const options = { timeout: 5_000, protocol: 2 as const, signal };
      const connection = await dial(endpoint, options);
      connection.close();
      await connection.closed;
      ends.opened++;
    } catch {
      ends.aborted++;
    } finally {
      clearTimeout(timer);
    }
  }
  const random = new Random(1);
  const isVaried = () => ends.opened > 100 && ends.aborted > 100;
  // The fewer dials at a time, the sooner each is done: as many as it takes, on
  // this machine, for the time to run out while some of them are being opened.
  let width = 20;
  for (let i = 0; i < 100 || (i < 2_000 && !isVaried()); i++) {
    const before = { ...ends };
    await Promise.all(
      Array.from({ length: width }, () => dialAndAbort(random.next() * 4)),
    );
    if (ends.aborted === before.aborted) width = Math.min(2 * width, 640);
    if (ends.opened === before.opened) width = Math.ceil(width / 2);
  }
  assert(isVaried(), JSON.stringify(ends));
  await eventually(() => open === 0, 1_000);
});

Deno.test("Cluster.connect() leaves no connection when aborted as it arrives", async () => {
  const { server, hangups } = silentServer();
  await using _server = server;
  await using cluster = new Cluster({
    hosts: { 0: { hostname: HOSTNAME, port: server.port } },
  });
  const reason = new Error("No longer wanted");
  const controller = new AbortController();
  using _stub = afterConnect(() => controller.abort(reason));
  const error = await assertRejects(
    () => cluster.connect(0, { signal: controller.signal }),
    Error,
  );
  assertEquals(error, reason);
  await hangups;
});
