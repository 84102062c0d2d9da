/**
 * What can be seen of a cluster that is printed, on each runtime.
 *
 * @module
 */

import assert from "node:assert/strict";
import { inspect } from "node:util";
import { Cluster, RbPromise } from "@rb/rb";
import { type Check, PASSWORD } from "./stage.ts";

/** What `console.log` writes; in Bun that is not what `inspect` gives. */
function logged(value: unknown): string {
  const { Bun, Deno } = globalThis as unknown as Record<
    "Bun" | "Deno",
    { inspect(value: unknown, options?: object): string } | undefined
  >;
  return (Bun ?? Deno)?.inspect(value, { depth: 9 }) ?? "";
}

/** All ways to show a value. */
function* views(value: unknown): Generator<string> {
  yield inspect(value);
  yield inspect(value, { depth: 20, showHidden: true, getters: true });
  yield logged(value);
  yield String(value);
  yield JSON.stringify(value) ?? "";
  if (value instanceof Error) {
    yield value.stack ?? "";
    yield* views(value.cause);
  }
}

/** Checks of printing, by their names. */
export const printingChecks: Record<string, Check> = {
  async "a password is never printed"({ unix, hosts }) {
    const cluster = new Cluster({
      hosts: [unix, { ...hosts[0], password: PASSWORD }],
    });
    const client = cluster.getRoutingClient();
    const errors = [];
    for (let id = 0; id < 10; id++) {
      try {
        await client.sendCommand("SET", [`k${id}`, PASSWORD, PASSWORD]);
      } catch (error) {
        errors.push(error);
      }
    }
    assert.equal(errors.length, 10);
    const [host] = cluster.hosts.values();
    const shown = [cluster, cluster.hosts, host, { deep: [host] }, client];
    for (const value of [...shown, cluster.getRouter(), ...errors]) {
      for (const view of views(value)) {
        assert.ok(!view.includes(PASSWORD), view);
      }
    }
    assert.match(inspect(host), /^HostInfo \{.*hostId: 0/s);
    assert.match(inspect({ host }), /HostInfo \{/);
    await cluster.close();
  },

  async "promises and distributions show what is in them"({ hosts }) {
    assert.equal(inspect(RbPromise.resolved(42)), "RbPromise { 42 }");
    assert.equal(inspect(new RbPromise()), "RbPromise { <pending> }");
    const rejected = inspect({ it: RbPromise.rejected("no") });
    assert.match(rejected, /RbPromise \{ <rejected> ["']no["'] \}/);
    const cluster = new Cluster({ hosts: [...hosts] });
    const plot = inspect(cluster.distribution(["a", "b", "c"]));
    assert.match(plot, /^3 keys on 3 hosts\nhost 0 /);
    for (const text of [logged(RbPromise.resolved(42)), "RbPromise { 42 }"]) {
      assert.ok(text === "" || text === "RbPromise { 42 }", text);
    }
    await cluster.close();
  },
};
