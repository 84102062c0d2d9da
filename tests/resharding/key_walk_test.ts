import { assert, assertEquals, assertRejects } from "@std/assert";
import { ReshardingError } from "../../mod.ts";
import { KeyWalk, type KeyWalkOptions } from "../../src/resharding/key_walk.ts";
import { Tally } from "../../src/resharding/progress.ts";
import type { RingHost } from "../../src/resharding/two_rings.ts";
import type { Reply } from "../../src/values.ts";
import { bounded, turn } from "../../support/waiting.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A key as text. */
function textOf(key: string | Uint8Array): string {
  return typeof key === "string" ? key : decoder.decode(key);
}

/** A host that gives its keys in some replies to SCAN. */
class FakeHost implements RingHost {
  readonly hostId: number;
  readonly address = "fake";
  readonly db = 0;
  readonly cursors: number[] = [];
  readonly #replies: readonly (readonly string[])[];

  readonly #size: number;

  constructor(
    hostId: number,
    replies: readonly (readonly string[])[],
    size = replies.flat().length,
  ) {
    this.hostId = hostId;
    this.#replies = replies;
    this.#size = size;
  }

  /** Which server it is. */
  life = 0;

  command(name: string, cursor?: unknown): Promise<Reply> {
    if (name === "DBSIZE") return Promise.resolve(this.#size);
    if (name === "INFO") {
      return Promise.resolve(`run_id:a\r\nmaster_replid:${this.life}\r\n`);
    }
    const at = Number(cursor);
    this.cursors.push(at);
    const next = (at + 1) % this.#replies.length;
    const found = this.#replies[at].map((key) => encoder.encode(key));
    return Promise.resolve([`${next}`, found as unknown as Reply[]]);
  }

  async texts(name: string, cursor?: unknown): Promise<Reply> {
    const [next, keys] = await this.command(name, cursor) as Reply[];
    const bytes = keys as unknown as Uint8Array[];
    return [next, bytes.map((key) => decoder.decode(key))];
  }

  run(): Promise<Reply> {
    return Promise.reject(new Error("It has no scripts"));
  }
}

function walkOver(
  hosts: readonly RingHost[],
  options: Partial<KeyWalkOptions>,
): { walk: KeyWalk; pages: string[]; tally: Tally } {
  const pages: string[] = [];
  const tally = new Tally();
  const walk = new KeyWalk(hosts, {
    choose: (key) => textOf(key).startsWith("-") ? undefined : 7,
    handle: (host, choice, keys) => {
      const names = keys.map(textOf).join(" ");
      pages.push(`${host.hostId} ${choice}: ${names}`);
      return Promise.resolve();
    },
    tally,
    rate: Infinity,
    pageSize: 2,
    signal: undefined,
    ...options,
  });
  return { walk, pages, tally };
}

async function through(walk: KeyWalk): Promise<number> {
  let steps = 0;
  for await (const _ of walk.steps()) steps++;
  return steps;
}

Deno.test("KeyWalk brings the keys that are chosen in pages, whatever SCAN gives", async () => {
  const hosts = [
    new FakeHost(0, [["a", "-b", "c", "d"], [], ["e"]]),
    new FakeHost(1, [["-f"]]),
  ];
  const { walk, pages, tally } = walkOver(hosts, {});
  await bounded(through(walk));
  assertEquals(pages, ["0 7: a c", "0 7: d e"]);
  const { scanned, total } = tally.progress();
  assertEquals([scanned, total], [6, 6]);
  assertEquals(hosts[0].cursors, [0, 1, 2]);
});

Deno.test("KeyWalk is through all keys at its end, although some have gone", async () => {
  const host = new FakeHost(0, [["a", "b"], ["c"]], 9);
  const { walk, tally } = walkOver([host], {});
  const totals: number[] = [];
  for await (const _ of walk.steps()) totals.push(tally.progress().total);
  assertEquals([totals[0], totals.at(-1)], [9, 3]);
  assertEquals(tally.progress().scanned, 3);
});

Deno.test("KeyWalk has a key once in a page that SCAN gave twice", async () => {
  const host = new FakeHost(0, [["a", "b"], ["a"]]);
  const { walk, pages } = walkOver([host], { pageSize: 10 });
  await bounded(through(walk));
  assertEquals(pages, ["0 7: a b"]);
});

Deno.test("KeyWalk stops at what a page has come to", async () => {
  const host = new FakeHost(0, [["a"], ["b"], ["c"]]);
  const { walk } = walkOver([host], {
    handle: () => Promise.reject(new Error("It is full")),
  });
  await assertRejects(() => bounded(through(walk)), Error, "It is full");
});

Deno.test("KeyWalk stops when nobody reads on, behind what is under way", async () => {
  const replies = Array.from(
    { length: 50 },
    (_, i) => [`${2 * i}`, `${2 * i + 1}`],
  );
  const host = new FakeHost(0, replies);
  let [begun, ended] = [0, 0];
  const { walk } = walkOver([host], {
    handle: async () => {
      begun++;
      for (let i = 0; i < 3; i++) await turn();
      ended++;
    },
  });
  for await (const _ of walk.steps()) break;
  assert(begun < 10);
  assertEquals(ended, begun);
});

Deno.test("KeyWalk keeps to its rate, and is given up while it waits", async () => {
  const host = new FakeHost(0, [["a", "b"], ["c", "d"]]);
  const controller = new AbortController();
  const { walk, pages } = walkOver([host], {
    rate: 1e-6,
    signal: controller.signal,
  });
  const walking = through(walk);
  walking.catch(() => {});
  for (let i = 0; i < 20; i++) await turn();
  assertEquals(pages, ["0 7: a b"]);
  controller.abort(new Error("enough"));
  await assertRejects(() => bounded(walking), Error, "enough");
});

Deno.test("KeyWalk begins anew where another server has taken over", async () => {
  const host = new FakeHost(0, [["a"], ["b"], ["c"]]);
  const { walk, pages } = walkOver([host], {
    handle: (_host, _choice, keys) => {
      pages.push(keys.map(textOf).join(" "));
      // Once only: it is the same one from then on.
      if (pages.length === 1) host.life++;
      return Promise.resolve();
    },
    pageSize: 1,
  });
  for await (const _ of walk.steps()) { /* To the end. */ }
  assertEquals(pages, ["a", "b", "c", "a", "b", "c"]);
  const { walk: restless } = walkOver([host], {
    handle: () => Promise.resolve(void host.life++),
  });
  await assertRejects(
    async () => {
      for await (const _ of restless.steps()) { /* To no end. */ }
    },
    ReshardingError,
    "again and again",
  );
});
