import { assert, assertEquals } from "@std/assert";
import { HostInfo } from "../src/host_info.ts";
import { SentinelEvents } from "../src/sentinel_events.ts";
import { RedisServer } from "../src/testing.ts";
import { ask, oracle } from "../support/raw_client.ts";
import { eventually } from "../support/waiting.ts";

/** Listens to a server, which does for a sentinel here, and counts the news. */
class Listening implements AsyncDisposable {
  news = 0;
  readonly events: SentinelEvents;

  constructor(servers: readonly RedisServer[]) {
    this.events = new SentinelEvents({
      sentinels: servers.map(({ path }, id) => new HostInfo(id, { path })),
      timeout: 20_000,
      onNews: () => this.news++,
    });
    this.events.start();
    this.events.start();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.events.stop();
  }
}

async function listeners(server: RedisServer): Promise<number> {
  const reply = await ask(server, "PUBSUB", "NUMSUB", "+switch-master");
  return Number((reply as unknown[])[1]);
}

Deno.test("SentinelEvents tells that it listens, and each switch", async () => {
  await using server = await RedisServer.start();
  await using direct = oracle(server);
  await using listening = new Listening([server]);
  await eventually(() => listening.news === 1);
  assertEquals(await listeners(server), 1);
  await direct.command("PUBLISH", "+switch-master", "shard0 h 1 h 2");
  await eventually(() => listening.news === 2);
  await direct.command("PUBLISH", "+sdown", "master shard0 h 1");
  await direct.command("PUBLISH", "+switch-master", "shard0 h 2 h 1");
  await eventually(() => listening.news === 3);
});

Deno.test("SentinelEvents takes a loss for news, and listens anew", async () => {
  await using server = await RedisServer.start();
  await using listening = new Listening([server]);
  await eventually(() => listening.news === 1);
  await ask(server, "CLIENT", "KILL", "TYPE", "pubsub");
  // One of the loss, and one of the new connection.
  await eventually(() => listening.news === 3);
  assertEquals(await listeners(server), 1);
});

Deno.test("SentinelEvents does without those that are not there, or refuse", async () => {
  await using server = await RedisServer.start();
  await using locked = await RedisServer.start({
    config: { requirepass: "secret" },
  });
  await using gone = await RedisServer.start();
  await gone.kill();
  await using listening = new Listening([gone, locked, server]);
  await eventually(() => listening.news === 1);
  assertEquals(await listeners(server), 1);
});

Deno.test("SentinelEvents can be stopped at any time, and started again", async () => {
  await using server = await RedisServer.start();
  await using listening = new Listening([server]);
  await listening.events.stop();
  assertEquals(await listeners(server), 0);
  const { news } = listening;
  listening.events.start();
  await eventually(() => listening.news > news);
  server.pause();
  await listening.events.stop();
  server.resume();
  assert(server.isAwake);
});
