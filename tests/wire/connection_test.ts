import { assertEquals } from "@std/assert";
import { specOf } from "../../src/commands/table.ts";
import { Batch } from "../../src/delivery/batch.ts";
import { RbPromise } from "../../src/promise.ts";
import type { Reply } from "../../src/values.ts";
import { Connection } from "../../src/wire/connection.ts";
import type { Exchange } from "../../src/wire/exchange.ts";
import { sleep } from "../faults/outcome.ts";
import { FakeSocket } from "./fake_socket.ts";

/** One with nothing left to encode and nobody who waits for it. */
const SPENT: Exchange = {
  encode: () => 0,
  encoded: true,
  wantsBytes: false,
  forgeable: false,
  awaited: false,
  accept() {},
  finished: true,
  abandoned: true,
};

function batchOf(...names: string[]): Batch {
  const batch = new Batch({
    hostId: 0,
    autoBatch: false,
    deadline: Infinity,
    onSettled: () => {},
  });
  for (const name of names) add(batch, name);
  return batch;
}

function add(batch: Batch, name: string): RbPromise<Reply> {
  const promise = new RbPromise<Reply>();
  batch.add(specOf(name).form(), [], promise, 0, 0);
  return promise;
}

/** The names of the commands that were written. */
function written({ written }: FakeSocket): string[] {
  return [...written.matchAll(/^[A-Z]+/gm)].map(([name]) => name);
}

Deno.test("Connection.send() writes after a while, or at once", async () => {
  for (const atOnce of [false, true]) {
    const socket = new FakeSocket();
    const connection = new Connection(socket);
    const batch = batchOf("PING");
    batch.seal();
    connection.send(batch, atOnce);
    assertEquals(written(socket), atOnce ? ["PING"] : []);
    await sleep(0);
    assertEquals(written(socket), ["PING"]);
    connection.close();
    await connection.closed;
  }
});

Deno.test("Connection.send() goes on after an exchange without anything to encode", async () => {
  for (const atOnce of [false, true]) {
    const socket = new FakeSocket();
    const connection = new Connection(socket);
    let idle = 0;
    connection.owner = { connectionIdle: () => idle++, connectionLost() {} };
    connection.send(SPENT, atOnce);
    assertEquals(idle, 0, "its owner was told while it was still sending");
    await sleep(0);
    assertEquals(idle, 1);
    const batch = batchOf("PING");
    batch.seal();
    connection.send(batch, atOnce);
    await sleep(0);
    assertEquals(written(socket), ["PING"]);
    connection.close();
    await connection.closed;
  }
});

Deno.test("Connection writes what is whole of an exchange that still grows", async () => {
  const socket = new FakeSocket();
  const connection = new Connection(socket);
  const batch = batchOf("A", "B", "C");
  connection.send(batch, true);
  assertEquals(written(socket), ["A", "B"]);
  const behind = batchOf("Z");
  behind.seal();
  connection.send(behind);
  const promise = add(batch, "D");
  await sleep(0);
  assertEquals(written(socket), ["A", "B", "C"]);
  socket.say("+a\r\n+b\r\n+c\r\n");
  await sleep(0);
  assertEquals([batch.settled, connection.busy], [false, true]);
  batch.seal();
  connection.proceed();
  await sleep(0);
  assertEquals(written(socket), ["A", "B", "C", "D", "Z"]);
  socket.say("+d\r\n+z\r\n");
  await sleep(0);
  assertEquals(promise.value, "d");
  assertEquals([batch.settled, connection.busy], [true, false]);
  connection.close();
  await connection.closed;
});
