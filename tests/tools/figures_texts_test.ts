import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { CLUSTER_NAMES } from "../../tools/compare/cluster_names.ts";
import { contenderNames } from "../../tools/compare/commands/names.ts";
import { crowdNames, SELDOM_NAMES } from "../../tools/compare/crowds.ts";
import { RESHARDING_NAMES } from "../../tools/compare/resharding_names.ts";
import { comparisonTexts } from "../../tools/figures/comparison.ts";
import { findingsOf } from "../../tools/figures/documents.ts";
import { readmeTexts } from "../../tools/figures/readme.ts";
import type { ComparedPart } from "../../tools/figures/record.ts";
import type { KnownMachine } from "../../tools/measure/machine.ts";
import { performancePage } from "../../tools/scaling/document.ts";
import { performancePlot } from "../../tools/scaling/plot.ts";
import { CLIENTS, MACHINE, SCALING } from "./figures_record.ts";

/** Without line breaks, which are nobody's choice. */
function joined(text: string | undefined): string {
  return (text ?? "").replace(/\s+/g, " ");
}

Deno.test("readmeTexts() has ratios of what was measured, and nothing else", () => {
  const texts = readmeTexts({ clients: CLIENTS });
  const fast = joined(texts.get("fast"));
  assertStringIncludes(
    fast,
    "reads 2.00 million keys a second on eight cores",
  );
  assertStringIncludes(fast, ": 4.0 times what ioredis pipelines do");
  assertStringIncludes(fast, "are 3.0 times as fast as with");
  const speed = joined(texts.get("speed"));
  assertStringIncludes(speed, "eight cores, 1,000 keys, values of 16 bytes");
  assertStringIncludes(speed, "medians of three interleaved rounds");
  assertStringIncludes(
    speed,
    "(Deno 1.2.3, Abacus, redis-server 4.5.6, 2001-02-03)",
  );
  assertStringIncludes(
    speed,
    "| A map of GETs | 2.00 M | ioredis, a pipeline for each shard 0.50 M |",
  );
  assertStringIncludes(speed, "| ioredis with auto-pipelining 0.30 M |");
  assertEquals(speed.includes("HGET"), false);
  assertThrows(
    () => readmeTexts({ clients: { machine: MACHINE, sections: {} } }),
    Error,
    'needs rb and ioredis in the section "get"',
  );
});

Deno.test("readmeTexts() says how warm the demo is, and of which day", () => {
  const demo = (machine?: KnownMachine) =>
    readmeTexts({ clients: CLIENTS, ...machine && { demo: { machine } } })
      .get("demo");
  assertEquals(demo(), "cold and on a slow day");
  assertEquals(demo(MACHINE), "cold; [Speed](#speed) is warm");
  assertEquals(
    demo({ ...MACHINE, date: "2002-01-01" }),
    "cold, on 2002-01-01; [Speed](#speed) is warm",
  );
});

Deno.test("comparisonTexts() leaves out what was never measured", () => {
  assertEquals([...comparisonTexts({})], [
    ["cluster", ""],
    ["resharding", ""],
    ["crowds", ""],
    ["commands", ""],
  ]);
});

Deno.test("comparisonTexts() has a Redis Cluster, in a table and in words", () => {
  const { map, calls, automatic, nodeRedis, moving } = CLUSTER_NAMES;
  const cluster: ComparedPart = {
    machine: MACHINE,
    sections: {
      "cluster get": {
        keys: 1_000,
        rounds: 3,
        medians: {
          [map]: 600_000,
          [calls]: 300_000,
          [automatic]: 50_000,
          [nodeRedis]: 12_000,
        },
      },
      "cluster moving": {
        keys: 1_000,
        rounds: 5,
        medians: { [map]: 500_000, [moving]: 250_000 },
      },
    },
  };
  const text = joined(comparisonTexts({ cluster }).get("cluster"));
  assertStringIncludes(
    text,
    "Three primaries, 1,000 GETs, 3 rounds; 2001-02-03 on eight cores of an " +
      "Abacus with Deno 1.2.3, redis-server 4.5.6, node-redis 7.8.9",
  );
  assertStringIncludes(text, "| rb: `Promise.all` | 300,000 | 0.500 |");
  assertStringIncludes(text, "is 6.0 times as fast as that of ioredis");
  assertStringIncludes(
    text,
    "and 25 times as that of node-redis, and a map 12",
  );
  assertStringIncludes(text, "keeps 0.50 of its speed (500,000 keys a second");
  assertEquals(text.includes("| ioredis Cluster |"), false);
});

Deno.test("comparisonTexts() has keys that move, beside others or a ratio alone", () => {
  const { reshard, migrate, getMoving } = RESHARDING_NAMES;
  const keys = 1_000;
  const resharding: ComparedPart = {
    machine: MACHINE,
    sections: {
      "resharding keys": {
        keys,
        rounds: 7,
        medians: { [migrate]: 40_000, [reshard]: 10_000 },
      },
      "resharding get": {
        keys,
        rounds: 7,
        medians: { [getMoving]: 5_000 },
        ratios: { [getMoving]: 0.125 },
      },
    },
  };
  const text = joined(comparisonTexts({ resharding }).get("resharding"));
  assertStringIncludes(text, "back, 1,000 keys, 7 rounds; 2001-02-03");
  assertStringIncludes(text, "| 10,000 | 0.25 of redis-cli: MIGRATE |");
  assertStringIncludes(text, "| 5,000 | 0.13 of where nothing moves |");
});

