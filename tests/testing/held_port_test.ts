import { assert, assertEquals, assertRejects } from "@std/assert";
import { HeldPort } from "../../src/testing/held_port.ts";

const hostname = "127.0.0.1";

/** Dials a port; the other end says which one it is. */
async function dial(port: number): Promise<number> {
  using connection = await Deno.connect({ hostname, port });
  return (connection.remoteAddr as Deno.NetAddr).port;
}

Deno.test("HeldPort.take() gives a port at which nobody answers", async () => {
  await using port = await HeldPort.take(hostname);
  await assertRejects(() => dial(port.number), Deno.errors.ConnectionRefused);
});

Deno.test("HeldPort.take() gives a port on which one can listen, time and again", async () => {
  await using port = await HeldPort.take(hostname);
  for (let round = 0; round < 3; round++) {
    using _listener = Deno.listen({ hostname, port: port.number });
    assertEquals(await dial(port.number), port.number);
  }
  await assertRejects(() => dial(port.number), Deno.errors.ConnectionRefused);
});

Deno.test("HeldPort.take() gives ports that nobody gets who asks for any", async () => {
  await using ports = new AsyncDisposableStack();
  const held = new Set<number>();
  for (let i = 0; i < 200; i++) {
    held.add(ports.use(await HeldPort.take(hostname)).number);
  }
  assertEquals(held.size, 200);
  // Of so many, some would be among those if nobody held them.
  using listeners = new DisposableStack();
  for (let i = 0; i < 600; i++) {
    const listener = listeners.use(Deno.listen({ hostname, port: 0 }));
    assert(!held.has(listener.addr.port));
  }
});

Deno.test("HeldPort lets others have its port when it is disposed of, twice too", async () => {
  const port = await HeldPort.take(hostname);
  await port[Symbol.asyncDispose]();
  await port[Symbol.asyncDispose]();
  using listener = Deno.listen({ hostname, port: port.number });
  assertEquals(listener.addr.port, port.number);
});
