/**
 * Programs in processes of their own, and the one that moves keys.
 *
 * @module
 */

const MOVER = new URL("./mover_program.ts", import.meta.url);

/** What the program is told that moves keys. */
export interface MoverProgramOptions {
  readonly hosts: readonly [before: unknown, after: unknown];
  /** Whether keys are placed by a ring. */
  readonly isRing: boolean;
  readonly rate: number;
  readonly pageSize: number;
}

/** A program in a process of its own, with pipes. */
export function program(source: URL, ...args: string[]): Deno.Command {
  const map = Deno.env.get("RB_IMPORT_MAP") ??
    new URL("../tests/standin/import_map.json", import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", `--import-map=${map}`],
      ...[source.href, ...args],
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  });
}

/** A program that moves keys, and tells each step in a line. */
export function moverProgram(options: MoverProgramOptions): Deno.Command {
  return program(MOVER, JSON.stringify(options));
}
