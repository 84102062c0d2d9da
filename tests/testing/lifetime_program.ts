/**
 * A program that starts a server and then ends in the way its argument says;
 * run by the test of lifetimes.
 *
 * @module
 */

import { RedisServer } from "../../src/testing/redis_server.ts";

const server = await RedisServer.start();
console.log(JSON.stringify({ pid: server.pid, dir: server.dir }));

switch (Deno.args[0]) {
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
