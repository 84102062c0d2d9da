import { assertEquals, assertStrictEquals } from "@std/assert";
import { specOf } from "../../src/commands/table.ts";
import { type Cited, withoutCitations } from "../../src/delivery/error_text.ts";
import { CommandError } from "../../src/errors.ts";
import type { Reply } from "../../src/values.ts";

const SCRIPT: Cited = {
  spec: specOf("EVAL"),
  args: ["return 1", 1, "user:7", "s3cret", 12.5, new Uint8Array([104, 105])],
};

/** What is left of the text of an error that answers a script. */
function left(text: string, command = SCRIPT): unknown {
  const reply = withoutCitations(new CommandError(text), command);
  return (reply as CommandError).message;
}

Deno.test("withoutCitations() leaves out every argument, written in any way", () => {
  assertEquals(left("ERR no s3cret for user:7"), "ERR no … for …");
  assertEquals(left("ERR S3CRET, 12.500000, hi"), "ERR …, …, …");
});

Deno.test("withoutCitations() keeps what is no argument", () => {
  assertEquals(
    left("ERR nothing, within 1 second"),
    "ERR nothing, within 1 second",
  );
  // The source of a script, and how many keys it has, are no data.
  assertEquals(left("ERR return 1 of 1"), "ERR return 1 of 1");
  // A short argument counts where it stands alone.
  assertEquals(left("ERR this is high"), "ERR this is high");
  const line = { spec: specOf("EVAL"), args: ["x", 0, 3] };
  assertEquals(left("ERR user_script:3: 3", line), "ERR user_script:3: …");
});

Deno.test("withoutCitations() keeps the code of a server", () => {
  const command = { spec: specOf("EVAL"), args: ["x", 0, "WRONGTYPE", "no"] };
  assertEquals(left("WRONGTYPE no", command), "WRONGTYPE …");
});

Deno.test("withoutCitations() looks into lists, and leaves the rest alone", () => {
  const clean = new CommandError("ERR nothing of it");
  const list: Reply = ["s3cret", 7, [new CommandError("ERR s3cret")], clean];
  assertStrictEquals(withoutCitations(list, SCRIPT), list);
  const [text, number, [error], same] = list as [
    string,
    number,
    [CommandError],
    unknown,
  ];
  assertEquals([text, number, error.message], ["s3cret", 7, "ERR …"]);
  assertStrictEquals(same, clean);
});
