import { assertEquals, assertRejects } from "@std/assert";
import {
  type CommandError,
  ConnectionError,
  TimeoutError,
} from "../../src/errors.ts";
import { RedisServer } from "../../src/testing.ts";
import { inquire } from "../../src/wire/inquire.ts";

function endpointOf({ path }: RedisServer) {
  return { hostname: "", port: 0, path, tls: false, db: 0 };
}

Deno.test("inquire() asks several things over one connection, and closes it", async () => {
  await using server = await RedisServer.start();
  const [pong, error, id] = await inquire(
    endpointOf(server),
    [["PING"], ["NO"], ["CLIENT", "ID"]],
    { timeout: 20_000 },
  );
  assertEquals(pong, "PONG");
  assertEquals((error as CommandError).code, "ERR");
  const [list] = await inquire(endpointOf(server), [["CLIENT", "LIST"]], {
    timeout: 20_000,
  });
  assertEquals(String(list).includes(`id=${id} `), false);
});

Deno.test("inquire() ends when its time is up, and says so", async () => {
  await using server = await RedisServer.start();
  server.pause();
  await assertRejects(
    () => inquire(endpointOf(server), [["PING"]], { timeout: 50 }),
    TimeoutError,
    "did not answer in time",
  );
  server.resume();
});

Deno.test("inquire() says who cannot be reached, or lets nobody in", async () => {
  await using server = await RedisServer.start({
    config: { requirepass: "secret" },
  });
  const endpoint = { ...endpointOf(server), password: "wrong" };
  await assertRejects(
    () => inquire(endpoint, [["PING"]], { timeout: 20_000 }),
    ConnectionError,
    "refused AUTH",
  );
  await server.kill();
  await assertRejects(
    () => inquire(endpoint, [["PING"]], { timeout: 20_000 }),
    ConnectionError,
  );
});

Deno.test("inquire() is given up with the reason of its signal, at any time", async () => {
  await using server = await RedisServer.start();
  const reason = new Error("enough");
  const options = { timeout: 20_000, signal: AbortSignal.abort(reason) };
  const ask = (signal: AbortSignal) =>
    inquire(endpointOf(server), [["PING"]], { ...options, signal });
  await assertRejects(() => ask(options.signal), Error, "enough");
  server.pause();
  const controller = new AbortController();
  const asked = ask(controller.signal);
  await new Promise((wake) => setTimeout(wake, 20));
  controller.abort(reason);
  await assertRejects(() => asked, Error, "enough");
  server.resume();
});
