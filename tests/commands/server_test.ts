import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Cluster, CommandError, type LocalClient } from "@rb/rb";
import { RedisServer } from "../../src/testing.ts";
import { call } from "./call.ts";
import { wordsSent } from "./words_sent.ts";
import { since } from "../../support/since.ts";
import { PATIENCE } from "../../support/waiting.ts";

/** A client of one server. */
async function withClient(
  use: (client: LocalClient, cluster: Cluster) => Promise<void>,
): Promise<void> {
  await using server = await RedisServer.start();
  await using cluster = new Cluster({
    hosts: [server.host],
    timeout: PATIENCE,
  });
  await use(cluster.getLocalClient(0), cluster);
}

Deno.test("the methods for servers describe, set and empty one", async () => {
  await withClient(async (client, cluster) => {
    assertEquals(await client.dbsize(), 0);
    await client.set("k", "v");
    assertMatch(await client.info(), /^# Server\r\n/);
    assertMatch(await client.info("keyspace"), /^# Keyspace\r\ndb0:keys=1,/);
    assertEquals(await client.info("nothing"), "");
    assertMatch(await client.info(undefined), /^# Server/);
    assertEquals(await client.configSet("maxmemory-samples", 7), "OK");
    assertEquals(await client.configSet({ "hz": "20" }), "OK");
    assertEquals(
      await client.configSet(new Map([["slowlog-log-slower-than", 0]])),
      "OK",
    );
    assertEquals(await client.configGet("hz"), ["hz", "20"]);
    assertEquals((await client.configGet(["maxmemory-s*"])).length, 2);
    assertEquals(await client.configResetStat(), "OK");
    assertEquals((await client.time()).length, 2);
    assertEquals(typeof await client.lastsave(), "number");
    assertEquals(await client.role(), ["master", 0, []]);
    assert(await client.slowlogLen() > 0);
    const [[id, , , words, address]] = await client.slowlogGet(1);
    assertEquals(
      [typeof id, words, address.length > 0],
      ["number", ["SLOWLOG", "LEN"], true],
    );
    assertEquals(await client.slowlogReset(), "OK");
    assertEquals(typeof await call(client, "slowlog", "LEN"), "number");
    assertEquals(await client.swapdb(0, 1), "OK");
    assertEquals(await client.exists("k"), 0);
    assertEquals(await client.swapdb(0, 1), "OK");
    for (const mode of [undefined, false, true, "ASYNC", "SYNC"] as const) {
      await client.set("k", "v");
      assertEquals(await client.flushdb(mode), "OK");
      assertEquals(await client.dbsize(), 0);
      await client.set("k", "v");
      assertEquals(await client.flushall(mode), "OK");
      assertEquals(await client.dbsize(), 0);
    }
    const promises = await cluster.fanout("all", (fan) => [fan.dbsize()]);
    assertEquals(promises[0].value, new Map([[0, 0]]));
  });
});

Deno.test(
  "the methods for servers take several sections and settings, since Redis 7",
  since(7),
  async () => {
    await withClient(async (client) => {
      const both = await client.info("keyspace", "clients");
      assertMatch(both, /# Clients/);
      assertMatch(both, /# Keyspace/);
      assertEquals(
        await client.configSet({ "maxmemory-samples": 7, "hz": "20" }),
        "OK",
      );
      assertEquals((await client.configGet(["hz", "maxmemory-s*"])).length, 4);
    });
  },
);

Deno.test("the methods for servers tell of commands, memory, latency and modules", async () => {
  await withClient(async (client) => {
    assertEquals(await client.commandCount(), (await client.command()).length);
    assertEquals(await client.commandGetKeys("MSET", "a", 1, "b", 2), [
      "a",
      "b",
    ]);
    const [get, none] = await client.commandInfo("get", "nosuch");
    assertEquals([get?.[0], get?.[1], none], ["get", 2, null]);
    assertEquals((await client.commandInfo(["get"])).length, 1);
    assertEquals((await client.memoryStats())[0], "peak.allocated");
    assertEquals(typeof await client.memoryDoctor(), "string");
    assertMatch((await client.memoryHelp())[0], /^MEMORY/);
    assertEquals(typeof await client.memoryMallocStats(), "string");
    assertEquals(await client.memoryPurge(), "OK");
    await client.rpush("l", [1, 2, 3]);
    assertEquals(typeof await client.memoryUsage("l"), "number");
    assertEquals(
      typeof await client.memoryUsage("l", { samples: 0 }),
      "number",
    );
    assertEquals(await client.memoryUsage("none"), null);
    assertMatch(await client.debugObject("l"), /encoding:/);
    await client.configSet("latency-monitor-threshold", 1);
    await client.sendCommand("DEBUG SLEEP", [0.01]);
    const [[event, , latest]] = await client.latencyLatest();
    assertEquals([event, latest > 0], ["command", true]);
    assertEquals((await client.latencyHistory("command")).length, 1);
    assertMatch(await client.latencyGraph("command"), /^command - high/);
    assertEquals(typeof await client.latencyDoctor(), "string");
    assertEquals(await client.latencyReset("command"), 1);
    assertMatch(await client.lolwut(), /Redis ver/);
    assertMatch(await client.lolwut(5, 1, 1, 1), /Redis ver/);
    assertEquals(await client.moduleList(), []);
  });
});

Deno.test(
  "the methods for servers tell more of commands, since Redis 7",
  since(7),
  async () => {
    await withClient(async (client) => {
      assertEquals(await client.commandGetKeysAndFlags("GET", "k"), [
        ["k", ["RO", "access"]],
      ]);
      assertEquals(await client.commandList({ pattern: "xack*" }), ["xack"]);
      assert((await client.commandList({ aclcat: "geo" })).includes("geoadd"));
      assertEquals(await client.commandList({ module: "nosuch" }), []);
      assert((await client.commandList()).length > 200);
      const [name, doc] = await client.commandDocs("GET");
      assertEquals([name, Array.isArray(doc)], ["get", true]);
      await client.rpush("l", [1, 2, 3]);
      assertEquals((await client.latencyHistogram("rpush"))[0], "rpush");
    });
  },
);

Deno.test("the methods for users make, describe and delete some", async () => {
  await withClient(async (client) => {
    assertEquals(await client.aclWhoami(), "default");
    assertEquals(await client.aclSetUser("alice", "on", ">secret"), "OK");
    assertEquals(await client.aclSetUser("alice", ["~k*", "+get"]), "OK");
    assertEquals(await client.aclUsers(), ["alice", "default"]);
    assertEquals((await client.aclGetUser("alice"))?.[0], "flags");
    assertEquals(await client.aclGetUser("nobody"), null);
    assertEquals((await client.aclList()).length, 2);
    assert((await client.aclCat()).includes("geo"));
    assert((await client.aclCat("geo")).includes("geoadd"));
    assertEquals((await client.aclGenPass()).length, 64);
    assertEquals((await client.aclGenPass(8)).length, 2);
    assertEquals(await client.aclLog(), []);
    assertEquals(await client.aclLog(5), []);
    assertEquals(await client.aclLog("RESET"), "OK");
    assertEquals(await client.aclDelUser(["alice", "nobody"]), 1);
    assertMatch((await client.aclHelp())[0], /^ACL/);
    await assertRejects(() => client.aclSave(), CommandError, "ACL file");
  });
});

Deno.test(
  "aclDryRun() says what a user may do, since Redis 7",
  since(7),
  async () => {
    await withClient(async (client) => {
      await client.aclSetUser("alice", "on", "~k*", "+get");
      assertEquals(await client.aclDryRun("alice", "GET", "k"), "OK");
      assertMatch(await client.aclDryRun("alice", "GET", "x"), /no permission/);
    });
  },
);

Deno.test("a replica is made, and made a primary again, by two words", async () => {
  await using primary = await RedisServer.start({ transport: "tcp" });
  await withClient(async (client) => {
    assertEquals(await client.replicaof("127.0.0.1", primary.port!), "OK");
    assertEquals((await client.role())[0], "slave");
    assertEquals(await client.replicaofNoOne(), "OK");
    assertEquals((await client.role())[0], "master");
    assertEquals(await client.slaveof("127.0.0.1", primary.port!), "OK");
    assertEquals(await client.slaveofNoOne(), "OK");
    assertEquals((await client.role())[0], "master");
  });
});

for (const protocol of [2, 3] as const) {
  Deno.test(`clients that give records, on servers and users (RESP${protocol})`, async () => {
    await using server = await RedisServer.start();
    await using cluster = new Cluster({
      hosts: [server.host],
      poolOptions: { protocol },
      timeout: PATIENCE,
    });
    const client = cluster.getLocalClient(0, { replies: "records" });
    assertEquals(await client.configGet("hz"), { hz: "10" });
    assertEquals(await client.configGet("nosuch"), {});
    await client.set("k", "v");
    const stats = await client.memoryStats();
    assertEquals(stats["keys.count"], 1);
    assertEquals(typeof stats.fragmentation, "number");
    const database = stats["db.0"] as Record<string, number>;
    assertEquals(typeof database["overhead.hashtable.main"], "number");
    await client.aclSetUser("alice", "on", "~k*", "+get");
    const user = await client.aclGetUser("alice");
    // Some servers have more flags than that.
    assertEquals(user?.flags[0], "on");
    assertEquals(user?.passwords, []);
    assertEquals(await client.aclGetUser("nobody"), null);
    await assertRejects(
      () =>
        cluster.connect(0).then(async (redis) => {
          try {
            await redis.auth("alice", "wrong");
          } finally {
            redis.close();
          }
        }),
      CommandError,
      "WRONGPASS",
    );
    const [entry] = await client.aclLog(1);
    assertEquals([entry.reason, entry.username], ["auth", "alice"]);
    assertEquals(await client.aclLog("RESET"), "OK");
    assertEquals(await client.moduleList(), []);
  });

  Deno.test(
    `clients that give records, since Redis 7 (RESP${protocol})`,
    since(7),
    async () => {
      await using server = await RedisServer.start();
      await using cluster = new Cluster({
        hosts: [server.host],
        poolOptions: { protocol },
        timeout: PATIENCE,
      });
      const client = cluster.getLocalClient(0, { replies: "records" });
      assertEquals(await client.configGet("maxmemory", "hz"), {
        hz: "10",
        maxmemory: "0",
      });
      await client.aclSetUser("alice", "on", "~k*", "+get", "(~l +set)");
      const user = await client.aclGetUser("alice");
      assertEquals(user?.keys, "~k*");
      assertEquals(user?.selectors?.[0].keys, "~l");
      await client.set("k", "v");
      const { set } = await client.latencyHistogram("set");
      assertEquals(set.calls, 1);
      assertEquals(Object.keys(set.histogram_usec).length > 0, true);
      assertEquals(await client.latencyHistogram("nosuch"), {});
      const { getex } = await client.commandDocs("GETEX");
      assertEquals([getex.since, getex.group], ["6.2.0", "string"]);
      assertEquals(getex.arguments?.map(({ name }) => name), [
        "key",
        "expiration",
      ]);
      const [, expiration] = getex.arguments!;
      const [seconds] = expiration.arguments as unknown[];
      assertEquals(Reflect.get(seconds as object, "token"), "EX");
      const { config } = await client.commandDocs(["CONFIG"]);
      assertEquals(config.subcommands?.["config|get"].since, "2.0.0");
      await client.functionLoad(
        "#!lua name=mine\nredis.register_function{function_name='f'," +
          "callback=function() return 1 end, flags={'no-writes'}}",
      );
      assertEquals(await client.functionList(), [{
        library_name: "mine",
        engine: "LUA",
        functions: [{ name: "f", description: null, flags: ["no-writes"] }],
      }]);
      assertEquals(await client.functionStats(), {
        running_script: null,
        engines: { LUA: { libraries_count: 1, functions_count: 1 } },
      });
    },
  );
}

Deno.test("what would change a server here sends the words of its options", async () => {
  const calls: ((client: LocalClient) => Promise<unknown>)[] = [
    (client) => client.bgsave(),
    (client) => client.bgsave({ schedule: true }),
    (client) => client.failover(),
    (client) =>
      client.failover({
        to: { host: "h", port: 1 },
        force: true,
        timeout: 5,
      }),
    (client) => client.failover({ abort: true }),
    (client) => client.shutdown(),
    (client) => client.shutdown("NOSAVE"),
    (client) => client.shutdown("SAVE", { now: true, force: true }),
    (client) => client.shutdown(undefined, { now: true }),
    (client) => client.shutdown(null, { abort: true }),
    (client) => client.moduleLoad("m.so", "a", "b"),
    (client) =>
      client.moduleLoadEx("m.so", {
        configs: { x: 1, y: "2" },
        args: ["a", 3],
      }),
    (client) => client.moduleLoadEx("m.so"),
    (client) => client.debugSegfault(),
    (client) => client.latencyReset(["a", "b"]),
  ];
  assertEquals(await wordsSent(calls, "+OK\r\n"), [
    "BGSAVE",
    "BGSAVE SCHEDULE",
    "FAILOVER",
    "FAILOVER TO h 1 FORCE TIMEOUT 5",
    "FAILOVER ABORT",
    "SHUTDOWN",
    "SHUTDOWN NOSAVE",
    "SHUTDOWN SAVE NOW FORCE",
    "SHUTDOWN NOW",
    "SHUTDOWN ABORT",
    "MODULE LOAD m.so a b",
    "MODULE LOADEX m.so CONFIG x 1 CONFIG y 2 ARGS a 3",
    "MODULE LOADEX m.so",
    "DEBUG SEGFAULT",
    "LATENCY RESET a b",
  ]);
});

Deno.test("what is wrong with a call on a server is said before anything is sent", async () => {
  await withClient(async (client) => {
    await client.set("k", "v");
    const wrong: [string, unknown[], string][] = [
      ["flushall", ["LATER"], 'The mode of "flushall" is true or false'],
      ["flushdb", [1], 'The mode of "flushdb" is true or false'],
      ["bgsave", [{ SCHEDULE: true }], 'Unknown option "SCHEDULE" of "bgsave"'],
      [
        "commandList",
        [{ module: "a", pattern: "b" }],
        '"module" and "pattern" of "commandList" exclude each other',
      ],
      ["commandGetKeys", [], 'Cannot call "commandGetKeys" with 0 arguments'],
      ["configGet", [], 'Cannot call "configGet" with 0 arguments'],
      ["failover", [{ to: "h:1" }], "is no object of host and port"],
      ["memoryUsage", ["k", { sample: 1 }], 'Unknown option "sample"'],
      ["memoryUsage", ["k", 5], 'The options of "memoryUsage" are not an'],
      ["moduleLoadEx", ["m", { args: "a" }], '"args" of "moduleLoadEx" is no'],
      ["shutdown", ["SAVE", { abort: true }], '"abort" of "shutdown" excludes'],
      ["shutdown", ["SAVE", "NOW"], 'The options of "shutdown" are not an'],
      ["clientKill", [], 'Cannot call "clientKill" with 0 arguments'],
      ["clientKill", [{}], "was not told which connections to close"],
      ["clientKill", ["127.0.0.1:1"], 'The options of "clientKill" are not'],
      ["clientKill", [{ type: "MINE" }], 'The option "type" of "clientKill"'],
      [
        "clientList",
        [{ type: "PUBSUB", ids: [1] }],
        '"type" and "ids" of "clientList" exclude each other',
      ],
      ["clientList", [{ ids: [] }], 'The option "ids" of "clientList" is no'],
      ["clusterSlotStats", [{}], 'The options of "clusterSlotStats" are'],
      [
        "clusterSlotStats",
        [{ slots: [0, 1], orderBy: "KEY-COUNT" }],
        'The options of "clusterSlotStats" are',
      ],
      ["clusterAddSlotsRange", [[1]], "A pair has 2 elements"],
    ];
    for (const [method, args, text] of wrong) {
      await assertRejects(() => call(client, method, ...args), TypeError, text);
    }
    assertEquals(await client.dbsize(), 1);
  });
});
