/**
 * The servers, certificates and proxies that a suite runs against.
 *
 * @module
 */

import { FaultProxy, RedisServer } from "../../src/testing.ts";
import { ScriptedServer } from "../../tests/faults/scripted_server.ts";
import {
  PASSWORD,
  type Stage,
  VALUE_BYTES,
} from "../../tests/runtimes/stage.ts";
import { makeTlsFixtures } from "../../tests/tls_fixtures.ts";

const HOSTNAME = "127.0.0.1";

/** A stage, until it is disposed of. */
export interface OpenStage extends AsyncDisposable {
  /** Its addresses. */
  readonly stage: Stage;
}

/** Starts everything that the suite needs. */
export async function openStage(): Promise<OpenStage> {
  await using opened = new AsyncDisposableStack();
  const certificates = opened.use(await makeTlsFixtures());
  const start = async (options: Parameters<typeof RedisServer.start>[0]) =>
    opened.use(await RedisServer.start({ transport: "tcp", ...options }));
  const plain = [await start({}), await start({}), await start({})];
  const unix = await start({ config: { requirepass: PASSWORD } });
  const tls = await start({ tls: certificates.valid });
  const otherName = await start({ tls: certificates.otherName });
  const proxy = async () => opened.use(await FaultProxy.start(plain[0]));
  const [cut, brittle, split, silent] = [
    await proxy(),
    await proxy(),
    await proxy(),
    await proxy(),
  ];
  cut.cut();
  brittle.cut({ replies: 10 });
  split.split(7);
  silent.hold();
  const stubborn = opened.use(new ScriptedServer(beStubborn));
  const plainText = opened.use(ScriptedServer.replying("-ERR no\r\n"));
  const caCerts = [certificates.caCert];
  const stage: Stage = {
    hosts: plain.map(({ port }) => ({ hostname: HOSTNAME, port })),
    cut: cut.host,
    brittle: brittle.host,
    split: split.host,
    silent: silent.host,
    closed: { hostname: HOSTNAME, port: freePort() },
    unix: { path: unix.path, password: PASSWORD },
    tls: { hostname: HOSTNAME, port: tls.port, caCerts },
    otherCaCert: certificates.otherCaCert,
    otherName: { hostname: HOSTNAME, port: otherName.port, caCerts },
    plain: { hostname: HOSTNAME, port: plainText.port },
    stubborn: { hostname: HOSTNAME, port: stubborn.port },
  };
  const resources = opened.move();
  return {
    stage,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** Answers all that it has read before it reads on. */
const beStubborn: ConstructorParameters<typeof ScriptedServer>[0] = async (
  link,
) => {
  const value = "v".repeat(VALUE_BYTES);
  const reply = new TextEncoder().encode(`$${VALUE_BYTES}\r\n${value}\r\n`);
  for (;;) {
    const text = await link.read();
    if (text === undefined) return;
    // Each command has one, wherever the pieces end.
    const commands = text.split("*").length - 1;
    for (let i = 0; i < commands; i++) await link.write(reply);
  }
};

function freePort(): number {
  using listener = Deno.listen({ hostname: HOSTNAME, port: 0 });
  return listener.addr.port;
}
