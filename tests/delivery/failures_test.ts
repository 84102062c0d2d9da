import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { specOf } from "../../src/commands/table.ts";
import { Command, MAY_HAVE_RUN } from "../../src/delivery/command.ts";
import { Failures } from "../../src/delivery/failures.ts";
import {
  ConnectionError,
  HostDownError,
  PoolTimeoutError,
  ProtocolError,
  QueueFullError,
  TimeoutError,
  type TransportError,
} from "../../src/errors.ts";

const NOBODY = { resolve() {}, reject() {} };
const SECRET = "s3cret";
const command = new Command(specOf("SET").form(), ["key", SECRET], NOBODY);
const doubtful = new Command(
  specOf("SET").form(),
  ["key", SECRET],
  NOBODY,
  MAY_HAVE_RUN,
);

/** The errors of a host, and the kinds that were counted. */
class Bench {
  readonly place = { address: "here:1" };
  readonly kinds: string[] = [];
  readonly failures = new Failures(7, this.place, (kind) => {
    this.kinds.push(kind);
  });
}

Deno.test("Failures name the host, the command and what is known, and count", () => {
  const { failures, kinds } = new Bench();
  const cause = new ConnectionError("Connection reset");
  const is = (kind: "dial" | "down" | "closed", one = command) =>
    failures.refused(one, { kind, cause });
  const time = (sent: boolean, exhausted = false, one = command) =>
    failures.timedOut(one, { sent, exhausted });
  const expected: [TransportError, new () => TransportError, string][] = [
    [failures.lost(command, cause), ConnectionError, "unknown"],
    [is("dial"), ConnectionError, "not-sent"],
    [is("down"), HostDownError, "not-sent"],
    [is("closed"), ConnectionError, "not-sent"],
    [is("dial", doubtful), ConnectionError, "unknown"],
    [time(true), TimeoutError, "unknown"],
    [time(false), TimeoutError, "not-sent"],
    [time(false, true), PoolTimeoutError, "not-sent"],
    [time(true, true), TimeoutError, "unknown"],
    [time(false, true, doubtful), TimeoutError, "unknown"],
    [failures.queueFull("SET"), QueueFullError, "not-sent"],
    [failures.linkClosed(command), ConnectionError, "not-sent"],
    [failures.unconfirmed("SUBSCRIBE"), TimeoutError, "unknown"],
    [failures.subscriptionLost(cause), ConnectionError, "unknown"],
    [failures.unreachable(cause), ConnectionError, "not-sent"],
  ] as never;
  for (const [error, type, outcome] of expected) {
    assertInstanceOf(error, type);
    assertEquals([error.hostId, error.outcome], [7, outcome], error.message);
    assert(error.message.includes("host 7 at here:1"), error.message);
    assert(!error.message.includes(SECRET));
    const isNamed = error.command !== undefined;
    assertEquals(isNamed, /"(SET|SUBSCRIBE)"/.test(error.message));
  }
  assertEquals(kinds, expected.map(([{ name }]) => name));
});

Deno.test("Failures are of the class of what was underneath, and say it", () => {
  const { failures } = new Bench();
  const causes = [
    new ProtocolError("Not RESP"),
    new TimeoutError("Too late"),
    new Error("ECONNREFUSED"),
  ];
  const types = [ProtocolError, TimeoutError, ConnectionError];
  causes.forEach((cause, index) => {
    const errors = [
      failures.lost(command, cause),
      failures.refused(command, { kind: "dial", cause }),
      failures.unreachable(cause),
    ];
    for (const error of errors) {
      assertEquals(error.constructor, types[index]);
      assertEquals(error.cause, cause);
      assert(error.message.endsWith(cause.message), error.message);
    }
  });
  const cause = new Error("ECONNREFUSED");
  const down = failures.refused(command, { kind: "down", cause });
  assert(
    down.message.endsWith("; the last failure: ECONNREFUSED"),
    down.message,
  );
  const error = failures.refused(command, { kind: "dial", cause: "words" });
  assert(error.message.endsWith("words"));
});

Deno.test("Failures tell where the host is when they happen", () => {
  const { failures, place } = new Bench();
  const before = failures.queueFull("SET");
  place.address = "there:2";
  assert(failures.queueFull("SET").message.includes("host 7 at there:2"));
  assert(before.message.includes("host 7 at here:1"));
});
