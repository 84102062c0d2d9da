import { assert, assertEquals, assertRejects } from "@std/assert";
import { nodeRuntime } from "../../src/runtime/node.ts";
import type { Address, Socket } from "../../src/runtime/runtime.ts";
import { RedisServer } from "../../src/testing.ts";
import { eventually } from "../faults/outcome.ts";
import { makeTlsFixtures } from "../../support/tls_fixtures.ts";

/*
 * Deno has the modules of Node.js too: what the adapter does by itself shows
 * here. How it does with the real ones, `sh tools/dev runtimes` tells.
 */

const HOSTNAME = "127.0.0.1";
const NEVER = new AbortController().signal;

type Serve = (link: Deno.Conn) => Promise<void>;

/**
 * A server that does the same with every connection. It hangs up at the end, or
 * when a test has waited for far too long.
 */
function listen(serve: Serve): AsyncDisposable & { address: Address } {
  const listener = Deno.listen({ hostname: HOSTNAME, port: 0 });
  const links = new Set<Deno.Conn>();
  const running: Promise<void>[] = [];
  const hangUp = () => links.forEach(close);
  const limit = setTimeout(hangUp, 20_000);
  function close(link: Deno.Conn): void {
    if (links.delete(link)) link.close();
  }
  const accepting = (async () => {
    for await (const link of listener) {
      links.add(link);
      running.push(serve(link).catch(() => {}).finally(() => close(link)));
    }
  })();
  return {
    address: { hostname: HOSTNAME, port: listener.addr.port, tls: false },
    async [Symbol.asyncDispose]() {
      clearTimeout(limit);
      listener.close();
      hangUp();
      await accepting;
      await Promise.all(running);
    },
  };
}

async function writeAll(link: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) {
    rest = rest.subarray(await link.write(rest));
  }
}

/** Waits until the other side has hung up. */
async function hangup(link: Deno.Conn): Promise<void> {
  while (await link.read(new Uint8Array(1_024)) !== null);
}

/** Waits until a closed socket has no operations left. */
async function end(socket: Socket): Promise<void> {
  const reading = socket.read(new Uint8Array(1));
  socket.close();
  await assertRejects(() => reading);
}

/** Waits until a number has stopped growing: all buffers on the way are full. */
async function atRest(count: () => number): Promise<void> {
  let last = 0;
  let samples = 0;
  await eventually(() => {
    samples = count() > 0 && count() === last ? samples + 1 : 0;
    last = count();
    return samples === 20;
  });
}

Deno.test("NodeSocket.read() gives every byte, whatever the size of the buffer", async () => {
  const bytes = crypto.getRandomValues(new Uint8Array(65_536));
  await using server = listen((link) => writeAll(link, bytes));
  for (const size of [1_000, 65_536, 200_000]) {
    const socket = await nodeRuntime.connect(server.address, NEVER);
    const received: number[] = [];
    const buffer = new Uint8Array(size);
    for (;;) {
      const count = await socket.read(buffer);
      if (count === null) break;
      received.push(...buffer.subarray(0, count));
    }
    assertEquals(Uint8Array.from(received), bytes);
    assertEquals(await socket.read(buffer), null);
    socket.close();
  }
});

Deno.test("NodeSocket slows down a server whose bytes are not read", async () => {
  const piece = new Uint8Array(65_536);
  const total = 1_024 * piece.length;
  let sent = 0;
  await using server = listen(async (link) => {
    while (sent < total) {
      await writeAll(link, piece);
      sent += piece.length;
    }
  });
  const socket = await nodeRuntime.connect(server.address, NEVER);
  await atRest(() => sent);
  assert(sent < total / 2, `${sent} bytes were taken`);
  const buffer = new Uint8Array(piece.length);
  let received = 0;
  for (let count: number | null = 0; count !== null;) {
    count = await socket.read(buffer);
    received += count ?? 0;
  }
  assertEquals(received, total);
  socket.close();
});

Deno.test("NodeSocket.write() waits for a server that does not read", async () => {
  const go = Promise.withResolvers<void>();
  // A test that has failed does not make the server wait.
  using _go = { [Symbol.dispose]: go.resolve };
  let received = 0;
  await using server = listen(async (link) => {
    await go.promise;
    const buffer = new Uint8Array(65_536);
    for (;;) {
      const count = await link.read(buffer);
      if (count === null) return;
      received += count;
    }
  });
  const socket = await nodeRuntime.connect(server.address, NEVER);
  const piece = new Uint8Array(1_048_576);
  let sent = 0;
  const writing = (async () => {
    while (sent < 64 * piece.length) sent += await socket.write(piece);
  })();
  await atRest(() => sent);
  assert(sent < 32 * piece.length, `${sent} bytes were written`);
  go.resolve();
  await writing;
  await eventually(() => received === sent);
  await end(socket);
});

Deno.test("NodeSocket.close() rejects what is pending", async () => {
  await using server = listen(hangup);
  const socket = await nodeRuntime.connect(server.address, NEVER);
  const reading = socket.read(new Uint8Array(1));
  socket.close();
  await assertRejects(() => reading, Error, "The socket was closed");
  await assertRejects(() => socket.read(new Uint8Array(1)), Error);
  await assertRejects(() => socket.write(new Uint8Array(1)), Error);
  socket.close();
});

