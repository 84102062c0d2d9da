import {
  assert,
  assertEquals,
  assertGreater,
  assertMatch,
  assertRejects,
} from "@std/assert";
import { Cache } from "../examples/cache_aside.ts";
import { type Job, JobQueue } from "../examples/job_queue.ts";
import { Lock } from "../examples/lock.ts";
import { load } from "../examples/patient_loader.ts";
import { RateLimiter, type Verdict } from "../examples/rate_limiter.ts";
import { makeApp } from "../examples/sessions.ts";
import { type Notice, publish, subscribe } from "../examples/subscriber.ts";
import { Cluster, CommandError, ConnectionError } from "../mod.ts";
import { makeTestCluster, RedisServer } from "../src/testing.ts";
import { Proxied } from "../support/proxied.ts";
import { ask } from "../support/raw_client.ts";
import { bounded, eventually, isPending } from "../support/waiting.ts";
import { countKeys } from "./counts.ts";
import { runExample } from "./examples/program.ts";

const FOUR = { servers: 4, databasesEach: 1 };

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

function countAdmitted(verdicts: readonly Verdict[]): number {
  return verdicts.filter(({ admitted }) => admitted).length;
}

/** Another cluster over the same servers, as another process has one. */
function another({ hosts }: Cluster): Cluster {
  return new Cluster({
    hosts: [...hosts.values()].map(({ hostname, port, path, db }) =>
      path === undefined ? { hostname, port, db } : { path, db }
    ),
  });
}

Deno.test("rate_limiter.ts admits exactly as many of 1,000 parallel hits as there may be", async () => {
  const text = await runExample("run", "rate_limiter.ts");
  assertMatch(text, /^100 of 1000 hits were admitted\n$/);
  await using cluster = await makeTestCluster(FOUR);
  await using other = another(cluster);
  const limit = { limit: 10, window: 60_000 };
  const limiters = [cluster, other].map((one) => new RateLimiter(one, limit));
  const users = range(40).map((id) => `user ${id}`);
  const hits = range(1_000).map((i) => limiters[i % 2].hit(users[i % 40]));
  const verdicts = await Promise.all(hits);
  for (const index of users.keys()) {
    const own = verdicts.filter((_, i) => i % 40 === index);
    assertEquals([own.length, countAdmitted(own)], [25, 10]);
  }
  const sizes = await cluster.dbsize();
  assert([...sizes.values()].every((keys) => keys > 0), `${[...sizes]}`);
});

Deno.test("rate_limiter.ts forgets hits as the window slides over them", async () => {
  await using hosts = await Proxied.start(1);
  const limit = { limit: 2, window: 60_000 };
  const limiter = new RateLimiter(hosts.cluster, limit);
  const [seconds, micros] = await ask(hosts.server, "TIME") as string[];
  const now = Number(seconds) * 1e6 + Number(micros);
  const agoBy = (time: number) => String(now - time * 1_000);
  await ask(hosts.server, "ZADD", "rate:ann", agoBy(60_001), "a");
  await ask(hosts.server, "ZADD", "rate:ann", agoBy(20_000), "b");
  const first = await limiter.hit("ann");
  assertEquals([first.admitted, first.remaining], [true, 0]);
  const second = await limiter.hit("ann");
  assertEquals(second.admitted, false);
  // When the one of 20 seconds ago is a minute old.
  assert(second.retryIn > 0 && second.retryIn <= 40_000, `${second.retryIn}`);
});

Deno.test("rate_limiter.ts counts a hit once although its reply was lost", async () => {
  await using hosts = await Proxied.start(1);
  const limit = { limit: 2, window: 60_000 };
  const limiter = new RateLimiter(hosts.cluster, limit);
  await limiter.hit("ann");
  hosts.proxy.cut();
  const hit = limiter.hit("ann");
  await eventually(() => hosts.proxy.stats.cut === 1);
  hosts.proxy.pass();
  assertEquals((await bounded(hit)).admitted, true);
  assertEquals(await ask(hosts.server, "ZCARD", "rate:ann"), 2);
  assertEquals((await limiter.hit("ann")).admitted, false);
});

Deno.test("lock.ts lets one in at a time", async () => {
  const text = await runExample("run", "lock.ts");
  assertEquals(text, "20 took the lock, 1 at a time\n");
});

