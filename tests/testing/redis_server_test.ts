import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { RedisServer } from "../../src/testing/redis_server.ts";
import { ask, askOnce, RawClient } from "../../support/raw_client.ts";
import type { RedisServerOptions } from "../../src/testing.ts";
import { makeTlsFixtures } from "../../support/tls_fixtures.ts";
import { exists, isAlive } from "./leftovers.ts";

Deno.test("RedisServer.start() listens on a unix socket alone", async () => {
  await using server = await RedisServer.start();
  assertEquals(await ask({ path: server.path }, "PING"), "PONG");
  assertEquals(server.port, 0);
  assertEquals(server.address, server.path);
  assertEquals(server.host, { path: server.path });
  assert(server.isRunning);
});

Deno.test("RedisServer.start() listens on a free port as well", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  const { hostname, port, path } = server;
  assertEquals(hostname, "127.0.0.1");
  assertEquals(server.address, `127.0.0.1:${port}`);
  assertEquals(server.host, { hostname, port });
  assertEquals(await ask({ hostname, port }, "PING"), "PONG");
  assertEquals(await ask({ path }, "PING"), "PONG");
});

Deno.test("RedisServer.start() gives two servers two ports", async () => {
  await using one = await RedisServer.start({ transport: "tcp" });
  await using two = await RedisServer.start({ transport: "tcp" });
  assertNotEquals(one.port, two.port);
  assertNotEquals(one.pid, two.pid);
  assertNotEquals(one.dir, two.dir);
});

Deno.test("RedisServer.start() passes the configuration on", async () => {
  await using server = await RedisServer.start({
    databases: 3,
    config: ["requirepass a-secret", "maxclients 7"],
  });
  using client = await RawClient.connect({ path: server.path });
  assertStringIncludes(await client.ask("PING") ?? "", "-NOAUTH");
  assertEquals(await client.ask("AUTH a-secret"), "+OK\r\n");
  assertEquals(await client.ask("SELECT 2"), "+OK\r\n");
  assertStringIncludes(await client.ask("SELECT 3") ?? "", "-ERR");
  assertStringIncludes(
    await client.ask("CONFIG GET maxclients") ?? "",
    "\r\n7\r\n",
  );
});

Deno.test("RedisServer.start() listens to this machine, and saves nothing unless told to", async () => {
  const settings = async (options: RedisServerOptions) => {
    await using server = await RedisServer.start(options);
    using client = await RawClient.connect({ path: server.path });
    return [
      (await client.ask("CONFIG GET bind"))?.split("\r\n")[4],
      (await client.ask("CONFIG GET save"))?.split("\r\n")[4],
    ];
  };
  assertEquals(await settings({ transport: "tcp" }), ["127.0.0.1", ""]);
  // What is given replaces what would be ours.
  assertEquals((await settings({ config: { save: "900 1" } }))[1], "900 1");
});

Deno.test("RedisServer.start() looks at its options before anything else", async () => {
  const executable = "no-such-redis-server";
  await assertRejects(
    () => RedisServer.start({ executable, port: 0 }),
    RangeError,
    'Option "port"',
  );
  await assertRejects(
    () => RedisServer.start({ executable, config: { dir: "/" } }),
    TypeError,
    'Directive "dir"',
  );
});

Deno.test("RedisServer.start() allows DEBUG", async () => {
  await using server = await RedisServer.start();
  assertEquals(await ask(server, "DEBUG", "SLEEP", 0), "OK");
});

Deno.test("RedisServer.start() says how to get a missing server", async () => {
  const error = await assertRejects(
    () => RedisServer.start({ executable: "no-such-redis-server" }),
    Deno.errors.NotFound,
  );
  assertStringIncludes(error.message, 'Cannot find "no-such-redis-server"');
  assertStringIncludes(error.message, "apt-get install redis-server");
  assertStringIncludes(error.message, "brew install redis");
});

Deno.test("RedisServer.start() shows why a server exited, not its secrets", async () => {
  const error = await assertRejects(() =>
    RedisServer.start({ config: ["requirepass one-secret two-secrets"] })
  );
  assert(error instanceof Error);
  assertStringIncludes(error.message, "exited (code 1) before it was ready");
  assertStringIncludes(error.message, "requirepass ...");
  assert(!error.message.includes("secrets"), error.message);
});

Deno.test("RedisServer.start() shows that its port is taken", async () => {
  await using first = await RedisServer.start({ transport: "tcp" });
  const error = await assertRejects(() =>
    RedisServer.start({ port: first.port })
  );
  assert(error instanceof Error);
  assertStringIncludes(error.message, "Address already in use");
});

