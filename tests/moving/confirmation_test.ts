import { assertEquals } from "@std/assert";
import { confirmation, isConfirmed } from "../../src/moving/confirmation.ts";
import { RECORD_KEY, type RingRecord } from "../../src/moving/mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { oracle } from "../../support/raw_client.ts";
import { eventually } from "../../support/waiting.ts";

Deno.test("a record is confirmed once so many replicas have it", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using client = oracle(server);
  const confirmed = async (replicated: number) => {
    const record: RingRecord = {
      ...{ epoch: 3, phase: "moving", from: "a", to: "b", isMixed: false },
      replicated,
    };
    const replies = [];
    for (const [name, ...args] of confirmation(record)) {
      replies.push(await client.command(name, ...args as string[]));
    }
    return isConfirmed(record, replies as never);
  };
  assertEquals(await confirmed(0), true);
  assertEquals(await confirmed(1), false);
  const config = [`replicaof ${server.hostname} ${server.port}`];
  await using replica = await RedisServer.start({ transport: "tcp", config });
  await using other = oracle(replica);
  await eventually(() => confirmed(1));
  assertEquals(
    await other.command("GET", RECORD_KEY),
    await client.command("GET", RECORD_KEY),
  );
  assertEquals(await confirmed(2), false);
});
