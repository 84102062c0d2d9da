import { assertEquals } from "@std/assert";
import {
  BLOCK_PART,
  blockingFor,
  BlockParts,
} from "../../src/commands/block_parts.ts";
import { RedisServer } from "../../src/testing.ts";
import type { Argument } from "../../src/values.ts";
import { ask } from "../../support/raw_client.ts";
import { bounded } from "../../support/waiting.ts";

/** The arguments of each part of a command, each of which takes its time. */
function partsOf(
  name: string,
  args: Argument[],
  time: number,
): (readonly Argument[])[] | undefined {
  const parts = BlockParts.of(name, args, time);
  if (parts === undefined) return undefined;
  const all: (readonly Argument[])[] = [];
  for (
    let part = parts.next();
    part !== undefined && all.length < 4;
    part = parts.next(part.time)
  ) all.push(part.args);
  return all;
}

Deno.test("BlockParts.of() divides what blocks for long, and nothing else", () => {
  assertEquals(BLOCK_PART, 15_000);
  assertEquals(partsOf("BLPOP", ["k", 15], 15_000), undefined);
  assertEquals(partsOf("GET", ["k"], 60_000), undefined);
  assertEquals(partsOf("WAIT", [1, 60_000], 60_000), undefined);
  assertEquals(partsOf("BLPOP", ["k", "l", 40], 40_000), [
    ["k", "l", 15],
    ["k", "l", 15],
    ["k", "l", 10],
  ]);
  assertEquals(
    partsOf("BZMPOP", [0, 1, "k", "MIN"], Infinity),
    new Array(4).fill([15, 1, "k", "MIN"]),
  );
});

Deno.test("BlockParts.of() changes the time of streams, and not their names", () => {
  const before: Argument[] = ["GROUP", "block", "BLOCK", "BLOCK", 0];
  const behind: Argument[] = ["STREAMS", "BLOCK", "0", ">", ">"];
  assertEquals(
    partsOf("XREADGROUP", [...before, ...behind], Infinity)?.[0],
    ["GROUP", "block", "BLOCK", "BLOCK", 15_000, ...behind],
  );
  assertEquals(
    partsOf("XREAD", ["BLOCK", 15_000.5, "STREAMS", "k", 0], 15_000.5)?.[1],
    ["BLOCK", 1, "STREAMS", "k", 0],
  );
});

Deno.test("BlockParts.of() does not divide what starts at the end of a stream", () => {
  const dollar = new TextEncoder().encode("$");
  for (const ids of [["$"], [dollar], ["0", "$"]] as Argument[][]) {
    const names = ids.map((_, index) => `k${index}`);
    const args = ["BLOCK", 0, "STREAMS", ...names, ...ids];
    assertEquals(partsOf("XREAD", args, Infinity), undefined);
  }
  // There it is the name of a stream.
  const args = ["BLOCK", 0, "STREAMS", "$", "0"];
  assertEquals(partsOf("XREAD", args, Infinity)?.length, 4);
});

Deno.test("blockingFor() asks no server to block for ever, however little is left", async () => {
  await using server = await RedisServer.start();
  for (const time of [0.01, 0.5, 1, 1.5]) {
    for (const name of ["BLPOP", "BZPOPMIN", "XREAD"]) {
      const args = name === "XREAD"
        ? ["BLOCK", 0, "STREAMS", "k", "0"]
        : ["k", 0];
      const words = blockingFor(name, args, time) as (string | number)[];
      assertEquals(
        await bounded(ask(server, name, ...words)),
        null,
        `${words}`,
      );
    }
  }
  assertEquals(blockingFor("BLPOP", ["k", 0], 1), ["k", 0.002]);
});

Deno.test("BlockParts.next() has no part behind one that was cut short", () => {
  const parts = BlockParts.of("BLPOP", ["k", 0], Infinity)!;
  parts.next();
  assertEquals(parts.next(15_000)?.time, 15_000);
  assertEquals(parts.next(14_000), undefined);
});
