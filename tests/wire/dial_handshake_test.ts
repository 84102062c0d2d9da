import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  CommandError,
  ConnectionError,
  ProtocolError,
  TimeoutError,
} from "../../src/errors.ts";
import { RedisServer } from "../../src/testing.ts";
import { dial, type DialOptions, type Endpoint } from "../../src/wire/dial.ts";
import { ScriptedServer } from "../faults/scripted_server.ts";
import { CLOSED_PORT } from "../../support/closed_port.ts";

const SECRET = "open-sesame";

/** A server that answers each command by its name, else with OK. */
class Doorkeeper extends ScriptedServer {
  /** The commands that it was sent, a line each. */
  readonly heard: string[];

  constructor(answers: Record<string, string> = {}) {
    const heard: string[] = [];
    super(async (link) => {
      for (;;) {
        const text = await link.read();
        if (text === undefined) return;
        for (const command of text.split(/(?=\*\d+\r\n)/)) {
          const words = command.split("\r\n").slice(2, -1)
            .filter((_, index) => index % 2 === 0);
          heard.push(words.join(" "));
          await link.write(answers[words[0]] ?? "+OK\r\n");
        }
      }
    });
    this.heard = heard;
  }

  /** Dials it, and closes what was opened. */
  async let(
    endpoint: Partial<Endpoint>,
    options: Partial<DialOptions> = {},
  ): Promise<void> {
    const { hostname, port } = this;
    const connection = await dial(
      { hostname, port, tls: false, db: 0, ...endpoint },
      { timeout: 5_000, protocol: 2, ...options },
    );
    connection.close();
    await connection.closed;
  }
}

/** Who comes in, and what is said at the door. */
const INTRODUCTIONS: readonly [
  endpoint: Partial<Endpoint>,
  options: Partial<DialOptions>,
  heard: string[],
][] = [
  [{}, {}, []],
  [{}, { manner: "proven" }, ["PING"]],
  [{ db: 1 }, {}, ["SELECT 1"]],
  [{ db: 1 }, { manner: "proven" }, ["SELECT 1"]],
  [{ password: SECRET }, {}, [`AUTH ${SECRET}`]],
  [{ username: "app", password: SECRET }, {}, [`AUTH app ${SECRET}`]],
  [{ name: "web" }, {}, ["CLIENT SETNAME web"]],
  [
    { username: "app", password: SECRET, db: 12, name: "web" },
    {},
    [`AUTH app ${SECRET}`, "SELECT 12", "CLIENT SETNAME web"],
  ],
  [{}, { protocol: 3 }, ["HELLO 3"]],
  [
    { password: SECRET, db: 2 },
    { protocol: 3 },
    [`HELLO 3 AUTH default ${SECRET}`, "SELECT 2"],
  ],
  [
    { username: "app", password: SECRET, name: "web" },
    { protocol: 3, manner: "proven" },
    [`HELLO 3 AUTH app ${SECRET}`, "CLIENT SETNAME web"],
  ],
];

Deno.test("dial() authenticates, then selects, then names", async () => {
  for (const [endpoint, options, heard] of INTRODUCTIONS) {
    await using server = new Doorkeeper();
    await server.let(endpoint, options);
    assertEquals(server.heard, heard);
  }
});

Deno.test("dial() says which step a server refused, and that nothing was sent", async () => {
  const endpoint = { password: SECRET, db: 1, name: "web" };
  for (const step of ["AUTH", "SELECT", "CLIENT"]) {
    await using server = new Doorkeeper({ [step]: "-ERR not today\r\n" });
    const error = await assertRejects(
      () => server.let(endpoint),
      ConnectionError,
      `The server refused ${step}: ERR not today`,
    );
    assertEquals([error.name, error.outcome], ["ConnectionError", "not-sent"]);
    assertInstanceOf(error.cause, CommandError);
    assertEquals(error.cause.command, step);
  }
});

Deno.test("dial() takes an error for an answer only where it asked for nothing else", async () => {
  const denials = [
    "-NOAUTH not known\r\n",
    "-NOPERM not allowed\r\n",
    "-LOADING not yet\r\n",
    "-MISCONF not now\r\n",
  ];
  for (const denial of denials) {
    await using server = new Doorkeeper({ PING: denial, SELECT: denial });
    await server.let({}, { manner: "proven" });
    await assertRejects(() => server.let({ db: 1 }), ConnectionError, "SELECT");
  }
});

