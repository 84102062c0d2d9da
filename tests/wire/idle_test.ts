import { assertEquals } from "@std/assert";
import { Connection } from "../../src/wire/connection.ts";
import { IdleConnections } from "../../src/wire/idle.ts";
import { FakeTime } from "../fake_time.ts";
import { FakeSocket } from "./fake_socket.ts";

/** Connections that became idle 10 ms apart, and time that is driven by hand. */
class Bench implements AsyncDisposable {
  readonly time = new FakeTime();
  readonly idle = new IdleConnections();
  readonly #sockets: FakeSocket[] = [];
  readonly connections: Connection[] = [];

  static async of(count: number): Promise<Bench> {
    const bench = new Bench();
    for (let i = 0; i < count; i++) {
      await bench.time.advance(10);
      const socket = new FakeSocket();
      const connection = new Connection(socket);
      bench.#sockets.push(socket);
      bench.connections.push(connection);
      bench.idle.put(connection);
    }
    return bench;
  }

  /** Which of them are closed, by their numbers. */
  get closed(): number[] {
    return this.#sockets.flatMap(({ isClosed }, i) => isClosed ? [i] : []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.connections) {
      connection.close();
      await connection.closed;
    }
    this.time[Symbol.dispose]();
  }
}

Deno.test("IdleConnections gives the one that was used last, as long as it is usable", async () => {
  await using bench = await Bench.of(3);
  const { idle, connections } = bench;
  connections[2].close();
  assertEquals([idle.take(), idle.take()], [connections[1], connections[0]]);
  assertEquals([idle.take(), idle.size], [undefined, 0]);
});

Deno.test("IdleConnections.isStale is so from 100 ms of idleness on", async () => {
  await using bench = await Bench.of(1);
  const { idle, time } = bench;
  await time.advance(100);
  assertEquals(idle.isStale, false);
  await time.advance(1);
  assertEquals(idle.isStale, true);
  idle.put(idle.take()!);
  assertEquals(idle.isStale, false);
});

Deno.test("IdleConnections gives none that is as old as one whose check is overdue", async () => {
  await using bench = await Bench.of(4);
  const { idle, connections } = bench;
  idle.remove(connections[2]);
  idle.suspect(connections[2]);
  assertEquals([idle.take(), idle.take()], [connections[3], undefined]);
  // Which of them are good is known when it has answered after all.
  idle.checked(connections[2], true);
  assertEquals([idle.take(), bench.closed], [connections[1], []]);
});

Deno.test("IdleConnections closes with one that fails its check those that are as old", async () => {
  await using bench = await Bench.of(4);
  const { idle, connections } = bench;
  idle.remove(connections[2]);
  idle.suspect(connections[2]);
  idle.checked(connections[2], false);
  assertEquals([bench.closed, idle.size], [[0, 1], 1]);
  assertEquals(idle.take(), connections[3]);
});

Deno.test("IdleConnections.closeSuspects() makes room, the oldest first", async () => {
  await using bench = await Bench.of(4);
  const { idle, connections } = bench;
  idle.closeSuspects(4);
  assertEquals(bench.closed, []);
  idle.remove(connections[2]);
  idle.suspect(connections[2]);
  idle.closeSuspects(1);
  assertEquals(bench.closed, [0]);
  idle.closeSuspects(4);
  assertEquals([bench.closed, idle.size], [[0, 1], 1]);
});

Deno.test("IdleConnections closes by age, one, or all, and forgets without closing", async () => {
  await using bench = await Bench.of(6);
  const { idle, connections } = bench;
  idle.closeOldest();
  assertEquals(bench.closed, [0]);
  idle.closeOlder(connections[2].idleSince);
  assertEquals(bench.closed, [0, 1, 2]);
  const last = idle.take()!;
  idle.closeAll();
  assertEquals([bench.closed, idle.size], [[0, 1, 2, 3, 4], 0]);
  idle.put(last);
  idle.clear();
  assertEquals([bench.closed, idle.size], [[0, 1, 2, 3, 4], 0]);
});
