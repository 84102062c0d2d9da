import { assertEquals } from "@std/assert";
import {
  assertKey,
  type BaseRouter,
  PartitionRouter,
  type RouterHost,
} from "../../src/topology/mod.ts";
import { routerConformance } from "../../src/testing/router_conformance.ts";
import type { Key } from "../../src/values.ts";

type Hosts = ReadonlyMap<number, RouterHost>;

/** The titles of the tests that a router fails, without its name. */
function failuresOf(create: (hosts: Hosts) => BaseRouter): string[] {
  const tests: [title: string, run: () => void][] = [];
  const { test } = Deno;
  const collect = (title: string, run: () => void) => tests.push([title, run]);
  Object.defineProperty(Deno, "test", { value: collect, configurable: true });
  try {
    routerConformance({ name: "Router", create });
  } finally {
    Object.defineProperty(Deno, "test", { value: test, configurable: true });
  }
  return tests.filter(([, run]) => {
    try {
      run();
      return false;
    } catch {
      return true;
    }
  }).map(([title]) => title.replace(/^Router with /, ""));
}

function failuresOfClass(
  type: new (cluster: { hosts: Hosts }) => BaseRouter,
): string[] {
  return failuresOf((hosts) => new type({ hosts }));
}

const DETERMINISM = "names the same host every time";
const SPREAD = "names known hosts only and uses all of them";
const TWINS = "names one host for a key in all its forms";
const ONE_KEY = "names the host of the key of a command";
const SEVERAL = "names a host for several keys only if they share it";
const KEYLESS = "refuses commands without a key";
const NO_KEY = "refuses what is no key";

function each(...titles: string[]): string[] {
  return [1, 2, 7].flatMap((count) =>
    titles.map((title) => `${count} host(s) ${title}`)
  );
}

/** The same without a single host, with which all routers agree. */
function several(...titles: string[]): string[] {
  return each(...titles).filter((title) => !title.startsWith("1"));
}

Deno.test("routerConformance() lets a good router pass", () => {
  assertEquals(failuresOfClass(PartitionRouter), []);
});

Deno.test("routerConformance() wants the same host every time", () => {
  let calls = 0;
  class Restless extends PartitionRouter {
    override getHostForKey(key: Key): number {
      const host = super.getHostForKey(key);
      return calls++ % 3 === 0 ? host : (host + 1) % this.cluster.hosts.size;
    }
  }
  const failed = failuresOfClass(Restless);
  for (const title of several(DETERMINISM, TWINS)) {
    assertEquals(failed.includes(title), true, title);
  }
});

Deno.test("routerConformance() wants the same host when it asks again at once", () => {
  class Fickle extends PartitionRouter {
    #last: Key | undefined = undefined;
    override getHostForKey(key: Key): number {
      const isAgain = key === this.#last;
      this.#last = isAgain ? undefined : key;
      const host = super.getHostForKey(key);
      return isAgain ? (host + 1) % this.cluster.hosts.size : host;
    }
  }
  const failed = failuresOfClass(Fickle);
  for (const title of several(DETERMINISM)) {
    assertEquals(failed.includes(title), true, title);
  }
});

Deno.test("routerConformance() wants hosts found whatever their order", () => {
  class Ordered extends PartitionRouter {
    override getHostForKey(key: Key): number {
      return [...this.cluster.hosts.keys()][super.getHostForKey(key)];
    }
  }
  assertEquals(failuresOfClass(Ordered), several(DETERMINISM));
});

Deno.test("routerConformance() wants every host used", () => {
  class Idle extends PartitionRouter {
    override getHostForKey(key: Key): number {
      return super.getHostForKey(key) === 0 ? 0 : 1;
    }
  }
  assertEquals(failuresOfClass(Idle), [`7 host(s) ${SPREAD}`]);
});

