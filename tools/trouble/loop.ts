/**
 * A program that asks a host that is down without ever pausing by itself: does
 * it still do anything else, and does it see the host come back?
 *
 * @module
 */

import { RedisServer } from "@rb/rb/testing";
import { grouped } from "../measure/format.ts";
import { importMap } from "../measure/import_map.ts";
import { sleep } from "../../support/waiting.ts";
import type { Figure, Trouble } from "./figure.ts";
import type { LoopReport } from "./loop_program.ts";

/** How long the host is down, in milliseconds. */
const DOWN = 5_000;
/** So long may its program be without a timer, in seconds. */
const MOST_LATE = 1;
/** So long may it take until the host is seen again, in seconds. */
const MOST = 2;
/** A loop that says nothing for so long is frozen, in milliseconds. */
const PATIENCE = 30_000;

/** Runs the loop in a process of its own, which it may freeze. */
export async function tightLoop(): Promise<Trouble> {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using loop = new Loop(server);
  await loop.report();
  await server.kill();
  await sleep(DOWN);
  await server.restart();
  const back = Date.now();
  const report = await loop.report();
  return {
    title: `a loop without a pause on a host that is down for ${
      DOWN / 1_000
    } s`,
    figures: figures(report, back),
    notes: report === undefined ? ["it is frozen: it never came back"] : [
      `it asked ${grouped(report.asked)} times, and a timer of 10 ms ran ` +
      `${grouped(report.ticks)} times`,
    ],
  };
}

function figures(report: LoopReport | undefined, back: number): Figure[] {
  const { longestGap, seen } = report ?? { longestGap: NaN, seen: NaN };
  return [
    {
      meaning: "the longest time without any timer of its program",
      value: longestGap / 1_000,
      unit: "s",
      bound: { most: MOST_LATE },
    },
    {
      meaning: "until it sees that the host is back",
      value: Math.max(0, seen - back) / 1_000,
      unit: "s",
      bound: { most: MOST },
    },
  ];
}

/** The process of the loop. */
class Loop implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #output: ReadableStreamDefaultReader<string>;
  /** What has come of the next line. */
  #text = "";

  constructor({ hostname, port }: RedisServer) {
    const map = importMap();
    this.#process = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--no-prompt", "--no-check", "--allow-all"],
        ...(map === undefined ? [] : [`--import-map=${map}`]),
        new URL("loop_program.ts", import.meta.url).href,
        ...[`${hostname}`, `${port}`],
      ],
      stdin: "null",
      stdout: "piped",
    }).spawn();
    this.#output = this.#process.stdout
      .pipeThrough(new TextDecoderStream()).getReader();
  }

  /** The next report; nothing when none comes. */
  async report(): Promise<LoopReport | undefined> {
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), PATIENCE);
    try {
      while (!this.#text.includes("\n")) {
        const { value, done } = await this.#output.read();
        if (done) return undefined;
        this.#text += value;
      }
    } finally {
      clearTimeout(timer);
    }
    const end = this.#text.indexOf("\n");
    const line = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 1);
    return JSON.parse(line);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#output.cancel();
    await this.#process.status;
  }
}
