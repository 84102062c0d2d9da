import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { findExecutable } from "../../src/testing/executable.ts";

const PROGRAM = new URL("./lifetime_program.ts", import.meta.url).pathname;

/** Where a program is that is given by its name, or by its path. */
async function pathOf(command: string): Promise<string> {
  const { stdout } = await new Deno.Command("which", { args: [command] })
    .output();
  return new TextDecoder().decode(stdout).trim();
}

/** Runs a program that starts a server, where only these programs exist. */
async function runWith(
  programs: string[],
  env: (dir: string) => Record<string, string> = () => ({}),
): Promise<{ success: boolean; output: string }> {
  const dir = await Deno.makeTempDir();
  const server = await pathOf((await findExecutable()).command);
  for (const name of programs) {
    // A link would need more permissions than anything else here.
    const script = `#!/bin/sh\nexec ${server} "$@"\n`;
    await Deno.writeTextFile(`${dir}/${name}`, script, { mode: 0o755 });
  }
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "--no-lock", "-A", PROGRAM, "end"],
    env: { PATH: dir, NO_COLOR: "1", RB_REDIS_SERVER: "", ...env(dir) },
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

Deno.test("findExecutable() takes an empty RB_REDIS_SERVER for none", async () => {
  const { success, output } = await runWith(
    ["redis-server"],
    () => ({ RB_REDIS_SERVER: "" }),
  );
  assert(success, output);
});

/** Has a program of its own that says which version it is. */
async function withProgram(
  version: string,
  test: (path: string, write: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  const script = `#!/bin/sh\necho '${version}'\n`;
  const path = `${dir}/server`;
  try {
    await test(path, () => Deno.writeTextFile(path, script, { mode: 0o755 }));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("findExecutable() knows the major version of a server", async () => {
  const versions: [version: string, major: number | undefined][] = [
    ["Redis server v=6.2.14 sha=00000000:0 malloc=jemalloc bits=64", 6],
    ["Redis server v=7.0.0 sha=00000000:0 malloc=jemalloc bits=64", 7],
    ["Redis server v=10.0.1 sha=00000000:0 malloc=jemalloc bits=64", 10],
    ["Valkey server v=7.2.5 sha=00000000:0 malloc=jemalloc bits=64", 7],
    ["Valkey server v=8.1.0 sha=00000000:0 malloc=jemalloc bits=64", 8],
    ["Another server v=9.9.9", undefined],
  ];
  for (const [version, major] of versions) {
    await withProgram(version, async (command, write) => {
      await write();
      assertEquals(await findExecutable(command), { command, major }, version);
    });
  }
});

Deno.test("findExecutable() finds a server that was installed in the meantime", async () => {
  await withProgram("Redis server v=7.2.5", async (path, write) => {
    await assertRejects(() => findExecutable(path), Deno.errors.NotFound);
    await write();
    assertEquals((await findExecutable(path)).command, path);
  });
});

Deno.test("findExecutable() says why a file cannot be run", async () => {
  await withProgram("Redis server v=7.2.5", async (path, write) => {
    await write();
    await Deno.chmod(path, 0o644);
    await assertRejects(
      () => findExecutable(path),
      Deno.errors.PermissionDenied,
    );
  });
});

Deno.test("findExecutable() takes what it is asked for before any variable", async () => {
  const module = new URL("../../src/testing/executable.ts", import.meta.url);
  const code = `
    import { findExecutable } from ${JSON.stringify(module.href)};
    console.log((await findExecutable(Deno.args[0])).command);
    await findExecutable().catch(({ message }) => console.log(message));
  `;
  await withProgram("Redis server v=7.2.5", async (path, write) => {
    await write();
    // A program of its own, since all tests share the variables of theirs.
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-config", "--no-lock", code, path],
      env: { RB_REDIS_SERVER: "no-such-server", NO_COLOR: "1" },
    }).output();
    const [command, message] = new TextDecoder().decode(stdout).split("\n");
    assertEquals(command, path);
    assertStringIncludes(message, 'Cannot find "no-such-server"');
  });
});
