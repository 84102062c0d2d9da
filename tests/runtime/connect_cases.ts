/**
 * What every runtime has to do when a socket is opened.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Runtime } from "../../src/runtime/runtime.ts";
import { RedisServer } from "../../src/testing.ts";
import { CLOSED_PORT } from "../../support/closed_port.ts";
import { eventually } from "../../support/waiting.ts";
import { makeTlsFixtures } from "../../support/tls_fixtures.ts";
import { end, hangup, HOSTNAME, listen, NEVER, writeAll } from "./listening.ts";

/**
 * Tests a runtime.
 *
 * @param name What it is called.
 * @param runtime The runtime.
 * @param refused What its error says where nobody listens.
 */
export function testConnect(
  name: string,
  runtime: Runtime,
  refused: string,
): void {
  Deno.test(`${name}.connect() opens a unix socket`, async () => {
    const dir = await Deno.makeTempDir();
    try {
      const path = `${dir}/a.sock`;
      const listener = Deno.listen({ transport: "unix", path });
      const address = { hostname: "", port: 0, path, tls: false };
      const opening = runtime.connect(address, NEVER);
      const link = await listener.accept();
      const socket = await opening;
      await writeAll(link, new Uint8Array([1, 2, 3]));
      assertEquals(await socket.read(new Uint8Array(8)), 3);
      await end(socket);
      link.close();
      listener.close();
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  });

  Deno.test(`${name}.connect() says why it could not`, async () => {
    const address = { hostname: HOSTNAME, port: CLOSED_PORT, tls: false };
    const error = await assertRejects(
      () => runtime.connect(address, NEVER),
      Error,
      refused,
    );
    assertEquals(runtime.isUntrusted(error), false);
  });

  Deno.test(`${name}.connect() leaves no socket when it is aborted`, async () => {
    let open = 0;
    await using server = listen(async (link) => {
      open++;
      await hangup(link);
      open--;
    });
    const reason = new Error("No longer wanted");
    for (const tls of [false, true]) {
      const controller = new AbortController();
      const address = { ...server.address, tls };
      const opening = runtime.connect(address, controller.signal);
      // TLS waits for a server that never greets.
      if (tls) await eventually(() => open > 0);
      controller.abort(reason);
      assertEquals(await assertRejects(() => opening, Error), reason);
      await eventually(() => open === 0);
      await assertRejects(() => runtime.connect(address, controller.signal));
    }
  });

  Deno.test(`${name}.isUntrusted() tells a bad certificate from a lost link`, async () => {
    await using fixtures = await makeTlsFixtures();
    await using server = await RedisServer.start({ tls: fixtures.valid });
    const { port } = server;
    const caCerts = [fixtures.caCert];
    for (const hostname of ["localhost", HOSTNAME]) {
      const address = { hostname, port, tls: true, caCerts };
      const socket = await runtime.connect(address, NEVER);
      await socket.write(new TextEncoder().encode("PING\r\n"));
      assertEquals(await socket.read(new Uint8Array(64)), 7);
      await end(socket);
    }
    for (const caCerts of [undefined, [fixtures.otherCaCert]]) {
      const address = { hostname: "localhost", port, tls: true, caCerts };
      const error = await assertRejects(
        () => runtime.connect(address, NEVER),
        Error,
      );
      assert(runtime.isUntrusted(error), error.message);
    }
    // It hangs up in the middle of the greeting.
    await using rude = listen(async (link) => {
      await link.read(new Uint8Array(64));
    });
    const address = { ...rude.address, tls: true, caCerts };
    const lost = await assertRejects(
      () => runtime.connect(address, NEVER),
      Error,
    );
    assertEquals(runtime.isUntrusted(lost), false, lost.message);
  });
}
