/**
 * Programs that write while keys move, and what has to hold after that.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { program } from "./mover.ts";
import type { Cluster, ClusterOptions } from "../mod.ts";
import { ConsistentHashingRouter } from "./rings.ts";
import { COUNTERS, type WriterReport } from "./writer_program.ts";

const PROGRAM = new URL("./writer_program.ts", import.meta.url);

/** The hosts that programs write to. */
export interface WrittenRings {
  /** What a program has that takes part. */
  readonly options: ClusterOptions;
  /** The cluster as it is when all keys have moved. */
  readonly after: Cluster;
  /** Fails unless each key is on its host alone. */
  assertPlaced(cluster: Cluster): Promise<unknown>;
}

/** One process that writes. */
class Writer {
  readonly #process: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #rest = "";
  #isEnded = false;

  constructor(rings: WrittenRings, number: number, seed: number) {
    const { router, signal: _, ...options } = rings.options;
    const args = JSON.stringify({
      ...options,
      router: router === ConsistentHashingRouter ? "ring" : "partition",
    });
    this.#process = program(PROGRAM, args, `${number}`, `${seed}`).spawn();
    this.#lines = this.#process.stdout
      .pipeThrough(new TextDecoderStream()).getReader();
  }

  get pid(): number {
    return this.#process.pid;
  }

  async line(): Promise<string> {
    while (!this.#rest.includes("\n")) {
      const { value, done } = await this.#lines.read();
      if (done) throw new Error(`A writer has ended: ${this.#rest}`);
      this.#rest += value;
    }
    const at = this.#rest.indexOf("\n");
    const line = this.#rest.slice(0, at);
    this.#rest = this.#rest.slice(at + 1);
    return line;
  }

  async end(): Promise<WriterReport> {
    await this.#process.stdin.close();
    const report = JSON.parse(await this.line());
    await this.#finish();
    return report;
  }

  async kill(): Promise<void> {
    if (this.#isEnded) return;
    try {
      this.#process.kill("SIGKILL");
      await this.#process.stdin.close();
    } catch {
      // It has ended by itself.
    }
    await this.#finish();
  }

  async #finish(): Promise<void> {
    this.#isEnded = true;
    await this.#lines.cancel();
    await this.#process.status;
  }
}

/** Several processes that write. */
export class Writers implements AsyncDisposable {
  readonly #rings: WrittenRings;
  readonly #writers: readonly Writer[];

  private constructor(rings: WrittenRings, writers: readonly Writer[]) {
    this.#rings = rings;
    this.#writers = writers;
  }

  /** Starts them, and waits until each has written; what chance does, the seed says. */
  static async start(
    rings: WrittenRings,
    count = 4,
    seed = 1,
  ): Promise<Writers> {
    const writers = Array.from(
      { length: count },
      (_, number) => new Writer(rings, number, seed + number),
    );
    const all = new Writers(rings, writers);
    try {
      for (const writer of writers) assertEquals(await writer.line(), "ready");
    } catch (error) {
      await all[Symbol.asyncDispose]();
      throw error;
    }
    return all;
  }

  /** The processes, as the system knows them. */
  get pids(): number[] {
    return this.#writers.map(({ pid }) => pid);
  }

  /**
   * Ends them, and fails unless all that was acknowledged is there.
   *
   * @param cluster The hosts that have all keys now.
   * @returns The errors of all of them by name and outcome.
   */
  async check(cluster = this.#rings.after): Promise<Record<string, number>> {
    const reports: WriterReport[] = [];
    for (const writer of this.#writers) reports.push(await writer.end());
    assertEquals(reports.flatMap(({ wrong }) => wrong), []);
    const client = cluster.getRoutingClient();
    const wrong: string[] = [];
    for (let i = 0; i < COUNTERS; i++) {
      const key = `counter:${i}`;
      const sum = (of: "tried" | "done") =>
        reports.reduce((sum, report) => sum + (report[of][key] ?? 0), 0);
      const value = Number(await client.get(key) ?? 0);
      const isBetween = sum("done") <= value && value <= sum("tried");
      if (isBetween) continue;
      // Where the others are tells what has gone wrong.
      const places = await cluster.all((client) => client.get(key));
      wrong.push(
        `${key} is ${value}, not within ${sum("done")} to ${
          sum("tried")
        }; by ` +
          `hosts: ${JSON.stringify([...places])}`,
      );
    }
    assert(
      wrong.length === 0,
      `${wrong.join("\n")}\nerrors: ${
        JSON.stringify(reports.map(({ errors }) => errors))
      }`,
    );
    for (const { own, unknown, lists } of reports) {
      const unsure = new Set(unknown);
      for (const [key, value] of Object.entries(own)) {
        if (unsure.has(key)) continue;
        assertEquals(await client.get(key), value, key);
      }
      for (const [key, length] of Object.entries(lists)) {
        const values = (await client.lrange(key, 0, -1)).map(Number);
        const wanted = Array.from({ length: values.length }, (_, i) => i);
        assertEquals(values, wanted, key);
        if (!unsure.has(key)) assertEquals(values.length, length, key);
      }
    }
    await this.#rings.assertPlaced(cluster);
    const errors: Record<string, number> = {};
    for (const report of reports) {
      for (const [kind, count] of Object.entries(report.errors)) {
        errors[kind] = (errors[kind] ?? 0) + count;
      }
    }
    return errors;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const writer of this.#writers) await writer.kill();
  }
}
