import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  CommandError,
  ConnectionError,
  DecodeError,
  HostDownError,
  PartialError,
  PoolTimeoutError,
  ProtocolError,
  QueueFullError,
  TimeoutError,
  TransportError,
} from "../mod.ts";

/** The message that is left of an error reply. */
function messageOf(reply: string): string {
  return new CommandError(reply).message;
}

Deno.test("CommandError leaves out what a server quotes of the arguments", () => {
  const replies: [reply: string, message: string][] = [
    [
      "ERR Error in ACL SETUSER modifier 'hunter2': Syntax error",
      "ERR Error in ACL SETUSER modifier '…': Syntax error",
    ],
    [
      "ERR unknown subcommand 'hunter2'. Try CLIENT HELP.",
      "ERR unknown subcommand '…'. Try CLIENT HELP.",
    ],
    [
      "ERR unknown command 'NOSUCH', with args beginning with: 'a' 'b' ",
      "ERR unknown command 'NOSUCH'",
    ],
    [
      "ERR unknown command `NOSUCH`, with args beginning with: `a`, ",
      "ERR unknown command `NOSUCH`",
    ],
    ["ERR Invalid argument:'a' given", "ERR Invalid argument:'…' given"],
    [`ERR bad value "hunter2" here`, "ERR bad value '…' here"],
    [
      "NOGROUP No such key 'a' or consumer group 'b' in XREADGROUP",
      "NOGROUP No such key '…' in XREADGROUP",
    ],
    // What an argument itself quotes does not end it.
    ["ERR modifier '>it's': bad", "ERR modifier '…': bad"],
    ["ERR modifier 'a' secret 'b': bad", "ERR modifier '…': bad"],
    ["ERR modifier 'x' command secret': bad", "ERR modifier '…': bad"],
    ["ERR modifier ''x' command': bad", "ERR modifier '…': bad"],
    ["ERR cut off in 'the middle", "ERR cut off in '…'"],
    ["ERR '' is empty", "ERR '…' is empty"],
    ["ERR value 'two\nlines' is bad", "ERR value '…' is bad"],
    [
      "ERR unknown command 'NOSUCH', with args beginning with: 'a' 'two\nlines' ",
      "ERR unknown command 'NOSUCH'",
    ],
    ["ERR cut off in 'two\nlines", "ERR cut off in '…'"],
    ["ERR bad value `hunter2` here", "ERR bad value '…' here"],
    ["ERR modifier 'x' doesn't exist", "ERR modifier '…' doesn't exist"],
    ["ERR bad 'a' secret 'b' command", "ERR bad '…' command"],
    [
      "ERR unknown command 'NOSUCH' with args beginning with: 'a' 'b' ",
      "ERR unknown command 'NOSUCH'",
    ],
    // Quotes around one letter, and around what looks like a word with one.
    ["ERR bad 'a'b' here", "ERR bad '…' here"],
  ];
  for (const [reply, message] of replies) {
    assertEquals(messageOf(reply), message);
    assertEquals(messageOf(message), message, "it stays as it is");
  }
});

Deno.test("CommandError leaves out what a server repeats without quotes", () => {
  const replies: [reply: string, message: string][] = [
    // Redis 6.2.
    [
      "ERR Unsupported CONFIG parameter: hunter2",
      "ERR Unsupported CONFIG parameter: …",
    ],
    [
      "ERR Invalid TCP bus port specified: a b",
      "ERR Invalid TCP bus port specified: …",
    ],
    [
      "ERR Invalid config epoch specified: -7",
      "ERR Invalid config epoch specified: …",
    ],
    // Later ones, and Valkey.
    ["ERR Unsupported option hunter2", "ERR Unsupported option …"],
    ["ERR Unknown option given: two\nlines", "ERR Unknown option given: …"],
    ["ERR Unknown argument hunter2", "ERR Unknown argument …"],
    ["ERR Unknown node hunter2", "ERR Unknown node …"],
    ["ERR I don't know about node hunter2", "ERR I don't know about node …"],
    [
      "ERR Unexpected engine in script shebang: hunter2",
      "ERR Unexpected engine in script shebang: …",
    ],
    ["ERR Library hunter2 already exists", "ERR Library … already exists"],
    ["ERR Function a b already exists", "ERR Function … already exists"],
    [
      "ERR invalid longitude,latitude pair 200.000000,95.000000",
      "ERR invalid longitude,latitude pair …",
    ],
  ];
  for (const [reply, message] of replies) {
    assertEquals(messageOf(reply), message);
    assertEquals(messageOf(message), message, "it stays as it is");
  }
});

