/**
 * How to test a program against real servers and real faults: a shopping cart,
 * and a proxy that loses the replies to its commands.
 *
 *     deno test --allow-net --allow-read --allow-write --allow-env --allow-run
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { Cluster, ConnectionError, type RoutingClient } from "@rb/rb";
import { FaultProxy, makeTestCluster, RedisServer } from "@rb/rb/testing";

/** The program to be tested. */
class Cart {
  readonly #client: RoutingClient;
  readonly #key: string;

  constructor(client: RoutingClient, customer: string) {
    this.#client = client;
    this.#key = `cart:${customer}`;
  }

  /** How many of an item are in it. */
  async count(item: string): Promise<number> {
    return Number(await this.#client.hget(this.#key, item));
  }

  /** Says how many there are. To say so twice does no harm. */
  async put(item: string, count: number): Promise<void> {
    await this.#client.sendCommand("HSET", [this.#key, item, count], {
      idempotent: true,
    });
  }

  /** Adds to what is there. To do so twice is wrong. */
  async add(item: string, count: number): Promise<void> {
    await this.#client.hincrby(this.#key, item, count);
  }
}

/** A server, a proxy in front of it, and a cart behind the proxy. */
async function useFragileCart(
  resources: AsyncDisposableStack,
): Promise<{ cart: Cart; proxy: FaultProxy }> {
  const server = resources.use(await RedisServer.start());
  const proxy = resources.use(await FaultProxy.start(server));
  const cluster = resources.use(
    new Cluster({ hosts: [{ hostname: proxy.hostname, port: proxy.port }] }),
  );
  return { cart: new Cart(cluster.getRoutingClient(), "ann"), proxy };
}

/** Waits until the proxy has dropped a connection. */
async function untilCut(proxy: FaultProxy): Promise<void> {
  while (proxy.stats.cut === 0) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

Deno.test("the carts of many customers stay apart", async () => {
  // Two servers that end with the test, and a cluster over them.
  await using cluster = await makeTestCluster({ servers: 2 });
  const client = cluster.getRoutingClient();
  const customers = Array.from({ length: 100 }, (_, id) => `customer ${id}`);
  const carts = customers.map((customer) => new Cart(client, customer));

  await Promise.all(carts.map((cart, id) => cart.put("tea", id)));
  assertEquals(
    await Promise.all(carts.map((cart) => cart.count("tea"))),
    customers.map((_, id) => id),
  );
});

Deno.test("put() works although its reply is lost", async () => {
  await using resources = new AsyncDisposableStack();
  const { cart, proxy } = await useFragileCart(resources);

  // The server gets the command and runs it. Then the connection is dropped
  // without the reply, and the command is sent again: its caller allowed that.
  proxy.cut();
  const putting = cart.put("tea", 3);
  await untilCut(proxy);
  proxy.pass();
  await putting;
  assertEquals(await cart.count("tea"), 3);
});

Deno.test("add() adds once, and tells when it does not know", async () => {
  await using resources = new AsyncDisposableStack();
  const { cart, proxy } = await useFragileCart(resources);
  await cart.put("tea", 3);

  proxy.cut();
  const error = await assertRejects(() => cart.add("tea", 1), ConnectionError);
  assertEquals(error.outcome, "unknown");
  // Nobody but the server knows, and the proxy lets us ask it.
  proxy.pass();
  assertEquals(await cart.count("tea"), 4);
});

Deno.test("a customer of another host notices nothing", async () => {
  await using cluster = await makeTestCluster({
    servers: 2,
    databasesEach: 1,
    cluster: { timeout: 500 },
  });
  const client = cluster.getRoutingClient();
  const router = cluster.getRouter();
  const customers = Array.from({ length: 100 }, (_, id) => `customer ${id}`);
  const [ofFirst, ofSecond] = [0, 1].map((hostId) =>
    customers.find((customer) =>
      router.getHostForKey(`cart:${customer}`) === hostId
    )!
  );

  cluster.setup.servers[0].pause();
  const first = new Cart(client, ofFirst).add("tea", 1);
  const second = new Cart(client, ofSecond);
  await second.add("tea", 1);
  assertEquals(await second.count("tea"), 1);
  await assertRejects(() => first, Error, "host 0");
});
