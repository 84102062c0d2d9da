import type { RedisCommands, XId } from "@db/redis";
import type { FanoutClient } from "../src/clients/fanout_client.ts";
import type { LocalClient } from "../src/clients/local_client.ts";
import type { MappingClient } from "../src/clients/mapping_client.ts";
import type { RoutingClient } from "../src/clients/routing_client.ts";
import type { RbPromise } from "../src/promise.ts";
import type { Reply } from "../src/values.ts";
import { check, lacks, typeOf } from "./type_checks.ts";

/** The settled outcomes of several hosts. */
type Outcomes<T> = RbPromise<Map<number, PromiseSettledResult<T>>>;

Deno.test("Method maps replies for each kind of client", () => {
  check((
    client: RoutingClient,
    local: LocalClient,
    map: MappingClient,
    fanout: FanoutClient,
    settled: FanoutClient<"settled">,
  ) => {
    typeOf(client.get("k")).is<Promise<string | null>>(true);
    typeOf(local.get("k")).is<Promise<string | null>>(true);
    typeOf(map.get("k")).is<RbPromise<string | null>>(true);
    typeOf(fanout.get("k")).is<RbPromise<Map<number, string | null>>>(true);
    typeOf(settled.get("k")).is<Outcomes<string | null>>(true);
    typeOf(fanout.target([0]).incr("k")).is<RbPromise<Map<number, number>>>(
      true,
    );
    typeOf(settled.target("all").incr("k")).is<Outcomes<number>>(true);
    typeOf(fanout.targetKey("k").get("k")).is<RbPromise<string | null>>(true);
    typeOf(settled.targetKey("k").incr("k")).is<RbPromise<number>>(true);
  });
});

Deno.test("set() has the reply of its options", () => {
  check((client: RoutingClient, map: MappingClient, fanout: FanoutClient) => {
    typeOf(client.set("k", "v")).is<Promise<string>>(true);
    typeOf(client.set("k", 1, { ex: 60 })).is<Promise<string>>(true);
    typeOf(client.set("k", "v", { nx: true })).is<Promise<string | null>>(true);
    typeOf(client.set("k", "v", { xx: true })).is<Promise<string | null>>(true);
    typeOf(client.set("k", "v", { get: true })).is<Promise<string | null>>(
      true,
    );
    typeOf(client.set("k", "v", { mode: "NX" })).is<Promise<string | null>>(
      true,
    );
    typeOf(map.set("k", "v")).is<RbPromise<string>>(true);
    typeOf(map.set("k", "v", { nx: true })).is<RbPromise<string | null>>(true);
    typeOf(fanout.set("k", "v")).is<RbPromise<Map<number, string>>>(true);
    // @ts-expect-error there is no such option
    client.set("k", "v", { forever: true });
  });
});

Deno.test("zadd() has three forms and the reply of its options", () => {
  check((client: RoutingClient, map: MappingClient, fanout: FanoutClient) => {
    typeOf(client.zadd("k", 1, "m")).is<Promise<number>>(true);
    typeOf(client.zadd("k", 1, "m", { nx: true })).is<Promise<number | null>>(
      true,
    );
    typeOf(client.zadd("k", [[1, "m"], [2, "n"]])).is<Promise<number>>(true);
    typeOf(client.zadd("k", { m: 1, n: 2 }, { ch: true })).is<Promise<number>>(
      true,
    );
    typeOf(map.zadd("k", { m: 1 }, { xx: true })).is<RbPromise<number | null>>(
      true,
    );
    typeOf(fanout.zadd("k", 1, "m")).is<RbPromise<Map<number, number>>>(true);
  });
});

