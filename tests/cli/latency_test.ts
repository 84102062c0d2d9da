import { assert, assertRejects } from "@std/assert";
import { CommandError, ConnectionError } from "../../mod.ts";
import { pingTime } from "../../src/cli/latency.ts";

Deno.test("pingTime() takes an error of the server for an answer", async () => {
  const loading = () => Promise.reject(new CommandError("LOADING wait"));
  assert(await pingTime({ ping: loading }) >= 0);
  await assertRejects(
    () => pingTime({ ping: () => Promise.reject(new ConnectionError("lost")) }),
    ConnectionError,
    "lost",
  );
});
