import { assertType, type IsExact } from "@std/testing/types";
import type {
  BulkNil,
  BulkString,
  Integer,
  Redis,
  RedisPipeline,
  XId,
} from "./db_redis/mod.ts";

/** What a call resolves to; the call itself is never made. */
type Reply<T> = T extends (redis: Redis) => Promise<infer R> ? R : never;

function replyOf<T extends (redis: Redis) => Promise<unknown>>(
  _call: T,
): Reply<T> | undefined {
  return undefined;
}

Deno.test("overloads have the reply of their arguments", () => {
  const lpop = replyOf((r) => r.lpop("k"));
  assertType<IsExact<typeof lpop, BulkString | BulkNil | undefined>>(true);
  const lpopCount = replyOf((r) => r.lpop("k", 2));
  assertType<IsExact<typeof lpopCount, BulkString[] | undefined>>(true);
  const sort = replyOf((r) => r.sort("k"));
  assertType<IsExact<typeof sort, BulkString[] | undefined>>(true);
  const stored = replyOf((r) => r.sort("k", { destination: "d" }));
  assertType<IsExact<typeof stored, Integer | undefined>>(true);
  const xadd = replyOf((r) => r.xadd("k", "*", { a: 1 }));
  assertType<IsExact<typeof xadd, XId | undefined>>(true);
});

Deno.test("SET and ZADD have the reply of their options", () => {
  const plain = replyOf((r) => r.set("k", 1, { ex: 5 }));
  assertType<IsExact<typeof plain, string | undefined>>(true);
  const conditional = replyOf((r) => r.set("k", 1, { nx: true }));
  assertType<IsExact<typeof conditional, string | null | undefined>>(true);
  const added = replyOf((r) => r.zadd("k", 1, "m"));
  assertType<IsExact<typeof added, Integer | undefined>>(true);
  const updated = replyOf((r) => r.zadd("k", 1, "m", { xx: true }));
  assertType<IsExact<typeof updated, Integer | null | undefined>>(true);
});

Deno.test("a pipeline is a client that flushes", () => {
  assertType<RedisPipeline extends Redis ? true : false>(true);
  assertType<IsExact<ReturnType<Redis["tx"]>, RedisPipeline>>(true);
});
