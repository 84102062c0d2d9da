import { assertEquals } from "@std/assert";
import { openRb } from "../../tools/compare/rb.ts";
import { makeWorkload } from "../../tools/compare/workload.ts";
import { memoryCluster } from "../../tools/scaling/memory_cluster.ts";
import { MemorySocket } from "../../tools/scaling/memory_socket.ts";
import { MEMORY_WAYS } from "../../tools/scaling/series.ts";

const VALUE = "v".repeat(16);

Deno.test("hosts that answer from memory know all that is measured with them", async () => {
  await using cluster = memoryCluster(3);
  const options = { count: 3_000, prefix: "key", valueSize: 16 };
  const workload = makeWorkload(cluster.getRouter(), options);
  const { ways } = openRb(cluster);
  for (const name of MEMORY_WAYS) {
    const { values } = await ways[name](workload);
    const found = values?.() ?? [];
    assertEquals(found.every((value) => value === VALUE), true, name);
    assertEquals(found.length, name.endsWith("get") ? 3_000 : 0, name);
  }
});

Deno.test("MemorySocket tells what a connection asks, and proves that it lives", async () => {
  const socket = new MemorySocket();
  const ask = async (...commands: string[][]): Promise<string> => {
    const text = commands.map((words) =>
      `*${words.length}\r\n` +
      words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")
    ).join("");
    await socket.write(new TextEncoder().encode(text));
    const buffer = new Uint8Array(1_000);
    const count = await socket.read(buffer) ?? 0;
    return new TextDecoder().decode(buffer.subarray(0, count));
  };
  const key = "key:000000000000";
  assertEquals(
    await ask(["CLIENT", "INFO"], ["PING"], ["PING", "123"]),
    "$18\r\nid=1 addr=memory:0\r\n+PONG\r\n$3\r\n123\r\n",
  );
  assertEquals(
    await ask(["SET", key, VALUE], ["MSET", key, VALUE, key, VALUE]),
    "+OK\r\n+OK\r\n",
  );
  assertEquals(
    await ask(["GET", key], ["MGET", key]),
    `$16\r\n${VALUE}\r\n*1\r\n$16\r\n${VALUE}\r\n`,
  );
  socket.close();
});
