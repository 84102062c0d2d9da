import { assertEquals, assertThrows } from "@std/assert";
import {
  connectionName,
  epochOfName,
  formatRecord,
  parseRecord,
  type RingRecord,
  withoutHolding,
} from "../../src/moving/record.ts";

const HOLDING: RingRecord = {
  epoch: 7,
  phase: "holding",
  from: "one",
  to: "other",
  isMixed: false,
};

Deno.test("parseRecord() reads what formatRecord() wrote", () => {
  assertEquals(parseRecord(formatRecord(HOLDING)), HOLDING);
  assertEquals(parseRecord(null), undefined);
  for (const text of ["", "7", "{}", '{"epoch":1.5,"phase":"moving"}']) {
    assertThrows(() => parseRecord(text), TypeError);
  }
});

Deno.test("a record tells what its rings are, and no others", () => {
  const rings = { one: "PartitionRouter over 1 host: 0", other: "the other" };
  const named = { ...HOLDING, rings };
  assertEquals(parseRecord(formatRecord(named)), named);
  const back = withoutHolding(named);
  assertEquals(back.rings, rings);
  const { one } = rings;
  assertEquals(parseRecord(formatRecord({ ...back, epoch: 8 }))?.rings, {
    one,
  });
  // Whoever wrote that wrote the rest as well, which counts.
  const strange = JSON.stringify({ ...HOLDING, rings: { one: 1 } });
  assertEquals(parseRecord(strange), HOLDING);
  assertEquals(
    parseRecord(JSON.stringify({ ...HOLDING, rings: null })),
    HOLDING,
  );
});

Deno.test("withoutHolding() leads back to what there was", () => {
  assertEquals(withoutHolding(HOLDING), {
    phase: "stable",
    from: "one",
    to: "one",
    isMixed: false,
  });
  assertEquals(withoutHolding({ ...HOLDING, isMixed: true }), {
    phase: "moving",
    from: "other",
    to: "one",
    isMixed: false,
  });
});

Deno.test("connections tell their epoch by their names", () => {
  assertEquals(connectionName(7, undefined), "rb:7");
  assertEquals(connectionName(7, "app"), "rb:7:app");
  assertEquals(epochOfName("rb:7"), 7);
  assertEquals(epochOfName("rb:12:app:3"), 12);
  for (const name of ["", "app", "rb:7app", "rb:mover", "xrb:7"]) {
    assertEquals(epochOfName(name), undefined, name);
  }
});
