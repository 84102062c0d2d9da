import { assert, assertEquals, assertRejects } from "@std/assert";
import { nodeRuntime } from "../../src/runtime/node.ts";
import type { Address } from "../../src/runtime/runtime.ts";
import { RedisServer } from "../../src/testing.ts";
import { makeTlsFixtures } from "../../support/tls_fixtures.ts";
import { testConnect } from "./connect_cases.ts";
import { end, HOSTNAME, NEVER } from "./listening.ts";

/*
 * Deno has the modules of Node.js too: what the adapter does by itself shows
 * here. How it does with the real ones, `sh tools/dev runtimes` tells.
 */

testConnect("nodeRuntime", nodeRuntime, "ECONNREFUSED");

Deno.test("nodeRuntime.connect() shows a certificate, and checks a name that it is given", async () => {
  await using fixtures = await makeTlsFixtures();
  const ca = `${fixtures.dir}/ca.pem`;
  const tls = { ...fixtures.otherName, ca };
  await using server = await RedisServer.start({ tls });
  await using local = await RedisServer.start({ tls: fixtures.valid });
  const base = { hostname: HOSTNAME, tls: true, caCerts: [fixtures.caCert] };
  const guarded = { ...base, port: server.port, ...fixtures.client };
  const open = { ...base, port: local.port };
  const good: Address[] = [
    { ...guarded, serverName: "other.test" },
    { ...open, serverName: "localhost" },
    { ...open, hostname: "localhost", serverName: HOSTNAME },
  ];
  for (const address of good) {
    assertEquals(nodeRuntime.objectionTo(address), undefined);
    // The second time with what is known of the first one.
    for (let i = 0; i < 2; i++) {
      const socket = await nodeRuntime.connect(address, NEVER);
      await socket.write(new TextEncoder().encode("PING\r\n"));
      assertEquals(await socket.read(new Uint8Array(64)), 7);
      await end(socket);
    }
  }
  const { key } = fixtures.client;
  const bad: Address[] = [
    guarded,
    { ...guarded, serverName: "another.test" },
    { ...guarded, serverName: HOSTNAME },
    { ...guarded, serverName: "other.test", caCerts: [fixtures.otherCaCert] },
    { ...guarded, key: key.replace(/[A-Za-z0-9+/]{20}/, "") },
    { ...open, serverName: "127.0.0.2" },
    { ...open, serverName: "other.test" },
  ];
  for (const address of bad) {
    const error = await assertRejects(
      () => nodeRuntime.connect(address, NEVER),
      Error,
    );
    assert(nodeRuntime.isUntrusted(error), error.message);
  }
});
