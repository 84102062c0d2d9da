// The output in docs/resharding.md is what the command line prints.

import { assertEquals } from "@std/assert";
import { Cluster } from "../../mod.ts";
import { ask } from "../../support/raw_client.ts";
import { runLine } from "./fake_shell.ts";
import { startServers } from "./servers.ts";

const GUIDE = new URL("../../docs/resharding.md", import.meta.url);

/** A text without what is another one in each run, and without how fast it is. */
function shape(text: string): string {
  return text.replaceAll(/, [\d,]+ a second$/gm, "")
    // On a slow machine there are some before the last one of a phase.
    .replaceAll(/^.* looked at\b.*\n(?=.* looked at\b)/gm, "")
    .replaceAll(/\d+(?:[.,]\d+)*(?::\d+)?/g, "0");
}

Deno.test("the guide to adding servers shows what is printed", async () => {
  await using setup = await startServers(2);
  const [first, second] = setup.servers;
  for (const server of setup.servers) {
    const rules = ["on", ">secret", "~*", "&*", "+@all"];
    await ask(server, "ACL", "SETUSER", "mover", ...rules);
  }
  const urls = setup.hosts[1].split(",");
  const hosts = [{ port: first.port, name: "web" }];
  await using program = new Cluster({ hosts });
  const client = program.getRoutingClient();
  const keys = Array.from({ length: 1_000 }, (_, i) => `user:${i}`);
  await Promise.all(keys.map((key) => client.set(key, key)));
  const files = {
    "now.json": JSON.stringify({ hosts: urls.slice(0, 1) }),
    "then.json": JSON.stringify({ hosts: urls }),
  };
  const text = await Deno.readTextFile(GUIDE);
  const sessions = [
    ...text.matchAll(/^```console\n\$ rb (.*)\n([^]*?)^```$/gm),
  ];
  assertEquals(sessions.length, 2);
  for (const [, line, output] of sessions) {
    const { out, err } = await runLine(line.split(" "), {
      files,
      variables: { MOVER: "secret" },
    });
    assertEquals(err, "");
    assertEquals(shape(out), shape(output), `rb ${line}\n${out}`);
    await program.disconnectPools();
  }
  assertEquals(Number(await ask(second, "DBSIZE")) > 100, true);
});
