// What a router of one's own is asked, by each kind of client.

import { assertEquals, assertInstanceOf } from "@std/assert";
import {
  type Argument,
  BaseRouter,
  Cluster,
  type Key,
  type RoutingClient,
} from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { reasonOf } from "../faults/proxied.ts";

const asked: [string, ...Argument[]][] = [];

/** Puts everything on the only host, and notes whole commands. */
class Noting extends BaseRouter {
  override getHostForKey(_key: Key): number {
    return 0;
  }

  override getHostForCommand(
    command: string,
    args: readonly Argument[],
  ): number {
    asked.push([command, ...args]);
    return super.getHostForCommand(command, args);
  }
}

/** Calls by method, and the command that the router sees. */
const CALLS: [(client: RoutingClient) => PromiseLike<unknown>, string[]][] = [
  [(client) => client.get("a"), ["GET", "a"]],
  [(client) => client.set("a", "b"), ["SET", "a", "b"]],
  [(client) => client.getset("a", "c"), ["GETSET", "a", "c"]],
  [(client) => client.setex("a", 60, "d"), ["SETEX", "a", "60", "d"]],
  [(client) => client.hset("h", "f", "v"), ["HSET", "h", "f", "v"]],
  [
    (client) => client.rpush("l", "a", "b", "c"),
    ["RPUSH", "l", "a", "b", "c"],
  ],
  [
    (client) => client.sendCommand("object encoding", ["h"]),
    ["OBJECT", "ENCODING", "h"],
  ],
  [
    (client) => client.set("a", "b", { ex: 60 }),
    ["SET", "a", "b", "EX", "60"],
  ],
];

Deno.test("a router that looks at whole commands is asked with all of their arguments", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({ hosts: [server.host], router: Noting });
  const routing = cluster.getRoutingClient();
  const map = cluster.getMappingClient();
  for (const client of [routing, map as unknown as RoutingClient]) {
    for (const [call, command] of CALLS) {
      asked.length = 0;
      await call(client);
      assertEquals(asked.map((one) => one.map(String)), [command]);
    }
  }
  await map.join();
});

Deno.test("MGET of no keys has no values, whoever is asked", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({ hosts: [server.host, server.host] });
  const none: string[] = [];
  const values = [
    await cluster.getRoutingClient().mget(...none),
    await cluster.getRoutingClient().sendCommand("mget"),
    await cluster.getLocalClient(0).mget(...none),
    await cluster.map((map) => map.mget(...none)),
    await cluster.fanout([0], (one) => one.sendCommand("MGET"))
      .then((replies) => replies.get(0)),
  ];
  assertEquals(values, [[], [], [], [], []]);
});

Deno.test("a refused argument is named by its place", async () => {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({ hosts: [server.host] });
  const wrong = undefined as unknown as string;
  const calls: [(client: RoutingClient) => PromiseLike<unknown>, string][] = [
    [(client) => client.get(wrong), 'Argument 1 of "GET"'],
    [(client) => client.set(wrong, "v"), 'Argument 1 of "SET"'],
    [(client) => client.set("k", wrong), 'Argument 2 of "SET"'],
    [(client) => client.getset("k", NaN), 'Argument 2 of "GETSET"'],
    [(client) => client.hset("k", "f", wrong), 'Argument 3 of "HSET"'],
    [(client) => client.mget("k", "l", wrong), 'Argument 3 of "MGET"'],
  ];
  const map = cluster.getMappingClient({ settled: true });
  const routing = cluster.getRoutingClient();
  for (const client of [routing, map as unknown as RoutingClient]) {
    for (const [call, expected] of calls) {
      const error = await reasonOf(call(client));
      assertInstanceOf(error, TypeError);
      assertEquals(error.message.slice(0, expected.length), expected);
    }
  }
});
