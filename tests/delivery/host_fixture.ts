/**
 * A host whose servers are sockets in memory.
 *
 * @module
 */

import { Host, type HostLimits } from "../../src/delivery/host.ts";
import { HostCounters } from "../../src/delivery/stats.ts";
import { Bench } from "../wire/pool_fixture.ts";

/** A host over sockets in memory. */
export class Fixture implements AsyncDisposable {
  readonly bench = new Bench();
  readonly place = {
    address: "here:1",
    info: { hostname: "here", port: 1, db: 0 },
  };
  /** How often its server said that it is not the right one. */
  misled = 0;
  readonly host: Host;

  constructor(limits: HostLimits = {}) {
    const { pool } = this.bench;
    this.host = new Host({
      id: 7,
      place: this.place,
      pool,
      counters: new HostCounters(),
      patience: 5_000,
      onMisled: () => this.misled++,
    }, limits);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bench[Symbol.asyncDispose]();
  }
}
