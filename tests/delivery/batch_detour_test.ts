import { assertEquals } from "@std/assert";
import { specOf } from "../../src/commands/table.ts";
import { groupOfCommand } from "../../src/delivery/batch_detour.ts";
import { ReshardingError } from "../../src/errors.ts";
import { MOVING_GROUPS } from "../../src/topology/mod.ts";
import type { Argument, Key } from "../../src/values.ts";
import { MovableTopology } from "../movable_topology.ts";

/** The group of a key is its length. */
class Lengths extends MovableTopology {
  override groupOf(key?: Key): number {
    return String(key).length;
  }
}

/** Keys belong together where all are equally long, and have no group by one. */
class Together extends Lengths {
  groupOfKeys(keys: readonly Key[]): number | undefined {
    if (keys.includes("torn")) throw new ReshardingError("torn");
    const [first, ...others] = keys.map((key) => this.groupOf(key));
    return others.every((group) => group === first) ? first : undefined;
  }
}

function groupOf(
  topology: Lengths,
  name: string,
  ...args: Argument[]
): number | undefined {
  const spec = specOf(name);
  return groupOfCommand(topology, { form: spec.form(), spec, args });
}

Deno.test("groupOfCommand() is the group of all keys, if there is one", () => {
  const topology = new Lengths({ port: 1 });
  assertEquals(groupOf(topology, "GET", "abc"), 3);
  assertEquals(groupOf(topology, "MSET", "abc", "1", "xyz", "22"), 3);
  assertEquals(groupOf(topology, "MSET", "abc", "1", "x", "2"), undefined);
  assertEquals(groupOf(topology, "PING"), undefined);
  // What has no keys by any rule was issued by another one.
  assertEquals(groupOf(topology, "EVAL", "return 1", "many"), undefined);
});

Deno.test("groupOfCommand() leaves it to the topology where keys move one by one", () => {
  const topology = new Together({ port: 1 });
  assertEquals(groupOf(topology, "MGET", "abc", "xyz"), 3);
  assertEquals(groupOf(topology, "MGET", "abc", "x"), MOVING_GROUPS);
  assertEquals(groupOf(topology, "GET", "torn"), MOVING_GROUPS);
  assertEquals(groupOf(topology, "PING"), undefined);
});
