import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  ConnectionError,
  PartitionRouter,
  ReshardingError,
  type RouterHost,
  UnroutableCommandError,
} from "../../mod.ts";
import { specOf } from "../../src/commands/table.ts";
import {
  assertSameIds,
  MOVING_GROUPS,
  type RingState,
  RingTopology,
} from "../../src/topology/ring_topology.ts";
import { FixedTopology } from "../../src/topology/fixed.ts";
import { ringFingerprint } from "../../src/topology/ring_fingerprint.ts";

function hosts(count: number): Map<number, RouterHost> {
  return new Map(Array.from({ length: count }, (_, hostId) => [hostId, {
    hostId,
    weight: 1,
    ringLabel: `${hostId}`,
    address: `10.0.0.${hostId}:6379`,
  }]));
}

const OLD = new PartitionRouter({ hosts: hosts(2) });
const NEW = new PartitionRouter({ hosts: hosts(3) });
const [from, to] = [ringFingerprint(OLD), ringFingerprint(NEW)];

function topology(isNextKnown = true): RingTopology<RouterHost> {
  const places = new FixedTopology<RouterHost>(() => OLD);
  for (const host of hosts(3).values()) places.add(host);
  return new RingTopology({
    places,
    ring: OLD,
    next: isNextKnown ? NEW : undefined,
    readState: (text) => text === null ? undefined : JSON.parse(text),
    recordKey: "record",
    confirmation: ({ epoch }) => [["EVAL", "record", epoch], ["WAIT", 1]],
    isConfirmed: (_, [, replicas]) => replicas === 1,
  });
}

function state(epoch: number, phase: RingState["phase"]): RingState {
  return { epoch, phase, from, to, isMixed: false };
}

const KEYS = Array.from({ length: 50 }, (_, i) => `key:${i}`);
const MOVING = KEYS.filter((key) =>
  OLD.getHostForKey(key) !== NEW.getHostForKey(key)
);
const STAYING = KEYS.filter((key) => !MOVING.includes(key));

Deno.test("RingTopology routes by the ring that the record names", () => {
  const rings = topology();
  assertEquals(rings.isKnown, false);
  assert(rings.apply(undefined));
  assert(!rings.apply(undefined));
  assertEquals([...rings.hosts.keys()], [0, 1]);
  for (const key of KEYS) {
    assertEquals(rings.groupOf(key), OLD.getHostForKey(key));
  }
  assert(rings.apply(state(1, "announced")));
  assertEquals(rings.isMoving, false);
  assert(rings.apply({ ...state(2, "stable"), from: to }));
  assertEquals([...rings.hosts.keys()], [0, 1, 2]);
  for (const key of KEYS) {
    assertEquals(rings.groupOf(key), NEW.getHostForKey(key));
  }
  // What is older is no news.
  assert(!rings.apply(state(1, "moving")));
});

Deno.test("RingTopology gives each key that moves a group of its own", () => {
  const rings = topology();
  rings.apply(state(1, "moving"));
  for (const key of MOVING) {
    const group = rings.groupOf(key);
    assert(group >= MOVING_GROUPS);
    assert(group !== rings.groupOf(key));
    assertEquals(rings.hostOf(group), NEW.getHostForKey(key));
    assertEquals(rings.routeOf(key), {
      from: OLD.getHostForKey(key),
      to: NEW.getHostForKey(key),
    });
  }
  for (const key of STAYING) {
    assertEquals(rings.groupOf(key), OLD.getHostForKey(key));
    assertEquals(rings.routeOf(key), undefined);
  }
});

Deno.test("RingTopology brings commands to where all of their keys will be", () => {
  const rings = topology();
  rings.apply(state(1, "moving"));
  const [key] = MOVING;
  const hostId = NEW.getHostForKey(key);
  const others = KEYS.filter((other) => NEW.getHostForKey(other) === hostId);
  const group = rings.groupOfCommand("SINTERSTORE", [key, ...others]);
  assert(group >= MOVING_GROUPS);
  assertEquals(rings.hostOf(group), hostId);
  assertEquals(rings.hostOf(rings.groupOfKeys([key, ...others])!), hostId);
  const stranger = KEYS.find((other) => NEW.getHostForKey(other) !== hostId)!;
  assertThrows(
    () => rings.groupOfCommand("SINTERSTORE", [key, stranger]),
    UnroutableCommandError,
  );
  assertEquals(rings.groupOfKeys([key, stranger]), undefined);
});

