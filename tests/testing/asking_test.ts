import { assertEquals, assertRejects } from "@std/assert";
import { askServer, fieldsOf, until } from "../../src/testing/asking.ts";
import { RedisServer } from "../../src/testing.ts";

Deno.test("askServer() gives the reply, and throws an error reply", async () => {
  const auth = { username: "ada", password: "a secret" };
  await using server = await RedisServer.start({
    config: [`user ada on ">${auth.password}" ~* +@all`],
  });
  assertEquals(await askServer(server, ["ACL", "WHOAMI"]), "default");
  assertEquals(await askServer(server, ["ACL", "WHOAMI"], auth), "ada");
  assertEquals(await askServer(server, ["INCRBY", "n", 3]), 3);
  await assertRejects(() => askServer(server, ["INCR"]), Error, "wrong number");
  await server.kill();
  await assertRejects(() => askServer(server, ["PING"]));
});

Deno.test("fieldsOf() reads names and values, and of anything else nothing", () => {
  assertEquals([...fieldsOf(["a", "1", "b", 2])], [["a", "1"], ["b", "2"]]);
  assertEquals([...fieldsOf(["a"])], []);
  assertEquals([...fieldsOf(null)], []);
});

Deno.test("until() waits, and says what it waited for in vain", async () => {
  let checks = 0;
  await until("the third check", 60_000, () => {
    if (++checks === 2) return Promise.reject(new Error("not yet"));
    return Promise.resolve(checks === 3);
  });
  assertEquals(checks, 3);
  const error = await assertRejects(
    () => until("the moon", 1, () => Promise.reject(new Error("no moon"))),
    Error,
    "Waited 1 ms in vain: the moon",
  );
  assertEquals((error.cause as Error).message, "no moon");
});
