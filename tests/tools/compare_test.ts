import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { Cluster } from "@rb/rb";
import { RedisServer } from "@rb/rb/testing";
import {
  chooseSections,
  readArguments,
} from "../../tools/compare/arguments.ts";
import { contenderNames } from "../../tools/compare/commands/names.ts";
import { COMMANDS } from "../../tools/compare/commands/table.ts";
import { openClients } from "../../tools/compare/clients.ts";
import {
  CROWDS,
  crowdSections,
  SELDOM_NAMES,
} from "../../tools/compare/crowds.ts";
import { firstOf, makeWorkload } from "../../tools/compare/workload.ts";
import { encode, Feed } from "../../tools/compare/feed.ts";
import { clusterSections } from "../../tools/compare/redis_cluster.ts";
import { reshardingSections } from "../../tools/compare/resharding.ts";
import { readRate } from "../../tools/compare/redis_benchmark.ts";
import { closingText, sectionText } from "../../tools/compare/report.ts";
import { type Rates, runRounds } from "../../tools/compare/rounds.ts";
import { shareOfFirst } from "../../tools/compare/schedule.ts";
import type { Contender, Section } from "../../tools/compare/sections.ts";
import { judge, TARGETS } from "../../tools/compare/targets.ts";

const WORKLOAD: Section["workload"] = {
  keys: ["a", "b"],
  values: ["1", "2"],
  valueSize: 1,
  hosts: [0, 0],
  shards: [{ keys: ["a", "b"], places: [0, 1] }],
};

function makeSection(
  name: string,
  contenders: readonly Contender[] = [],
): Section {
  return {
    name,
    title: name.toUpperCase(),
    group: "commands",
    rounds: 5,
    warmups: 1,
    writes: false,
    workload: WORKLOAD,
    baseline: "base",
    contenders,
  };
}

/** A contender with a clock of its own, which counts its runs. */
function counted(name: string, log: string[]): Contender {
  return {
    name,
    way: () => {
      log.push(name);
      return Promise.resolve({ rate: log.length });
    },
  };
}

/** Never asked: what the sections here read is known. */
function unusedCluster(): Cluster {
  return new Cluster({ hosts: [{ port: 1 }] });
}

Deno.test("readArguments() has defaults, and takes names with commas", () => {
  assertEquals(readArguments([]), {
    rounds: undefined,
    keys: 50_000,
    only: [],
    minutes: 45,
    json: false,
  });
  const text = "--only setex,set\\ ex, --rounds 3 --keys=10 --minutes 1 --json";
  const args = text.split(/(?<!\\) /).map((arg) => arg.replace("\\", ""));
  assertEquals(readArguments(args), {
    rounds: 3,
    keys: 10,
    only: ["setex", "set ex"],
    minutes: 1,
    json: true,
  });
});

Deno.test("readArguments() refuses what is no whole number, and other options", () => {
  for (const option of ["rounds", "keys", "minutes"]) {
    for (const value of ["0", "1.5", "many", "-1"]) {
      assertThrows(
        () => readArguments([`--${option}=${value}`]),
        RangeError,
        `Option "${option}" must be a whole number from 1, not "${value}"`,
      );
    }
  }
  assertThrows(() => readArguments(["--keis", "5"]), TypeError, "keis");
});

for (
  const [group, sectionsOf] of [
    ["cluster", clusterSections],
    ["resharding", reshardingSections],
  ] as const
) {
  Deno.test(`the sections of "${group}" have all that their targets name`, async () => {
    const sections = sectionsOf(WORKLOAD);
    const targets = TARGETS.filter(({ section }) => section.startsWith(group));
    assertEquals(targets.length, 4);
    for (const { section, contender, peers } of targets) {
      const found = sections.find(({ name }) => name === section)!;
      const names = new Set(found.contenders.map(({ name }) => name));
      for (const name of [contender, ...peers]) assert(names.has(name), name);
      assert(names.has(found.baseline));
    }
    assertEquals(chooseSections(sections, [group]), sections);
    // Nothing is started before it is opened.
    await assertRejects(
      async () => await sections[0].contenders[0].way(WORKLOAD),
      Error,
      "Nothing is open",
    );
  });
}

Deno.test("chooseSections() goes by names, first words and groups", () => {
  const sections = [
    { name: "get", group: "clients" },
    { name: "get 1 KiB", group: "clients" },
    { name: "getex", group: "commands" },
    { name: "zadd", group: "commands" },
    { name: "zadd many", group: "commands" },
  ] as const;
  const chosen = (...only: string[]) =>
    chooseSections(sections, only).map(({ name }) => name);
  assertEquals(chosen(), sections.map(({ name }) => name));
  assertEquals(chosen("get"), ["get", "get 1 KiB"]);
  assertEquals(chosen("=get", "=zadd"), ["get", "zadd"]);
  assertEquals(chosen("zadd many", "getex"), ["getex", "zadd many"]);
  assertEquals(chosen("commands"), ["getex", "zadd", "zadd many"]);
  assertThrows(
    () => chosen("get", "zad"),
    RangeError,
    'Option "only" cannot be "zad": there are "clients", "commands", "get"',
  );
});

