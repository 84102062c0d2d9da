import { assert, assertEquals } from "@std/assert";
import { CommandError } from "../../src/errors.ts";
import { RedisServer } from "../../src/testing.ts";
import type { Reply } from "../../src/values.ts";
import { ask } from "../../src/wire/ask.ts";
import { dial } from "../../src/wire/dial.ts";
import { type Identity, identityQuestion } from "../../src/wire/identity.ts";
import { Encoder } from "../../src/wire/resp/encoder.ts";

/** What comes of an answer to the question. */
function identityOf(reply: Reply): Identity | undefined {
  const answers: (Identity | undefined)[] = [];
  const question = identityQuestion("here:1", (one) => answers.push(one));
  question.encode(new Encoder());
  question.accept(reply);
  assertEquals([answers.length, question.finished], [1, true]);
  return answers[0];
}

Deno.test("identityQuestion() asks with CLIENT INFO, and nobody waits for the answer", () => {
  const encoder = new Encoder();
  const question = identityQuestion("", () => {});
  assertEquals(question.encode(encoder), 1);
  assertEquals(
    new TextDecoder().decode(encoder.bytes()),
    "*2\r\n$6\r\nCLIENT\r\n$4\r\nINFO\r\n",
  );
  assert(question.abandoned && !question.wantsBytes && !question.forgeable);
});

Deno.test("identityQuestion() reads the id and the address, and nothing else that looks like them", () => {
  const server = "here:1";
  const name = "name=id=7addr=8";
  assertEquals(
    identityOf(`id=12 addr=[::1]:50000 laddr=[::1]:6379 fd=8 ${name}\n`),
    { id: "12", address: "[::1]:50000", server },
  );
  assertEquals(
    identityOf("id=12 addr=/tmp/a.sock:0 laddr=/tmp/a.sock:0 fd=8 name=\n"),
    { id: "12", address: "/tmp/a.sock:0", server },
  );
});

Deno.test("identityQuestion() takes any other answer for none", () => {
  const answers = [
    new CommandError("NOPERM this user has no permissions"),
    null,
    "",
    "addr=127.0.0.1:1",
    "id= addr=127.0.0.1:1",
    7,
    ["id=12 addr=127.0.0.1:1"],
  ];
  for (const answer of answers) assertEquals(identityOf(answer), undefined);
});

Deno.test("a connection that asks has the identity that the server lists", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  const { hostname, port } = server;
  const connection = await dial({ hostname, port, tls: false, db: 0 }, {
    timeout: 20_000,
    protocol: 2,
    address: "the first",
  });
  connection.identify();
  const [list] = await ask(connection, [["CLIENT", "LIST"]]);
  const { id, address, server: place } = connection.identity!;
  assert(String(list).startsWith(`id=${id} addr=${address} `), `${list}`);
  assertEquals(place, "the first");
  connection.close();
  await connection.closed;
});
