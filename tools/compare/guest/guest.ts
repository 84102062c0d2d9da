/**
 * Clients that need another runtime: the native one of Bun, and valkey-glide.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import type { Client, Outcome, ServerAddress, Way } from "../contender.ts";
import { TIMED, WARMUP } from "../rounds.ts";
import type { GuestName, GuestReply, GuestTask } from "./task.ts";

/** The ways of a guest. */
export type GuestWay = "Promise.all get" | "Promise.all set ex";

/** Variables with a program and, of a package, with its module. */
const VARIABLES: Record<GuestName, readonly string[]> = {
  bun: ["RB_BUN"],
  glide: ["RB_NODE", "RB_GLIDE"],
};

const PROGRAM = new URL("./program.ts", import.meta.url);

/**
 * Starts a guest.
 *
 * @returns Nothing where its variables name no program.
 */
export function openGuest(
  name: GuestName,
  servers: readonly ServerAddress[],
): Client<GuestWay> | undefined {
  const [program, ...modules] = VARIABLES[name]
    .map((variable) => Deno.env.get(variable) ?? "");
  if (program === "" || modules.includes("")) return undefined;
  const guest = new Guest(program, [name, ...modules]);
  const way = (work: GuestTask["work"]): Way => async (workload) => {
    const { keys, values, hosts } = workload;
    const expected = work === "get" ? values : keys.map(() => "OK");
    const task: GuestTask = {
      ...{ work, servers, keys, values, hosts, expected },
      ...{ warmup: WARMUP, timed: TIMED },
    };
    return await guest.run(task);
  };
  return {
    ways: {
      "Promise.all get": way("get"),
      "Promise.all set ex": way("set ex"),
    },
    [Symbol.asyncDispose]: () => guest.stop(),
  };
}

/** A process that answers one line with one. */
class Guest {
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(program: string, args: readonly string[]) {
    this.#process = new Deno.Command(program, {
      args: [fileURLToPath(PROGRAM), ...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#writer = this.#process.stdin.getWriter();
    this.#lines = this.#process.stdout
      .pipeThrough(new TextDecoderStream()).getReader();
  }

  async run(task: GuestTask): Promise<Outcome> {
    const line = `${JSON.stringify(task)}\n`;
    await this.#writer.write(new TextEncoder().encode(line));
    const reply = JSON.parse(await this.#line()) as GuestReply;
    if ("error" in reply) throw new Error(`A guest failed: ${reply.error}`);
    return reply;
  }

  async stop(): Promise<void> {
    await this.#writer.close();
    await this.#process.status;
    await this.#lines.cancel();
  }

  async #line(): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        // A client may have a log of its own.
        if (line.startsWith("{")) return line;
        continue;
      }
      const { done, value } = await this.#lines.read();
      if (done) throw new Error("A guest has ended");
      this.#text += value;
    }
  }
}
