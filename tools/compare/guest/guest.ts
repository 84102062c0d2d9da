/**
 * Clients in processes of their own: those that need another runtime, which are the
 * native one of Bun and valkey-glide, and this library beside them.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import type { Client, Outcome, ServerAddress, Way } from "../contender.ts";
import { importMap } from "../../measure/import_map.ts";
import { TIMED, WARMUP } from "../rounds.ts";
import type { GuestName, GuestReply, GuestTask } from "./task.ts";

/** The ways of a guest. */
export type GuestWay = "Promise.all get" | "Promise.all set ex";

/** Variables with a program and, of a package, with its module. */
const VARIABLES: Record<Exclude<GuestName, "rb">, readonly string[]> = {
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
  const command = commandOf(name);
  if (command === undefined) return undefined;
  const guest = new Guest(command);
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

/** A program and its arguments. */
type Command = [program: string, ...args: string[]];

function commandOf(name: GuestName): Command | undefined {
  const path = fileURLToPath(PROGRAM);
  if (name === "rb") {
    const map = importMap();
    const options = map === undefined ? [] : [`--import-map=${map}`];
    return [Deno.execPath(), "run", "-A", "--no-check", ...options, path, name];
  }
  const [program, ...modules] = VARIABLES[name]
    .map((variable) => Deno.env.get(variable) ?? "");
  return program === "" || modules.includes("")
    ? undefined
    : [program, path, name, ...modules];
}

/** A process that answers one line with one. */
class Guest {
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor([program, ...args]: Command) {
    this.#process = new Deno.Command(program, {
      args,
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
