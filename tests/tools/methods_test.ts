import { assertEquals, assertNotEquals } from "@std/assert";
import { METHODS } from "../../src/commands/method_table.ts";
import { generate, readFamilies } from "../../tools/methods/generate.ts";
import { readFamily } from "../../tools/methods/signatures.ts";

Deno.test("the interfaces of the clients are current", async () => {
  for (const [path, text] of await generate()) {
    const url = new URL(`../../${path}`, import.meta.url);
    assertEquals(await Deno.readTextFile(url), text, path);
  }
});

Deno.test("every signature has a row", async () => {
  const names = (await readFamilies()).flatMap(({ signatures }) =>
    signatures.map(({ name }) => name)
  );
  assertNotEquals(names, []);
  assertEquals(names.filter((name) => !METHODS.has(name)), []);
});

Deno.test("readFamily() reads overloads, comments and where types come from", () => {
  const { signatures, types } = readFamily(
    "things.ts",
    `import type { Key } from "../../values.ts";
export interface Size { big?: boolean }
export interface ThingMethods {
  /**
   * Takes a thing.
   */
  take(key: Key, size?: Size): string | null;
  take<T extends Size>(key: Key, ...sizes: T[]): T[];
}
`,
  );
  assertEquals(signatures, [
    {
      name: "take",
      comment: "/**\n * Takes a thing.\n */",
      parameters: "(key: Key, size?: Size)",
      result: "string | null",
    },
    {
      name: "take",
      comment: "",
      parameters: "<T extends Size>(key: Key, ...sizes: T[])",
      result: "T[]",
    },
  ]);
  assertEquals(Object.fromEntries(types), {
    Key: "../../values.ts",
    Size: "./things.ts",
  });
});
