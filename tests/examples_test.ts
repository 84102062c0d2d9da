import { assert, assertEquals, assertMatch } from "@std/assert";
import { RedisServer } from "../src/testing/redis_server.ts";
import { ask } from "../support/raw_client.ts";
import { runExample, startExample } from "./examples/program.ts";
import { countKeys } from "./counts.ts";
import { eventually } from "../support/waiting.ts";

/** Two servers as an example is told of them. */
async function startServers(
  resources: AsyncDisposableStack,
): Promise<{ servers: RedisServer[]; env: Record<string, string> }> {
  const servers = await Promise.all([0, 1].map(async () => {
    const server = await RedisServer.start({ transport: "tcp", databases: 1 });
    return resources.use(server);
  }));
  const urls = servers.map(({ address }) => `redis://${address}`);
  return { servers, env: { REDIS_HOSTS: urls.join(",") } };
}

async function makeDir(resources: AsyncDisposableStack): Promise<string> {
  const dir = await Deno.makeTempDir({ prefix: "rb-examples-" });
  resources.defer(() => Deno.remove(dir, { recursive: true }));
  return dir;
}

/** How many commands that read products some servers have run. */
async function countReads(servers: RedisServer[]): Promise<number> {
  let count = 0;
  for (const server of servers) {
    const info = String(await ask(server, "INFO", "commandstats"));
    for (const [, calls] of info.matchAll(/cmdstat_m?get:calls=(\d+)/g)) {
      count += Number(calls);
    }
  }
  return count;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

Deno.test("quickstart.ts writes, reads and checks as many keys as it is told", async () => {
  // More than a batch, and than the sample of what takes long.
  const options = { args: ["12000"], usesPackages: true };
  const text = await runExample("run", "quickstart.ts", options);
  assertMatch(text, /read +█{40} +12,000\n/);
  assertMatch(text, /Every value is the one that was written\./);
  assertMatch(text, /mapBatches +12,000 +[\d.]+ +[\d,]+\n/);
  assertMatch(text, /ioredis, pipelines by hand +12,000 +[\d.]+ +[\d,]+\n/);
  assertMatch(text, /A map is [\d.]+ times as fast as pipelines by hand\./);
});

Deno.test("failover.ts writes through a failover that it causes itself", async () => {
  const text = await runExample("run", "failover.ts", {
    usesSockets: true,
  });
  assertMatch(text, /host 0: 127\.0\.0\.1:\d+ gave way to 127\.0\.0\.1:\d+\n/);
  const [acknowledged, unknown, counted] = [
    "acknowledged",
    "unknown",
    "counted",
  ]
    .map((label) =>
      RegExp(`^  ${label} +([\\d,]+)$`, "m").exec(text)?.[1] ?? ""
    )
    .map((number) => Number(number.replaceAll(",", "")));
  assert(acknowledged >= 4_000, text);
  assert(counted > 0 && counted <= acknowledged + unknown, text);
});

Deno.test("load_csv.ts loads a file that it made itself", async () => {
  const args = ["--rows", "12345"];
  const text = await runExample("run", "load_csv.ts", { args });
  assertMatch(text, /load +█{40} +12,345\n/);
  assertMatch(text, /Loaded 12,345 rows/);
  const counts = /Keys by host: (.+)\./.exec(text)?.[1].split(" + ") ?? [];
  const total = counts.reduce(
    (sum, count) => sum + Number(count.replace(",", "")),
    0,
  );
  assertEquals([counts.length, total], [4, 12_345]);
});

Deno.test("load_csv.ts goes on where it ended", async () => {
  await using resources = new AsyncDisposableStack();
  const { servers, env } = await startServers(resources);
  const file = `${await makeDir(resources)}/people.csv`;
  const lines = range(0, 25_000).map((id) => `person:${id},Ann,"a, b"`);
  await Deno.writeTextFile(file, ["key,name,note", ...lines].join("\r\n"));
  const options = { env, startsServers: false };

  await runExample("run", "load_csv.ts", {
    ...options,
    args: [file, "--rows", "9000"],
  });
  const half = await Promise.all(servers.map(countKeys));
  assertEquals(half[0] + half[1], 9_000);

  const text = await runExample("run", "load_csv.ts", {
    ...options,
    args: [file],
  });
  assertMatch(text, /Goes on behind row 9,000/);
  assertMatch(text, /Loaded 16,000 rows/);
  const counts = await Promise.all(servers.map(countKeys));
  assertEquals(counts[0] + counts[1], 25_000);
  const values = await Promise.all(
    servers.map((server) => ask(server, "GET", "person:24999")),
  );
  assert(values.includes('Ann,"a, b"'), values.join());

  const again = await runExample("run", "load_csv.ts", {
    ...options,
    args: [file],
  });
  assertMatch(again, /Loaded 0 rows/);
});

Deno.test("load_csv.ts says where it stopped when a server is lost", async () => {
  await using resources = new AsyncDisposableStack();
  const { servers, env } = await startServers(resources);
  const file = `${await makeDir(resources)}/people.csv`;
  const lines = range(0, 1_000).map((id) => `person:${id},Ann`);
  await Deno.writeTextFile(file, ["key,name", ...lines, ""].join("\n"));
  await servers[1].kill();

  const options = { args: [file], env, startsServers: false };
  await using program = await startExample("run", "load_csv.ts", options);
  assertEquals((await program.end()).code, 1, program.text());
  assertMatch(program.text(), /Stopped behind row 0/);
  assertEquals(await Deno.readTextFile(`${file}.progress`), '{"rows":0}');
});

Deno.test("with_python.ts shows where the keys live", async () => {
  const text = await runExample("run", "with_python.ts");
  assertMatch(text, / user:1 +[0-3] +[0-3] +[0-3]\n/);
  assertMatch(text, /Every key is where/);
  assertMatch(text, /<HostInfo db=0 host='127\.0\.0\.1' host_id=0 /);
  assertMatch(text, /cluster = rb\.Cluster\(/);
  assertMatch(text, /[\d.]+ % of all keys/);
});

Deno.test("cart_test.ts passes", async () => {
  // Its types are checked with the code of the documentation.
  const text = await runExample("test", "cart_test.ts", {
    flags: ["--no-check"],
  });
  assertMatch(text, /4 passed \| 0 failed/);
});

Deno.test("service.ts caches, forgets, and answers what is under way at its end", async () => {
  await using resources = new AsyncDisposableStack();
  const { servers, env } = await startServers(resources);
  const options = { env: { ...env, PORT: "0" }, startsServers: false };
  await using program = await startExample("run", "service.ts", options);
  const [, base] = await program.untilPrinted(/(http:\S+)\/products/);
  const request = async (path: string, method = "GET") => {
    const response = await fetch(base + path, { method });
    const body = await response.text();
    return { status: response.status, headers: response.headers, body };
  };
  const cachedOf = async (path: string) =>
    (await request(path)).headers.get("x-cached");

  assertEquals(await cachedOf("/products/1,2,3"), "0 of 3");
  assertEquals(await cachedOf("/products/3,4,1"), "2 of 3");
  const { body } = await request("/products/2,1");
  assertEquals(JSON.parse(body).map(({ id }: { id: string }) => id), [
    "2",
    "1",
  ]);
  assertEquals((await request("/products/1,2", "DELETE")).status, 204);
  assertEquals(await cachedOf("/products/1,3"), "1 of 2");
  const keys = await Promise.all(servers.map(countKeys));
  assertEquals(keys[0] + keys[1], 3);
  assertEquals((await request("/health")).status, 200);
  assertEquals((await request("/elsewhere")).status, 404);
  assertEquals((await request("/products/1", "PUT")).status, 405);

  const before = await countReads(servers);
  const slow = request("/products/9");
  // It has asked the cache, and so is under way.
  await eventually(async () => await countReads(servers) > before);
  program.child.kill("SIGTERM");
  assertEquals((await slow).status, 200);
  assertEquals((await program.end()).code, 0, program.text());
  assertMatch(program.text(), /GET \/products\/9: 200.*\nStopped\n$/);
});

/** The values of a metric by its labels, from the text for Prometheus. */
function valuesOf(text: string, metric: string): Map<string, number> {
  const lines = text.matchAll(/^(\w+)\{([^}]*)\} ([\d.e+-]+)$/gm);
  return new Map(
    [...lines].filter(([, name]) => name === metric)
      .map(([, , labels, value]) => [labels, Number(value)]),
  );
}

Deno.test("service.ts tells Prometheus what was counted, also of a server that is down", async () => {
  await using resources = new AsyncDisposableStack();
  const { servers, env } = await startServers(resources);
  const options = { env: { ...env, PORT: "0" }, startsServers: false };
  await using program = await startExample("run", "service.ts", options);
  const [, base] = await program.untilPrinted(/(http:\S+)\/products/);
  const path = `${base}/products/${range(0, 20).join()}`;
  const metrics = async () => {
    const response = await fetch(`${base}/metrics`);
    assertMatch(response.headers.get("content-type") ?? "", /^text\/plain/);
    return await response.text();
  };
  await (await fetch(path)).body?.cancel();
  const text = await metrics();
  for (const line of text.trimEnd().split("\n")) {
    assertMatch(line, /^(# (HELP|TYPE) \w+ .+|\w+\{[^}]+\} [\d.e+-]+)$/);
  }
  const sent = valuesOf(text, "rb_commands_sent_total");
  assertEquals([...sent.keys()], ['host="0"', 'host="1"']);
  for (const [host, count] of sent) {
    // One MGET, and a SET for each product that the host keeps.
    assertEquals(count, 1 + await countKeys(servers[Number(host[6])]));
    const buckets = [...valuesOf(text, "rb_latency_seconds_bucket")]
      .filter(([labels]) => labels.startsWith(host))
      .map(([, value]) => value);
    assertEquals(buckets, buckets.toSorted((a, b) => a - b));
    assert(text.includes(`_bucket{${host},le="+Inf"} ${count}\n`));
    assertEquals(valuesOf(text, "rb_latency_seconds_count").get(host), count);
  }
  await servers[0].kill();
  await (await fetch(path)).body?.cancel();
  const errors = [...valuesOf(await metrics(), "rb_errors_total")];
  assert(errors.length > 0);
  assert(errors.every(([labels]) => labels.startsWith('host="0",kind="')));
});

Deno.test("service.ts answers although a server is down", async () => {
  await using resources = new AsyncDisposableStack();
  const { servers, env } = await startServers(resources);
  const options = { env: { ...env, PORT: "0" }, startsServers: false };
  await using program = await startExample("run", "service.ts", options);
  const [, base] = await program.untilPrinted(/(http:\S+)\/products/);
  const path = `${base}/products/${range(0, 20).join()}`;
  await (await fetch(path)).body?.cancel();
  await servers[0].kill();

  const response = await fetch(path);
  assertEquals(response.status, 200);
  assertEquals((await response.json()).length, 20);
  const hits = Number(response.headers.get("x-cached")?.split(" ")[0]);
  assertEquals(hits, await countKeys(servers[1]));

  const forgotten = await fetch(path, { method: "DELETE" });
  assertEquals(forgotten.status, 503);
  await forgotten.body?.cancel();
  const health = await fetch(`${base}/health`);
  assertEquals(health.status, 503);
  const { hosts } = await health.json();
  const isWell = (host: Record<string, unknown>) =>
    typeof host.milliseconds === "number";
  assertEquals(hosts.map(isWell), [false, true]);
});

Deno.test("every example is run by a test", async () => {
  const tests = await Promise.all(
    ["examples_test.ts", "tracing_example_test.ts", "recipes_test.ts"].map((
      name,
    ) => Deno.readTextFile(new URL(name, import.meta.url)).catch(() => "")),
  );
  const examples = new URL("../examples/", import.meta.url);
  const missing: string[] = [];
  const files = await Array.fromAsync(Deno.readDir(examples));
  const sources = await Promise.all(
    files.map(({ name }) => Deno.readTextFile(new URL(name, examples))),
  );
  for (const { name } of files) {
    const isPart = sources.some((text) => text.includes(`"./${name}"`));
    const isRun = tests.some((text) => text.includes(`${name}"`));
    if (!isPart && !isRun) missing.push(name);
  }
  assertEquals(missing, []);
});
