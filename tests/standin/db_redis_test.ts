import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  type Client,
  connect,
  create,
  createLazyClient,
  ErrorReplyError,
  InvalidStateError,
  NotImplementedError,
  parseURL,
  type Redis,
  type RedisReply,
  type RedisValue,
} from "./db_redis/mod.ts";

/** A client that keeps what it is sent and always gives the same reply. */
class Recorder {
  readonly sent: unknown[][] = [];
  readonly redis: Redis;

  constructor(reply: RedisReply | Error = "OK") {
    const answer = () =>
      reply instanceof Error ? Promise.reject(reply) : Promise.resolve(reply);
    this.redis = create({
      connection: { isClosed: false, isConnected: true },
      exec: (command: string, ...args: RedisValue[]) => {
        this.sent.push([command, ...args]);
        return answer();
      },
      sendCommand: (...call: unknown[]) => {
        this.sent.push(call);
        return answer();
      },
      subscribe: (...call: unknown[]) => {
        this.sent.push(call);
        return Promise.resolve({
          subscribe: (...channels: string[]) => {
            this.sent.push(["again", ...channels]);
            return Promise.resolve();
          },
        });
      },
      close: () => this.sent.push(["close"]),
    } as unknown as Client);
  }
}

/** One way to write each kind of argument, and what is sent for it. */
const CALLS: [(redis: Redis) => unknown, unknown[]][] = [
  [(r) => r.get("k"), ["GET", "k"]],
  [(r) => r.mget("a", "b"), ["MGET", "a", "b"]],
  [(r) => r.aclCat(), ["ACL", "CAT"]],
  [(r) => r.aclCat("all"), ["ACL", "CAT", "all"]],
  [(r) => r.auth("u", "p"), ["AUTH", "u", "p"]],
  [(r) => r.ping(), ["PING"]],
  [(r) => r.ping(""), ["PING"]],
  [(r) => r.flushdb(true), ["FLUSHDB", "ASYNC"]],
  [(r) => r.blpop(1, "a", "b"), ["BLPOP", "a", "b", 1]],
  [(r) => r.mset("a", 1), ["MSET", "a", 1]],
  [(r) => r.mset(["a", 1], ["b", 2]), ["MSET", "a", 1, "b", 2]],
  [(r) => r.mset({ a: 1, b: 2 }), ["MSET", "a", 1, "b", 2]],
  [(r) => r.hset("k", { a: 1 }), ["HSET", "k", "a", 1]],
  [(r) => r.geoadd("k", { m: [1, 2] }), ["GEOADD", "k", 1, 2, "m"]],
  [(r) => r.set("k", 1), ["SET", "k", 1]],
  [
    (r) => r.set("k", 1, { ex: 5, nx: true, get: true }),
    ["SET", "k", 1, "EX", 5, "NX", "GET"],
  ],
  [(r) => r.lpop("k"), ["LPOP", "k"]],
  [(r) => r.lpop("k", 2), ["LPOP", "k", 2]],
  [(r) => r.lpos("k", "e", { count: 0 }), ["LPOS", "k", "e", "COUNT", "0"]],
  [(r) => r.sort("k", { alpha: true }), ["SORT", "k", "ALPHA"]],
  [(r) => r.scan(0, { count: 5 }), ["SCAN", 0, "COUNT", 5]],
  [(r) => r.eval("s", ["a"], [1]), ["EVAL", "s", 1, "a", 1]],
  [(r) => r.zadd("k", 1, "m", { ch: true }), ["ZADD", "k", "CH", 1, "m"]],
  [(r) => r.zadd("k", { m: 1 }, { nx: true }), ["ZADD", "k", "NX", 1, "m"]],
  [(r) => r.zadd("k", [[1, "m"]]), ["ZADD", "k", 1, "m"]],
  [
    (r) => r.zunionstore("d", { a: 2 }),
    ["ZUNIONSTORE", "d", 1, "a", "WEIGHTS", 2],
  ],
  [
    (r) => r.zrange("k", 0, 1, { withScore: true }),
    ["ZRANGE", "k", 0, 1, "WITHSCORES"],
  ],
  [
    (r) => r.xread([["a", 1], { key: "b", xid: "$" }], { count: 2 }),
    ["XREAD", "COUNT", 2, "STREAMS", "a", "b", "1-0", "$"],
  ],
  [(r) => r.xack("k", "g", [1, 2]), ["XACK", "k", "g", "1-2"]],
  [(r) => r.dump("k"), ["DUMP", ["k"], { returnUint8Arrays: true }]],
  [(r) => r.memoryMallocStats(), ["MEMORY", "MALLOC", "STATS"]],
  [(r) => r.replicaofNoOne(), ["REPLICAOF", "NO ONE"]],
];

