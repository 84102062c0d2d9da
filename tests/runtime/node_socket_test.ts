import { assert, assertEquals, assertRejects } from "@std/assert";
import { nodeRuntime } from "../../src/runtime/node.ts";
import { eventually } from "../../support/waiting.ts";
import { atRest, end, hangup, listen, NEVER, writeAll } from "./listening.ts";

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
