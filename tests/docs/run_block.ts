/**
 * Runs one block of the documentation inside a test.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { ask } from "../../support/raw_client.ts";

const PRINTS = /^\s*console\.log\(.*\);? \/\/ (.+)$/;

/** What a block needs. */
export interface RunOptions {
  /** The ports of the servers it may use; they are emptied before. */
  ports: number[];
  /** Its code, with the comments that tell what it prints. */
  code: string;
}

/**
 * Runs a block on empty servers, and compares what it prints with the comments
 * behind its calls of `console.log`.
 */
export async function runBlock(
  load: () => Promise<unknown>,
  { ports, code }: RunOptions,
): Promise<void> {
  await Promise.all(ports.map((port) => ask({ port }, "FLUSHALL")));
  const printed: string[] = [];
  const log = console.log;
  console.log = (...values: unknown[]) => printed.push(textOf(values));
  try {
    await load();
  } finally {
    console.log = log;
  }
  const promised = code.split("\n")
    .map((line) => PRINTS.exec(line)?.[1])
    .filter((text) => text !== undefined);
  const kept = printed.filter((text) => promised.includes(text));
  assertEquals(
    promised.length > 0 ? kept : [],
    promised,
    `It printed:\n${printed.join("\n")}`,
  );
}

function textOf(values: unknown[]): string {
  return values.map((value) =>
    typeof value === "string" ? value : Deno.inspect(value)
  ).join(" ");
}
