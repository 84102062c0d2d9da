/**
 * The import map for the processes that a tool starts.
 *
 * @module
 */

/**
 * The import map that this program was started with, if any, told by where
 * `@db/redis` is: a child needs the same one.
 */
export function importMap(): string | undefined {
  const given = Deno.env.get("RB_IMPORT_MAP");
  if (given) return given;
  const standIn = new URL("../../tests/standin/", import.meta.url);
  const entry = import.meta.resolve("@db/redis");
  return entry.startsWith(standIn.href)
    ? new URL("import_map.json", standIn).href
    : undefined;
}