Deno.test("shareOfFirst() divides the time by how much there is to run", () => {
  const [two, six] = [2, 6].map((count) =>
    makeSection(
      `${count}`,
      Array.from({ length: count }, (_, at) => counted(`${at}`, [])),
    )
  );
  const times = { now: 1_000, end: 9_000, rounds: undefined };
  assertEquals(shareOfFirst([two, six], times), { rounds: 5, until: 3_000 });
  assertEquals(shareOfFirst([six, two], times), { rounds: 5, until: 7_000 });
  assertEquals(shareOfFirst([six], times), { rounds: 5, until: 9_000 });
  const slow = { ...two, rounds: 17 };
  assertEquals(shareOfFirst([slow, six], times), { rounds: 17, until: 5_000 });
  assertEquals(shareOfFirst([slow, six], { ...times, rounds: 2 }), {
    rounds: 2,
    until: 3_000,
  });
  assertEquals(shareOfFirst([two], { ...times, now: 9_000 }), undefined);
});

Deno.test("runRounds() has everybody in turn, and warm-ups do not count", async () => {
  const log: string[] = [];
  const section = makeSection("turns", [
    counted("a", log),
    counted("b", log),
    counted("c", log),
  ]);
  await using cluster = unusedCluster();
  const rounds: number[] = [];
  const rates = await runRounds(section, {
    rounds: 2,
    cluster,
    onRound: (round) => rounds.push(round),
  });
  assertEquals(log.join(""), "abcbcacab");
  assertEquals(rounds, [-1, 0, 1]);
  assertEquals([...rates], [["a", [6, 8]], ["b", [4, 9]], ["c", [5, 7]]]);
});

Deno.test("runRounds() begins no round that would end too late, but one", async () => {
  await using cluster = unusedCluster();
  for (
    const [until, expected] of [[0, 1], [39, 1], [40, 2], [60, 4], [99, 5]]
  ) {
    let time = 0;
    const section = makeSection("slow", [{
      name: "a",
      // The warm-up and each round take 10.
      way: () => Promise.resolve({ rate: time += 10 }),
    }]);
    const rates = await runRounds(section, {
      rounds: 5,
      cluster,
      until: until - 10,
      clock: () => time,
    });
    assertEquals(rates.get("a")?.length, expected, `until ${until}`);
  }
});

Deno.test("runRounds() restores before each lap or run, and checks what was read", async () => {
  await using cluster = unusedCluster();
  for (const before of ["lap", "run"] as const) {
    const log: string[] = [];
    const section = makeSection("restoring", [{
      name: "a",
      way: () => {
        log.push("way");
        return Promise.resolve({ values: () => ["1", "2"] });
      },
      restore: {
        before,
        run: () => {
          log.push("restore");
          return Promise.resolve();
        },
      },
    }]);
    await runRounds({ ...section, warmups: 0 }, { rounds: 1, cluster });
    const ways = log.filter((one) => one === "way").length;
    const restored = log.filter((one) => one === "restore").length;
    assertEquals(log.slice(0, 2), ["restore", "way"]);
    assertEquals(restored, before === "lap" ? ways : 1);
  }
  const wrong = makeSection("wrong", [{
    name: "a",
    way: () => Promise.resolve({ values: () => ["1", "3"] }),
  }]);
  await assertRejects(
    () => runRounds(wrong, { rounds: 1, cluster }),
    Error,
    '"a" has a wrong value for "b"',
  );
});

Deno.test("crowds of callers read all keys, and say how long the slowest wait", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  await using cluster = new Cluster({
    hosts: [{ hostname: server.hostname, port: server.port }],
  });
  await using clients = await openClients(cluster, [server]);
  const workload = makeWorkload(cluster.getRouter(), {
    count: 50,
    prefix: "key",
    valueSize: 16,
  });
  await cluster.map((client) =>
    workload.keys.map((key, at) => client.set(key, workload.values[at]))
  );
  const sections = crowdSections(clients, workload);
  assertEquals(sections.length, CROWDS.length + 1);
  for (const section of sections) {
    const { name, contenders, workload } = section;
    for (const { way, p99 } of contenders) {
      const { values, rate } = await way(firstOf(workload, 5));
      assertEquals(values!(), workload.values.slice(0, 5));
      assertEquals(rate !== undefined, name === SELDOM_NAMES.section);
      assert(p99!() > 0);
    }
    const rates: Rates = new Map(
      section.contenders.map(({ name }, at) => [name, [100 + at]]),
    );
    const verdicts = judge(new Map([[section.name, rates]]));
    assertEquals(verdicts.map(({ measured, peer }) => [measured, peer]), [
      name === SELDOM_NAMES.section
        ? [100 / 101, contenders[1].name]
        : [100 / 103, contenders[3].name],
    ]);
    const [, , head, ...rows] = sectionText(section, rates, []).split("\n");
    assert(head.trimEnd().endsWith("p99"));
    assert(/\d\.\d\d ms/.test(rows.join("\n")));
  }
});

