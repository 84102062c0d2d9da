/**
 * Lua scripts.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { Argument, Key } from "../values.ts";
import { Form } from "./spec.ts";
import { specOf } from "./table.ts";

/**
 * A Lua script, named by the SHA-1 of its source.
 *
 * Run it with `run(script, keys, args)` of any client, or in `executeCommands`. A
 * connection that has not seen it carries its source, any other its name alone.
 *
 * @example Run a script next to its key
 * ```ts
 * import { Cluster, Script } from "@rb/rb";
 *
 * await using cluster = new Cluster({ hosts: ["redis://127.0.0.1:6379"] });
 * const script = new Script("return redis.call('INCRBY', KEYS[1], ARGV[1])");
 * const client = cluster.getRoutingClient();
 * console.log(await client.run(script, ["counter"], [5])); // 5
 * ```
 */
export class Script {
  /** The source. */
  readonly script: string;
  /** The SHA-1 of the source in hexadecimal, as EVALSHA takes it. */
  readonly sha: string;

  /**
   * Takes a script; nothing is sent.
   *
   * @param script The source in Lua.
   */
  constructor(script: string) {
    this.script = script;
    this.sha = createHash("sha1").update(script, "utf8").digest("hex");
  }
}

/** The form of each script, so that neighbours are known as such. */
const forms = new WeakMap<Script, Form>();

/**
 * One run of a script as a command.
 *
 * @param script The script.
 * @param keys Its keys, `KEYS` in Lua.
 * @param args Its arguments, `ARGV` in Lua.
 * @throws {TypeError} If it is no script, or keys or arguments are no list.
 */
export function scriptCall(
  script: Script,
  keys: readonly Key[] = [],
  args: readonly Argument[] = [],
): { form: Form; args: Argument[] } {
  if (!(script instanceof Script)) {
    throw new TypeError(
      "What is to be run is no Script: make one with new Script(source)",
    );
  }
  if (!Array.isArray(keys) || !Array.isArray(args)) {
    throw new TypeError("The keys and the arguments of a script are lists");
  }
  let form = forms.get(script);
  if (form === undefined) {
    form = new Form(specOf("EVALSHA"), { script });
    forms.set(script, form);
  }
  return { form, args: [script.sha, keys.length, ...keys, ...args] };
}