Deno.test("RingTopology refuses where it does not know the ring", () => {
  const rings = topology(false);
  rings.apply(state(1, "announced"));
  assertEquals(rings.groupOf(KEYS[0]), OLD.getHostForKey(KEYS[0]));
  rings.apply(state(2, "holding"));
  const error = assertThrows(() => rings.groupOf(KEYS[0]), ReshardingError);
  assertEquals(error.outcome, "not-sent");
  assert(error.message.includes('"next"'), error.message);
  // What is in use is told where hosts say it.
  const named = { ...state(3, "stable"), from: to, rings: { [to]: "ring B" } };
  rings.apply(named);
  assertThrows(
    () => rings.groupOf(KEYS[0]),
    ReshardingError,
    "other hosts than this program has, ring B; give",
  );
  rings.apply({ ...state(4, "stable"), to: from });
  assertEquals(rings.groupOf(KEYS[0]), OLD.getHostForKey(KEYS[0]));
});

Deno.test("RingTopology refuses writes of keys that move at a host that was named", () => {
  const rings = topology();
  rings.apply(state(1, "moving"));
  const set = specOf("SET");
  assertInstanceOf(rings.objectionTo(set, [MOVING[0], 1]), ReshardingError);
  assertEquals(rings.objectionTo(set, [STAYING[0], 1]), undefined);
  assertEquals(rings.objectionTo(specOf("FLUSHDB"), []), undefined);
  // What was meant for a host before the last change has to be at home there, where
  // it was so.
  rings.apply({ ...state(9, "stable"), from: to });
  const [key] = MOVING;
  const former = OLD.getHostForKey(key);
  assertEquals(rings.objectionTo(set, [key, 1]), undefined);
  assertInstanceOf(rings.objectionTo(set, [key, 1], former), ReshardingError);
  const other = [0, 1].find((hostId) =>
    hostId !== former && hostId !== NEW.getHostForKey(key)
  );
  assertEquals(rings.objectionTo(set, [key, 1], other), undefined);
});

Deno.test("RingTopology tells of hosts that are gone once all is routed anew", () => {
  const rings = topology();
  rings.apply(state(1, "moving"));
  const events: string[] = [];
  rings.watch({
    hostChanged: (hostId) => events.push(`gone ${hostId}`),
    changed: () => events.push(`changed ${[...rings.hosts.keys()]}`),
  });
  rings.apply({ ...state(2, "stable"), to: from });
  assertEquals(events, ["changed 0,1,2", "gone 2"]);
  assertEquals([...rings.hosts.keys()], [0, 1]);
});

Deno.test("assertSameIds() wants a host to keep its id", () => {
  const swapped = hosts(2);
  const [one, other] = [swapped.get(0)!, swapped.get(1)!];
  swapped.set(0, { ...other, hostId: 0 }).set(1, { ...one, hostId: 1 });
  assertThrows(() => assertSameIds(hosts(2), swapped), TypeError, "host 0");
  assertSameIds(hosts(2), hosts(3));
  const renumbered = new Map([[1, { ...one, hostId: 1 }]]);
  assertThrows(
    () => assertSameIds(new Map([[0, one]]), renumbered),
    TypeError,
    "keeps its id",
  );
});

Deno.test("RingTopology believes only what replicas have, where the record asks for that", async () => {
  const rings = topology();
  let said: RingState = { ...state(1, "moving"), replicated: 1 };
  let replicas = 0;
  const refresh = () =>
    rings.refresh((_host, commands) =>
      Promise.resolve(
        commands.length === 1 ? [JSON.stringify(said)] : ["OK", replicas],
      )
    );
  await assertRejects(refresh, ConnectionError, "do not have");
  assertEquals(rings.isKnown, false);
  replicas = 1;
  await refresh();
  assertEquals([rings.isKnown, rings.state.epoch], [true, 1]);
  replicas = 0;
  said = { ...state(2, "stable"), from: to, replicated: 1 };
  await assertRejects(refresh, ConnectionError, "do not have");
  assertEquals(rings.state.epoch, 1);
  // Whoever begins with it goes by that ring, and not by its epoch.
  const other = topology();
  await other.refresh((_host, commands) =>
    Promise.resolve(
      commands.length === 1 ? [JSON.stringify(said)] : ["OK", replicas],
    )
  );
  assertEquals([other.state.epoch, other.state.from], [0, to]);
  assert(other.isKnown && other.isDoubtful(said));
  // Nor does it mind who says the same.
  assertEquals(other.makesDoWith(said), true);
  assertEquals(other.makesDoWith({ ...said, from }), false);
});
