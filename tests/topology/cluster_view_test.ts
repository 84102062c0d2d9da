import { assertEquals, assertThrows } from "@std/assert";
import {
  BadHostSetupError,
  CommandError,
  ConnectionError,
} from "../../src/errors.ts";
import {
  addressOf,
  mergeViews,
  readView,
} from "../../src/topology/cluster_view.ts";
import type { Reply } from "../../src/values.ts";

const ASKED = { hostname: "10.9.9.9", port: 7000 };

type Entry = [endpoint: Reply, port: number, id: string];

/** What a node answers whose primaries have those epochs. */
function replies(
  ranges: [first: number, last: number, ...Entry[]][],
  epochs: Record<string, number>,
  info = "cluster_enabled:1\r\ncluster_state:ok\r\n",
): Reply[] {
  const lines = Object.entries(epochs).map(([id, epoch]) =>
    `${id} 10.0.0.1:7000@17000,name flags,master - 0 0 ${epoch} connected`
  );
  return [ranges as unknown as Reply, `${lines.join("\n")}\n`, info];
}

Deno.test("readView() joins slots and epochs on the ids of nodes", () => {
  const view = readView(
    replies([
      [0, 99, ["10.0.0.1", 7000, "a"], ["10.0.0.3", 7002, "c"]],
      [100, 16383, ["10.0.0.2", 7001, "b"]],
    ], { a: 4, b: 2, c: 4 }),
    ASKED,
  );
  assertEquals(view.shards, [
    { primary: "a", replicas: ["c"], unfit: [], epoch: 4 },
    { primary: "b", replicas: [], unfit: [], epoch: 2 },
  ]);
  const { owners } = view;
  assertEquals([owners[0], owners[99], owners[100], owners[16383]], [
    0,
    0,
    1,
    1,
  ]);
  assertEquals(addressOf(view.endpoints.get("c")!), "10.0.0.3:7002");
});

Deno.test("readView() leaves slots without an owner alone", () => {
  const { owners } = readView(
    replies([[5, 5, ["10.0.0.1", 7000, "a"]]], { a: 1 }),
    ASKED,
  );
  assertEquals([owners[4], owners[5], owners[6]], [-1, 0, -1]);
});

Deno.test("readView() finds a node without an endpoint where it was asked, and one without a name at its address", () => {
  for (
    const [endpoint, hostname] of [[null, "10.9.9.9"], ["", "10.9.9.9"], [
      "?",
      "10.0.0.1",
    ]]
  ) {
    const view = readView(
      replies([[0, 16383, [endpoint, 7005, "a"]]], { a: 1 }),
      ASKED,
    );
    assertEquals(view.endpoints.get("a"), { hostname: hostname!, port: 7005 });
  }
});

Deno.test("readView() does not believe a node that is not sure", () => {
  const error = assertThrows(() =>
    readView(
      replies(
        [[0, 16383, ["10.0.0.1", 7000, "a"]]],
        { a: 1 },
        "cluster_state:fail",
      ),
      ASKED,
    )
  ) as Error;
  assertEquals(
    error.message,
    "The node at 10.9.9.9:7000 says that the cluster is down",
  );
  assertThrows(() => readView([null, "", "cluster_state:ok"], ASKED), Error);
  assertThrows(() => readView([["x"], "", "cluster_state:ok"], ASKED), Error);
});

Deno.test("readView() says which option is right for a server that stands alone", () => {
  const reply = new CommandError(
    "ERR This instance has cluster support disabled",
  );
  const error = assertThrows(
    () => readView([reply, reply, reply], ASKED),
    BadHostSetupError,
  );
  assertEquals(
    error.message,
    "Cannot use the server at 10.9.9.9:7000 as a seed: it is not in cluster " +
      'mode; servers that stand alone are given as "hosts"',
  );
  // A sentinel knows no such command.
  const unknown = new CommandError("ERR unknown command 'CLUSTER'");
  assertThrows(
    () => readView([unknown, unknown, unknown], ASKED),
    BadHostSetupError,
    'at 10.9.9.9:7000 as a seed: it is no server, but a sentinel, which is given in "sentinels"',
  );
});