Deno.test("create() sends what the call says, at once", async () => {
  for (const [call, expected] of CALLS) {
    const recorder = new Recorder([]);
    const promise = call(recorder.redis);
    assertEquals(recorder.sent, [expected]);
    assertInstanceOf(promise, Promise);
    await promise;
  }
});

Deno.test("create() gives methods that any redis-like object can borrow", async () => {
  const { redis, sent } = new Recorder();
  const derived: Redis = Object.create(redis);
  await derived.get("k");
  assertEquals(sent, [["GET", "k"]]);
  assertEquals(redis.get.name, "get");
});

Deno.test("create() passes replies and errors through", async () => {
  assertEquals(await new Recorder("v").redis.get("k"), "v");
  assertEquals(await new Recorder(null).redis.get("k"), null);
  const error = new ErrorReplyError("WRONGTYPE oh");
  const { redis } = new Recorder(error);
  assertStrictEquals(await assertRejects(() => redis.get("k")), error);
});

Deno.test("create() reads the replies about streams", async () => {
  const { redis } = new Recorder([["s", [["1-2", ["f", "v"]]]]]);
  assertEquals(await redis.xread([["s", 0]]), [{
    key: "s",
    messages: [{ xid: { unixMs: 1, seqNo: 2 }, fieldValues: { f: "v" } }],
  }]);
  assertEquals(await new Recorder(null).redis.xread([["s", 0]]), []);
  const id = await new Recorder("5-6").redis.xadd("s", "*", { f: "v" });
  assertEquals(id, { unixMs: 5, seqNo: 6 });
  const summary = new Recorder([1, "1-0", "2-0", [["c", "1"]]]);
  assertEquals(await summary.redis.xpending("s", "g"), {
    count: 1,
    startId: { unixMs: 1, seqNo: 0 },
    endId: { unixMs: 2, seqNo: 0 },
    consumers: [{ name: "c", pending: 1 }],
  });
});

Deno.test("create() refuses wrong arguments at the call", () => {
  const { redis, sent } = new Recorder();
  assertThrows(() => redis.clientList({ type: "NORMAL", ids: [1] }), Error);
  assertThrows(() => redis.monitor(), Error);
  assertEquals(sent, []);
});

Deno.test("quit() closes, whatever the server says", async () => {
  const { redis, sent } = new Recorder(new ErrorReplyError("ERR"));
  await assertRejects(() => redis.quit(), ErrorReplyError);
  assertEquals(sent, [["QUIT"], ["close"]]);
});

Deno.test("subscribe() subscribes once and adds to that afterwards", async () => {
  const { redis, sent } = new Recorder();
  const first = await redis.subscribe("a");
  assertStrictEquals(await redis.subscribe("b"), first);
  assertEquals(sent, [["SUBSCRIBE", "a"], ["again", "b"]]);
});

Deno.test("what the stand-in lacks says so", async () => {
  const { redis } = new Recorder();
  const options = { hostname: "127.0.0.1" };
  assertThrows(() => redis.pipeline(), NotImplementedError, "pipeline()");
  assertThrows(() => redis.tx(), NotImplementedError, "tx()");
  assertThrows(() => createLazyClient(options), NotImplementedError);
  assertThrows(() => parseURL("redis://a"), NotImplementedError);
  await assertRejects(() => connect(options), NotImplementedError);
});

Deno.test("the errors have the texts of the original", () => {
  assertEquals(new NotImplementedError().message, "Not implemented");
  assertEquals(new NotImplementedError("a").message, "Not implemented: a");
  assertEquals(new InvalidStateError().message, "Invalid state");
  assertEquals(new ErrorReplyError("a").name, "Error");
});