Deno.test("lock.ts takes a lock although the reply was lost, and once", async () => {
  await using hosts = await Proxied.start(1);
  await using other = another(hosts.cluster);
  await hosts.cluster.getLocalClient(0).ping();
  hosts.proxy.cut();
  // A holder that has to wait for the end of its own lock would do so for long.
  const taking = Lock.take(hosts.cluster, "report", { ttl: 600_000 });
  await eventually(() => hosts.proxy.stats.cut === 1);
  hosts.proxy.pass();
  const lock = await bounded(taking);
  const later = Lock.take(other, "report");
  assert(await isPending(later));
  await lock[Symbol.asyncDispose]();
  await using _ = await bounded(later);
});

Deno.test("lock.ts tells a holder that the lock is lost, who leaves that of the next one alone", async () => {
  await using hosts = await Proxied.start(1);
  const { cluster, server } = hosts;
  const lock = await Lock.take(cluster, "report", { ttl: 2_000 });
  // As a server does that comes back without its data.
  await ask(server, "DEL", "lock:report");
  await using next = await Lock.take(cluster, "report");
  await eventually(() => lock.signal.aborted);
  await lock[Symbol.asyncDispose]();
  assertEquals(await ask(server, "EXISTS", "lock:report"), 1);
  assertEquals(next.signal.aborted, false);
});

Deno.test("lock.ts gives a lock up whose server is gone for longer than it lasts", async () => {
  await using hosts = await Proxied.start(1);
  const lock = await Lock.take(hosts.cluster, "report", { ttl: 2_000 });
  await hosts.proxy.refuse();
  hosts.proxy.reset();
  await eventually(() => lock.signal.aborted);
  await lock[Symbol.asyncDispose]();
});

Deno.test("lock.ts stops waiting when it is told to", async () => {
  await using hosts = await Proxied.start(1);
  await using _ = await Lock.take(hosts.cluster, "report");
  const giveUp = new AbortController();
  const { signal } = giveUp;
  const waiting = Lock.take(hosts.cluster, "report", { signal });
  assert(await isPending(waiting));
  giveUp.abort(new Error("Enough"));
  await assertRejects(() => bounded(waiting), Error, "Enough");
});

Deno.test("cache_aside.ts asks the source once for all processes", async () => {
  await using servers = new AsyncDisposableStack();
  const both = await Promise.all(
    [0, 1].map(async () =>
      servers.use(await RedisServer.start({ transport: "tcp" }))
    ),
  );
  const urls = both.map(({ address }) => `redis://${address}`);
  const options = {
    env: { REDIS_HOSTS: urls.join(",") },
    startsServers: false,
  };
  const texts = await Promise.all(
    range(3).map(() => runExample("run", "cache_aside.ts", options)),
  );
  const loads = texts.map((text) =>
    Number(/^100 asked and got a slow answer; (\d+) load\n$/.exec(text)?.[1])
  );
  assertEquals(loads.toSorted(), [0, 0, 1]);
});

Deno.test("cache_aside.ts waits neither for one that is gone nor for one that fails", async () => {
  await using hosts = await Proxied.start(1);
  const never = Promise.withResolvers<string>();
  const gone = new Cache(hosts.cluster, { patience: 50, timeout: 5_000 });
  const hanging = gone.get("key", () => never.promise);
  await eventually(async () => await countKeys(hosts.server) === 1);
  const next = new Cache(hosts.cluster, { timeout: 5_000 });
  assertEquals(await bounded(next.get("key", load)), "value");
  // What comes too late does not replace it.
  never.resolve("late");
  assertEquals(await hanging, "late");
  assertEquals(await next.get("key", () => Promise.reject()), "value");

  const failing = () => Promise.reject(new Error("No source"));
  await assertRejects(() => next.get("other", failing), Error, "No source");
  assertEquals(await bounded(gone.get("other", load)), "value");

  function load(): Promise<string> {
    return Promise.resolve("value");
  }
});

Deno.test("cache_aside.ts asks the source when Redis is gone, and takes lost replies for what they are", async () => {
  await using hosts = await Proxied.start(1);
  const cache = new Cache(hosts.cluster, { timeout: 5_000 });
  hosts.proxy.cut();
  const value = cache.get("key", () => Promise.resolve("value"));
  await eventually(() => hosts.proxy.stats.cut > 0);
  hosts.proxy.pass();
  assertEquals(await bounded(value), "value");
  assertEquals(await cache.get("key", () => Promise.reject()), "value");
  await hosts.proxy.refuse();
  hosts.proxy.reset();
  const other = cache.get("key", () => Promise.resolve("from the source"));
  assertEquals(await bounded(other), "from the source");
});

/** A visitor, who keeps cookies. */
class Visitor {
  cookie = "";
  readonly #app: ReturnType<typeof makeApp>;

