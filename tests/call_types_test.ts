import { assertEquals } from "@std/assert";
import type { FanoutClient } from "../src/clients/fanout_client.ts";
import type { MappingClient } from "../src/clients/mapping_client.ts";
import type { RoutingClient } from "../src/clients/routing_client.ts";
import type { CommandTuple } from "../src/clients/execute_commands.ts";
import { Script } from "../src/commands/script.ts";
import { Cluster } from "../src/cluster.ts";
import type { ClusterOptions } from "../src/cluster_options.ts";
import { RbPromise } from "../src/promise.ts";
import type { Reply } from "../src/values.ts";

import { check, typeOf } from "./type_checks.ts";

Deno.test("map() gives what its callback returns, awaited", () => {
  check((cluster: Cluster, client: RoutingClient) => {
    typeOf(cluster.map((m) => m.get("k"))).is<Promise<string | null>>(true);
    typeOf(client.map((m) => [m.get("a"), m.get("b")])).is<
      Promise<RbPromise<string | null>[]>
    >(true);
    typeOf(cluster.map(async (m) => await m.incr("n"))).is<Promise<number>>(
      true,
    );
    typeOf(cluster.map(() => {})).is<Promise<void>>(true);
    // Where failures are left to promises, one that was returned may have failed.
    const settled = { settled: true } as const;
    typeOf(cluster.map((m) => m.incr("n"), settled)).is<
      Promise<number | undefined>
    >(true);
    typeOf(client.map(async (m) => await m.incr("n"), settled)).is<
      Promise<number | undefined>
    >(true);
    typeOf(cluster.map((m) => [m.incr("a")], settled)).is<
      Promise<RbPromise<number>[]>
    >(true);
    typeOf(cluster.map((m) => m.incr("n"), { settled: false })).is<
      Promise<number>
    >(true);
    typeOf(cluster.map()).is<MappingClient>(true);
    typeOf(cluster.map({ timeout: 5 })).is<MappingClient>(true);
    typeOf(cluster.getMappingClient()).is<MappingClient>(true);
    // @ts-expect-error there is no such option
    cluster.map({ time: 5 });
  });
});

Deno.test("mapBatches() with settled gives entries of key and outcome", () => {
  check((cluster: Cluster) => {
    const entries = cluster.mapBatches(["a"], (m, key) => m.get(key), {
      settled: true,
    });
    typeOf(entries).is<
      AsyncIterableIterator<[string, PromiseSettledResult<string | null>]>
    >(true);
  });
});

Deno.test("mapBatches() gives entries of key and value", () => {
  check((cluster: Cluster, stream: AsyncIterable<number>) => {
    typeOf(cluster.mapBatches(["a"], (m, key) => m.get(key))).is<
      AsyncIterableIterator<[string, string | null]>
    >(true);
    typeOf(
      cluster.mapBatches(
        stream,
        (m, key) => RbPromise.all([m.get(key), m.strlen(key)]),
      ),
    ).is<
      AsyncIterableIterator<[number, [string | null, number]]>
    >(true);
  });
});

Deno.test("fanout() and all() give a Map of replies or of outcomes", () => {
  check((cluster: Cluster, hosts: readonly number[]) => {
    typeOf(cluster.all((c) => c.info())).is<Promise<Map<number, string>>>(true);
    typeOf(cluster.fanout([0, 1], (c) => c.dbsize())).is<
      Promise<Map<number, number>>
    >(true);
    typeOf(cluster.fanout("all", (c) => c.ping(), { settled: true })).is<
      Promise<Map<number, PromiseSettledResult<string>>>
    >(true);
    typeOf(cluster.all((c) => c.ping(), { settled: true })).is<
      Promise<Map<number, PromiseSettledResult<string>>>
    >(true);
    typeOf(cluster.fanout((c) => c.targetKey("k").get("k"))).is<
      Promise<string | null>
    >(true);
    typeOf(cluster.fanout((c) => [c.target(hosts).ping()])).is<
      Promise<RbPromise<Map<number, string>>[]>
    >(true);
    typeOf(cluster.fanout("all")).is<FanoutClient>(true);
    typeOf(cluster.fanout()).is<FanoutClient>(true);
    typeOf(cluster.all()).is<FanoutClient>(true);
    // @ts-expect-error it is no selection
    cluster.fanout("some", (c) => c.ping());
  });
});

Deno.test("executeCommands() gives promises in the shape of its mapping", () => {
  check((cluster: Cluster) => {
    const script = new Script("return 1");
    const record = cluster.executeCommands({
      foo: [["SET", "foo", 1], [script, ["foo"], [1]]],
      bar: [["GET", "bar"]],
    });
    typeOf(record).is<
      Promise<{ foo: RbPromise<Reply>[]; bar: RbPromise<Reply>[] }>
    >(true);
    const commands: readonly CommandTuple[] = [["GET", "a"]];
    const map = cluster.executeCommands(new Map([[7n, commands]]));
    typeOf(map).is<Promise<Map<bigint, RbPromise<Reply>[]>>>(true);
    // @ts-expect-error a command has a name
    cluster.executeCommands({ foo: [[1, 2]] });
  });
});

Deno.test("RbPromise.all() knows lists, records and Maps", () => {
  check((one: RbPromise<number>, other: RbPromise<string>) => {
    typeOf(RbPromise.all([one, other, 1])).is<
      RbPromise<[number, string, number]>
    >(true);
    const many: RbPromise<number>[] = [one];
    typeOf(RbPromise.all(many)).is<RbPromise<number[]>>(true);
    typeOf(RbPromise.all(new Set([one]))).is<RbPromise<number[]>>(true);
    typeOf(RbPromise.all({ one, other, plain: true })).is<
      RbPromise<{ one: number; other: string; plain: boolean }>
    >(true);
    typeOf(RbPromise.all(new Map([["a", one]]))).is<
      RbPromise<Map<string, number>>
    >(true);
    typeOf(one.then((value) => `${value}`, () => null)).is<
      RbPromise<string | null>
    >(true);
    const native: Promise<number> = one;
    typeOf(native).is<Promise<number>>(true);
  });
});

Deno.test("a host is said by its hostname, which no other name is taken for", () => {
  const options: ClusterOptions[] = [
    { hosts: [{ hostname: "127.0.0.1", port: 1 }] },
    { hosts: [new URL("redis://127.0.0.1")] },
    // @ts-expect-error a URL has a host, and options have none
    { hosts: [{ host: "127.0.0.1", port: 1 }] },
  ];
  assertEquals(options.length, 3);
});

Deno.test("hosts are options by their names, or URLs", () => {
  check(() => {
    const url = new URL("redis://127.0.0.1");
    new Cluster({ hosts: [url, { hostname: "127.0.0.1", port: 6379 }] });
    new Cluster({ hosts: { 0: url }, hostDefaults: { password: "secret" } });
    new Cluster({ seeds: [url], sentinels: { hosts: [url] } });
    // @ts-expect-error it is called "hostname"
    new Cluster({ hosts: [{ host: "127.0.0.1", port: 6379 }] });
    // @ts-expect-error and here as well
    new Cluster({ hosts: { 0: { host: "127.0.0.1", port: 6379 } } });
    // @ts-expect-error and here
    new Cluster({ seeds: [{ host: "127.0.0.1", port: 6379 }] });
  });
});
