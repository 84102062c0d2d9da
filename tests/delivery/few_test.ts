import { assertEquals } from "@std/assert";
import { FewMap, FewSet } from "../../src/delivery/few.ts";

/** Things that are told apart by what they are. */
const THINGS = Array.from({ length: 6 }, (_, id) => ({ id }));

/** Numbers that look random, and are the same each time. */
function* numbers(seed: number): Generator<number, never> {
  for (;;) yield (seed = seed * 48_271 % 2_147_483_647);
}

Deno.test("FewSet does what a Set does, whatever comes and goes", () => {
  const random = numbers(7);
  const next = (below: number) => random.next().value % below;
  const own = new FewSet<object>();
  const set = new Set<object>();
  let most = 0;
  for (let i = 0; i < 20_000; i++) {
    // Mostly there is one, or none.
    const thing = THINGS[next(i % 100 < 80 ? 2 : THINGS.length)];
    switch (next(8)) {
      case 0:
      case 1:
        own.add(thing);
        set.add(thing);
        break;
      case 2:
        if (next(10) === 0) {
          own.clear();
          set.clear();
        }
        break;
      default:
        assertEquals(own.delete(thing), set.delete(thing));
    }
    most = Math.max(most, set.size);
    const [first] = set;
    assertEquals(own.size, set.size);
    assertEquals(own.first === first, true);
    assertEquals(own.has(thing), set.has(thing));
    assertEquals(
      [...own].map((one) => THINGS.indexOf(one as never)),
      [
        ...set,
      ].map((one) => THINGS.indexOf(one as never)),
    );
  }
  assertEquals(most > 3, true);
});

Deno.test("FewSet can be gone through while what is met is removed", () => {
  for (const count of [1, 2, 6]) {
    const own = new FewSet<object>();
    for (const thing of THINGS.slice(0, count)) own.add(thing);
    let met = 0;
    for (const thing of own) {
      met++;
      own.delete(thing);
    }
    assertEquals([met, own.size, own.first], [count, 0, undefined]);
  }
});

Deno.test("FewMap does what a Map does, whatever comes and goes", () => {
  const random = numbers(11);
  const next = (below: number) => random.next().value % below;
  const own = new FewMap<object, number>();
  const map = new Map<object, number>();
  let most = 0;
  for (let i = 0; i < 20_000; i++) {
    const thing = THINGS[next(i % 100 < 80 ? 2 : THINGS.length)];
    if (next(3) === 0) {
      own.set(thing, i);
      map.set(thing, i);
    } else {
      own.delete(thing);
      map.delete(thing);
    }
    most = Math.max(most, map.size);
    assertEquals(own.size, map.size);
    assertEquals(own.get(thing), map.get(thing));
    assertEquals([...own].map(([, value]) => value), [...map.values()]);
    assertEquals(
      [...own].every(([key, value]) => map.get(key) === value),
      true,
    );
  }
  assertEquals(most > 3, true);
});
