import { assertEquals, assertMatch } from "@std/assert";
import { Cluster } from "../mod.ts";

Deno.test("clients print themselves by the names of their types", () => {
  const cluster = new Cluster({ hosts: [{ port: 1 }] });
  const names = [
    "RoutingClient",
    "LocalClient",
    "MappingClient",
    "FanoutClient",
  ];
  for (const options of [{}, { replies: "records" as const }]) {
    const client = cluster.getRoutingClient(options);
    const map = client.getMappingClient();
    const all = client.getFanoutClient();
    const clients = [client, cluster.getLocalClient(0, options), map, all];
    assertEquals(clients.map((one) => one.constructor.name), names);
    clients.forEach((one, index) =>
      assertMatch(Deno.inspect(one), RegExp(`^${names[index]} `))
    );
    map.cancel();
    all.cancel();
  }
});
