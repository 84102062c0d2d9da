import { assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "../../src/cli/exit_codes.ts";
import { camelCased, loginOf, readLogin } from "../../src/cli/login.ts";
import { fakeShell } from "./fake_shell.ts";

const shell = fakeShell({
  files: { pw: "from a file\n" },
  variables: { PW: "from a variable" },
});

Deno.test("readLogin() reads what loginOf() offers, with its prefix", async () => {
  for (const prefix of ["", "sentinel-"]) {
    const [username, env, file] = loginOf(prefix, "servers")
      .map(({ flag }) => camelCased(flag.split(" ")[0]));
    const read = (given: Record<string, unknown>) =>
      readLogin(given, { prefix, shell });
    assertEquals(await read({ other: "option" }), {});
    assertEquals(await read({ [username]: "app" }), { username: "app" });
    assertEquals(await read({ [username]: "app", [env]: "PW" }), {
      username: "app",
      password: "from a variable",
    });
    assertEquals(await read({ [file]: "pw" }), { password: "from a file" });
    const { message } = await assertRejects(
      () => read({ [env]: "PW", [file]: "pw" }),
      UsageError,
    );
    assertEquals(
      message,
      `The password is given twice: give "--${prefix}password-env" or ` +
        `"--${prefix}password-file"`,
    );
  }
});

Deno.test("camelCased() gives the name that a program has for an option", () => {
  assertEquals(camelCased("hosts"), "hosts");
  assertEquals(camelCased("to-hash-tags"), "toHashTags");
});