Deno.test("methods of two overloads keep both", () => {
  check((client: RoutingClient, local: LocalClient, map: MappingClient) => {
    typeOf(client.lpop("k")).is<Promise<string | null>>(true);
    typeOf(client.lpop("k", 2)).is<Promise<string[]>>(true);
    typeOf(map.lpop("k")).is<RbPromise<string | null>>(true);
    typeOf(map.lpop("k", 2)).is<RbPromise<string[]>>(true);
    typeOf(client.spop("k")).is<Promise<string | null>>(true);
    typeOf(client.spop("k", 2)).is<Promise<string[]>>(true);
    typeOf(map.srandmember("k")).is<RbPromise<string | null>>(true);
    typeOf(map.srandmember("k", 2)).is<RbPromise<string[]>>(true);
    typeOf(client.sort("k")).is<Promise<string[]>>(true);
    typeOf(map.sort("k", { destination: "d" })).is<RbPromise<number>>(true);
    typeOf(client.xadd("k", "*", { a: 1 })).is<Promise<XId>>(true);
    typeOf(client.bitcount("k")).is<Promise<number>>(true);
    typeOf(map.bitcount("k", 0, -1)).is<RbPromise<number>>(true);
    typeOf(client.bitfield("k", { get: { type: "u8", offset: 0 } })).is<
      Promise<number[]>
    >(true);
    typeOf(map.bitfield("k", { overflow: "FAIL" })).is<
      RbPromise<(number | null)[]>
    >(true);
    typeOf(client.lpos("k", "e")).is<Promise<number | null>>(true);
    typeOf(map.lpos("k", "e", { count: 2 })).is<RbPromise<number[]>>(true);
    typeOf(local.ping()).is<Promise<string>>(true);
    typeOf(local.ping("hello")).is<Promise<string>>(true);
    typeOf(local.aclLog(5)).is<Promise<string[]>>(true);
    typeOf(local.aclLog("RESET")).is<Promise<string>>(true);
    // @ts-expect-error one bound alone is no form of BITCOUNT
    client.bitcount("k", 0);
  });
});

Deno.test("methods of three overloads keep all of them", () => {
  check((client: RoutingClient, map: MappingClient, fanout: FanoutClient) => {
    typeOf(client.mset("a", 1)).is<Promise<string>>(true);
    typeOf(client.mset(["a", 1], ["b", 2])).is<Promise<string>>(true);
    typeOf(map.mset({ a: 1, b: "2" })).is<RbPromise<string>>(true);
    typeOf(client.hset("k", "f", 1)).is<Promise<number>>(true);
    typeOf(client.hset("k", ["f", 1], ["g", 2])).is<Promise<number>>(true);
    typeOf(map.hset("k", { f: 1 })).is<RbPromise<number>>(true);
    typeOf(fanout.hset("k", { f: 1 })).is<RbPromise<Map<number, number>>>(true);
    typeOf(client.geoadd("k", 1, 2, "m")).is<Promise<number>>(true);
    typeOf(client.geoadd("k", [1, 2, "m"])).is<Promise<number>>(true);
    typeOf(map.geoadd("k", { m: [1, 2] })).is<RbPromise<number>>(true);
    client.zinter(["a", "b"], { withScore: true });
    client.zinter([["a", 1], ["b", 2]]);
    map.zinter({ a: 1, b: 2 });
    typeOf(map.zinterstore("d", ["a"])).is<RbPromise<number>>(true);
    // @ts-expect-error a value is missing
    client.hset("k", "f");
    // @ts-expect-error a date is no value
    client.hset("k", "f", new Date());
  });
});

Deno.test("stralgo() keeps its five overloads", () => {
  check((local: LocalClient, fanout: FanoutClient) => {
    typeOf(local.stralgo("LCS", "STRINGS", "a", "b")).is<
      Promise<string | null>
    >(true);
    typeOf(local.stralgo("LCS", "STRINGS", "a", "b", { len: true })).is<
      Promise<number>
    >(true);
    const matches = local.stralgo("LCS", "STRINGS", "a", "b", { idx: true });
    typeOf(matches).is<
      Promise<[string, [[number, number], [number, number]][], string, number]>
    >(true);
    typeOf(local.stralgo("LCS", "KEYS", "a", "b", {
      idx: true,
      withmatchlen: true,
    })).is<
      Promise<
        [string, [[number, number], [number, number], number][], string, number]
      >
    >(true);
    local.stralgo("LCS", "KEYS", "a", "b", { minmatchlen: 2 });
    typeOf(fanout.stralgo("LCS", "KEYS", "a", "b", { len: true })).is<
      RbPromise<Map<number, number>>
    >(true);
  });
});

Deno.test("keys and values may be bytes, numbers and bigints", () => {
  check((client: RoutingClient, map: MappingClient, fanout: FanoutClient) => {
    const bytes = new Uint8Array(2);
    client.get(bytes);
    map.get(7);
    map.get(7n);
    fanout.get(bytes);
    client.set(bytes, bytes);
    client.set(7n, 8n, { ex: 60 });
    client.mget("a", bytes, 3, 4n);
    client.del(bytes, "b");
    map.incrby(bytes, 9_007_199_254_740_993n);
    map.hset(7, bytes, 8n);
    map.zadd(bytes, 1, bytes);
    client.sadd("k", bytes, 1, 2n);
    client.lpop(bytes, 2);
    client.hget(bytes, bytes);
    // @ts-expect-error an object is no key
    client.get({});
    // @ts-expect-error null is no key
    client.get(null);
    // @ts-expect-error a list is no key
    map.get(["a"]);
    // @ts-expect-error text is no number
    client.expire("k", "60");
  });
});

