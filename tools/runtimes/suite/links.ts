/**
 * Sockets and what goes wrong with them, on each runtime.
 *
 * @module
 */

import assert from "node:assert/strict";
import process from "node:process";
import {
  Cluster,
  ConnectionError,
  HostDownError,
  ProtocolError,
  TimeoutError,
} from "@rb/rb";
import { type Check, PASSWORD, VALUE_BYTES } from "./stage.ts";

/** Checks of links, by their names. */
export const linkChecks: Record<string, Check> = {
  async "a write whose reply was lost is not sent again"({ hosts, cut }) {
    const cluster = new Cluster({ hosts: [cut] });
    await assert.rejects(
      async () => await cluster.getRoutingClient().incr("once"),
      (error) =>
        error instanceof ConnectionError && error.outcome === "unknown" &&
        error.command === "INCR" && error.hostId === 0,
    );
    await cluster.close();
    const direct = new Cluster({ hosts: [hosts[0]] });
    assert.equal(await direct.getRoutingClient().get("once"), "1");
    await direct.close();
  },

  async "reads go on over links that break"({ brittle }) {
    const cluster = new Cluster({ hosts: [brittle] });
    let reconnects = 0;
    cluster.addEventListener("reconnect", () => reconnects++);
    const client = cluster.getRoutingClient();
    await client.set("kept", "value");
    for (let i = 0; i < 100; i++) {
      assert.equal(await client.get("kept"), "value");
    }
    assert.ok(reconnects > 5, `${reconnects} reconnects`);
    await cluster.close();
  },

  async "replies in small pieces are put together"({ split }) {
    const cluster = new Cluster({ hosts: [split] });
    const keys = Array.from({ length: 200 }, (_, id) => `piece:${id}`);
    await cluster.map((map) => keys.map((key) => map.set(key, `v ${key}`)));
    const values = await cluster.map((map) => keys.map((key) => map.get(key)));
    values.forEach(({ value }, i) => assert.equal(value, `v ${keys[i]}`));
    await cluster.close();
  },

  async "a server that waits for its replies to be taken is served"(
    { stubborn },
  ) {
    const cluster = new Cluster({ hosts: [stubborn], timeout: 30_000 });
    const before = process.memoryUsage().heapUsed;
    const values = await cluster.map(
      (map) => Array.from({ length: 20_000 }, (_, id) => map.get(`key:${id}`)),
      { autoBatch: false },
    );
    for (const { value } of values) assert.equal(value?.length, VALUE_BYTES);
    const taken = process.memoryUsage().heapUsed - before;
    assert.ok(taken < 5 * values.length * VALUE_BYTES, `${taken} bytes taken`);
    await cluster.close();
  },

  async "a server that answers nothing is given up in time"({ silent }) {
    const cluster = new Cluster({ hosts: [silent], timeout: 200 });
    await assert.rejects(
      async () => await cluster.getRoutingClient().incr("late"),
      (error) => error instanceof TimeoutError && error.outcome === "unknown",
    );
    const signal = AbortSignal.timeout(100);
    const client = cluster.getRoutingClient({ timeout: 20_000, signal });
    await assert.rejects(
      async () => await client.get("late"),
      (error) => error === signal.reason,
    );
    await cluster.close();
  },

  async "a server that is not there is an error, and then down"({ closed }) {
    const cluster = new Cluster({
      hosts: [closed],
      poolOptions: { breaker: { threshold: 1 } },
    });
    const client = cluster.getRoutingClient();
    await assert.rejects(
      async () => await client.incr("n"),
      (error) =>
        error instanceof ConnectionError && error.outcome === "not-sent" &&
        /refused/i.test(error.message),
    );
    await assert.rejects(async () => await client.incr("n"), HostDownError);
    await cluster.close();
  },

  async "connections that are given up as they open are closed"({ hosts }) {
    const host = { ...hosts[1], name: "given-up" };
    const cluster = new Cluster({ hosts: [host] });
    const ends = { opened: 0, aborted: 0 };
    // Milliseconds in which some open and some do not, however busy the machine.
    let reach = 10;
    for (let round = 0; round < 25; round++) {
      const { opened } = ends;
      await Promise.all(Array.from({ length: 20 }, async (_, i) => {
        const controller = new AbortController();
        const { signal } = controller;
        const timer = setTimeout(() => controller.abort(), i * reach / 20);
        try {
          (await cluster.connect(0, { signal })).close();
          ends.opened++;
        } catch (error) {
          assert.equal(error, signal.reason);
          ends.aborted++;
        }
        clearTimeout(timer);
      }));
      if (ends.opened === opened) reach = Math.min(2 * reach, 1_000);
    }
    assert.ok(ends.opened > 0 && ends.aborted > 0, JSON.stringify(ends));
    await cluster.close();
    const direct = new Cluster({ hosts: [hosts[1]] });
    const client = direct.getLocalClient(0);
    for (let i = 0;; i++) {
      const list = String(await client.sendCommand("CLIENT", ["LIST"]));
      const left = list.trim().split("\n").length - 1;
      if (left === 0) break;
      assert.ok(i < 50, `${left} connections are left`);
      await new Promise((wake) => setTimeout(wake, 20));
    }
    await direct.close();
  },

  async "a unix socket works, and a password opens it"({ unix }) {
    const cluster = new Cluster({ hosts: [unix] });
    const client = cluster.getRoutingClient();
    assert.equal(await client.set("by", "unix"), "OK");
    assert.equal(await client.get("by"), "unix");
    await cluster.close();
    const stranger = new Cluster({ hosts: [{ ...unix, password: "wrong" }] });
    await assert.rejects(
      async () => await stranger.getRoutingClient().get("by"),
      (error) =>
        error instanceof ConnectionError && /WRONGPASS/.test(error.message) &&
        !error.message.includes(PASSWORD),
    );
    await stranger.close();
    const path = `${unix.path}.none`;
    const nowhere = new Cluster({ hosts: [{ path }] });
    await assert.rejects(
      async () => await nowhere.getRoutingClient().get("by"),
      ConnectionError,
    );
    await nowhere.close();
  },

  async "TLS trusts a given authority"({ tls }) {
    const cluster = new Cluster({ hosts: [tls] });
    const keys = Array.from({ length: 20_000 }, (_, id) => `key:${id}`);
    const long = "long ".repeat(100);
    await cluster.map((map) => keys.map((key) => map.set(key, long + key)));
    const values = await cluster.map((map) => keys.map((key) => map.get(key)));
    values.forEach(({ value }, i) => assert.equal(value, long + keys[i]));
    await cluster.close();
    const { hostname: _name, ...rest } = tls;
    const named = new Cluster({ hosts: [{ ...rest, hostname: "localhost" }] });
    assert.equal(await named.getRoutingClient().strlen("key:1"), 505);
    await named.close();
  },

  async "TLS refuses whoever cannot be trusted, once"(
    { tls, otherCaCert, otherName, plain },
  ) {
    const { caCerts: _certs, ...unknown } = tls;
    const strangers = {
      "an unknown authority": { ...unknown, tls: true },
      "another authority": { ...tls, caCerts: [otherCaCert] },
      "another name": otherName,
      "no TLS at all": { ...plain, tls: true },
    };
    for (const [what, host] of Object.entries(strangers)) {
      const cluster = new Cluster({
        hosts: [host],
        poolOptions: { breaker: { threshold: 100 } },
      });
      await assert.rejects(
        async () => await cluster.getRoutingClient().get("key"),
        (error) =>
          error instanceof ConnectionError && error.outcome === "not-sent" &&
          error.cause !== undefined,
        what,
      );
      assert.equal(cluster.stats().get(0)?.retries, 0, what);
      await cluster.close();
    }
  },

  async "a certificate of a client opens a server that wants one"(
    { guarded, otherCaCert },
  ) {
    const cluster = new Cluster({ hosts: [guarded] });
    const keys = Array.from({ length: 20_000 }, (_, id) => `key:${id}`);
    const long = "long ".repeat(100);
    await cluster.map((map) => keys.map((key) => map.set(key, long + key)));
    const values = await cluster.map((map) => keys.map((key) => map.get(key)));
    values.forEach(({ value }, i) => assert.equal(value, long + keys[i]));
    await cluster.close();
    const { cert: _cert, key: _key, ...nameless } = guarded;
    const strangers = {
      "no certificate": nameless,
      "a server of another authority": { ...guarded, caCerts: [otherCaCert] },
    };
    const other = { ...guarded, serverName: "other.test" };
    if ("Deno" in globalThis) {
      assert.throws(() => new Cluster({ hosts: [other] }), /in Deno, a client/);
    } else {
      Object.assign(strangers, { "a server of another name": other });
      const host = { ...guarded, serverName: "localhost" };
      const named = new Cluster({ hosts: [host] });
      assert.equal(await named.getRoutingClient().strlen("key:1"), 505);
      await named.close();
    }
    for (const [what, host] of Object.entries(strangers)) {
      const stranger = new Cluster({ hosts: [host] });
      await assert.rejects(
        async () => await stranger.getRoutingClient().incr("key"),
        ConnectionError,
        what,
      );
      await stranger.close();
    }
  },

  async "a server is checked by the name that it is said to have"(
    { tls, otherName },
  ) {
    const hosts = [
      { ...otherName, serverName: "other.test" },
      { ...tls, serverName: "localhost" },
      { ...tls, hostname: "localhost", serverName: "127.0.0.1" },
    ];
    for (const host of hosts) {
      const cluster = new Cluster({ hosts: [host] });
      assert.equal(await cluster.getRoutingClient().get("none"), null);
      await cluster.close();
    }
    for (const serverName of ["other.test", "127.0.0.2"]) {
      const cluster = new Cluster({ hosts: [{ ...tls, serverName }] });
      await assert.rejects(
        async () => await cluster.getRoutingClient().incr("key"),
        ConnectionError,
        serverName,
      );
      await cluster.close();
    }
  },

  async "a password may be a function, also one that fails"({ unix }) {
    let asked = 0;
    const password = () => {
      asked++;
      return Promise.resolve(PASSWORD);
    };
    const cluster = new Cluster({ hosts: [{ ...unix, password }] });
    (await cluster.connect(0)).close();
    assert.equal(await cluster.getRoutingClient().get("none"), null);
    assert.equal(asked, 2);
    await cluster.close();
    const reason = new Error("No token today");
    const broken = new Cluster({
      hosts: [{ ...unix, password: () => Promise.reject(reason) }],
    });
    await assert.rejects(
      async () => await broken.connect(0),
      (error) =>
        error instanceof ConnectionError && error.outcome === "not-sent" &&
        (error.cause as Error).cause === reason,
    );
    await broken.close();
  },

  async "plain text to a port of TLS is an error with a name"({ tls }) {
    const { caCerts: _certs, ...plain } = tls;
    const cluster = new Cluster({
      hosts: [plain],
      poolOptions: { breaker: { threshold: 100 } },
    });
    await assert.rejects(
      async () => await cluster.getRoutingClient().get("key"),
      (error) =>
        error instanceof ProtocolError || error instanceof ConnectionError,
    );
    await cluster.close();
  },
};