Deno.test("CommandError keeps what a server says of the command itself", () => {
  const replies = [
    "WRONGTYPE Operation against a key holding the wrong kind of value",
    "NOPERM this user has no permissions to run the 'get' command",
    "NOPERM User default has no permissions to run the 'acl|setuser' command",
    "ERR wrong number of arguments for 'sadd' command",
    "ERR wrong number of arguments for 'json.set' command",
    "ERR invalid expire time in 'set' command",
    "ERR Can't do that: the script doesn't allow it",
    "MOVED 3999 127.0.0.1:6381",
  ];
  for (const reply of replies) assertEquals(messageOf(reply), reply);
  assertEquals(new CommandError("NOGROUP No such key 'a'").code, "NOGROUP");
});

Deno.test("CommandError.code is the first word where that is a code", () => {
  const codes: [reply: string, code: string][] = [
    ["WRONGTYPE Operation against a key", "WRONGTYPE"],
    ["NOAUTH", "NOAUTH"],
    ["CODE_2 of a module", "CODE_2"],
    ["E2BIG is a code as well", "E2BIG"],
    ["Error of a script", "ERR"],
    ["ERRor of a script", "ERR"],
    ["WRONG: of a script", "ERR"],
    ["2FAST of a script", "ERR"],
    ["", "ERR"],
  ];
  for (const [reply, code] of codes) {
    assertEquals(new CommandError(reply).code, code, reply);
  }
});

Deno.test("TransportError is what all errors of the way to a server are", () => {
  const types: [type: typeof TransportError, parent: typeof TransportError][] =
    [
      [ConnectionError, TransportError],
      [TimeoutError, TransportError],
      [ProtocolError, TransportError],
      [QueueFullError, TransportError],
      [DecodeError, TransportError],
      [PoolTimeoutError, TimeoutError],
      [HostDownError, ConnectionError],
    ];
  for (const [type, parent] of types) {
    const cause = new Error("Underneath");
    const error = new type("It failed", { hostId: 3, command: "GET", cause });
    assert(error instanceof parent && error instanceof TransportError);
    assertEquals(error.name, type.name);
    assertEquals([error.hostId, error.command], [3, "GET"]);
    assertEquals([error.outcome, error.cause], ["unknown", cause]);
    const bare = new type("It failed", { outcome: "not-sent" });
    assertEquals([bare.hostId, bare.command], [undefined, undefined]);
    assertEquals(bare.outcome, "not-sent");
    // Otherwise it would be printed as the cause "undefined".
    assertFalse("cause" in bare);
  }
});

Deno.test("PartialError says how each key fared, in their order", () => {
  const [lost, refused] = [new Error("Lost"), new Error("Refused")];
  const error = new PartialError("MGET", ["a", "b", "c", "d"], [
    { status: "rejected", reason: lost },
    { status: "fulfilled", value: "B" },
    { status: "rejected", reason: refused },
    { status: "rejected", reason: lost },
  ]);
  assertEquals(error.message, '"MGET" failed for 3 of its 4 keys');
  assertEquals([error.succeeded, error.failed], [["b"], ["a", "c", "d"]]);
  assertEquals(error.results[1], { status: "fulfilled", value: "B" });
  // What several keys have in common is one error.
  assertEquals(error.errors, [lost, refused]);
});