Deno.test("sendCommand() gives any reply", () => {
  check((
    client: RoutingClient,
    map: MappingClient,
    settled: FanoutClient<"settled">,
    signal: AbortSignal,
  ) => {
    typeOf(client.sendCommand("GET", ["k"])).is<Promise<Reply>>(true);
    typeOf(map.sendCommand("GET", ["k"])).is<RbPromise<Reply>>(true);
    typeOf(settled.sendCommand("PING")).is<Outcomes<Reply>>(true);
    client.sendCommand("GET", ["k"], { returnUint8Arrays: true, timeout: 5 });
    client.sendCommand("INCR", ["k"], { idempotent: true, signal });
    // @ts-expect-error a map has one time limit, that of the map
    map.sendCommand("GET", ["k"], { timeout: 5 });
  });
});

Deno.test("routing and mapping clients lack what names no key", () => {
  type Absent =
    | "ping"
    | "echo"
    | "info"
    | "keys"
    | "scan"
    | "flushdb"
    | "flushall"
    | "dbsize"
    | "publish"
    | "configGet"
    | "scriptLoad"
    | "clientList"
    | "time"
    | "wait";
  lacks<RoutingClient, Absent>(true);
  lacks<MappingClient, Absent>(true);
  check((client: RoutingClient, map: MappingClient) => {
    // @ts-expect-error it names no key
    client.ping();
    // @ts-expect-error it names no key
    map.info();
    // What names a key is there, whatever its name begins with.
    client.memoryUsage("k");
    client.objectEncoding("k");
    client.xgroupCreate("k", "group", "$");
    map.debugObject("k");
    map.eval("return 1", ["k"], []);
  });
});

/** Methods of a client that cannot stand for those of `@db/redis`. */
type Unlike<C> = {
  [M in keyof C & keyof RedisCommands]: C[M] extends RedisCommands[M] ? never
    : M;
}[keyof C & keyof RedisCommands];

Deno.test("methods may stand for those of @db/redis", () => {
  type Corrected =
    // They are null where nothing is there, which its types leave out.
    | "aclGetUser"
    | "memoryUsage"
    | "xinfoStream"
    | "xpending"
    // It gives lines, not one text.
    | "xgroupHelp"
    // An integer may be a bigint.
    | "eval"
    | "evalsha";
  check((unlike: Unlike<LocalClient>) => {
    typeOf(unlike).is<Corrected>(true);
  });
});

Deno.test("every method of @db/redis is there, but what needs a connection of its own", () => {
  type OwnConnection =
    | "asking"
    | "auth"
    | "clientCaching"
    | "clientSetName"
    | "clientTracking"
    | "discard"
    | "exec"
    | "hello"
    | "monitor"
    | "multi"
    | "pipeline"
    | "psubscribe"
    | "quit"
    | "readonly"
    | "readwrite"
    | "scriptDebug"
    | "select"
    | "subscribe"
    | "sync"
    | "tx"
    | "unwatch"
    | "wait"
    | "watch";
  check((others: Exclude<keyof RedisCommands, keyof LocalClient>) => {
    typeOf(others).is<OwnConnection>(true);
  });
});

Deno.test("no client of a cluster has what needs a connection of its own", () => {
  type Stateful =
    | "multi"
    | "exec"
    | "discard"
    | "watch"
    | "unwatch"
    | "subscribe"
    | "psubscribe"
    | "select"
    | "auth"
    | "hello"
    | "quit"
    | "monitor"
    | "pipeline"
    | "tx"
    | "clientSetName"
    | "clientTracking";
  lacks<RoutingClient, Stateful>(true);
  lacks<LocalClient, Stateful>(true);
  lacks<MappingClient, Stateful>(true);
  lacks<FanoutClient, Stateful>(true);
  lacks<FanoutClient<"settled">, Stateful>(true);
  check((local: LocalClient, fanout: FanoutClient) => {
    // @ts-expect-error it needs a connection of its own
    local.multi();
    // @ts-expect-error it needs a connection of its own
    fanout.subscribe("channel");
    // @ts-expect-error it needs a connection of its own
    local.select(1);
    local.blpop(1, "list");
    fanout.configSet("maxmemory", "1mb");
  });
});
