/**
 * Which server program to start, and which version it is.
 *
 * @module
 */

/** A server program that answered to `--version`. */
export interface ServerExecutable {
  /** The name or path to start it by. */
  readonly command: string;
  /** Its major version, of Redis or of Valkey; nothing when it says neither. */
  readonly major: number | undefined;
}

const CANDIDATES = ["redis-server", "valkey-server"];
const VARIABLE = "RB_REDIS_SERVER";
const PROBE_TIMEOUT = 10_000;

/** One probe per program for the life of the process: versions stay. */
const probes = new Map<string, Promise<ServerExecutable | undefined>>();

/**
 * Finds the server program to start.
 *
 * @param wanted The name or path that was asked for; without one, the variable
 * `RB_REDIS_SERVER`, then `redis-server`, then `valkey-server`.
 * @returns The first of them that exists.
 * @throws {Deno.errors.NotFound} When there is none; the message says how to
 * get one.
 */
export async function findExecutable(
  wanted?: string,
): Promise<ServerExecutable> {
  const named = wanted ?? variable();
  const names = named === undefined ? permitted(CANDIDATES) : [named];
  for (const name of names) {
    const found = await probeOnce(name);
    if (found !== undefined) return found;
  }
  throw new Deno.errors.NotFound(
    `Cannot find ${names.map((name) => `"${name}"`).join(" or ")}: ` +
      `install a server ("apt-get install redis-server", ` +
      `"brew install redis") or name one with the option "executable" or ` +
      `the variable "${VARIABLE}"`,
  );
}

/** Reads the variable only where that is allowed, so that nobody is asked. */
function variable(): string | undefined {
  const query = { name: "env", variable: VARIABLE } as const;
  if (Deno.permissions.querySync(query).state !== "granted") return undefined;
  return Deno.env.get(VARIABLE) || undefined;
}

/** The names that may run; the first when none may, for Deno to object to. */
function permitted(names: string[]): string[] {
  const granted = names.filter((command) =>
    Deno.permissions.querySync({ name: "run", command }).state === "granted"
  );
  return granted.length > 0 ? granted : names.slice(0, 1);
}

function probeOnce(command: string): Promise<ServerExecutable | undefined> {
  const known = probes.get(command);
  if (known !== undefined) return known;
  const probing = probe(command);
  probes.set(command, probing);
  // Only what was found is kept: a server may be installed in the meantime.
  const forget = () => probes.delete(command);
  probing.then((found) => found ?? forget(), forget);
  return probing;
}

async function probe(command: string): Promise<ServerExecutable | undefined> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PROBE_TIMEOUT);
  try {
    const { stdout } = await new Deno.Command(command, {
      args: ["--version"],
      stdin: "null",
      stderr: "null",
      signal: abort.signal,
    }).output();
    return { command, major: majorIn(new TextDecoder().decode(stdout)) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function majorIn(version: string): number | undefined {
  const found = /^(?:Redis|Valkey) server v=(\d+)/.exec(version);
  return found === null ? undefined : Number(found[1]);
}
