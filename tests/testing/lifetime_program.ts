/**
 * A program that starts a server and then ends in the way its first argument
 * says; the second one is the program of the server, if it is given. Run by the
 * test of lifetimes.
 *
 * @module
 */

import { RedisServer } from "../../src/testing/redis_server.ts";

const [ending, executable] = Deno.args;
const server = await RedisServer.start({ executable });
console.log(JSON.stringify({ pid: server.pid, dir: server.dir }));

switch (ending) {
  case "end":
    break;
  case "exit":
    Deno.exit(3);
    break;
  case "uncaught":
    setTimeout(() => {
      throw new Error("Nobody catches this");
    });
    break;
  case "wait":
    setTimeout(() => {}, 20_000);
    break;
}
