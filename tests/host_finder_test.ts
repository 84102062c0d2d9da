import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  BadHostSetupError,
  ConnectionError,
  TimeoutError,
} from "../src/errors.ts";
import { HostFinder } from "../src/host_finder.ts";
import { bounded, eventually, isPending } from "../support/waiting.ts";
import { reasonOf } from "./faults/proxied.ts";
import { MovableTopology } from "./movable_topology.ts";

/** A finder whose topology finds what a test wants it to. */
class Bench {
  readonly topology: MovableTopology;
  readonly finder: HostFinder;
  /** The hosts for which was asked, each time. */
  readonly asked: number[][] = [];
  readonly vain: unknown[] = [];
  isWanted = false;

  constructor(find: () => Promise<void>, timeout = 60_000) {
    this.topology = new MovableTopology({ port: 1 }, async () => {
      await find();
      return { port: 1 };
    });
    this.topology.isKnown = false;
    this.finder = new HostFinder({
      topology: this.topology,
      timeout,
      signal: undefined,
      answerTime: 1_000,
      onRefresh: (hostIds) => this.asked.push([...hostIds]),
      isWanted: () => this.isWanted,
      onVain: (makeReason) => this.vain.push(makeReason("GET")),
    });
  }

  find(): void {
    this.topology.isKnown = true;
    this.finder.found();
  }
}

Deno.test("HostFinder looks for as long as anybody waits, and tells all of them", async () => {
  let isThere = false;
  const bench = new Bench(() => {
    if (!isThere) return Promise.reject(new ConnectionError("nobody is in"));
    bench.find();
    return Promise.resolve();
  });
  const { finder } = bench;
  const waiting = [finder.known(), finder.known()];
  await eventually(() => bench.asked.length > 1);
  assert(await isPending(waiting[0]));
  isThere = true;
  await bounded(Promise.all(waiting));
  await finder.known();
  await finder.stop();
  assert(finder.isStopped);
});

Deno.test("HostFinder gives up where looking again would end the same", async () => {
  const bench = new Bench(() => Promise.reject(new BadHostSetupError("no")));
  const { finder } = bench;
  bench.isWanted = true;
  const error = await bounded(reasonOf(finder.known()));
  assertInstanceOf(error, ConnectionError);
  assertEquals(error.message, "Cannot find the servers of the cluster: no");
  const [vain] = bench.vain;
  assertInstanceOf(vain, ConnectionError);
  assertEquals(
    [vain.message, vain.command],
    ['Cannot find the servers of the cluster for "GET": no', "GET"],
  );
  bench.isWanted = false;
  await finder.stop();
});

Deno.test("HostFinder.known() waits no longer than it may, nor beyond its signal or its end", async () => {
  const bench = new Bench(() => new Promise(() => {}));
  const { finder } = bench;
  const late = await bounded(reasonOf(finder.known({ timeout: 1 })));
  assertInstanceOf(late, TimeoutError);
  const controller = new AbortController();
  const { signal } = controller;
  const waiting = reasonOf(finder.known({ signal }));
  controller.abort("enough");
  assertEquals(await bounded(waiting), "enough");
  assertEquals(await reasonOf(finder.known({ signal })), "enough");
  const last = reasonOf(finder.known());
  await finder.stop();
  assertInstanceOf(await bounded(last), ConnectionError);
});

Deno.test("HostFinder.request() says for which hosts is asked, each of them once", async () => {
  const bench = new Bench(() => Promise.resolve());
  const { finder } = bench;
  bench.find();
  finder.request(3);
  finder.request(5);
  finder.request(3);
  // The first one is asked for at once, and the others together.
  await eventually(() => bench.asked.length === 2);
  assertEquals(bench.asked, [[3], [5, 3]]);
  await bounded(finder.refreshed());
  assertEquals(bench.asked[2], []);
  assert(finder.canFind);
  await finder.stop();
});
