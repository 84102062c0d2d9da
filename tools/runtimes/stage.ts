/**
 * The servers, certificates and proxies that a suite runs against.
 *
 * @module
 */

import {
  FaultProxy,
  RedisServer,
  type RedisServerOptions,
} from "../../src/testing.ts";
import { CLOSED_PORT } from "../../support/closed_port.ts";
import { ScriptedServer } from "../../support/scripted_server.ts";
import {
  messageAt,
  MESSAGES,
  PASSWORD,
  type Stage,
  VALUE_BYTES,
} from "./suite/stage.ts";
import { makeTlsFixtures } from "../../support/tls_fixtures.ts";

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
  const start = async (options: RedisServerOptions) =>
    opened.use(await RedisServer.start({ transport: "tcp", ...options }));
  // A subscriber may be slow for as long as it likes.
  const patient = { "client-output-buffer-limit": "pubsub 0 0 0" };
  const subscribed = await start({ config: patient });
  const plain = [subscribed, await start({}), await start({})];
  const unix = await start({ config: { requirepass: PASSWORD } });
  const tls = await start({ tls: certificates.valid });
  const ca = `${certificates.dir}/ca.pem`;
  const guarded = await start({ tls: { ...certificates.valid, ca } });
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
  const news = opened.use(await sendNews(certificates.valid));
  const caCerts = [certificates.caCert];
  const stage: Stage = {
    hosts: plain.map(({ port }) => ({ hostname: HOSTNAME, port })),
    cut: cut.host,
    brittle: brittle.host,
    split: split.host,
    silent: silent.host,
    closed: { hostname: HOSTNAME, port: CLOSED_PORT },
    unix: { path: unix.path, password: PASSWORD },
    tls: { hostname: HOSTNAME, port: tls.port, caCerts },
    guarded: {
      hostname: HOSTNAME,
      port: guarded.port,
      caCerts,
      ...certificates.client,
    },
    otherCaCert: certificates.otherCaCert,
    otherName: { hostname: HOSTNAME, port: otherName.port, caCerts },
    news: { hostname: HOSTNAME, port: news.port, caCerts },
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

/** Sends its messages to whoever says something, as fast as they are taken. */
async function sendNews(
  { cert, key }: { cert: string; key: string },
): Promise<AsyncDisposable & { port: number }> {
  const listener = Deno.listenTls({
    hostname: HOSTNAME,
    port: 0,
    cert: await Deno.readTextFile(cert),
    key: await Deno.readTextFile(key),
  });
  const encoder = new TextEncoder();
  async function serve(connection: Deno.TlsConn): Promise<void> {
    using link = connection;
    if (await link.read(new Uint8Array(1_024)) === null) return;
    const writer = link.writable.getWriter();
    const head = "$4\r\nnews\r\n";
    const answer = `*3\r\n$9\r\nsubscribe\r\n${head}:1\r\n`;
    await writer.write(encoder.encode(answer));
    for (let i = 0; i < MESSAGES; i++) {
      const text = messageAt(i);
      const body = `$${text.length}\r\n${text}\r\n`;
      await writer.write(
        encoder.encode(`*3\r\n$7\r\nmessage\r\n${head}${body}`),
      );
    }
    while (await link.read(new Uint8Array(1_024)) !== null);
  }
  const running: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const link of listener) {
      // Whoever hangs up in the middle of it has had enough.
      running.push(serve(link).catch(() => {}));
    }
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      await Promise.all(running);
    },
  };
}
