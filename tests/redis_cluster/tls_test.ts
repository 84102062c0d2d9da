// A Redis Cluster whose certificates are for a name, while nodes announce
// addresses.

import { assertEquals, assertInstanceOf } from "@std/assert";
import { ConnectionError } from "../../mod.ts";
import { slotOf } from "../../src/topology/slots.ts";
import { RedisClusterSetup } from "../../src/testing.ts";
import { makeTlsFixtures } from "../../support/tls_fixtures.ts";
import { bounded } from "../../support/waiting.ts";
import { reasonOf } from "../faults/proxied.ts";
import { inSlotsOf, keysOf, redirectsOf } from "./support.ts";

Deno.test("Redis Cluster: TLS", async (t) => {
  await using tls = await makeTlsFixtures();
  const { cert, key } = tls.client;
  await Deno.writeTextFile(`${tls.dir}/bus.crt`, cert);
  await Deno.writeTextFile(`${tls.dir}/bus.key`, key);
  await Deno.writeTextFile(`${tls.dir}/bus-ca.crt`, tls.caCert);
  await using setup = await RedisClusterSetup.start({
    replicas: 0,
    tls: { ...tls.otherName, ca: `${tls.dir}/bus-ca.crt` },
    // Nodes show it to each other.
    config: [
      `tls-client-cert-file ${tls.dir}/bus.crt`,
      `tls-client-key-file ${tls.dir}/bus.key`,
    ],
  });
  const caCerts = [tls.caCert];

  await t.step(
    "case 26: certificates are for a name, while addresses are announced",
    async () => {
      await using cluster = setup.makeCluster({
        timeout: 25_000,
        hostDefaults: { caCerts, serverName: "other.test" },
      });
      const client = cluster.getRoutingClient();
      const keys = keysOf(60);
      await Promise.all(keys.map((key) => client.set(key, key)));
      assertEquals(await bounded(client.mget(...keys)), keys);
      const [key] = await inSlotsOf(setup, 0, 1);
      await client.set(key, "1");
      await setup.moveSlot(slotOf(key), 1);
      assertEquals(await client.incr(key), 2);
      assertEquals(redirectsOf(cluster), 1);
    },
  );

  await t.step(
    "case 26: without that name no node is trusted, and that is said at once",
    async () => {
      await using cluster = setup.makeCluster({
        timeout: 60_000,
        hostDefaults: { caCerts },
      });
      const error = await bounded(
        reasonOf(cluster.getRoutingClient().get("key")),
      );
      assertInstanceOf(error, ConnectionError);
      assertEquals([error.command, error.outcome], ["GET", "not-sent"]);
    },
  );
});
