import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  readConfigFile,
  readSecretFile,
  readVariable,
} from "../../src/cli/config_file.ts";
import { UsageError } from "../../src/cli/exit_codes.ts";
import { fakeShell } from "./fake_shell.ts";

Deno.test("readConfigFile() puts texts in the place of what names them", async () => {
  const shell = fakeShell({
    files: {
      "/etc/rb/cluster.json": JSON.stringify({
        hosts: [{ hostname: "a", password: { env: "REDIS_PASSWORD" } }],
        hostDefaults: {
          caCerts: [{ file: "ca.pem" }, { file: "/certs/other.pem" }],
        },
        timeout: 500,
      }),
      "/etc/rb/ca.pem": "one\n",
      "/certs/other.pem": "two",
    },
    variables: { REDIS_PASSWORD: "secret" },
  });
  assertEquals(await readConfigFile("/etc/rb/cluster.json", shell), {
    hosts: [{ hostname: "a", password: "secret" }],
    hostDefaults: { caCerts: ["one", "two"] },
    timeout: 500,
  });
});

Deno.test("readConfigFile() says what is wrong without what is written there", async () => {
  const shell = fakeShell({
    files: {
      "cut.json": '{ "hosts": ["redis://:secret@a"',
      "list.json": '["redis://:secret@a"]',
      "unset.json": '{ "hosts": [], "timeout": { "env": "NOT_SET" } }',
    },
  });
  const refused = async (path: string) =>
    (await assertRejects(() => readConfigFile(path, shell), UsageError))
      .message;
  assertEquals(
    await refused("cut.json"),
    'Cannot read "cut.json": it is no JSON',
  );
  assertEquals(
    await refused("list.json"),
    'Cannot read "list.json": it is not an object with the options of a cluster',
  );
  assertEquals(
    await refused("unset.json"),
    'The environment variable "NOT_SET" is not set',
  );
  assertEquals(
    await refused("none.json"),
    'Cannot read "none.json": No such file',
  );
});

Deno.test("readSecretFile() takes no line feed for a part of the secret", async () => {
  const files = { a: "secret\n", b: "secret\r\n", c: " se cret \n\n" };
  const shell = fakeShell({ files });
  const read = (path: string) => readSecretFile(path, shell);
  assertEquals(await Promise.all(["a", "b", "c"].map(read)), [
    "secret",
    "secret",
    " se cret \n",
  ]);
});

Deno.test("readVariable() tells what is not set from what is empty", () => {
  const shell = fakeShell({ variables: { EMPTY: "" } });
  assertEquals(readVariable("EMPTY", shell), "");
  assertThrows(() => readVariable("NONE", shell), UsageError, '"NONE"');
});
