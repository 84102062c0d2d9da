// The scripts do at servers what the model of them does.

import { assertEquals } from "@std/assert";
import type { Script } from "../../mod.ts";
import { readPut, readTaken } from "../../src/moving/key_mover.ts";
import {
  CLAIMS_KEY,
  GENERATION_KEY,
  RECORD_KEY,
} from "../../src/moving/mod.ts";
import {
  DROP,
  LOOK,
  PUT,
  RELEASE,
  SET_ASIDE,
  SET_RECORD,
  TAKE,
  VOID,
} from "../../src/moving/scripts.ts";
import { RedisServer } from "../../src/testing.ts";
import type { Reply } from "../../src/values.ts";
import {
  type Oracle,
  oracle,
  type RawReply,
} from "../../support/raw_client.ts";
import { drop, put, release, type Servers, take } from "./key_move_model.ts";

/** Every state of the two servers that makes a difference. */
function* states(): Iterable<Servers> {
  for (const source of [null, "v0"] as const) {
    for (const claim of [null, "mine", "former", "other"]) {
      for (const target of [null, "stranger"] as const) {
        for (const generation of [0, 3]) {
          yield { source, claim, target, generation, aside: null };
        }
      }
    }
  }
}

const ASIDE = "aside:key";
/** The epoch of all moves here. */
const EPOCH = 5;

/** Both servers. */
class Real {
  readonly #source: Oracle;
  readonly #target: Oracle;

  constructor(source: Oracle, target: Oracle) {
    this.#source = source;
    this.#target = target;
  }

  async set({ source, claim, target, generation }: Servers): Promise<void> {
    await this.#source.command("FLUSHALL");
    await this.#target.command("FLUSHALL");
    if (source !== null) await this.#source.command("SET", "key", source);
    if (claim !== null) {
      await this.#source.command("HSET", CLAIMS_KEY, "key", claim);
    }
    if (target !== null) await this.#target.command("SET", "key", target);
    if (generation > 0) {
      await this.#target.command("SET", GENERATION_KEY, generation);
    }
  }

