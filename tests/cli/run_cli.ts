/**
 * Runs the command line as people do: in a process of its own, with the rights
 * that it is given, in a pipe or in a terminal.
 *
 * @module
 */

import { eventually } from "../../support/waiting.ts";
import { importMapFor } from "../docs/import_map.ts";

const ROOT = new URL("../../", import.meta.url);
const decoder = new TextDecoder();

/** A folder with what command lines need. */
export interface Bench extends AsyncDisposable {
  readonly dir: string;
  /** The words of a command line, the program first. */
  words(args: readonly string[], flags: readonly string[]): string[];
  /** Runs one to its end. */
  run(
    args: readonly string[],
    options: RunOptions,
  ): Promise<{ code: number; out: string; err: string }>;
}

/** How to run a command line. */
export interface RunOptions {
  /** What Deno is told, such as permissions. */
  readonly flags: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export async function makeBench(): Promise<Bench> {
  const dir = await Deno.makeTempDir({ prefix: "rb-cli-" });
  const map = await importMapFor(ROOT, dir);
  const words = (args: readonly string[], flags: readonly string[]) => [
    Deno.execPath(),
    "run",
    "--no-lock",
    "--no-prompt",
    `--import-map=${map}`,
    ...flags,
    new URL("src/cli.ts", ROOT).pathname,
    ...args,
  ];
  return {
    dir,
    words,
    async run(args, { flags, env = {} }) {
      const [program, ...rest] = words(args, flags);
      const { code, stdout, stderr } = await new Deno.Command(program, {
        args: rest,
        env: { ...env },
        stdin: "null",
      }).output();
      return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
    },
    [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }),
  };
}

/** A terminal that a test types into and looks at. */
export interface Terminal extends AsyncDisposable {
  /** Types a line. */
  type(line: string): Promise<void>;
  /** Presses a key, such as `C-c`. */
  press(key: string): Promise<void>;
  /** What it shows, with colours or without. */
  look(options?: { colors?: boolean }): Promise<string>;
  /** What tmux knows of it, such as `#{cursor_flag}`. */
  ask(format: string): Promise<string>;
  /** Writes all that it is sent into a file from now on. */
  record(path: string): Promise<void>;
  /** Waits until it shows something. */
  untilShown(pattern: RegExp): Promise<void>;
}

/** Whether there is a tmux, which terminals of tests are made of. */
export async function hasTmux(): Promise<boolean> {
  try {
    return (await new Deno.Command("tmux", { args: ["-V"] }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Opens a terminal with a shell in it, in a server of tmux of its own. */
export async function openTerminal(
  dir: string,
  { env = {} }: { env?: Readonly<Record<string, string>> } = {},
): Promise<Terminal> {
  const tmux = async (...args: string[]) => {
    const { success, stdout, stderr } = await new Deno.Command("tmux", {
      args: ["-S", `${dir}/tmux`, "-f", "/dev/null", ...args],
      // What the tests themselves run in says nothing of this terminal.
      clearEnv: true,
      env: { PATH: Deno.env.get("PATH") ?? "", ...kept(), ...env },
    }).output();
    if (!success) throw new Error(`tmux failed: ${decoder.decode(stderr)}`);
    return decoder.decode(stdout);
  };
  const size = ["-x", "120", "-y", "24"];
  await tmux("new-session", "-d", ...size, "env PS1='$ ' sh");
  const look = ({ colors = false } = {}) =>
    tmux("capture-pane", "-p", ...(colors ? ["-e"] : []));
  return {
    type: async (line) => {
      await tmux("send-keys", "-l", line);
      await tmux("send-keys", "Enter");
    },
    press: async (key) => void await tmux("send-keys", key),
    look,
    record: async (path) => void await tmux("pipe-pane", `cat >'${path}'`),
    ask: async (format) => (await tmux("display", "-p", format)).trim(),
    untilShown: async (pattern) => {
      try {
        await eventually(async () => pattern.test(await look()));
      } catch {
        throw new Error(`It never showed ${pattern}:\n${await look()}`);
      }
    },
    [Symbol.asyncDispose]: async () => void await tmux("kill-server"),
  };
}

/** Variables that Deno and packages need, where they are set. */
function kept(): Record<string, string> {
  const names = ["HOME", "DENO_DIR", "JSR_URL", "NPM_CONFIG_REGISTRY", "LANG"];
  const values = names.map((name) => [name, Deno.env.get(name)] as const);
  return {
    // Without it, tmux would write other letters for those that are no ASCII.
    LC_ALL: "C.UTF-8",
    ...Object.fromEntries(values.filter((entry) => entry[1] !== undefined)),
  } as Record<string, string>;
}

/** Words as a shell takes them for what they are. */
export function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
}
