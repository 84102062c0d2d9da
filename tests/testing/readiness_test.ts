import { assert, assertEquals } from "@std/assert";
import { answers, saysItIsReady } from "../../src/testing/readiness.ts";
import { bounded } from "../../support/waiting.ts";

/** A server that gives one reply to the first thing it hears. */
async function answersTo(reply: string): Promise<boolean> {
  const dir = await Deno.makeTempDir();
  const path = `${dir}/s.sock`;
  const listener = Deno.listen({ transport: "unix", path });
  const served = (async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(64));
    await connection.write(new TextEncoder().encode(reply));
  })();
  const result = await answers(path, Date.now() + 60_000);
  await served;
  listener.close();
  await Deno.remove(dir, { recursive: true });
  return result;
}

Deno.test("answers() takes any reply but LOADING", async () => {
  assert(await answersTo("+PONG\r\n"));
  assert(await answersTo("-NOAUTH Authentication required.\r\n"));
  assert(await answersTo("-ERR max number of clients reached\r\n"));
  assert(!await answersTo("-LOADING The server is loading\r\n"));
  assert(!await answersTo(""));
});

Deno.test("answers() is false where nobody listens", async () => {
  const dir = await Deno.makeTempDir();
  assert(!await answers(`${dir}/no.sock`, Date.now() + 1_000));
  await Deno.remove(dir);
});

Deno.test("answers() stops waiting at its deadline", async () => {
  const dir = await Deno.makeTempDir();
  const path = `${dir}/s.sock`;
  const listener = Deno.listen({ transport: "unix", path });
  const accepted = listener.accept();
  assert(!await bounded(answers(path, Date.now() + 50)));
  (await accepted).close();
  listener.close();
  await Deno.remove(dir, { recursive: true });
});

Deno.test("saysItIsReady() looks for the line of that process", async () => {
  const path = await Deno.makeTempFile();
  const line = "12:M 01 Jan 2026 00:00:00.000 * Ready to accept connections";
  assertEquals(await saysItIsReady(path, 12), false);
  await Deno.writeTextFile(path, "12:M 01 Jan 2026 * Server initialized\n");
  assertEquals(await saysItIsReady(path, 12), false);
  await Deno.writeTextFile(path, `${line} unix\n`);
  assertEquals(await saysItIsReady(path, 12), true);
  assertEquals(await saysItIsReady(path, 1), false);
  await Deno.writeTextFile(path, "13:X 01 Jan 2026 # Sentinel ID is 1f4a\n");
  assertEquals(await saysItIsReady(path, 13), true);
  await Deno.remove(path);
  assertEquals(await saysItIsReady(path, 12), false);
});