  async get(): Promise<Servers> {
    return {
      source: await this.#source.command("GET", "key"),
      claim: await this.#source.command("HGET", CLAIMS_KEY, "key"),
      aside: await this.#source.command("GET", ASIDE),
      target: await this.#target.command("GET", "key"),
      generation: Number(await this.#target.command("GET", GENERATION_KEY)),
    } as Servers;
  }

  run(
    where: "source" | "target",
    { script }: Script,
    keys: string[],
    args: (string | number)[],
  ): Promise<RawReply> {
    const server = where === "source" ? this.#source : this.#target;
    const fenced = script === RELEASE.script ? [] : [RECORD_KEY];
    const all = [...keys, ...fenced];
    const epoch = fenced.map(() => EPOCH);
    return server.command(
      "EVAL",
      script,
      all.length,
      ...all,
      ...args,
      ...epoch,
    );
  }
}

Deno.test("the scripts that move keys do what the model does", async (t) => {
  await using source = await RedisServer.start();
  await using target = await RedisServer.start();
  await using one = oracle(source);
  await using other = oracle(target);
  const real = new Real(one, other);

  await t.step("TAKE", async () => {
    for (const state of states()) {
      for (const replaces of [undefined, "former"]) {
        await real.set(state);
        const token = "mine too";
        const [reply] = await real.run("source", TAKE, [CLAIMS_KEY, "key"], [
          token,
          replaces ?? "",
          0,
        ]) as RawReply[];
        const { servers, answer } = take(state, { token, replaces });
        assertEquals(await real.get(), servers);
        const read = readTaken(reply as Reply);
        if (read.kind !== "taken") {
          assertEquals(read, answer);
          continue;
        }
        const { kind, due, isTakenOver } = read;
        const wanted = answer.kind === "taken" && answer.isTakenOver;
        assertEquals([kind, due, isTakenOver], [answer.kind, 0, wanted]);
      }
    }
  });

  await t.step("PUT", async () => {
    for (const state of states()) {
      await real.set(state);
      // The raw client sends text, so that a script makes the value.
      const wrapped = `
local made = redis.call('SET', 'made', 'v0')
local value = redis.call('DUMP', 'made')
redis.call('DEL', 'made')
ARGV[3] = value
${PUT.script}`;
      const reply = await other.command(
        "EVAL",
        wrapped,
        4,
        ...[CLAIMS_KEY, GENERATION_KEY, "key", RECORD_KEY],
        ...["mine", 3, "", 0, 0, EPOCH],
      );
      const { servers, answer } = put(state, { generation: 3 }, "v0");
      assertEquals(await real.get(), servers);
      assertEquals((reply as Reply[]).map(readPut), [answer]);
    }
  });

  await t.step("DROP and SET_ASIDE", async () => {
    for (const state of states()) {
      for (const kind of ["drop", "set-aside"] as const) {
        await real.set(state);
        const script = kind === "drop" ? DROP : SET_ASIDE;
        const reply = await real.run("source", script, [CLAIMS_KEY, "key"], [
          "mine",
          "aside:",
        ]);
        const { servers, isDone } = drop(state, { token: "mine" }, kind);
        assertEquals(await real.get(), servers);
        assertEquals(reply, [isDone ? 1 : 0]);
      }
    }
  });

  await t.step("RELEASE", async () => {
    for (const state of states()) {
      await real.set(state);
      await real.run("source", RELEASE, [CLAIMS_KEY, "key"], ["mine"]);
      assertEquals(await real.get(), release(state, { token: "mine" }));
    }
  });

  await t.step("SET_ASIDE loses nothing that has such a name", async () => {
    await one.command("FLUSHALL");
    await one.command("SET", ASIDE, "before");
    await one.command("SET", "key", "now");
    await one.command("HSET", CLAIMS_KEY, "key", "mine");
    await real.run("source", SET_ASIDE, [CLAIMS_KEY, "key"], [
      "mine",
      "aside:",
    ]);
    assertEquals(await one.command("GET", ASIDE), "before");
    assertEquals(await one.command("GET", "aside:2:key"), "now");
  });
});

Deno.test("what is late does nothing where a host has heard of a later epoch", async () => {
  await using server = await RedisServer.start();
  await using one = oracle(server);
  const steps: [script: Script, keys: string[], args: (string | number)[]][] = [
    [TAKE, [CLAIMS_KEY, "free"], ["mine", "", 0]],
    [PUT, [CLAIMS_KEY, GENERATION_KEY, "new"], ["mine", 0, "value", 0, 0]],
    [DROP, [CLAIMS_KEY, "claimed"], ["mine"]],
    [SET_ASIDE, [CLAIMS_KEY, "claimed"], ["mine", "aside:"]],
  ];
  const run = ({ script }: Script, keys: string[], args: (string | number)[]) =>
    one.command(
      ...["EVAL", script, keys.length + 1, ...keys, RECORD_KEY],
      ...[...args, EPOCH],
    );
  await one.command("MSET", "free", "v", "claimed", "v");
  await one.command("HSET", CLAIMS_KEY, "claimed", "mine");
  await one.command("SET", RECORD_KEY, `{"epoch":${EPOCH + 1}}`);
  for (const [script, keys, args] of steps) {
    assertEquals(await run(script, keys, args), VOID);
  }
  assertEquals(await one.command("HGETALL", CLAIMS_KEY), ["claimed", "mine"]);
  assertEquals(await one.command("MGET", "free", "claimed"), ["v", "v"]);
  // The same one, an earlier one, and what is no record, stand in the way of nobody.
  for (const record of [`{"epoch":${EPOCH}}`, '{"epoch":1}', "[]", "text"]) {
    await one.command("SET", RECORD_KEY, record);
    const [script, keys, args] = steps[2];
    await one.command("HSET", CLAIMS_KEY, "claimed", "mine");
    assertEquals(await run(script, keys, args), [1]);
  }
});

Deno.test("a key has left that is neither there nor claimed", async () => {
  await using server = await RedisServer.start();
  await using client = oracle(server);
  await client.command("SET", "there", "v");
  await client.command("LPUSH", "list", "v");
  await client.command("HSET", CLAIMS_KEY, "claimed", "other");
  const keys = ["there", "gone", "list", "claimed"];
  const reply = await client.command(
    "EVAL",
    LOOK.script,
    keys.length + 1,
    CLAIMS_KEY,
    ...keys,
  );
  assertEquals(reply, [0, 1, 0, 0]);
});

Deno.test("what rests on the writes of others is a write itself, where replicas are waited for", async () => {
  await using server = await RedisServer.start();
  await using one = oracle(server);
  const changes = async () => {
    const info = String(await one.command("INFO", "persistence"));
    return Number(/rdb_changes_since_last_save:(\d+)/.exec(info)?.[1]);
  };
  const run = async (
    { script }: Script,
    keys: readonly string[],
    ...args: readonly (string | number)[]
  ) => {
    const before = await changes();
    const fenced = script === SET_RECORD.script ? [] : [RECORD_KEY];
    const all = [...keys, ...fenced];
    const reply = await one.command(
      ...["EVAL", script, all.length, ...all, ...args],
      ...fenced.map(() => EPOCH),
    );
    return { reply, writes: await changes() > before };
  };
  await one.command("SET", "there", "v");
  // Somebody has dropped it.
  const take = [[CLAIMS_KEY, "gone"], "token", ""] as const;
  assertEquals(await run(TAKE, ...take, 0), { reply: [0], writes: false });
  assertEquals(await run(TAKE, ...take, 1), { reply: [0], writes: true });
  // Somebody has put it.
  const put = [
    [CLAIMS_KEY, GENERATION_KEY, "there"],
    ...["token", 0, "value", 0],
  ] as const;
  assertEquals(await run(PUT, ...put, 0), { reply: [2], writes: false });
  assertEquals(await run(PUT, ...put, 1), { reply: [2], writes: true });
  // Somebody has written it.
  const record = '{"epoch":3}';
  await one.command("SET", "record", record);
  assertEquals(await run(SET_RECORD, ["record"], '{"epoch":2}', 2), {
    reply: record,
    writes: true,
  });
  assertEquals(await one.command("GET", "record"), record);
  assertEquals(await one.command("EXISTS", CLAIMS_KEY), 0);
});