Deno.test("nodeRuntime.connect() opens a unix socket", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const path = `${dir}/a.sock`;
    const listener = Deno.listen({ transport: "unix", path });
    const address = { hostname: "", port: 0, path, tls: false };
    const opening = nodeRuntime.connect(address, NEVER);
    const link = await listener.accept();
    const socket = await opening;
    await writeAll(link, new Uint8Array([1, 2, 3]));
    assertEquals(await socket.read(new Uint8Array(8)), 3);
    await end(socket);
    link.close();
    listener.close();
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("nodeRuntime.connect() says why it could not", async () => {
  const listener = Deno.listen({ hostname: HOSTNAME, port: 0 });
  const { port } = listener.addr;
  listener.close();
  const error = await assertRejects(
    () => nodeRuntime.connect({ hostname: HOSTNAME, port, tls: false }, NEVER),
    Error,
    "ECONNREFUSED",
  );
  assertEquals(nodeRuntime.isUntrusted(error), false);
});

Deno.test("nodeRuntime.connect() leaves no socket when it is aborted", async () => {
  let open = 0;
  await using server = listen(async (link) => {
    open++;
    await hangup(link);
    open--;
  });
  const reason = new Error("No longer wanted");
  for (const tls of [false, true]) {
    const controller = new AbortController();
    const address = { ...server.address, tls };
    const opening = nodeRuntime.connect(address, controller.signal);
    // TLS waits for a server that never greets.
    if (tls) await eventually(() => open > 0);
    controller.abort(reason);
    assertEquals(await assertRejects(() => opening, Error), reason);
    await eventually(() => open === 0);
    await assertRejects(() => nodeRuntime.connect(address, controller.signal));
  }
});

Deno.test("nodeRuntime.isUntrusted() tells a bad certificate from a lost link", async () => {
  await using fixtures = await makeTlsFixtures();
  await using server = await RedisServer.start({ tls: fixtures.valid });
  const { port } = server;
  const caCerts = [fixtures.caCert];
  for (const hostname of ["localhost", HOSTNAME]) {
    const address = { hostname, port, tls: true, caCerts };
    const socket = await nodeRuntime.connect(address, NEVER);
    await socket.write(new TextEncoder().encode("PING\r\n"));
    assertEquals(await socket.read(new Uint8Array(64)), 7);
    await end(socket);
  }
  for (const caCerts of [undefined, [fixtures.otherCaCert]]) {
    const address = { hostname: "localhost", port, tls: true, caCerts };
    const error = await assertRejects(
      () => nodeRuntime.connect(address, NEVER),
      Error,
    );
    assert(nodeRuntime.isUntrusted(error), error.message);
  }
  // It hangs up in the middle of the greeting.
  await using rude = listen(async (link) => {
    await link.read(new Uint8Array(64));
  });
  const address = { ...rude.address, tls: true, caCerts };
  const lost = await assertRejects(
    () => nodeRuntime.connect(address, NEVER),
    Error,
  );
  assertEquals(nodeRuntime.isUntrusted(lost), false, lost.message);
});

Deno.test("nodeRuntime.connect() shows a certificate, and checks a name that it is given", async () => {
  await using fixtures = await makeTlsFixtures();
  const ca = `${fixtures.dir}/ca.pem`;
  const tls = { ...fixtures.otherName, ca };
  await using server = await RedisServer.start({ tls });
  await using local = await RedisServer.start({ tls: fixtures.valid });
  const base = { hostname: HOSTNAME, tls: true, caCerts: [fixtures.caCert] };
  const guarded = { ...base, port: server.port, ...fixtures.client };
  const open = { ...base, port: local.port };
  const good: Address[] = [
    { ...guarded, serverName: "other.test" },
    { ...open, serverName: "localhost" },
    { ...open, hostname: "localhost", serverName: HOSTNAME },
  ];
  for (const address of good) {
    assertEquals(nodeRuntime.objectionTo(address), undefined);
    // The second time with what is known of the first one.
    for (let i = 0; i < 2; i++) {
      const socket = await nodeRuntime.connect(address, NEVER);
      await socket.write(new TextEncoder().encode("PING\r\n"));
      assertEquals(await socket.read(new Uint8Array(64)), 7);
      await end(socket);
    }
  }
  const { key } = fixtures.client;
  const bad: Address[] = [
    guarded,
    { ...guarded, serverName: "another.test" },
    { ...guarded, serverName: HOSTNAME },
    { ...guarded, serverName: "other.test", caCerts: [fixtures.otherCaCert] },
    { ...guarded, key: key.replace(/[A-Za-z0-9+/]{20}/, "") },
    { ...open, serverName: "127.0.0.2" },
    { ...open, serverName: "other.test" },
  ];
  for (const address of bad) {
    const error = await assertRejects(
      () => nodeRuntime.connect(address, NEVER),
      Error,
    );
    assert(nodeRuntime.isUntrusted(error), error.message);
  }
});