Deno.test("every command has the same targets", () => {
  for (const { name } of COMMANDS) {
    const names = contenderNames(name);
    const targets = TARGETS.filter(({ section }) => section === name);
    assertEquals(
      targets.map(({ contender, peers, ratio, or }) => [
        ...[contender, ratio, peers[0]],
        ...or ? [or.ratio, or.peers[0]] : [],
      ]),
      [
        [names.map, 4, names.pipeline, 0.8, names.redisBenchmark],
        [names.map, 6, names.nodeRedis],
        [names.calls, 3, names.automatic],
      ],
    );
  }
});

Deno.test("judge() is content with one of two measures", () => {
  const names = contenderNames("setex");
  const verdicts = (ioredis: number, redisBenchmark: number) =>
    judge(
      new Map([[
        "setex",
        new Map([
          [names.map, [400, 500, 450]],
          [names.pipeline, [ioredis, ioredis, ioredis]],
          [names.redisBenchmark, [redisBenchmark]],
        ]),
      ]]),
    );
  const outcomes = (ioredis: number, redisBenchmark: number) =>
    verdicts(ioredis, redisBenchmark).map((verdict) => [
      verdict.peer,
      verdict.measured,
      verdict.reached,
      verdict.enough,
    ]);
  assertEquals(outcomes(90, 900), [
    [names.pipeline, 5, true, true],
    [names.redisBenchmark, 0.5, false, true],
  ]);
  assertEquals(outcomes(150, 500), [
    [names.pipeline, 3, false, true],
    [names.redisBenchmark, 0.9, true, true],
  ]);
  assertEquals(outcomes(150, 900), [
    [names.pipeline, 3, false, false],
    [names.redisBenchmark, 0.5, false, false],
  ]);
});

Deno.test("a section says how far its contenders came", () => {
  const names = contenderNames("setex");
  const rates = new Map([
    [names.pipeline, [100, 110, 90]],
    [names.map, [450, 500, 400]],
    [names.redisBenchmark, [1_000, 900, 1_100]],
  ]);
  const section = { ...makeSection("setex"), baseline: names.pipeline };
  const verdicts = judge(new Map([["setex", rates]]));
  const lines = sectionText(section, rates, verdicts).split("\n");
  assertEquals(lines[0], "SETEX, 3 rounds");
  assertEquals(
    lines.filter((line) => line.includes("setex")).map((line) =>
      line.trim().split(/  +/)
    ),
    [
      ["contender", "keys/s", "min", "max", `× ${names.pipeline}`],
      [names.map, "450", "400", "500", "4.50 ×"],
      [names.pipeline, "100", "90", "110", "1.00 ×"],
      [
        ...[`${names.map} / ${names.pipeline}`, "4.00 ×", "4.50 ×"],
        ...["4.46–4.54", "reached"],
      ],
      [
        ...[`${names.map} / ${names.redisBenchmark}`, "0.80 ×", "0.45 ×"],
        ...["0.38–0.53", "the other is reached"],
      ],
    ],
  );
  const closing = closingText(verdicts, ["getex", "eval"]);
  assertStringIncludes(closing, `${names.map} / ${names.pipeline}`);
  assertStringIncludes(closing, "the time was up: getex, eval");
});

Deno.test("readRate() reads the last line, whatever the command contains", () => {
  const numbers = '"0.45","0.31","0.44","0.45","0.46","0.47"';
  assertEquals(readRate(`"test","rps"\n"GET k","123.45",${numbers}\n`), 123.45);
  assertEquals(readRate(`"EVAL "a", "5"","678.90",${numbers}`), 678.9);
  for (const wrong of ["", "Error", `"GET k","inf",${numbers}`]) {
    assertThrows(() => readRate(wrong), Error, "Cannot read");
  }
});

Deno.test("Feed has servers execute commands, and says which they refuse", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  using feed = await Feed.open([server], 1);
  const many = Array.from({ length: 20_000 }, (_, at) => ["SET", `${at}`, "é"]);
  await feed.send([encode(many)]);
  await using cluster = new Cluster({
    hosts: [{ hostname: server.hostname, port: server.port, db: 1 }],
  });
  const client = cluster.getLocalClient(0);
  assertEquals(await client.dbsize(), 20_000);
  assertEquals(await client.get("19999"), "é");
  await assertRejects(
    () => feed.send([encode([["SET", "a", "b"], ["LPUSH", "a", "b"]])]),
    Error,
    'A server cannot be filled: "WRONGTYPE',
  );
});
