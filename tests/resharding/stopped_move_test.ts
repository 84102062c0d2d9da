// Keys that move while programs are kept from writing.

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  reshard,
  ReshardingError,
  type ReshardProgress,
  reshardStatus,
} from "../../mod.ts";
import { bounded, eventually } from "../../support/waiting.ts";
import { Rings } from "../../support/rings.ts";
import { OldProgram, PROGRAM_RULES, rulesOf, startWithUsers } from "./users.ts";

const STOPPED = { writers: "stopped" } as const;
const CONFIRMED = { writers: "stopped", confirmed: true } as const;

function phasesOf(steps: readonly ReshardProgress[]): string[] {
  return [...new Set(steps.map(({ phase }) => phase))];
}

/** Keys and values that a program writes, and what it has written. */
async function fill(program: OldProgram, count: number): Promise<string[]> {
  const keys = Array.from({ length: count }, (_, i) => `key:${i}`);
  for (const key of keys) await program.command(key, "SET", key, key);
  return keys;
}

Deno.test("case 26: programs that know nothing of it are stopped, and nothing is lost", async () => {
  await using rings = await startWithUsers();
  using program = await OldProgram.start(rings);
  using reader = await OldProgram.start(rings);
  const keys = Array.from({ length: 300 }, (_, i) => `counter:${i}`);
  const done = new Map(keys.map((key) => [key, 0]));
  const refusals = new Set<string>();
  let isOver = false;
  let rounds = 0;
  // One way after the other to write, each over a connection that stays open.
  const ways = [
    (key: string) => program.command(key, "INCR", key),
    (key: string) =>
      program.command(
        ...[key, "EVAL", "return redis.call('INCR', KEYS[1])", 1, key],
      ),
    async (key: string) => {
      await program.command(key, "MULTI");
      try {
        await program.command(key, "INCR", key);
      } catch (error) {
        await program.command(key, "DISCARD");
        throw error;
      }
      const [count] = await program.command(key, "EXEC") as unknown[];
      // What was queued before may be denied by then.
      if (count instanceof Error) throw count;
      return count;
    },
  ];
  const writing = (async () => {
    for (; !isOver; rounds++) {
      for (const [index, key] of keys.entries()) {
        const way = (rounds + index) % ways.length;
        try {
          const count = Number(await ways[way](key));
          done.set(key, done.get(key)! + 1);
          // Nothing has come in between, also from another copy.
          assertEquals(count, done.get(key));
        } catch (error) {
          if (!/permission|can't run/.test(`${error}`)) throw error;
          refusals.add(`${way}`);
        }
      }
    }
  })();
  // What goes wrong there ends this, instead of what waits for more of it.
  const meanwhile = (check: () => boolean) =>
    Promise.race([eventually(check), writing]);
  await meanwhile(() => rounds > 1);
  const first = await rings.move({ ...STOPPED, pageSize: 10 });
  assertEquals(phasesOf(first), ["stopped", "copying", "comparing", "copied"]);
  // Programs go on reading at the former hosts, and may write in no way.
  await meanwhile(() => refusals.size === ways.length);
  for (const key of keys) {
    const count = await reader.command(key, "GET", key);
    assertEquals(Number(count), done.get(key));
  }
  isOver = true;
  await bounded(writing);
  const status = await reshardStatus(rings.before, rings.after, STOPPED);
  assertEquals([status.writers, status.phase], ["stopped", "announced"]);
  assertEquals(status.problems, []);
  assertEquals(status.programs.length, 2 * rings.servers.length);

  const second = await rings.move(CONFIRMED);
  assertEquals(phasesOf(second).slice(-2), ["deleting", "stable"]);
  assertEquals(await rings.assertPlaced(), keys.length);
  for (const key of keys) {
    const count = await program.commandAfter(key, "INCR", key);
    assertEquals(Number(count), done.get(key)! + 1);
  }
  for (const hostId of rings.servers.keys()) {
    assertEquals(await rulesOf(rings, hostId, "app"), PROGRAM_RULES);
    assertEquals(await rulesOf(rings, hostId, "default"), "+@all");
    assertEquals(await rings.ask(hostId, "EXISTS", "__rb__:denied"), 0);
  }
});

Deno.test("a move with writers stopped is refused where it would stop itself", async () => {
  await using rings = await Rings.start();
  await rings.before.getRoutingClient().set("key", 1);
  const error = await assertRejects(
    () => rings.move(CONFIRMED),
    ReshardingError,
    'is used as "default"',
  );
  assertEquals(error.outcome, "not-sent");
  // Nothing was changed.
  for (const hostId of rings.servers.keys()) {
    assertEquals(await rulesOf(rings, hostId, "default"), "+@all");
    assertEquals(await rings.ask(hostId, "KEYS", "__rb__:*"), []);
  }
});

Deno.test("a move with writers stopped goes on wherever it was given up", async () => {
  await using rings = await startWithUsers();
  using program = await OldProgram.start(rings);
  const keys = await fill(program, 200);
  await rings.ask(rings.old(keys[0]), "PEXPIRE", keys[0], 1e9);
  const { before, after } = rings;
  let isOver = false;
  for (let stop = 1; !isOver; stop++) {
    let steps = 0;
    isOver = true;
    for await (
      const _ of reshard(before, after, { ...CONFIRMED, pageSize: 20 })
    ) {
      if (++steps < stop) continue;
      isOver = false;
      break;
    }
  }
  assertEquals(await rings.assertPlaced(), keys.length);
  for (const key of keys) {
    assertEquals(await program.commandAfter(key, "GET", key), key);
  }
  const left = await program.commandAfter(keys[0], "PTTL", keys[0]);
  assert(Number(left) > 5e8);
  assertEquals(await rulesOf(rings, 0, "app"), PROGRAM_RULES);
});

Deno.test("a move with writers stopped is taken back", async () => {
  await using rings = await startWithUsers();
  using program = await OldProgram.start(rings);
  const keys = await fill(program, 200);
  await rings.move(STOPPED);
  assert(Number(await rings.ask(2, "DBSIZE")) > 20);
  await assertRejects(
    () => rings.move({}, { back: true }),
    ReshardingError,
    'writers: "stopped"',
  );
  await rings.move(STOPPED, { back: true });
  assertEquals(await rings.assertPlaced(rings.before), keys.length);
  for (const key of keys) await program.command(key, "APPEND", key, "!");
  assertEquals(await rulesOf(rings, 2, "app"), PROGRAM_RULES);
});

Deno.test("copies that are not the same are told, and nothing is deleted", async () => {
  await using rings = await startWithUsers();
  using program = await OldProgram.start(rings);
  const keys = await fill(program, 100);
  const [changed, deleted, created, longer] = rings.moving(4);
  await rings.ask(rings.old(created), "DEL", created);
  await rings.move(STOPPED);
  // Somebody may still write: the server takes this connection for "default".
  for (const hostId of rings.servers.keys()) {
    await rings.ask(hostId, "ACL", "SETUSER", "app", "+@all");
  }
  await program.command(changed, "SET", changed, "other");
  await program.command(deleted, "DEL", deleted);
  await program.command(longer, "EXPIRE", longer, 1_000);
  await program.commandAfter(created, "SET", created, "only here");
  const steps: ReshardProgress[] = [];
  await assertRejects(
    async () => {
      const moving = reshard(rings.before, rings.after, CONFIRMED);
      for await (const step of moving) steps.push(step);
    },
    ReshardingError,
    "4 of them are not the same",
  );
  assertEquals(
    new Set(steps.at(-1)?.conflicts),
    new Set([changed, deleted, created, longer]),
  );
  // The other direction deletes copies, and keeps what has no original.
  await rings.move(STOPPED, { back: true });
  assertEquals(await program.command(changed, "GET", changed), "other");
  assertEquals(await rings.ask(rings.next(changed), "EXISTS", changed), 0);
  assertEquals(
    await program.commandAfter(created, "GET", created),
    "only here",
  );
  assertEquals(keys.length, 100);
});

Deno.test("programs that follow go along with a move that stops them", async () => {
  await using rings = await startWithUsers();
  const login = { username: "app", password: "any" };
  const cluster = rings.follower({ hostDefaults: login });
  const client = cluster.getRoutingClient();
  const keys = Array.from({ length: 100 }, (_, i) => `key:${i}`);
  await Promise.all(keys.map((key) => client.set(key, key)));
  await rings.move(CONFIRMED);
  assertEquals(await client.mget(...keys), keys);
  await Promise.all(keys.map((key) => client.append(key, "!")));
  assertEquals(await rings.assertPlaced(), keys.length);
});
