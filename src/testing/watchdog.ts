/**
 * What ends a server when the program that started it cannot: a shell that
 * sleeps until the program's end of a pipe closes.
 *
 * @module
 */

// It removes twice: a dying server may write its log once more in between. A
// line means that the server has ended in good order, the end of the input
// that the program is gone. A signal from the keyboard goes to the whole group.
const SCRIPT = `trap '' HUP INT TERM
if ! read -r line; then
  kill -KILL "$1" 2>/dev/null
  rm -rf "$2" || rm -rf "$2"
fi`;

/** The watchdog of one server process. */
export class Watchdog {
  readonly #child: Deno.ChildProcess;
  #released: Promise<void> | undefined;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
  }

  /**
   * Watches over a server, where that is possible: on a system with `sh`, and
   * with the permission to run it, which nobody is asked for.
   *
   * @param pid The id of the server process.
   * @param directory What to remove with it.
   * @returns The watchdog, or `undefined` where there can be none.
   */
  static start(pid: number, directory: string): Watchdog | undefined {
    const query = { name: "run", command: "sh" } as const;
    if (Deno.build.os === "windows") return undefined;
    if (Deno.permissions.querySync(query).state !== "granted") return undefined;
    try {
      const child = new Deno.Command("sh", {
        args: ["-c", SCRIPT, "rb-watchdog", String(pid), directory],
        stdin: "piped",
        stdout: "null",
        stderr: "null",
      }).spawn();
      child.unref();
      return new Watchdog(child);
    } catch {
      // It is a second line of defence: a server without it still works.
      return undefined;
    }
  }

  /**
   * Sends the watchdog home: its server has ended.
   *
   * @returns A promise that resolves when the shell has ended too.
   */
  release(): Promise<void> {
    return this.#released ??= this.#release();
  }

  async #release(): Promise<void> {
    this.#child.ref();
    const writer = this.#child.stdin.getWriter();
    try {
      await writer.write(new TextEncoder().encode("done\n"));
      await writer.close();
    } catch {
      // Somebody has ended the shell already.
    }
    await this.#child.status;
  }
}
