import { assert, assertEquals } from "@std/assert";
import { Watchdog } from "../../src/testing/watchdog.ts";
import { bounded } from "../../support/waiting.ts";

/*
 * What it does when its program is gone is shown with programs that are killed,
 * in lifetime_test.ts.
 */

Deno.test("Watchdog.release() ends it, and leaves process and directory alone", async () => {
  const directory = await Deno.makeTempDir();
  const child = new Deno.Command("sleep", { args: ["60"] }).spawn();
  try {
    const watchdog = Watchdog.start(child.pid, directory);
    assert(watchdog !== undefined, "there is no sh");
    const released = watchdog.release();
    assertEquals(watchdog.release(), released);
    await bounded(released);
    assert((await Deno.stat(directory)).isDirectory);
    // It can still be ended, so it was not ended before.
    child.kill("SIGTERM");
    assertEquals((await child.status).signal, "SIGTERM");
  } finally {
    await child.status;
    await Deno.remove(directory, { recursive: true });
  }
});