Deno.test("comparisonTexts() has callers with their waits, and one row a command", () => {
  const { section, rb, ioredis, nodeRedis } = crowdNames(1_024);
  const crowds: ComparedPart = {
    machine: MACHINE,
    sections: {
      [section]: {
        keys: 1_000,
        rounds: 1,
        medians: { [rb]: 90_000, [ioredis]: 30_000, [nodeRedis]: 45_000 },
        p99: { [rb]: 1.5, [ioredis]: 12.34 },
      },
      [SELDOM_NAMES.section]: {
        keys: 25,
        rounds: 9,
        medians: { [SELDOM_NAMES.rb]: 4_000, [SELDOM_NAMES.ioredis]: 2_000 },
      },
    },
  };
  const callers = joined(comparisonTexts({ crowds }).get("crowds"));
  assertStringIncludes(callers, "four servers, 1 round; 2001-02-03");
  assertStringIncludes(
    callers,
    "| 1,024 | 90,000 (1.50) | 30,000 (12.34) | | 45,000 |",
  );
  assertStringIncludes(callers, "rb does 2.00 with 1,024.");
  assertStringIncludes(
    callers,
    "9 rounds, half of the replies came within 250 µs",
  );
  assertStringIncludes(
    callers,
    "those of ioredis within 500 and of node-redis",
  );
  const names = contenderNames("incr");
  const commands: ComparedPart = {
    machine: MACHINE,
    sections: {
      incr: {
        keys: 1_000,
        medians: {
          [names.map]: 900_000,
          [names.pipeline]: 300_000,
          [names.nodeRedis]: 90_000,
        },
      },
    },
  };
  const rows = joined(comparisonTexts({ commands }).get("commands"));
  assertStringIncludes(
    rows,
    "| incr | 900,000 | 300,000 | 3.00 × | 90,000 | 10.00 × | | |",
  );
});

Deno.test("performancePage() says how its figure goes with that of README", () => {
  const findings = findingsOf({ clients: CLIENTS, scaling: SCALING });
  if (findings === undefined) throw new Error("There is nothing to write");
  const page = joined(performancePage(findings));
  assertStringIncludes(
    page,
    "over four hosts reads 5.00 million keys a second here (200 ns a key, by " +
      "the number of hosts; 20.00 million, 50 ns, by layer) and 2.00 million " +
      "(500 ns) in the [README](../README.md#speed)",
  );
  assertStringIncludes(page, "`compare`, which measured that, collects");
  assertStringIncludes(page, "Abacus, 8 cores. - With");
  const other = {
    keys: 1_000,
    rate: 2e6,
    date: "2001-02-04",
  };
  const later = joined(performancePage({ ...findings, other }));
  assertStringIncludes(later, "that on another day (2001-02-04), collects");
  // What does not compare is not compared.
  const more = { ...other, keys: 2_000 };
  for (const other of [more, undefined]) {
    const without = performancePage({ ...findings, other });
    assertEquals(without.includes("README.md#speed"), false);
  }
});

Deno.test("performancePage() and its picture have hosts that answer from memory, if any", () => {
  const findings = findingsOf({ scaling: SCALING });
  if (findings === undefined) throw new Error("There is nothing to write");
  const page = joined(performancePage(findings));
  assertStringIncludes(page, "## Up to 1,024 hosts");
  assertStringIncludes(page, "4 MGETs over 4 hosts");
  assertStringIncludes(page, "and 1,024 MGETs over 1,024, of 1.");
  assertStringIncludes(
    page,
    "1.7 µs from 4 to 64 hosts and 0.1 µs from 64 to 1,024 hosts; the whole " +
      "grows no faster than the number of hosts.",
  );
  assertStringIncludes(page, "room for 65,536 with 1,024, so that all 1,000");
  assertStringIncludes(
    page,
    "1,000 keys with few hosts and 64 for each of 256",
  );
  assertStringIncludes(performancePlot(findings), "from memory");
  assertStringIncludes(performancePlot(findings), ">1,024</text>");
  const { memoryHosts: _, ...rest } = SCALING;
  const less = findingsOf({
    scaling: { ...rest, hosts: { ...rest.hosts, batchKeys: [9, 9, 9] } },
  });
  if (less === undefined) throw new Error("There is nothing to write");
  assertEquals(performancePage(less).includes("1,024 hosts"), false);
  assertEquals(performancePlot(less).includes("from memory"), false);
  assertStringIncludes(
    joined(performancePage(less)),
    "had 9 keys in this run, of which 0 live on a host of 256; by default it " +
      "has 16,384",
  );
});

Deno.test("performancePage() says what single calls cost, as far as that was measured", () => {
  const page = (part: object, sections: ComparedPart["sections"] = {}) => {
    const calls = { machine: MACHINE, sections };
    const scaling = { ...SCALING, ...part };
    return joined(performancePage(findingsOf({ scaling, calls })!));
  };
  assertEquals(page({}).includes("## Single calls"), false);
  const calls = { call: 600, promise: 250 };
  const short = page({ calls });
  assertStringIncludes(
    short,
    "cost 600 ns each. A promise of the language costs 250",
  );
  assertEquals(short.includes("bytes (its promise"), false);
  const whole = page({ calls: { ...calls, keptByCall: 186, keptByAll: 112 } }, {
    "calls": {
      keys: 50_000,
      medians: {
        "rb alone: Promise.all get": 900_000,
        "bun: Promise.all get": 1_000_000,
      },
    },
    "calls set ex": {
      keys: 50_000,
      medians: {
        "rb alone: Promise.all set ex": 950_000,
        "bun: Promise.all set ex": 1_000_000,
      },
    },
  });
  assertStringIncludes(whole, "a call keeps 186 bytes (its promise");
  assertStringIncludes(whole, "another 112 for it");
  assertStringIncludes(
    whole,
    "GETs are 0.90 times as fast, and SETs with `ex` 0.95",
  );
});
