/**
 * The packages of a test, for the programs that it starts.
 *
 * @module
 */

/**
 * Writes an import map by which a program finds this library and the packages
 * that the test itself was run with.
 *
 * @param root The root of the project.
 * @param dir Where to write it, unless `RB_IMPORT_MAP` names one.
 * @returns Its path.
 */
export async function importMapFor(root: URL, dir: string): Promise<string> {
  const given = Deno.env.get("RB_IMPORT_MAP");
  if (given !== undefined) return given;
  const config = await Deno.readTextFile(new URL("deno.json", root));
  const targets: Record<string, string> = JSON.parse(config).imports;
  const imports = {
    "@rb/rb": new URL("mod.ts", root).href,
    "@rb/rb/testing": new URL("src/testing.ts", root).href,
    "@rb/rb/cli": new URL("src/cli.ts", root).href,
    ...Object.fromEntries(
      // Of a package of npm, the file alone would not tell the types.
      Object.entries(targets).map(([name, target]) => [
        name,
        target.startsWith("npm:") ? target : import.meta.resolve(name),
      ]),
    ),
  };
  const path = `${dir}/import_map.json`;
  await Deno.writeTextFile(path, JSON.stringify({ imports }));
  return path;
}