  constructor(app: ReturnType<typeof makeApp>) {
    this.#app = app;
  }

  async visit(path: string, method = "GET"): Promise<[number, string]> {
    const headers = { cookie: this.cookie };
    const response = await this.#app.request(path, { method, headers });
    const cookie = response.headers.get("set-cookie");
    if (cookie !== null) this.cookie = cookie.split(";")[0];
    return [response.status, await response.text()];
  }
}

Deno.test("sessions.ts knows visitors again, by ids of its own that change when they log in", async () => {
  assertMatch(await runExample("run", "sessions.ts"), /Ann, visit 2\n$/);
  await using hosts = await Proxied.start(2);
  const app = makeApp(hosts.cluster);
  const [ann, thief] = [new Visitor(app), new Visitor(app)];
  assertEquals(await ann.visit("/"), [200, "Somebody, visit 1"]);
  thief.cookie = ann.cookie;
  assertEquals(await ann.visit("/login/Ann", "POST"), [200, "Hello Ann"]);
  assertEquals(await ann.visit("/"), [200, "Ann, visit 2"]);
  assertEquals(await thief.visit("/"), [200, "Somebody, visit 1"]);
  thief.cookie = "session=made-up";
  await thief.visit("/");
  assert(thief.cookie !== "session=made-up");
  thief.cookie = ann.cookie;
  assertEquals(await ann.visit("/logout", "POST"), [200, "Goodbye"]);
  assertEquals(ann.cookie, "session=");
  assertEquals(await thief.visit("/"), [200, "Somebody, visit 1"]);
});

Deno.test("sessions.ts says 503 while the host of a session is down, and forgets nobody", async () => {
  await using hosts = await Proxied.start(1);
  const ann = new Visitor(makeApp(hosts.cluster));
  await ann.visit("/login/Ann", "POST");
  // A reply that is lost is no reason to say so.
  hosts.proxy.cut();
  const visit = ann.visit("/");
  await eventually(() => hosts.proxy.stats.cut > 0);
  hosts.proxy.pass();
  assertEquals(await bounded(visit), [200, "Ann, visit 1"]);

  await hosts.proxy.refuse();
  hosts.proxy.reset();
  const { cookie } = ann;
  assertEquals((await bounded(ann.visit("/")))[0], 503);
  assertEquals(ann.cookie, cookie);
  hosts.proxy.pass();
  await hosts.cluster.waitUntilUp();
  assertEquals(await bounded(ann.visit("/")), [200, "Ann, visit 2"]);
});

Deno.test("job_queue.ts has each job done, by workers on all hosts", async () => {
  const text = await runExample("run", "job_queue.ts");
  assertEquals(text, "1000 jobs done by 2 workers\n");
});

Deno.test("job_queue.ts gives jobs of a worker that is gone, or fails, to another one", async () => {
  await using hosts = await Proxied.start(2);
  await using other = another(hosts.cluster);
  const queue = new JobQueue(hosts.cluster, "mail");
  await queue.open();
  for (const id of range(20)) await queue.add({ id: String(id) });
  using silence = silent();
  const stop = new AbortController();
  const options = { signal: stop.signal, block: 20, patience: 50 };
  // One stands still for ever with the first jobs it gets.
  const stuck = Promise.withResolvers<void>();
  let taken = 0;
  const gone = queue.work("gone", () => {
    taken++;
    return stuck.promise;
  }, options);
  await eventually(() => taken === 2);
  const done = new Map<string, number>();
  const failed = new Set<string>();
  const handler = ({ id }: Job) => {
    if (id === "7" && !failed.has(id)) {
      failed.add(id);
      return Promise.reject(new Error("Not today"));
    }
    done.set(id, (done.get(id) ?? 0) + 1);
    return Promise.resolve();
  };
  const working = new JobQueue(other, "mail").work("ann", handler, options);
  await eventually(async () => await queue.size() === 0);
  assertEquals(done.size, 20);
  assert(silence.lines.some((line) => line.includes("Not today")));
  stop.abort();
  stuck.resolve();
  await bounded(Promise.all([gone, working]));
});

