import { assert, assertEquals, assertRejects } from "@std/assert";
import { RedisServer } from "../../src/testing/redis_server.ts";
import { ask } from "../../support/raw_client.ts";
import { exists } from "../testing/leftovers.ts";
import { makeTlsFixtures } from "../../support/tls_fixtures.ts";

async function ping(port: number, caCert: string): Promise<string> {
  using connection = await Deno.connectTls({
    hostname: "localhost",
    port,
    caCerts: [caCert],
  });
  await connection.handshake();
  await connection.write(new TextEncoder().encode("PING\r\n"));
  const bytes = new Uint8Array(64);
  const size = await connection.read(bytes) ?? 0;
  return new TextDecoder().decode(bytes.subarray(0, size));
}

Deno.test("makeTlsFixtures() makes certificates that a server shows", async () => {
  await using tls = await makeTlsFixtures();
  await using server = await RedisServer.start({ tls: tls.valid });
  assertEquals(await ping(server.port, tls.caCert), "+PONG\r\n");
  await assertRejects(
    () => ping(server.port, tls.otherCaCert),
    Error,
    "UnknownIssuer",
  );
  // Its unix socket goes on without TLS.
  assertEquals(await ask({ path: server.path }, "PING"), "PONG");
});

Deno.test("makeTlsFixtures() makes certificates that are refused", async () => {
  await using tls = await makeTlsFixtures();
  await using expired = await RedisServer.start({ tls: tls.expired });
  await assertRejects(() => ping(expired.port, tls.caCert), Error, "expired");
  await using otherName = await RedisServer.start({ tls: tls.otherName });
  await assertRejects(
    () => ping(otherName.port, tls.caCert),
    Error,
    "not valid for name",
  );
});

Deno.test("makeTlsFixtures() removes its files", async () => {
  const tls = await makeTlsFixtures();
  assert(await exists(tls.valid.cert));
  await tls[Symbol.asyncDispose]();
  assert(!await exists(tls.dir));
});
