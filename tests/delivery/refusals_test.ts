import { assert, assertEquals } from "@std/assert";
import { specOf } from "../../src/commands/table.ts";
import type { Detour } from "../../src/delivery/batch_options.ts";
import {
  APART,
  Command,
  PINNED,
  type Settler,
  WITH_SOURCE,
} from "../../src/delivery/command.ts";
import {
  cutShort,
  flagsOf,
  movedBy,
  refusalOf,
} from "../../src/delivery/refusals.ts";
import { Run } from "../../src/delivery/run.ts";
import { CommandError } from "../../src/errors.ts";
import type { Redirect } from "../../src/topology/mod.ts";

const NOBODY: Settler = { resolve: () => {}, reject: () => {} };

/** A detour on which every error says the same. */
function detourTo(redirect: Redirect | undefined, group?: number): Detour {
  return {
    objectionTo: () => undefined,
    groupOf: () => 0,
    mergesAll: false,
    groupsStay: true,
    redirect: () => redirect,
    hostOf: () => 0,
    groupOfCommand: () => group,
    leads: () => false,
    take: () => {},
  };
}

function commandOf(name: string, ...args: string[]): Command {
  return new Command(specOf(name).form(), args, NOBODY);
}

function runOf(name: string, keys: string[], flags = 0): Run {
  const form = specOf(name).form();
  const run = new Run({ form, argCount: 1, flags }, true);
  for (const key of keys) run.push(NOBODY, key);
  return run;
}

const MOVED = new CommandError("MOVED 5 127.0.0.1:7001");

Deno.test("refusalOf() lets an error that decides about its command stand", () => {
  const ways = { hostId: 7, detour: undefined, unmerged: undefined };
  for (const text of ["ERR no", "WRONGTYPE Not so", "MOVED 5 127.0.0.1:7001"]) {
    const error = new CommandError(text);
    const run = runOf("INCR", ["a"]);
    assertEquals(refusalOf(ways, run, { error, index: 0 }), undefined);
  }
});

Deno.test("refusalOf() notes what the user may not issue merged", () => {
  const unmerged = new Set<string>();
  const ways = { hostId: 7, detour: undefined, unmerged };
  const error = new CommandError(
    "NOPERM this user has no permissions to run the 'mget' command",
  );
  const run = runOf("GET", ["a", "b"]);
  const refusal = refusalOf(ways, run, { error, index: 0 });
  assertEquals([refusal?.wayOut, refusal?.error], ["apart", error]);
  assertEquals([...unmerged], ["GET"]);
});

Deno.test("refusalOf() follows no error of a host that was named", () => {
  const detour = detourTo({ group: 5, to: 8, asking: false });
  const ways = { hostId: 7, detour, unmerged: undefined };
  const at = { error: MOVED, index: 0 };
  assertEquals(refusalOf(ways, runOf("GET", ["a"]), at)?.wayOut, "moved");
  assertEquals(refusalOf(ways, runOf("GET", ["a"], PINNED), at), undefined);
});

Deno.test("movedBy() goes where the error leads, or waits for its keys", () => {
  const command = commandOf("GET", "a");
  const to8 = { group: 5, to: 8, asking: false };
  const from = (hostId: number, detour: Detour | undefined) =>
    movedBy({ hostId, detour }, command, MOVED);
  assertEquals(from(7, detourTo(to8)), {
    progress: "refused",
    error: MOVED,
    wayOut: "moved",
    redirect: to8,
  });
  // The same host is at another address, or takes it this one time.
  assertEquals(from(8, detourTo(to8))?.wayOut, "elsewhere");
  const asking = { ...to8, asking: true };
  assertEquals(from(8, detourTo(asking))?.wayOut, "moved");
  // It is not said where, but the command has a group; or it has none.
  assertEquals(from(7, detourTo(undefined, 5))?.redirect, {
    group: 5,
    to: undefined,
    asking: false,
  });
  assertEquals(from(7, detourTo(undefined)), undefined);
  assertEquals(from(7, undefined), undefined);
});

Deno.test("cutShort() lets a command go on elsewhere that has a group", () => {
  const command = commandOf("BLPOP", "a", "0");
  assertEquals(cutShort(detourTo(undefined, 5), command), {
    progress: "refused",
    wayOut: "moved",
    redirect: { group: 5, to: undefined, asking: false },
  });
  assertEquals(cutShort(detourTo(undefined), command), undefined);
  assertEquals(cutShort(undefined, command), undefined);
});

Deno.test("flagsOf() says how a command differs that goes again", () => {
  assertEquals(flagsOf("apart"), APART);
  assertEquals(flagsOf("source"), WITH_SOURCE);
  assert(
    [undefined, "moved", "elsewhere"].every((way) =>
      flagsOf(way as Parameters<typeof flagsOf>[0]) === 0
    ),
  );
});
