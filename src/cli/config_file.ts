/**
 * The options of a cluster in a file of JSON.
 *
 * @module
 */

import { dirname, isAbsolute, join } from "node:path";
import type { ClusterOptions } from "../../mod.ts";
import { messageOf, UsageError } from "./exit_codes.ts";
import type { Shell } from "./shell.ts";

/**
 * Reads the options of a cluster. Where a text is expected, `{ "env": "NAME" }`
 * stands for that of an environment variable, and `{ "file": "path" }` for that
 * of a file, whose path begins at the folder of the JSON; so no secret has to
 * stand in it.
 *
 * @throws {UsageError} If a file cannot be read, a variable is not set, or the
 * text is no JSON. Nothing of it is repeated.
 */
export async function readConfigFile(
  path: string,
  shell: Shell,
): Promise<ClusterOptions> {
  const text = await readTextFile(path, shell);
  let options: unknown;
  try {
    options = JSON.parse(text);
  } catch {
    // The error of the parser would quote the text.
    throw new UsageError(`Cannot read "${path}": it is no JSON`);
  }
  if (!isRecord(options)) {
    throw new UsageError(
      `Cannot read "${path}": it is not an object with the options of a cluster`,
    );
  }
  // The cluster itself says what it does not understand.
  return await resolved(options, dirname(path), shell) as unknown as
    & ClusterOptions
    & Record<string, unknown>;
}

/**
 * Reads a file that holds one secret. A line feed at its end is none of it.
 *
 * @throws {UsageError} If it cannot be read.
 */
export async function readSecretFile(
  path: string,
  shell: Shell,
): Promise<string> {
  return (await readTextFile(path, shell)).replace(/\r?\n$/, "");
}

/**
 * Reads an environment variable that holds one secret.
 *
 * @throws {UsageError} If it is not set, or may not be read.
 */
export function readVariable(name: string, shell: Shell): string {
  let value: string | undefined;
  try {
    value = shell.variable(name);
  } catch (error) {
    throw new UsageError(
      `Cannot read the environment variable "${name}": ${messageOf(error)}`,
    );
  }
  if (value !== undefined) return value;
  throw new UsageError(`The environment variable "${name}" is not set`);
}

async function readTextFile(path: string, shell: Shell): Promise<string> {
  try {
    return await shell.readFile(path);
  } catch (error) {
    throw new UsageError(`Cannot read "${path}": ${messageOf(error)}`);
  }
}

/** Puts texts in the place of what names them. */
async function resolved(
  value: unknown,
  folder: string,
  shell: Shell,
): Promise<unknown> {
  if (Array.isArray(value)) {
    return await Promise.all(value.map((one) => resolved(one, folder, shell)));
  }
  if (!isRecord(value)) return value;
  const { env, file } = value;
  const isReference = Object.keys(value).length === 1;
  if (isReference && typeof env === "string") return readVariable(env, shell);
  if (isReference && typeof file === "string") {
    const path = isAbsolute(file) ? file : join(folder, file);
    return await readSecretFile(path, shell);
  }
  const entries = Object.entries(value).map(async ([name, one]) =>
    [name, await resolved(one, folder, shell)] as const
  );
  return Object.fromEntries(await Promise.all(entries));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
