import {
  assert,
  assertEquals,
  assertGreater,
  assertLessOrEqual,
} from "@std/assert";
import { describeWay, MAX_FILES, type Way } from "../../tools/way/ways.ts";
import { importMapFor } from "../docs/import_map.ts";

const ROOT = new URL("../../", import.meta.url);

/** Counts calls in a process of its own, whose coverage nobody else takes. */
async function observedWays(): Promise<Way[]> {
  const dir = await Deno.makeTempDir();
  const importMap = await importMapFor(ROOT, dir);
  const program = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-lock", "--no-check", "--no-prompt"],
      ...[`--import-map=${importMap}`, "--allow-all"],
      ...[new URL("tools/way.ts", ROOT).href, "--json"],
    ],
    stdin: "null",
    signal: AbortSignal.timeout(60_000),
  });
  const { stdout, stderr } = await program.output();
  await Deno.remove(dir, { recursive: true });
  const text = new TextDecoder();
  const output = text.decode(stdout);
  assert(output.startsWith("["), text.decode(stderr));
  return JSON.parse(output);
}

Deno.test("a command passes no more files of src/ than it may", async () => {
  const ways = await observedWays();
  assertEquals(ways.map(({ name }) => name), ["call", "map", "options"]);
  for (const way of ways) {
    const { name, files } = way;
    assertLessOrEqual(files.length, MAX_FILES[name], describeWay(way));
    for (const { path, functions } of files) {
      assert((await Deno.stat(new URL(`src/${path}`, ROOT))).isFile, path);
      assertGreater(functions.length, 0, path);
    }
    // From the call to the protocol: else most of it was overlooked.
    const paths = files.map(({ path }) => path);
    const layers = ["clients/", "delivery/", "wire/", "wire/resp/"];
    const first = layers.map((layer) =>
      paths.findIndex((path) => path.startsWith(layer))
    );
    assert(first.every((index) => index >= 0), describeWay(way));
    assertLessOrEqual(first[0], 1, describeWay(way));
    assertLessOrEqual(first[1], first[2], describeWay(way));
  }
});
