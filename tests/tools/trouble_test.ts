import { assert, assertEquals } from "@std/assert";
import { figureLine, isKept } from "../../tools/trouble/figure.ts";
import { halfMap } from "../../tools/trouble/half_map.ts";
import { worstSecond } from "../../tools/trouble/samples.ts";

Deno.test("isKept() and figureLine() say whether a figure keeps its bound", () => {
  const share = { meaning: "so many", unit: "%", bound: { least: 95 } };
  const time = { meaning: "so long", unit: "s", bound: { most: 2 } };
  assert(isKept({ ...share, value: 95 }) && !isKept({ ...share, value: 94.9 }));
  assert(isKept({ ...time, value: 2 }) && !isKept({ ...time, value: 2.1 }));
  assertEquals(
    figureLine({ ...share, value: 97.126 }),
    "ok      97.13 % (at least 95 %): so many",
  );
  assertEquals(
    figureLine({ ...time, value: NaN }),
    "missed  never (at most 2 s): so long",
  );
});

Deno.test("worstSecond() takes the second with the smallest share", () => {
  const sample = (at: number, took = 1, isGood = true) => ({
    at,
    took,
    isGood,
  });
  const options = { within: 50, seconds: 2 };
  const all = [sample(-1, 99), sample(0), sample(1_999), sample(2_000, 99)];
  assertEquals(worstSecond(all, options), 1);
  assertEquals(worstSecond([...all, sample(1_000, 51)], options), 0.5);
  assertEquals(worstSecond([...all, sample(999, 1, false)], options), 0.5);
  // A service that asks nothing keeps nothing.
  assertEquals(worstSecond([sample(0)], options), 0);
});

Deno.test("halfMap() loses no reply of the host that is up", async () => {
  const { figures, notes } = await halfMap(1_000);
  assertEquals(figures.map(({ unit }) => unit), [
    "s",
    "replies",
    "s",
    "replies",
  ]);
  assertEquals([figures[1].value, figures[3].value], [0, 0]);
  assertEquals(notes?.length, 2);
});
