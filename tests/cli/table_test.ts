import { assertEquals } from "@std/assert";
import { paintOf } from "../../src/cli/style.ts";
import { visible } from "./fake_shell.ts";
import { type Column, tableLines } from "../../src/cli/table.ts";

interface Row {
  id: number;
  name: string;
  note: string;
}

const COLUMNS: Column<Row>[] = [
  { title: "ID", isNumber: true, text: ({ id }) => `${id}` },
  {
    title: "NAME",
    text: ({ name }) => name,
    tone: ({ id }) => id > 9 ? "red" : undefined,
  },
  { title: "NOTE", text: ({ note }) => note },
];
const ROWS = [
  { id: 1, name: "a", note: "first of all" },
  { id: 100, name: "longer", note: "" },
];

Deno.test("tableLines() aligns numbers right and texts left", () => {
  assertEquals(tableLines(COLUMNS, ROWS, paintOf({ hasColor: false })), [
    " ID  NAME    NOTE",
    "  1  a       first of all",
    "100  longer",
  ]);
});

Deno.test("tableLines() lays out the same with colours", () => {
  const lines = tableLines(COLUMNS, ROWS, paintOf({ hasColor: true }));
  assertEquals(lines[2], "100  \x1b[31mlonger\x1b[0m");
  const plain = lines.map((line) =>
    visible(line).replaceAll(/␛\[\d+m/g, "").trimEnd()
  );
  assertEquals(plain, tableLines(COLUMNS, ROWS, paintOf({ hasColor: false })));
});

Deno.test("tableLines() has titles where there is no row", () => {
  assertEquals(tableLines(COLUMNS, [], paintOf({ hasColor: false })), [
    "ID  NAME  NOTE",
  ]);
});

Deno.test("tableLines() puts a text in the place of cells, and cuts it at the edge", () => {
  const columns: Column<Row>[] = [
    COLUMNS[0],
    {
      ...COLUMNS[1],
      text: ({ name, note }) => name === "" ? note : name,
      spans: ({ name }) => name === "",
    },
    COLUMNS[2],
  ];
  const rows = [{ id: 7, name: "", note: "as long as it is" }, ROWS[0]];
  const paint = paintOf({ hasColor: false });
  assertEquals(tableLines(columns, rows, paint), [
    "ID  NAME  NOTE",
    " 7  as long as it is",
    " 1  a     first of all",
  ]);
  assertEquals(
    tableLines(columns, rows, paint, { width: 11 })[1],
    " 7  as lon…",
  );
  assertEquals(tableLines(columns, rows, paint, { width: 0 })[1], " 7  …");
});
