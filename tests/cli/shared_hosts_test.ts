import { assertEquals } from "@std/assert";
import { Cluster } from "../../mod.ts";
import { sharedHosts, sharedText } from "../../src/cli/shared_hosts.ts";

Deno.test("sharedHosts() finds hosts with one address and one database", () => {
  const cluster = new Cluster({
    hosts: [
      ...["redis://a.test", "redis://b.test", "redis://a.test/1"],
      ...["redis://a.test:6379/0", "redis://user:secret@a.test"],
    ],
  });
  const [shared, ...others] = sharedHosts(cluster);
  assertEquals(others, []);
  assertEquals(shared, { address: "a.test:6379", hostIds: [0, 3, 4] });
  assertEquals(
    sharedText(shared),
    "Hosts 0, 3 and 4 are one and the same database, a.test:6379: its keys count " +
      "for each of them; give each host a server or a database of its own",
  );
});
