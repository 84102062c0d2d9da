import { assertEquals } from "@std/assert";
import { VERSION } from "../../src/cli/version.ts";
import config from "../../deno.json" with { type: "json" };
import { runLine } from "./fake_shell.ts";

Deno.test("rb --version tells the version of the package", async () => {
  assertEquals(VERSION, config.version);
  const { code, out, err } = await runLine(["--version"]);
  assertEquals([code, out, err], [0, `${config.version}\n`, ""]);
});
