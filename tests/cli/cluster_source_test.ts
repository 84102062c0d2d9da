import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  ConsistentHashingRouter,
  NotReadyError,
  PartitionRouter,
} from "../../mod.ts";
import {
  namesCluster,
  openCluster,
  ROUTERS,
} from "../../src/cli/cluster_source.ts";
import { UsageError } from "../../src/cli/exit_codes.ts";
import { fakeShell, type FakeShellOptions } from "./fake_shell.ts";

function open(
  given: Record<string, unknown>,
  options: FakeShellOptions & { prefix?: string } = {},
) {
  const { prefix } = options;
  return openCluster({
    given,
    prefix,
    shell: fakeShell(options),
    routers: ROUTERS,
  });
}

async function refusal(
  given: Record<string, unknown>,
  options?: FakeShellOptions & { prefix?: string },
): Promise<string> {
  return (await assertRejects(() => open(given, options), UsageError)).message;
}

const HOSTS = "redis://a,rediss://user:pw@b:1/2";

Deno.test("openCluster() takes hosts as URLs", async () => {
  const { cluster } = await open({ hosts: HOSTS });
  const hosts = [...cluster.hosts.values()];
  assertEquals(hosts.map(({ address }) => address), ["a:6379", "b:1/2"]);
  assertEquals(hosts[1].tls, true);
  assert(cluster.getRouter() instanceof PartitionRouter);
  const spaced = await open({ hosts: HOSTS.replace(",", ", ") });
  assertEquals(spaced.cluster.hosts.get(1)?.address, "b:1/2");
});

Deno.test("openCluster() takes the options of a cluster from a file", async () => {
  const config = {
    hosts: { 0: { port: 1 }, 1: { port: 2 } },
    router: "ConsistentHashingRouter",
    routerOptions: { hashTags: true },
    hostDefaults: { hostname: "10.0.0.1" },
  };
  const files = { "c.json": JSON.stringify(config) };
  const { cluster, placing } = await open({ config: "c.json" }, { files });
  assert(cluster.getRouter() instanceof ConsistentHashingRouter);
  assertEquals(cluster.hosts.get(1)?.address, "10.0.0.1:2");
  assertEquals(placing.routerOptions, { hashTags: true });
});

Deno.test("openCluster() logs in by a variable or a file, where a host does not say", async () => {
  const options = { files: { pw: "secret\n" }, variables: { PW: "secret" } };
  for (const login of [{ passwordEnv: "PW" }, { passwordFile: "pw" }]) {
    const given = { hosts: HOSTS, username: "app", ...login };
    const { cluster } = await open(given, options);
    const [a, b] = [...cluster.hosts.values()];
    assertEquals([a.username, a.password], ["app", "secret"]);
    assertEquals([b.username, b.password], ["user", "pw"]);
  }
  const both = { passwordEnv: "PW", passwordFile: "pw" };
  assertEquals(
    await refusal({ hosts: HOSTS, ...both }, options),
    'The password is given twice: give "--password-env" or "--password-file"',
  );
});

Deno.test("openCluster() says which options are missing, or too many", async () => {
  assertEquals(
    await refusal({}),
    'Which cluster is meant? Give "--hosts <urls>" or "--seeds <urls>" or ' +
      '"--sentinels <urls>" or "--config <file>"',
  );
  assertEquals(
    await refusal({ toHosts: "a", toConfig: "b" }, { prefix: "to-" }),
    "A cluster is given more than once: " +
      'Give "--to-hosts <urls>" or "--to-seeds <urls>" or ' +
      '"--to-sentinels <urls>" or "--to-config <file>"',
  );
});

Deno.test("openCluster() takes some nodes of a Redis Cluster", async () => {
  const { cluster, kind } = await open({ seeds: "redis://a:1,rediss://b:2" });
  assertEquals(kind, "seeds");
  // None of them was asked.
  assertThrows(() => cluster.hosts, NotReadyError);
  assertMatch(
    await refusal({ seeds: HOSTS }),
    /Cannot use database 2 of seeds\[1\]: a Redis Cluster has 0 only/,
  );
  assertMatch(
    await refusal({ seeds: "redis://a", router: "PartitionRouter" }),
    /Cannot take the option "router" together with "seeds"/,
  );
});

