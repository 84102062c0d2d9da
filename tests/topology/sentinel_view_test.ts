import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import {
  BadHostSetupError,
  CommandError,
  ConnectionError,
} from "../../src/errors.ts";
import {
  primaryQuestions,
  readPrimaries,
} from "../../src/topology/sentinel_view.ts";

const NO_SUCH = new CommandError("ERR No such master with that name");

Deno.test("primaryQuestions() asks for the address behind the epoch", () => {
  assertEquals(primaryQuestions(["a", "b"]).map((words) => words.join(" ")), [
    "SENTINEL MASTER a",
    "SENTINEL GET-MASTER-ADDR-BY-NAME a",
    "SENTINEL REPLICAS a",
    "SENTINEL MASTER b",
    "SENTINEL GET-MASTER-ADDR-BY-NAME b",
    "SENTINEL REPLICAS b",
  ]);
});

Deno.test("readPrimaries() reads what is known, and leaves out what is not", () => {
  const views = readPrimaries(["a", "b"], [
    // While it leads a failover, the address here is the former one.
    ["name", "a", "ip", "10.0.0.1", "port", "1", "config-epoch", "7"],
    ["10.0.0.2", "2"],
    [["ip", "10.0.0.2", "port", "2"], ["ip", "10.0.0.3", "port", "3"]],
    NO_SUCH,
    null,
    NO_SUCH,
  ], "somewhere");
  assertEquals([...views], [["a", {
    epoch: 7,
    primary: { hostname: "10.0.0.2", port: 2 },
    replicas: [{ hostname: "10.0.0.3", port: 3 }],
  }]]);
});

Deno.test("readPrimaries() refuses what is no sentinel, and tells why another one refuses", () => {
  const unknown = new CommandError("ERR unknown command 'SENTINEL'");
  const error = assertThrows(
    () => readPrimaries(["a"], [unknown, unknown, unknown], "10.0.0.1:6379"),
    BadHostSetupError,
    'at 10.0.0.1:6379 for primaries: it is no sentinel; servers that stand alone are given as "hosts"',
  );
  assertInstanceOf(error, BadHostSetupError);
  const denied = new CommandError("NOAUTH Authentication required.");
  const refusal = assertThrows(
    () => readPrimaries(["a"], [denied, denied, denied], "10.0.0.1:26379"),
    ConnectionError,
    "The sentinel at 10.0.0.1:26379 refused to tell its primaries: NOAUTH",
  );
  assertEquals((refusal as ConnectionError).cause, denied);
});
