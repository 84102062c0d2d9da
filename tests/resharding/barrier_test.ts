// Nobody is left behind before keys move.

import { assertEquals, assertRejects } from "@std/assert";
import { ReshardingError } from "../../mod.ts";
import { Barrier } from "../../src/resharding/barrier.ts";
import { Records } from "../../src/resharding/records.ts";
import type { RingHost } from "../../src/resharding/two_rings.ts";
import { RedisServer } from "../../src/testing.ts";
import { RawClient } from "../../support/raw_client.ts";
import { bounded, eventually } from "../../support/waiting.ts";
import { hostOf } from "../moving/support.ts";
import { Cluster } from "../../mod.ts";

const RINGS = { from: "a", to: "b", isMixed: false };

/** A server, whoever moves keys of it, and a program that is connected. */
class Bench implements AsyncDisposable {
  readonly server: RedisServer;
  readonly cluster: Cluster;
  readonly program: RawClient;
  readonly records: Records;
  readonly host: RingHost;

  private constructor(server: RedisServer) {
    this.server = server;
    this.cluster = new Cluster({
      hosts: [{ ...server.host, name: "rb:mover" }],
    });
    this.program = new RawClient(server);
    const { address } = server;
    const host = hostOf(this.cluster, 0);
    const facts = { hostId: 0, address, db: 0 };
    this.host = Object.assign(host, { ...facts, texts: host.command });
    this.records = new Records([this.host]);
  }

  static async start(): Promise<Bench> {
    return new Bench(await RedisServer.start());
  }

  barrier(strangers: "refuse" | "kill", grace: number): Barrier {
    return new Barrier([this.host], this.records, {
      strangers,
      grace,
      signal: undefined,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.program.close();
    await this.cluster.close();
    await this.server.stop();
  }
}

Deno.test("a barrier is passed when every connection has heard", async () => {
  await using bench = await Bench.start();
  const { program } = bench;
  await program.command("CLIENT", "SETNAME", "rb:0");
  const phases: string[] = [];
  const passing = bench.barrier("refuse", 1e6).pass(
    undefined,
    RINGS,
    ({ phase, epoch }) => phases.push(`${epoch} ${phase}`),
  );
  await eventually(() => phases.includes("1 announced"));
  await program.command("CLIENT", "SETNAME", "rb:1");
  await eventually(() => phases.includes("2 holding"));
  assertEquals(phases.length, 2);
  await program.command("CLIENT", "SETNAME", "rb:2");
  assertEquals((await bounded(passing)).phase, "moving");
  assertEquals(phases, ["1 announced", "2 holding", "3 moving"]);
  assertEquals((await bench.records.read())?.epoch, 3);
});

Deno.test("a connection that does not hear is closed after the grace", async () => {
  await using bench = await Bench.start();
  const { program } = bench;
  await program.command("CLIENT", "SETNAME", "rb:0");
  const passing = bench.barrier("refuse", 0).pass(undefined, RINGS, () => {});
  assertEquals((await bounded(passing)).phase, "moving");
  await assertRejects(() => program.command("GET", "k"));
});

Deno.test("a program without a name is refused, or closed", async () => {
  await using bench = await Bench.start();
  const { program } = bench;
  await program.command("PING");
  const error = await assertRejects(
    () => bench.barrier("refuse", 0).pass(undefined, RINGS, () => {}),
    ReshardingError,
    "do not follow the ring",
  );
  assertEquals(error.outcome, "not-sent");
  // Nothing was begun.
  assertEquals(await bench.records.read(), undefined);
  const passing = bench.barrier("kill", 0).pass(undefined, RINGS, () => {});
  assertEquals((await bounded(passing)).phase, "moving");
});

Deno.test("whoever was overtaken goes no further", async () => {
  await using bench = await Bench.start();
  const passing = bench.barrier("refuse", 0).pass(
    undefined,
    RINGS,
    (record) => {
      if (record.phase !== "holding") return;
      // Writes have waited for too long: a program has gone back.
      const back = {
        phase: "stable",
        from: "a",
        to: "a",
        isMixed: false,
      } as const;
      return void bench.records.advance(record, back);
    },
  );
  await assertRejects(() => bounded(passing), ReshardingError, "somebody else");
  assertEquals((await bench.records.read())?.phase, "stable");
});