Deno.test("readView() tells who refused, and what will not pass by itself from what may", () => {
  for (
    const [text, isLasting] of [
      ["LOADING Redis is loading", false],
      ["NOPERM this user has no permissions to run it", true],
    ] as const
  ) {
    const reply = new CommandError(text);
    const error = assertThrows(() => readView([reply], ASKED)) as Error;
    assertEquals(
      error.message,
      `The node at 10.9.9.9:7000 refused to tell of its cluster: ${text}`,
    );
    assertEquals(error.cause, reply);
    assertEquals(error instanceof ConnectionError, isLasting);
  }
});

Deno.test("mergeViews() takes the owner with the higher epoch, slot by slot", () => {
  const a: Entry = ["10.0.0.1", 7000, "a"];
  const b: Entry = ["10.0.0.2", 7001, "b"];
  const c: Entry = ["10.0.0.3", 7002, "c"];
  // One slept while c took over from a, and the other one while b got slot 7.
  const slept = readView(
    replies([[0, 6, a], [7, 16383, b]], { a: 1, b: 9 }),
    ASKED,
  );
  const other = readView(
    replies([[0, 7, c, a], [8, 16383, b]], { c: 5, b: 2 }),
    ASKED,
  );
  for (const views of [[slept, other], [other, slept]]) {
    const { shards, owners } = mergeViews(views);
    assertEquals(
      [0, 6, 7, 8].map((slot) => shards[owners[slot]].primary),
      ["c", "c", "b", "b"],
    );
    assertEquals(new Set(shards.map(({ primary }) => primary)), new Set("cb"));
  }
});

/** Lines of CLUSTER NODES for replicas. */
function replicaLines(replicas: Record<string, [flags: string, of: string]>) {
  return Object.entries(replicas).map(([id, [flags, primary]]) =>
    `${id} 10.0.0.9:7009@17009 ${flags} ${primary} 0 0 4 connected\n`
  ).join("");
}

Deno.test("readView() tells which replicas a node does not think fit", () => {
  const [slots, nodes, info] = replies(
    [[0, 16383, ["10.0.0.1", 7000, "a"], ["10.0.0.3", 7002, "c"]]],
    { a: 4 },
  );
  const lines = nodes + replicaLines({
    c: ["slave", "a"],
    d: ["slave,fail", "a"],
    e: ["slave", "a"],
    f: ["slave", "x"],
  });
  const { shards, endpoints } = readView([slots, lines, info], ASKED);
  assertEquals(shards, [
    { primary: "a", replicas: ["c"], unfit: ["d", "e"], epoch: 4 },
  ]);
  assertEquals([...endpoints.keys()], ["a", "c"]);
});

Deno.test("mergeViews() has the replicas of all who know the last epoch of a primary", () => {
  const a: Entry = ["10.0.0.1", 7000, "a"];
  const c: Entry = ["10.0.0.3", 7002, "c"];
  const d: Entry = ["10.0.0.4", 7003, "d"];
  const viewOf = (epoch: number, unfit: string, ...nodes: Entry[]) => {
    const [slots, lines, info] = replies([[0, 16383, ...nodes]], { a: epoch });
    const more = replicaLines({ [unfit]: ["slave,fail", "a"] });
    return readView([slots, lines + more, info], ASKED);
  };
  const before = viewOf(3, "f", a, ["10.0.0.5", 7004, "e"]);
  const one = viewOf(4, "d", a, c);
  const other = viewOf(4, "g", a, d);
  for (const views of [[before, one, other], [other, before, one]]) {
    const { shards, endpoints } = mergeViews(views);
    const [{ replicas, unfit }] = shards;
    assertEquals([replicas.toSorted(), unfit], [["c", "d"], ["g"]]);
    assertEquals(addressOf(endpoints.get("d")!), "10.0.0.4:7003");
  }
});
