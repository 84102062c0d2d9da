/**
 * The packages of the suite where it runs from the sources.
 *
 * @module
 */

/**
 * Writes an import map with this library and the packages it is to be run with.
 *
 * @param given The path of a map with the packages; if empty, those that
 * `deno.json` names.
 * @param where The root of the project, and where to write the map.
 * @returns Its path.
 */
export async function importMapFor(
  given: string,
  { root, dir }: { root: URL; dir: string },
): Promise<string> {
  const from = new URL(given === "" ? "deno.json" : given, root);
  const map = JSON.parse(await Deno.readTextFile(from));
  const absolute = (imports: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(imports).map(([name, target]) => [
        name,
        /^\.{0,2}\//.test(target) ? new URL(target, from).href : target,
      ]),
    );
  const scopes: Record<string, Record<string, string>> = map.scopes ?? {};
  const path = `${dir}/import_map.json`;
  await Deno.writeTextFile(
    path,
    JSON.stringify({
      imports: {
        ...absolute(map.imports),
        "@rb/rb": new URL("mod.ts", root).href,
        "@rb/rb/testing": new URL("src/testing.ts", root).href,
        "@rb/rb/cli": new URL("src/cli.ts", root).href,
      },
      scopes: Object.fromEntries(
        Object.entries(scopes).map(([scope, imports]) => [
          new URL(scope, from).href,
          absolute(imports),
        ]),
      ),
    }),
  );
  return path;
}
