import { assertEquals, assertRejects } from "@std/assert";
import { Cluster } from "../../mod.ts";
import { dial } from "../../src/wire/dial.ts";
import { Random } from "../../support/random.ts";
import { FakeTime, replaced } from "../fake_time.ts";
import { bounded, eventually } from "../../support/waiting.ts";
import { ScriptedServer } from "../faults/scripted_server.ts";

const HOSTNAME = "127.0.0.1";

/** Has something happen to a socket that was opened, before anybody has it. */
function connecting(
  happen: (connection: Deno.Conn, options: Deno.ConnectOptions) => Deno.Conn,
): Disposable {
  const { connect } = Deno;
  return replaced(Deno, "connect", async (options: Deno.ConnectOptions) => {
    const { hostname, port } = options;
    return happen(await connect({ hostname, port }), options);
  });
}

/** A signal, and what aborts it. */
function abortable(reason: Error): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort(reason) };
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
  const { signal, abort } = abortable(reason);
  using _stub = connecting((connection) => {
    abort();
    return connection;
  });
  const endpoint = {
    hostname: HOSTNAME,
    port: server.port,
    tls: false,
    db: 1,
  };
  const options = { timeout: 60_000, protocol: 2 as const, signal };
  // Its time limit does not come, so it is the abort that ends it.
  using _time = new FakeTime();
  const dialled = bounded(dial(endpoint, options));
  assertEquals(await assertRejects(() => dialled, Error), reason);
  await bounded(hangups);
});

Deno.test("dial() closes a socket whose abort Deno.connect() noticed too late", async () => {
  const { server, hangups } = silentServer();
  await using _server = server;
  const reason = new Error("No longer wanted");
  const { signal, abort } = abortable(reason);
  // As Deno 2.9 does when the abort comes while the socket is on its way.
  using _stub = connecting((connection, options) => {
    abort();
    options.signal?.throwIfAborted();
    return connection;
  });
  const endpoint = { hostname: HOSTNAME, port: server.port, tls: false, db: 0 };
  const options = { timeout: 60_000, protocol: 2 as const, signal };
  const error = await assertRejects(() => dial(endpoint, options), Error);
  assertEquals(error, reason);
  await bounded(hangups);
});

Deno.test("dial() leaves no connection when aborted at any moment", async () => {
  let open = 0;
  await using server = new ScriptedServer(async (link) => {
    open++;
    await link.hangup();
    open--;
  });
  const endpoint = { hostname: HOSTNAME, port: server.port, tls: false, db: 0 };
  const ends = { opened: 0, aborted: 0 };
  async function dialAndAbort(time: number): Promise<void> {
    const { signal, abort } = abortable(new Error("No longer wanted"));
    const timer = setTimeout(abort, time);
    try {
      const options = { timeout: 60_000, protocol: 2 as const, signal };
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
  // The more dials at a time, the longer each takes: about as many as it takes,
  // on this machine, for the time to run out while some are being opened.
  let width = 20;
  for (let i = 0; i < 100; i++) {
    const before = { ...ends };
    await Promise.all(
      Array.from({ length: width }, () => dialAndAbort(random.next() * 4)),
    );
    if (ends.aborted === before.aborted) width = Math.min(2 * width, 640);
    if (ends.opened === before.opened) width = Math.ceil(width / 2);
  }
  await eventually(() => open === 0);
});

Deno.test("Cluster.connect() leaves no connection when aborted as it arrives", async () => {
  const { server, hangups } = silentServer();
  await using _server = server;
  await using cluster = new Cluster({
    hosts: { 0: { hostname: HOSTNAME, port: server.port } },
  });
  const reason = new Error("No longer wanted");
  const { signal, abort } = abortable(reason);
  using _stub = connecting((connection) => {
    abort();
    return connection;
  });
  const error = await assertRejects(
    () => cluster.connect(0, { signal }),
    Error,
  );
  assertEquals(error, reason);
  await bounded(hangups);
});
