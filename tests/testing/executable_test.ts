import { assert, assertEquals, assertStringIncludes } from "@std/assert";

const PROGRAM = new URL("./lifetime_program.ts", import.meta.url).pathname;

/** Runs a program that starts a server, where only these programs exist. */
async function runWith(
  programs: string[],
  env: (dir: string) => Record<string, string> = () => ({}),
): Promise<{ success: boolean; output: string }> {
  const dir = await Deno.makeTempDir();
  const which = await new Deno.Command("which", { args: ["redis-server"] })
    .output();
  const server = new TextDecoder().decode(which.stdout).trim();
  for (const name of programs) {
    // A link would need more permissions than anything else here.
    const script = `#!/bin/sh\nexec ${server} "$@"\n`;
    await Deno.writeTextFile(`${dir}/${name}`, script, { mode: 0o755 });
  }
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "--no-lock", "-A", PROGRAM, "end"],
    env: { PATH: dir, NO_COLOR: "1", ...env(dir) },
  }).output();
  await Deno.remove(dir, { recursive: true });
  const decoder = new TextDecoder();
  return { success, output: decoder.decode(stdout) + decoder.decode(stderr) };
}

Deno.test("findExecutable() takes Valkey where there is no Redis", async () => {
  const { success, output } = await runWith(["valkey-server"]);
  assert(success, output);
});

Deno.test("findExecutable() takes what RB_REDIS_SERVER names", async () => {
  const { success, output } = await runWith(
    ["my-server"],
    (dir) => ({ RB_REDIS_SERVER: `${dir}/my-server` }),
  );
  assert(success, output);
});

Deno.test("findExecutable() names all that it looked for", async () => {
  const { success, output } = await runWith([]);
  assertEquals(success, false);
  assertStringIncludes(
    output,
    'Cannot find "redis-server" or "valkey-server": install a server',
  );
});
