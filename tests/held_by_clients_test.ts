import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertThrows,
} from "@std/assert";
import { HeldByClients } from "../src/held_by_clients.ts";
import { Command, type Settler } from "../src/delivery/command.ts";
import { specOf } from "../src/commands/table.ts";
import type { Held, Holder } from "../src/delivery/holder.ts";
import { ConnectionError, QueueFullError } from "../src/errors.ts";
import { isPending } from "../support/waiting.ts";

const NOBODY: Settler = { resolve: () => {}, reject: () => {} };

/** Holds commands by their names. */
class OneHolder {
  readonly reasons: unknown[] = [];
  released = 0;
  isHolding = true;

  /** As much of a holder as is asked for. */
  get holder(): Holder {
    return this as unknown as Holder;
  }

  release(): void {
    this.released++;
  }

  refuse(makeReason: (held: Held) => unknown): void {
    const command = new Command(specOf("GET").form(), ["key"], NOBODY);
    this.reasons.push(makeReason({ command } as Held));
  }
}

const LIMITS = { maxCommands: 2, maxBytes: 100 };

Deno.test("HeldByClients knows whether anything is held, and tells when nothing is any more", async () => {
  const held = new HeldByClients(LIMITS);
  const [one, other] = [new OneHolder(), new OneHolder()];
  await held.emptied(60_000);
  held.note(one.holder);
  held.note(other.holder);
  const emptied = held.emptied(60_000);
  one.isHolding = false;
  held.note(one.holder);
  assert(!held.isEmpty && await isPending(emptied));
  held.releaseAll();
  assertEquals([one.released, other.released], [0, 1]);
  other.isHolding = false;
  held.note(other.holder);
  await emptied;
  assert(held.isEmpty);
  held.note(new OneHolder().holder);
  // Not for ever.
  await held.emptied(0);
});

Deno.test("HeldByClients has room for so many, and for what need not fit", () => {
  const held = new HeldByClients(LIMITS);
  held.admit("GET", 60);
  const error = assertThrows(() => held.admit("SET", 60), QueueFullError);
  assertEquals((error as QueueFullError).command, "SET");
  held.admit("GET", 0);
  held.release(60);
  held.admit("SET", 60);
});

Deno.test("HeldByClients takes nothing once it is closed, and what is left is rejected in the end", () => {
  const held = new HeldByClients(LIMITS);
  const one = new OneHolder();
  held.note(one.holder);
  held.close();
  assertThrows(
    () => held.admit("GET", 0),
    ConnectionError,
    'Cannot send "GET": the cluster is closed',
  );
  held.end();
  const [reason] = one.reasons;
  assertInstanceOf(reason, ConnectionError);
  assertEquals([reason.command, reason.outcome], ["GET", "not-sent"]);
});