Deno.test("RedisServer.start() gives up on a silent server", async () => {
  const dir = await Deno.makeTempDir();
  const executable = `${dir}/silent-server`;
  await Deno.writeTextFile(
    executable,
    '#!/bin/sh\n[ "$1" = --version ] && exit 0\nexec sleep 20\n',
  );
  await Deno.chmod(executable, 0o755);
  const error = await assertRejects(() =>
    RedisServer.start({ executable, timeout: 100 })
  );
  assert(error instanceof Error);
  assertStringIncludes(error.message, "did not answer within 100 ms");
  await Deno.remove(dir, { recursive: true });
});

Deno.test("RedisServer.stop() leaves no process, port or file", async () => {
  const server = await RedisServer.start({ transport: "tcp" });
  const { pid, dir, hostname, port } = server;
  assert(await isAlive(pid));
  assert(await exists(dir));
  await server.stop();
  await server.stop();
  assert(!server.isRunning);
  assert(!await isAlive(pid));
  assert(!await exists(dir));
  await assertRejects(
    () => Deno.connect({ hostname, port }),
    Deno.errors.ConnectionRefused,
  );
});

Deno.test("RedisServer[Symbol.asyncDispose]() stops it after an exception", async () => {
  let pid = 0;
  let dir = "";
  await assertRejects(
    async () => {
      await using server = await RedisServer.start();
      ({ pid, dir } = server);
      throw new Error("Something fails");
    },
    Error,
    "Something fails",
  );
  assert(pid > 0);
  assert(!await isAlive(pid));
  assert(!await exists(dir));
});

Deno.test("RedisServer.pause() silences it until resume()", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  using client = await RawClient.connect(server);
  assertEquals(await client.ask("PING"), "+PONG\r\n");
  server.pause();
  let isAnswered = false;
  const answer = client.ask("PING").then((text) => {
    isAnswered = true;
    return text;
  });
  await new Promise((wake) => setTimeout(wake, 100));
  assert(!isAnswered);
  assert(server.isRunning);
  server.resume();
  assertEquals(await answer, "+PONG\r\n");
});

Deno.test("RedisServer.stop() ends a paused server", async () => {
  const server = await RedisServer.start();
  server.pause();
  await server.stop();
  assert(!await isAlive(server.pid));
});

Deno.test("RedisServer.restart() keeps port, path and saved data", async () => {
  await using server = await RedisServer.start({
    transport: "tcp",
    config: { appendonly: "yes", appendfsync: "always" },
  });
  const { pid, port, path } = server;
  assertEquals(await ask(server, "SET", "key", "value"), "OK");
  await server.kill();
  assert(!server.isRunning);
  assert(!await isAlive(pid));
  await server.restart();
  assertEquals([server.port, server.path], [port, path]);
  assertNotEquals(server.pid, pid);
  assertEquals(await ask(server, "GET", "key"), "value");
});

Deno.test("RedisServer.restart() shuts a running server down first", async () => {
  await using server = await RedisServer.start();
  const { pid } = server;
  assertEquals(await ask(server, "SET", "key", "value"), "OK");
  server.pause();
  await server.restart();
  assert(!await isAlive(pid));
  assertEquals(await ask(server, "GET", "key"), null);
  const log = await Deno.readTextFile(`${server.dir}/server.log`);
  assertStringIncludes(log, "Received SIGTERM");
});

Deno.test("RedisServer.restart() refuses once it is stopped", async () => {
  const server = await RedisServer.start();
  await server.stop();
  await assertRejects(() => server.restart(), Error, "it is stopped");
});

Deno.test("RedisServer.kill() ends it in good order with SIGTERM", async () => {
  await using server = await RedisServer.start();
  await server.kill("SIGTERM");
  await server.kill();
  assert(!server.isRunning);
  const log = await Deno.readTextFile(`${server.dir}/server.log`);
  assertStringIncludes(log, "Received SIGTERM");
});

Deno.test("RedisServer.start() takes another port when its own is taken meanwhile", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { listen } = Deno;
  let looks = 0;
  // The port was free when it was looked for, and is not any more.
  const taken = { addr: listener.addr, [Symbol.dispose]() {} };
  const stub = (options: Deno.TcpListenOptions) =>
    looks++ < 2 ? taken : listen(options);
  Object.defineProperty(Deno, "listen", { value: stub, configurable: true });
  try {
    await using server = await RedisServer.start({ transport: "tcp" });
    assertEquals(looks, 3);
    assertNotEquals(server.port, listener.addr.port);
    assertEquals(await askOnce(server, "PING"), "+PONG\r\n");
  } finally {
    Object.defineProperty(Deno, "listen", {
      value: listen,
      configurable: true,
    });
  }
});

Deno.test("RedisServer.start() with a certificate speaks TLS alone on its port", async () => {
  await using tls = await makeTlsFixtures();
  await using server = await RedisServer.start({ tls: tls.valid });
  assert(server.port > 0);
  assertEquals(
    await askOnce({ path: server.path }, "CONFIG GET port"),
    "*2\r\n$4\r\nport\r\n$1\r\n0\r\n",
  );
});