Deno.test("routerConformance() wants hosts that are there, under their ids", () => {
  class Strange extends PartitionRouter {
    override getHostForKey(key: Key): number {
      const host = super.getHostForKey(key);
      return key === "key:77" ? this.cluster.hosts.size : host;
    }
  }
  class Shifted extends PartitionRouter {
    override getHostForKey(key: Key): number {
      return super.getHostForKey(key) + 1;
    }
  }
  class Negative extends PartitionRouter {
    override getHostForKey(key: Key): number {
      return super.getHostForKey(key) || -0;
    }
  }
  const failed = failuresOfClass(Strange);
  assertEquals(each(SPREAD).every((title) => failed.includes(title)), true);
  assertEquals(failuresOfClass(Shifted), each(SPREAD));
  assertEquals(failuresOfClass(Negative), each(SPREAD));
});

Deno.test("routerConformance() wants one host for all forms of a key", () => {
  class Typed extends PartitionRouter {
    override getHostForKey(key: Key): number {
      const host = super.getHostForKey(key);
      return typeof key === "bigint"
        ? (host + 1) % this.cluster.hosts.size
        : host;
    }
  }
  assertEquals(failuresOfClass(Typed), several(TWINS));
});

Deno.test("routerConformance() wants commands where their keys live", () => {
  class Careless extends PartitionRouter {
    override getHostForCommand(command: string, args: Key[]): number {
      const keys = this.getKeys(command, args);
      // Refuses what has no key, and looks at the first of several.
      return this.getHostForKey(
        keys.length === 0 ? this.getKey(command, args) : keys[0],
      );
    }
  }
  class Astray extends PartitionRouter {
    override getHostForCommand(command: string, args: Key[]): number {
      const host = super.getHostForCommand(command, args);
      return command === "XREAD" ? (host + 1) % this.cluster.hosts.size : host;
    }
  }
  class Scattered extends PartitionRouter {
    override getHostForCommand(command: string, args: Key[]): number {
      const host = super.getHostForCommand(command, args);
      return command === "SINTER" ? (host + 1) % this.cluster.hosts.size : host;
    }
  }
  class Hasty extends PartitionRouter {
    override getKey(command: string, args: Key[]): Key {
      const keys = this.getKeys(command, args);
      return keys.length > 1 ? keys[0] : super.getKey(command, args);
    }
  }
  assertEquals(failuresOfClass(Careless), several(SEVERAL));
  assertEquals(failuresOfClass(Scattered), several(SEVERAL));
  assertEquals(failuresOfClass(Hasty), each(SEVERAL));
  assertEquals(failuresOfClass(Astray), several(ONE_KEY));
});

Deno.test("routerConformance() wants commands without a key refused", () => {
  class Open extends PartitionRouter {
    override getHostForCommand(command: string, args: Key[]): number {
      return command === "PING" ? 0 : super.getHostForCommand(command, args);
    }
  }
  class Mistyped extends PartitionRouter {
    override getKey(command: string, args: Key[]): Key {
      if (command === "PING") throw new TypeError("PING has no key");
      return super.getKey(command, args);
    }
  }
  assertEquals(failuresOfClass(Open), each(KEYLESS));
  assertEquals(failuresOfClass(Mistyped), each(KEYLESS));
});

Deno.test("routerConformance() wants what is no key refused with a TypeError", () => {
  class Lenient extends PartitionRouter {
    override getHostForKey(key: Key): number {
      return key === null ? 0 : super.getHostForKey(key);
    }
  }
  class Mistyped extends PartitionRouter {
    override getHostForKey(key: Key): number {
      try {
        assertKey(key);
      } catch (cause) {
        throw new RangeError("It is no key", { cause });
      }
      return super.getHostForKey(key);
    }
  }
  class HalfRead extends PartitionRouter {
    override getHostForKey(key: Key): number {
      return super.getHostForKey(
        typeof key === "string" ? key.toWellFormed() : key,
      );
    }
  }
  class Blind extends PartitionRouter {
    override getHostForCommand(command: string, args: Key[]): number {
      return super.getHostForCommand(
        command,
        command === "MGET" ? args.slice(0, 1) : args,
      );
    }
  }
  for (const type of [Lenient, Mistyped, HalfRead, Blind]) {
    assertEquals(failuresOfClass(type), each(NO_KEY), type.name);
  }
});
