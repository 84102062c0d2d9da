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
  const { name, exports, imports } = JSON.parse(config);
  const own = Object.entries<string>(exports).map(([entry, path]) => [
    name + entry.slice(1),
    new URL(path, root).href,
  ]);
  // Of a package of npm that this process has loaded, `resolve` tells the file,
  // which would not find the packages that it needs itself.
  const packages = Object.entries<string>(imports).map(([name, target]) => [
    name,
    target.startsWith("npm:") ? target : import.meta.resolve(name),
  ]);
  const map = { imports: Object.fromEntries([...own, ...packages]) };
  const path = `${dir}/import_map.json`;
  await Deno.writeTextFile(path, JSON.stringify(map));
  return path;
}