Deno.test("dial() shows no password that a server repeats, however it does", async () => {
  const refusals = [
    `-WRONGPASS ${SECRET} is wrong\r\n`,
    `-ERR no ${SECRET}, not ${SECRET}${SECRET}\r\n`,
    `-ERR user=app:${SECRET}@door and (${SECRET})\r\n`,
    `!${SECRET.length}\r\n${SECRET}\r\n`,
  ];
  for (const text of refusals) {
    for (const protocol of [2, 3] as const) {
      const step = protocol === 3 ? "HELLO" : "AUTH";
      for (const refused of [step, "SELECT"]) {
        await using server = new Doorkeeper({ [refused]: text });
        const error = await assertRejects(
          () => server.let({ password: SECRET, db: 1 }, { protocol }),
          ConnectionError,
          `The server refused ${refused}: `,
        );
        assertFalse(Deno.inspect(error).includes(SECRET), Deno.inspect(error));
        assertStringIncludes(error.message, "***");
        assertInstanceOf(error.cause, CommandError);
        assertEquals(error.cause.command, refused);
      }
    }
  }
});

Deno.test("dial() says when a server does not speak the protocol", async () => {
  await using server = new Doorkeeper({ SELECT: "HTTP/1.1 400\r\n" });
  const error = await assertRejects(() => server.let({ db: 1 }), ProtocolError);
  assertEquals(error.constructor, ProtocolError);
});

Deno.test("dial() says why nothing can be reached, and that nothing was sent", async () => {
  const hostname = "127.0.0.1";
  const error = await assertRejects(
    () =>
      dial({ hostname, port: CLOSED_PORT, tls: false, db: 0 }, {
        timeout: 5_000,
        protocol: 2,
      }),
    ConnectionError,
    "Cannot connect: ",
  );
  assertEquals(error.outcome, "not-sent");
  assertInstanceOf(error.cause, Deno.errors.ConnectionRefused);
});

Deno.test("dial() ends with a TimeoutError, or with the reason of its signal", async () => {
  await using server = ScriptedServer.silent();
  const { hostname, port } = server;
  const endpoint = { hostname, port, tls: false, db: 1 };
  // Without a limit of its own, a dial fails once the server is gone.
  const end = setTimeout(() => server[Symbol.asyncDispose](), 5_000);
  const late = await assertRejects(
    () => dial(endpoint, { timeout: 20, protocol: 2 }),
    TimeoutError,
  );
  assertEquals(late.outcome, "not-sent");
  const controller = new AbortController();
  const reason = new RangeError("No longer wanted");
  const { signal } = controller;
  const options = { timeout: 5_000, protocol: 2, signal } as const;
  const dialing = assertRejects(() => dial(endpoint, options));
  controller.abort(reason);
  assertEquals(await dialing, reason);
  clearTimeout(end);
});

Deno.test("dial() opens nothing when it is aborted beforehand", async () => {
  await using server = await RedisServer.start();
  const { path } = server;
  const endpoint = { hostname: "", port: 0, path, tls: false, db: 0 };
  const reason = new Error("Not wanted");
  const signal = AbortSignal.abort(reason);
  const error = await assertRejects(() =>
    dial(endpoint, { timeout: 5_000, protocol: 2, signal })
  );
  assert(error === reason);
});

Deno.test("dial() takes only a primary where it needs one", async () => {
  const roles: [role: string, isTaken: boolean][] = [
    ["*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n", true],
    ["-BUSY Redis is busy running a script\r\n", true],
    ["*2\r\n$5\r\nslave\r\n:0\r\n", false],
    ["*2\r\n$8\r\nsentinel\r\n*0\r\n", false],
    ["-NOPERM this user has no permissions\r\n", false],
  ];
  for (const [reply, isTaken] of roles) {
    await using server = new Doorkeeper({ ROLE: reply });
    const role = "primary";
    const dialled = server.let({ db: 1 }, { role });
    if (isTaken) await dialled;
    else {
      const error = await assertRejects(() => dialled, ConnectionError);
      assertEquals((error as ConnectionError).outcome, "not-sent");
      const isAnswer = (error as ConnectionError).cause === undefined;
      // What may pass is worth another attempt, what is denied is not.
      assertEquals(isAnswer, !reply.startsWith("-"));
    }
    assertEquals(server.heard, ["SELECT 1", "ROLE"]);
    // One that only says who it is wants nothing of the server.
    await server.let({}, { role, manner: "bare" });
    assertEquals(server.heard.length, 2);
  }
});

Deno.test("dial() takes only a replica that is in touch, where it needs one", async () => {
  const slave = (state: string) =>
    `*5\r\n$5\r\nslave\r\n$9\r\n127.0.0.1\r\n:6379\r\n` +
    `$${state.length}\r\n${state}\r\n:17\r\n`;
  const roles: [role: string, isTaken: boolean][] = [
    [slave("connected"), true],
    [slave("connect"), false],
    [slave("sync"), false],
    ["*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n", false],
    ["-BUSY Redis is busy running a script\r\n", false],
  ];
  for (const [reply, isTaken] of roles) {
    await using server = new Doorkeeper({ ROLE: reply });
    const dialled = server.let({}, { role: "replica", readOnly: true });
    if (isTaken) await dialled;
    else await assertRejects(() => dialled, ConnectionError);
    assertEquals(server.heard, ["READONLY", "ROLE"]);
  }
});