Deno.test("job_queue.ts goes on with the other hosts while one is down, and with its jobs when it is back", async () => {
  await using hosts = await Proxied.start(2);
  const queue = new JobQueue(hosts.cluster, "mail");
  await queue.open();
  for (const id of range(10)) await queue.add({ id: String(id) });
  await hosts.proxies[0].refuse();
  hosts.proxies[0].reset();
  await eventually(() => hosts.cluster.getPoolForHost(0).size === 0);
  // Half of them would have gone to the host that is down.
  for (const id of range(10)) await queue.add({ id: String(10 + id) });
  assertEquals(await countJobs(hosts.servers[1]), 15);

  using _ = silent();
  const stop = new AbortController();
  const done = new Set<string>();
  const handler = ({ id }: Job) => Promise.resolve(void done.add(id));
  const options = { signal: stop.signal, block: 20 };
  const working = queue.work("ann", handler, options);
  await eventually(() => done.size === 15);
  hosts.proxies[0].pass();
  await eventually(() => done.size === 20);
  stop.abort();
  await bounded(working);
});

/** How many jobs a server has. */
async function countJobs(server: RedisServer): Promise<number> {
  const [stream] = await ask(server, "KEYS", "jobs:*") as string[];
  return Number(await ask(server, "XLEN", stream));
}

/** Keeps errors that are expected from the console. */
function silent(): { lines: string[] } & Disposable {
  const { error } = console;
  const lines: string[] = [];
  console.error = (...values: unknown[]) => {
    lines.push(values.map(String).join(" "));
  };
  return { lines, [Symbol.dispose]: () => void (console.error = error) };
}

Deno.test("subscriber.ts hears what is published", async () => {
  const text = await runExample("run", "subscriber.ts");
  assertEquals(text, "Heard: one\nHeard: two\nHeard: three\nUnsubscribed\n");
});

Deno.test("subscriber.ts subscribes again after a lost connection, and tells of the gap", async () => {
  await using hosts = await Proxied.start(2);
  const { cluster } = hosts;
  const stop = new AbortController();
  const notices: Notice[] = [];
  const listening = (async () => {
    for await (const notice of subscribe(cluster, "news", stop.signal)) {
      notices.push(notice);
    }
  })();
  const types = () => notices.map(({ type }) => type).join(" ");
  await eventually(() => types() === "subscribed");
  assertEquals(await publish(cluster, "news", "one"), 1);
  await eventually(() => types() === "subscribed message");

  const hostId = cluster.getRouter().getHostForKey("news");
  const proxy = hosts.proxies[hostId];
  await proxy.refuse();
  proxy.reset();
  await eventually(() => types().endsWith("message gap"));
  await ask(hosts.servers[hostId], "PUBLISH", "news", "unheard");
  proxy.pass();
  await eventually(() => types().endsWith("gap subscribed"));
  await cluster.waitUntilUp();
  assertEquals(await publish(cluster, "news", "two"), 1);
  await eventually(() => types().endsWith("subscribed message"));
  const heard = notices.filter((notice) => notice.type === "message");
  assertEquals(heard.map(({ text }) => text), ["one", "two"]);
  const gap = notices.find((notice) => notice.type === "gap");
  assert(gap?.reason instanceof ConnectionError);
  stop.abort();
  await bounded(listening);
});

Deno.test("patient_loader.ts loads 200,000 rows", async () => {
  const text = await runExample("run", "patient_loader.ts");
  assertEquals(text, "Loaded 200,000 rows\n");
});

Deno.test("patient_loader.ts survives that a server restarts, and loses no row", async () => {
  await using resources = new AsyncDisposableStack();
  const config = { appendonly: "yes", appendfsync: "always" };
  const servers = await Promise.all(
    [0, 1].map(async () =>
      resources.use(await RedisServer.start({ transport: "tcp", config }))
    ),
  );
  const hosts = servers.map(({ host }) => host);
  const cluster = resources.use(new Cluster({ hosts }));
  const count = 30_000;
  const rows = range(count).map((id) => ({ key: `row:${id}`, value: `${id}` }));
  let restarting: Promise<void> | undefined;
  const restart = async () => {
    await servers[0].kill();
    await eventually(() => cluster.getPoolForHost(0).down);
    await servers[0].restart();
  };
  const loaded = await load(cluster, rows, () => restarting ??= restart());
  await restarting;
  assertEquals(loaded.rows, count);
  assertGreater(loaded.again, 0);
  const sizes = await Promise.all(servers.map(countKeys));
  assertEquals(sizes[0] + sizes[1], count);
});

Deno.test("patient_loader.ts stops where patience does not help", async () => {
  await using hosts = await Proxied.start(1);
  await ask(hosts.server, "CONFIG", "SET", "maxmemory", "1");
  const rows = [{ key: "row", value: "value" }];
  await assertRejects(() => load(hosts.cluster, rows), CommandError, "OOM");
});
