import { assertEquals } from "@std/assert";
import { Fences } from "../../src/delivery/fence.ts";
import { Link } from "../../src/delivery/link.ts";
import { Connection } from "../../src/wire/connection.ts";
import { Bench, turn } from "../wire/pool_fixture.ts";
import { FakeSocket } from "../wire/fake_socket.ts";
import { StepwiseExchange } from "../wire/stepwise_exchange.ts";

/** Links to places, and what was said over each of them. */
class Ways implements AsyncDisposable {
  readonly #bench = new Bench();
  readonly #connections: Connection[] = [];

  /** Lets fences be raised over a new link; the words of what was sent. */
  async raise(
    fences: Fences,
    address: string,
    answer = ":0\r\n",
  ): Promise<string[]> {
    const socket = new FakeSocket();
    const connection = new Connection(socket, { address });
    this.#connections.push(connection);
    const link = new Link(connection, this.#bench.pool, {
      onEnd: () => {},
      onProven: () => {},
    });
    fences.raise(link);
    // Nobody waits for a fence but for what is behind it.
    link.send(new StepwiseExchange(["NEXT"]));
    await turn();
    const commands = socket.written.split(/\*\d+\r\n/).slice(1).map((frame) =>
      frame.split("\r\n").filter((_, i) => i % 2 === 1).join(" ")
    );
    const kills = commands.slice(0, -1);
    assertEquals(commands.at(-1), "NEXT");
    for (const _ of kills) socket.say(answer);
    await turn();
    return kills;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.#connections) connection.close();
    await Promise.all(this.#connections.map(({ closed }) => closed));
    await this.#bench[Symbol.asyncDispose]();
  }
}

const identity = (id: string, server: string) => ({
  id,
  address: `127.0.0.1:5000${id}`,
  server,
});

const kill = (id: string) => `CLIENT KILL ID ${id} ADDR 127.0.0.1:5000${id}`;

Deno.test("Fences have each connection ended once at its own server", async () => {
  await using ways = new Ways();
  const fences = new Fences();
  assertEquals(fences.pending, false);
  fences.add(identity("1", "here"));
  fences.add(identity("2", "here"));
  assertEquals(fences.pending, true);
  // The user may not do so: there is nothing to be gained by telling it again.
  const error = "-NOPERM no permissions\r\n";
  assertEquals(await ways.raise(fences, "here", error), [kill("1"), kill("2")]);
  assertEquals(fences.pending, false);
  assertEquals(await ways.raise(fences, "here"), []);
});

Deno.test("Fences tell a server again whose connection was lost before it answered", async () => {
  await using ways = new Ways();
  const fences = new Fences();
  fences.add(identity("1", "here"));
  assertEquals(await ways.raise(fences, "here", ""), [kill("1")]);
  assertEquals(fences.pending, true);
  assertEquals(await ways.raise(fences, "here"), [kill("1")]);
  assertEquals(fences.pending, false);
});

Deno.test("Fences tell every address once that a host moves to, until it was at the old one", async () => {
  await using ways = new Ways();
  const fences = new Fences();
  fences.add(identity("1", "here"));
  for (
    const [address, expected] of [
      ["there", [kill("1")]],
      ["there", []],
      ["elsewhere", [kill("1")]],
      ["here", [kill("1")]],
      ["here", []],
      ["nowhere", []],
    ] as const
  ) {
    assertEquals(await ways.raise(fences, address), [...expected], address);
  }
});

Deno.test("Fences.copyTo() has another one do what remains, too", async () => {
  await using ways = new Ways();
  const [former, next] = [new Fences(), new Fences()];
  former.add(identity("1", "here"));
  next.add(identity("2", "here"));
  await ways.raise(former, "there");
  former.copyTo(next);
  assertEquals(former.pending, true);
  assertEquals(await ways.raise(next, "there"), [kill("2")]);
  assertEquals(await ways.raise(next, "here"), [kill("2"), kill("1")]);
  assertEquals(next.pending, false);
});