Deno.test("openCluster() takes sentinels, and what they call the primaries", async () => {
  const sentinels = "redis://a,redis://b:1";
  const { cluster, kind } = await open({ sentinels, primaries: "x,y,z" });
  assertEquals(kind, "sentinels");
  const { hosts } = cluster.getRouter().cluster;
  assertEquals([...hosts.values()].map(({ label }) => label), ["x", "y", "z"]);
  assertEquals(
    await refusal({ sentinels }),
    'The option "--sentinels" needs "--primaries <names>": what sentinels call ' +
      "the primaries, in the order of the ids",
  );
  assertEquals(
    await refusal({ hosts: HOSTS, primaries: "x" }),
    'The option "--primaries" has a meaning only beside "--sentinels <urls>"',
  );
});

Deno.test("openCluster() knows users and passwords of sentinels apart", async () => {
  const files = {
    "c.json": JSON.stringify({
      sentinels: {
        hosts: ["redis://127.0.0.1:1"],
        password: { env: "SENTINEL" },
      },
      hosts: [{ primaryName: "x" }],
      hostDefaults: { password: { file: "pw" } },
    }),
    pw: "secret\n",
  };
  const variables = { SENTINEL: "another" };
  await open({ config: "c.json" }, { files, variables });
  assertMatch(
    await refusal({ config: "c.json" }, { files }),
    /"SENTINEL" is not set/,
  );
  // Which of the two it is tells what is missing.
  assertEquals(
    await refusal({
      sentinels: "redis://a",
      primaries: "x",
      sentinelUsername: "watcher",
    }),
    'Cannot authenticate at host 0: "username" is given without "password"',
  );
  assertEquals(
    await refusal({
      sentinels: "redis://a",
      primaries: "x",
      sentinelPasswordEnv: "A",
      sentinelPasswordFile: "b",
    }),
    "The password is given twice: give " +
      '"--sentinel-password-env" or "--sentinel-password-file"',
  );
});

Deno.test("openCluster() calls what is wrong with a cluster a wrong call", async () => {
  const files = {
    "gap.json": '{ "hosts": { "0": {}, "2": {} } }',
    "unknown.json": '{ "hosts": [], "hots": 1 }',
  };
  const options = { files };
  const messages = [
    await refusal({ hosts: "redis://:secret@a:b" }),
    await refusal({ hosts: "redis://a", router: "toString" }),
    await refusal({ config: "gap.json" }, options),
    await refusal({ config: "unknown.json" }, options),
  ];
  assert(/^Cannot read the URL of hosts\[0\]/.test(messages[0]), messages[0]);
  assert(!messages[0].includes("secret"), messages[0]);
  assertEquals(
    messages[1],
    'There is no such router: there are "PartitionRouter", ' +
      '"ConsistentHashingRouter"',
  );
  assert(/0/.test(messages[2]) && /2/.test(messages[2]), messages[2]);
  assert(/"hots"/.test(messages[3]), messages[3]);
});

Deno.test("openCluster() places keys as another cluster does, unless told otherwise", async () => {
  const { placing: like } = await open({
    hosts: HOSTS,
    router: "ConsistentHashingRouter",
    hashTags: true,
  });
  const second = (given: Record<string, unknown>) =>
    openCluster({
      given: { toHosts: HOSTS, ...given },
      prefix: "to-",
      like,
      shell: fakeShell(),
      routers: ROUTERS,
    });
  const { cluster, placing } = await second({});
  assert(cluster.getRouter() instanceof ConsistentHashingRouter);
  assertEquals(placing.routerOptions, { hashTags: true });
  const other = await second({ toRouter: "PartitionRouter" });
  assert(other.cluster.getRouter() instanceof PartitionRouter);
});

Deno.test("namesCluster() tells whether a second cluster is named", () => {
  assertEquals(namesCluster({ hosts: "a" }, ""), true);
  assertEquals(namesCluster({ hosts: "a", toRouter: "b" }, "to-"), false);
  assertEquals(namesCluster({ toConfig: "a" }, "to-"), true);
});

Deno.test("openCluster() refuses a cluster without hosts, and gaps that its router does not take", async () => {
  const told = (options: object) =>
    refusal({ config: "c.json" }, {
      files: { "c.json": JSON.stringify(options) },
    });
  for (const router of ["PartitionRouter", "ConsistentHashingRouter"]) {
    for (const hosts of [[], {}]) {
      assertEquals(await told({ hosts, router }), "No hosts are configured");
    }
  }
  assertEquals(
    await told({ hosts: { 0: "redis://a", 2: "redis://b" } }),
    'Expected a host with id "1", but the hosts are 0 and 2',
  );
});
