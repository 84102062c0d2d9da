import {
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { readArguments } from "../../tools/figures/arguments.ts";
import { fillBlocks } from "../../tools/figures/blocks.ts";
import { documentsOf } from "../../tools/figures/documents.ts";
import { partOf } from "../../tools/figures/measure.ts";
import {
  type Figures,
  PARTS,
  RECORD_PATH,
  recordText,
} from "../../tools/figures/record.ts";
import { formatted } from "../../tools/measure/formatted.ts";
import { CLIENTS, MACHINE, SCALING } from "./figures_record.ts";

const ROOT = new URL("../../", import.meta.url);
const ADVICE = "figures are written by `sh tools/dev figures --write`, " +
  "from docs/figures.json";

function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, ROOT));
}

async function readRecord(): Promise<Figures> {
  return JSON.parse(await read(RECORD_PATH));
}

Deno.test("the documents are what the record gives", async () => {
  const documents = await documentsOf(await readRecord(), read);
  for (const [path, text] of documents) {
    assertEquals(await read(path), text, `${path}: ${ADVICE}`);
  }
  const paths = [...documents.keys()];
  assertEquals(paths, [
    RECORD_PATH,
    "README.md",
    "docs/comparison.md",
    "docs/performance.md",
    "docs/performance.svg",
  ]);
});

Deno.test("documentsOf() writes over a figure that somebody has changed", async () => {
  const figures = await readRecord();
  const changed = async (path: string) =>
    (await read(path)).replace(/ \d[\d.]* times /, " 99 times ");
  const documents = await documentsOf(figures, changed);
  assertEquals(documents.get("README.md"), await read("README.md"), ADVICE);
  await assertRejects(
    () => documentsOf({ ...figures, clients: undefined }, read),
    Error,
    'README.md needs the part "clients"',
  );
});

Deno.test("fillBlocks() writes between marks, in lines and on their own", () => {
  const filled = fillBlocks(
    "It is<!-- figures: a --> old<!-- /figures -->, and\n\n" +
      "<!-- figures: b -->\n\nold\n\n<!-- /figures -->\n\n" +
      "so<!-- figures: c --> old\n\n<!-- /figures -->\n",
    new Map([["a", "new $1"], ["b", "alone"], ["c", "one\n\ntwo"]]),
  );
  assertEquals(
    filled,
    "It is<!-- figures: a --> new $1<!-- /figures -->, and\n\n" +
      "<!-- figures: b -->\n\nalone\n\n<!-- /figures -->\n\n" +
      "so<!-- figures: c --> one\n\ntwo\n\n<!-- /figures -->\n",
  );
});

Deno.test("fillBlocks() wants a text for each mark, and a mark for each text", () => {
  const document = "so<!-- figures: a --> x<!-- /figures -->";
  assertThrows(
    () => fillBlocks(document, new Map()),
    Error,
    'Nobody writes "a"',
  );
  assertThrows(
    () => fillBlocks(document, new Map([["a", "y"], ["b", "z"]])),
    Error,
    'The document has no place for "b"',
  );
});

Deno.test("partOf() rounds what the comparison printed", () => {
  const part = partOf({
    machine: { ...MACHINE, memory: 1, system: "os", load: 0.26 },
    sections: [{
      name: "get",
      keys: 10,
      contenders: [
        { name: "a", median: 1_234_567, p99: 0.123, rounds: [1, 2, 3] },
        { name: "b", median: 98.76, rounds: [1, 2] },
      ],
    }],
  });
  assertEquals(part.machine.load, 0.3);
  assertEquals(part.sections, {
    get: {
      keys: 10,
      rounds: 3,
      medians: { a: 1_230_000, b: 98.8 },
      p99: { a: 0.12 },
    },
  });
});

Deno.test("recordText() is JSON in one order, with lists on one line", async () => {
  const text = recordText({ scaling: SCALING, clients: CLIENTS });
  assertEquals(JSON.parse(text), { clients: CLIENTS, scaling: SCALING });
  assertEquals(Object.keys(JSON.parse(text)), ["clients", "scaling"]);
  assertStringIncludes(text, '"amounts": [1, 4, 256],');
  const once = await formatted(text, "json");
  assertEquals(await formatted(recordText(JSON.parse(once)), "json"), once);
});

Deno.test("readArguments() has all parts, some, or none", () => {
  assertEquals(readArguments([]), {
    only: PARTS,
    rounds: undefined,
    short: false,
    out: undefined,
  });
  const args = "--only scaling,clients --rounds 2 --short --out there";
  assertEquals(readArguments(args.split(" ")), {
    only: ["clients", "scaling"],
    rounds: 2,
    short: true,
    out: "there",
  });
  assertEquals(readArguments(["--write"]).only, []);
  assertThrows(
    () => readArguments(["--only", "clients,others"]),
    RangeError,
    'Option "only" cannot be "others": there are "clients", "calls", "crowds"',
  );
  assertThrows(
    () => readArguments(["--short"]),
    RangeError,
    'Option "short" needs "out"',
  );
  assertThrows(
    () => readArguments(["--rounds", "0"]),
    RangeError,
    'Option "rounds" must be a whole number from 1',
  );
});
