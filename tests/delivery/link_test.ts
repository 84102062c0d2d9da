import { assert, assertEquals } from "@std/assert";
import { type Link, Links, type Passenger } from "../../src/delivery/link.ts";
import type { Refusal } from "../../src/wire/pool.ts";
import { eventually } from "../../support/waiting.ts";
import { Bench, turn } from "../wire/pool_fixture.ts";
import { StepwiseExchange } from "../wire/stepwise_exchange.ts";

/** Notes what it is told, and sends a command over what it is granted. */
class Rider implements Passenger {
  link: Link | undefined = undefined;
  refusal: Refusal | undefined = undefined;
  readonly losses: Error[] = [];
  returns = 0;
  proofs = 0;
  readonly #sends: boolean;

  constructor(sends = true) {
    this.#sends = sends;
  }

  granted(link: Link): void {
    this.link = link;
    if (this.#sends) this.ride(link);
  }

  ride(link: Link): StepwiseExchange {
    const exchange = new StepwiseExchange(["A"]);
    link.board(this);
    link.send(exchange);
    return exchange;
  }

  refused(refusal: Refusal): void {
    this.refusal = refusal;
  }

  lost(_link: Link, error: Error): void {
    this.losses.push(error);
  }

  returned(): void {
    this.returns++;
  }

  proven(): void {
    this.proofs++;
  }
}

Deno.test("Links give all who wait the same link, and share it with who comes later", async () => {
  await using bench = new Bench();
  const links = new Links(bench.pool);
  assertEquals(links.take("shared"), undefined);
  const riders = [new Rider(), new Rider()];
  for (const rider of riders) links.apply(rider, "shared");
  await eventually(() => riders.every(({ link }) => link !== undefined));
  const [{ link }] = riders;
  assert(link !== undefined && riders[1].link === link);
  assert(links.take("shared") === link);
  assertEquals([bench.dials.length, bench.pool.leased], [1, 1]);
});

Deno.test("Links give one who wants it alone a link that nobody else gets", async () => {
  await using bench = new Bench();
  const links = new Links(bench.pool);
  const alone = new Rider();
  links.apply(alone, "exclusive");
  await eventually(() => alone.link !== undefined);
  assertEquals(links.take("shared"), undefined);
  const shared = new Rider();
  links.apply(shared, "shared");
  await eventually(() => shared.link !== undefined);
  assert(shared.link !== alone.link);
  assertEquals(bench.pool.leased, 2);
});

Deno.test("Link goes back to its pool with the last reply", async () => {
  await using bench = new Bench();
  const links = new Links(bench.pool);
  const rider = new Rider();
  links.apply(rider, "shared");
  await eventually(() => rider.link !== undefined);
  await turn();
  assertEquals(bench.pool.idle, 0);
  bench.sockets[0].say("+a\r\n");
  await eventually(() => bench.pool.idle === 1);
  // Another one is made of that connection.
  const again = links.take("shared");
  assert(again !== undefined && again !== rider.link);
  again.giveBackUnused();
  assertEquals(bench.pool.idle, 1);
});

Deno.test("Link goes back at once when those who waited have no use for it", async () => {
  await using bench = new Bench();
  const links = new Links(bench.pool);
  for (const wish of ["shared", "apart", "exclusive"] as const) {
    const rider = new Rider(false);
    links.apply(rider, wish);
    await eventually(() => rider.link !== undefined);
    assertEquals([bench.pool.leased, bench.pool.idle], [0, 1]);
  }
});

Deno.test("Link tells those on board of its loss, once, and nobody who has left", async () => {
  await using bench = new Bench();
  const links = new Links(bench.pool);
  const riders = [new Rider(), new Rider(), new Rider()];
  for (const rider of riders) links.apply(rider, "shared");
  await eventually(() => riders[2].link !== undefined);
  const link = riders[0].link!;
  link.leave(riders[1]);
  await turn();
  bench.sockets[0].hangUp();
  await eventually(() => riders[0].losses.length > 0);
  assertEquals(riders.map(({ losses }) => losses.length), [1, 0, 1]);
  assertEquals([link.usable, links.take("shared")], [false, undefined]);
});

/** The beginning of a reply that others would wait for. */
const LARGE = `$2000000\r\n${"x".repeat(600_000)}`;

/** A link over which a large reply is under way. */
async function clogged(bench: Bench, links: Links): Promise<Rider> {
  const rider = new Rider();
  links.apply(rider, "shared");
  await eventually(() => rider.link !== undefined);
  await turn();
  bench.sockets[0].say(LARGE);
  await eventually(() => rider.link!.clogged);
  return rider;
}

Deno.test("fault 54: Links share another link while one is clogged", async () => {
  await using bench = new Bench();
  const links = new Links(bench.pool);
  const { link } = await clogged(bench, links);
  const riders = [new Rider(), new Rider()];
  for (const rider of riders) {
    assertEquals(links.take("shared"), undefined);
    links.apply(rider, "shared");
  }
  await eventually(() => riders.every(({ link }) => link !== undefined));
  assert(riders[0].link !== link && riders[0].link === riders[1].link);
  assert(links.take("shared") === riders[0].link);
  assertEquals(bench.dials.length, 2);
});

Deno.test("fault 54: Links share a clogged link where there is no room for another", async () => {
  await using bench = new Bench({ maxConnections: 1 });
  const links = new Links(bench.pool);
  const { link } = await clogged(bench, links);
  assert(links.take("shared") === link);
  assert(links.take("apart") === link);
  assertEquals(links.take("exclusive"), undefined);
});

Deno.test("fault 54: Links share what somebody has apart where there is nothing else", async () => {
  await using bench = new Bench({ maxConnections: 1 });
  const links = new Links(bench.pool);
  const rider = new Rider();
  links.apply(rider, "apart");
  await eventually(() => rider.link !== undefined);
  assert(links.take("shared") === rider.link);
});

Deno.test("fault 54: Links share a clogged link where another cannot be opened", async () => {
  await using bench = new Bench();
  const links = new Links(bench.pool);
  const { link } = await clogged(bench, links);
  bench.failure = new Error("too many clients");
  for (const wish of ["shared", "apart"] as const) {
    const rider = new Rider();
    links.apply(rider, wish);
    await eventually(() => rider.link !== undefined);
    assertEquals([rider.link === link, rider.refusal], [true, undefined]);
  }
});

Deno.test("Links take no link any more that is retired", async () => {
  await using bench = new Bench();
  const links = new Links(bench.pool);
  const rider = new Rider();
  links.apply(rider, "shared");
  await eventually(() => rider.link !== undefined);
  await turn();
  rider.link!.retire();
  assertEquals(links.take("shared"), undefined);
  bench.sockets[0].say("+a\r\n");
  await eventually(() => bench.pool.size === 0);
  assertEquals(rider.losses.length, 1);
});

Deno.test("Links refuse all who wait together, and one alone by itself", async () => {
  await using bench = new Bench({ maxConnections: 1 });
  const links = new Links(bench.pool);
  bench.failure = new Error("nobody is there");
  const riders = [new Rider(), new Rider()];
  for (const rider of riders) links.apply(rider, "shared");
  await eventually(() => riders[0].refusal !== undefined);
  assertEquals(riders.map(({ refusal }) => refusal?.kind), ["dial", "dial"]);
  const alone = new Rider();
  links.apply(alone, "exclusive");
  await eventually(() => alone.refusal !== undefined);
  assertEquals(alone.refusal?.cause, bench.failure);
});

Deno.test("Links.withdraw() leaves the others their place", async () => {
  await using bench = new Bench();
  const links = new Links(bench.pool);
  const hold = Promise.withResolvers<void>();
  bench.hold = hold.promise;
  const [first, second, alone] = [new Rider(), new Rider(), new Rider()];
  links.apply(first, "shared");
  links.apply(second, "shared");
  links.apply(alone, "exclusive");
  assertEquals(bench.pool.waiting, 2);
  links.withdraw(first);
  assertEquals(bench.pool.waiting, 2);
  links.withdraw(alone);
  assertEquals(bench.pool.waiting, 1);
  hold.resolve();
  await eventually(() => second.link !== undefined);
  assertEquals([first.link, alone.link], [undefined, undefined]);
  links.withdraw(first);
});

/** Links of a host, whose idle connection has to be checked before it is used. */
async function stale(bench: Bench): Promise<Links> {
  const links = new Links(bench.pool);
  const rider = new Rider(false);
  links.apply(rider, "shared");
  await eventually(() => rider.link !== undefined);
  await bench.time.advance(1_000);
  return links;
}

/** The number that was asked for last. */
function token({ written }: { readonly written: string }): string {
  return /PING\r\n\$\d+\r\n(\d+)\r\n/.exec(written)![1];
}

Deno.test("Links give one who only reads a link that is not proven, and nobody else", async () => {
  await using bench = new Bench();
  const links = await stale(bench);
  const [reader, writer, late, exclusive] = [1, 2, 3, 4].map(() => new Rider());
  const link = links.take("shared", true)!;
  assertEquals(link.isProven, false);
  reader.ride(link);
  assert(links.take("shared", true) === link);
  for (const rider of [writer, late]) {
    assertEquals(links.take("shared"), undefined);
    links.apply(rider, "shared");
  }
  await turn();
  assertEquals([writer.link, bench.dials.length], [undefined, 1]);
  links.withdraw(late);
  bench.sockets[0].say(`+${token(bench.sockets[0])}\r\n`);
  await eventually(() => writer.link !== undefined);
  assert(writer.link === link && link.isProven);
  assertEquals([reader.proofs, late.link], [1, undefined]);
  assertEquals([bench.dials.length, bench.pool.leased], [1, 1]);
  links.apply(exclusive, "exclusive");
  await eventually(() => exclusive.link !== undefined);
});

Deno.test("Links seek another link for those who waited for one to be proven in vain", async () => {
  await using bench = new Bench();
  const links = await stale(bench);
  const [reader, writer] = [new Rider(), new Rider()];
  const link = links.take("shared", true)!;
  reader.ride(link);
  links.apply(writer, "shared");
  await turn();
  bench.sockets[0].hangUp();
  await eventually(() => writer.link !== undefined);
  assertEquals([reader.returns, reader.losses, reader.proofs], [1, [], 0]);
  assert(writer.link !== link && writer.link!.isProven);
  assertEquals(bench.dials.length, 2);
});

Deno.test("Links give nobody a retired link because it is proven", async () => {
  await using bench = new Bench();
  const links = await stale(bench);
  const [reader, writer] = [new Rider(), new Rider()];
  const link = links.take("shared", true)!;
  reader.ride(link);
  links.apply(writer, "shared");
  link.retire();
  await turn();
  bench.sockets[0].say(`+${token(bench.sockets[0])}\r\n`);
  await eventually(() => writer.link !== undefined);
  assert(writer.link !== link);
});
