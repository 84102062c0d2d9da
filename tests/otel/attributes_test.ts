import { assertEquals } from "@std/assert";
import { CommandError, TimeoutError } from "../../mod.ts";
import {
  attributesOf,
  errorAttributes,
  nameOf,
  operationOf,
} from "../../src/otel/attributes.ts";
import type { ObservedBatch } from "../../src/delivery/observer.ts";

Deno.test("operationOf() names a command, or a pipeline of one or of several", () => {
  const nameOfAll = (commands: Record<string, number>) =>
    operationOf({
      commands,
      count: Object.values(commands).reduce((sum, count) => sum + count, 0),
    });
  assertEquals(nameOfAll({ GET: 1 }), "GET");
  assertEquals(nameOfAll({ GET: 2 }), "PIPELINE GET");
  assertEquals(nameOfAll({ GET: 1, SET: 1 }), "PIPELINE");
});

Deno.test("attributesOf() tells a unix socket by its path, without a port", () => {
  const server = { hostname: "localhost", port: 6379, db: 3, path: "/run/r" };
  const batch = {
    host: { server },
    commands: { GET: 1 },
    count: 1,
    errors: 0,
  } as unknown as ObservedBatch;
  assertEquals(attributesOf(batch), {
    "db.system.name": "redis",
    "db.operation.name": "GET",
    "db.namespace": "3",
    "server.address": "/run/r",
  });
  assertEquals(nameOf(server), "/run/r");
  assertEquals(nameOf({ ...server, path: undefined }), "localhost:6379");
});

Deno.test("errorAttributes() has no words that scripts make up", () => {
  assertEquals(errorAttributes(new CommandError("OOM no room")), {
    "error.type": "OOM",
    "db.response.status_code": "OOM",
  });
  const others = [new CommandError("LOCKED by user 42"), "text", undefined];
  for (const error of others) {
    assertEquals(errorAttributes(error), { "error.type": "_OTHER" });
  }
  const late = new TimeoutError("Too late");
  assertEquals(errorAttributes(late), { "error.type": "TimeoutError" });
});
