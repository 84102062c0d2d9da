import { assertEquals, assertRejects } from "@std/assert";
import {
  listConnections,
  MOVER_NAME,
  outdated,
  readConnections,
  strangers,
} from "../../src/resharding/connections.ts";

const LIST = [
  "id=3 addr=10.0.0.9:1 name=rb:4 db=0 flags=N cmd=get",
  "id=4 addr=10.0.0.9:2 name=rb:5:app db=0 flags=N cmd=set",
  "id=5 addr=10.0.0.9:3 name= db=0 flags=N cmd=set",
  "id=6 addr=10.0.0.9:4 name=other db=0 flags=P cmd=subscribe",
  "id=7 addr=10.0.0.9:5 name= db=1 flags=N cmd=set",
  "id=8 addr=10.0.0.9:6 name= db=0 flags=S cmd=replconf",
  `id=9 addr=10.0.0.9:7 name=${MOVER_NAME} db=0 flags=N cmd=client`,
  "id=10 addr=10.0.0.9:8 name=sentinel-9fcdb1a2-cmd db=0 flags=N cmd=ping",
].join("\n");

Deno.test("readConnections() finds who may write", () => {
  const ids = readConnections(LIST).map(({ id, db }) => `${id} ${db}`);
  assertEquals(ids, ["3 0", "4 0", "5 0", "6 0", "7 1"]);
  assertEquals(readConnections(""), []);
});

Deno.test("listConnections() takes no list for one that nobody is on", async () => {
  for (const reply of [null, "", "OK", "ERR"]) {
    const host = {
      command: () => Promise.resolve(reply),
      run: () => Promise.reject(new Error("It runs no script")),
    };
    await assertRejects(() => listConnections(host), TypeError, "CLIENT LIST");
  }
});

Deno.test("outdated() are those of an epoch before", () => {
  const connections = readConnections(LIST);
  const ids = (epoch: number) =>
    outdated(connections, epoch).map(({ id }) => id);
  assertEquals(ids(4), []);
  assertEquals(ids(5), ["3"]);
  assertEquals(ids(6), ["3", "4"]);
});

Deno.test("strangers() are those that name no epoch", () => {
  const connections = readConnections(LIST);
  assertEquals(strangers(connections).map(({ id }) => id), ["5", "6", "7"]);
});
