/*
 * A name is looked up again for each connection: servers that are replaced keep
 * their name and not their address.
 * Covered here: a name that moves and one with several addresses, with a hosts
 * file of a program's own where the system allows one; and that the name itself
 * is what the runtime is asked for, each time, by pools and connect(). By TCP and
 * TLS.
 */

import { assertEquals } from "@std/assert";
import { Cluster, type HostOptions } from "../../mod.ts";
import { RedisServer } from "../../src/testing.ts";
import { ask } from "../../support/raw_client.ts";
import { makeTlsFixtures } from "../../support/tls_fixtures.ts";
import { importMapFor } from "../docs/import_map.ts";
import { replaced } from "../fake_time.ts";
import { bounded, eventually } from "./outcome.ts";

const ROOT = new URL("../../", import.meta.url);
const PROGRAM = new URL("./moving_program.ts", import.meta.url);
const NAME = "moving.test";

/** An address on which a server is, until it moves away. */
class Place implements AsyncDisposable {
  readonly #listener: Deno.TcpListener;
  readonly #links = new Set<Deno.Conn>();
  readonly #running = new Set<Promise<unknown>>();
  #isLeft = false;

  constructor(
    address: { hostname: string; port: number },
    server: { hostname: string; port: number },
  ) {
    this.#listener = Deno.listen(address);
    this.#running.add(this.#accept(server));
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** Closes it, with all connections. */
  leave(): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    this.#listener.close();
    for (const link of this.#links) close(link);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.leave();
    await Promise.allSettled(this.#running);
  }

  async #accept(server: { hostname: string; port: number }): Promise<void> {
    for await (const link of this.#listener) {
      const { hostname, port } = server;
      const other = await Deno.connect({ hostname, port });
      for (const [from, to] of [[link, other], [other, link]]) {
        this.#links.add(from);
        this.#running.add(
          from.readable.pipeTo(to.writable).catch(() => {}),
        );
      }
    }
  }
}

function close(link: Deno.Conn): void {
  try {
    link.close();
  } catch {
    // Its streams have closed it.
  }
}

/** What runs a program with a hosts file of its own, if the system can do so. */
function isolated(hostsFile: string, ...args: string[]): string[] {
  const script = 'mount --bind "$0" /etc/hosts && exec "$@"';
  const own = ["--map-root-user", "--mount", "sh", "-c", script];
  return [...own, hostsFile, ...args];
}

async function canIsolate(): Promise<boolean> {
  if (Deno.build.os !== "linux") return false;
  const file = await Deno.makeTempFile();
  try {
    const args = isolated(file, "true");
    const stdio = { stdin: "null", stdout: "null", stderr: "null" } as const;
    return (await new Deno.Command("unshare", { args, ...stdio }).output())
      .success;
  } catch {
    // There is no such program.
    return false;
  } finally {
    await Deno.remove(file);
  }
}

/** Two servers that know their names. */
async function twoServers(
  stack: AsyncDisposableStack,
  tls?: { cert: string; key: string },
): Promise<RedisServer[]> {
  const servers: RedisServer[] = [];
  for (const name of ["a", "b"]) {
    const server = stack.use(
      await RedisServer.start({ transport: "tcp", tls }),
    );
    await ask({ path: server.path }, "SET", "who", name);
    servers.push(server);
  }
  return servers;
}

Deno.test({
  name:
    "fault 74: a name that moves, or has several addresses, is found (needs a hosts file of its own)",
  ignore: !await canIsolate(),
  async fn() {
    await using stack = new AsyncDisposableStack();
    const tls = stack.use(await makeTlsFixtures());
    const trust = { caCerts: [tls.caCert], serverName: "localhost" };
    const kinds: [HostOptions, { cert: string; key: string } | undefined][] = [
      [{}, undefined],
      [trust, tls.valid],
    ];
    const importMap = await importMapFor(ROOT, tls.dir);
    const file = `${tls.dir}/hosts`;
    const resolve = (...addresses: string[]) =>
      Deno.writeTextFile(
        file,
        addresses.map((address) => `${address} ${NAME}\n`).join(""),
      );
    for (const [options, files] of kinds) {
      const [a, b] = await twoServers(stack, files);
      const first = new Place({ hostname: "127.0.0.7", port: 0 }, a);
      stack.use(first);
      const { port } = first;
      const host = { hostname: NAME, port, ...options };
      await resolve("127.0.0.7");
      const program = [Deno.execPath(), "run", "--no-lock", "--no-check"];
      const rest = [`--import-map=${importMap}`, "-A", PROGRAM.href];
      await using child = new Deno.Command("unshare", {
        args: isolated(file, ...program, ...rest, JSON.stringify(host)),
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      const input = child.stdin.getWriter();
      const output = child.stdout.getReader();
      const told = async () => {
        await input.write(new TextEncoder().encode("\n"));
        const { value } = await bounded(output.read());
        return new TextDecoder().decode(value).trim();
      };
      assertEquals(await told(), "a a");
      // It moves while connections are open, and they are lost.
      const second = new Place({ hostname: "127.0.0.8", port }, b);
      stack.use(second);
      await resolve("127.0.0.8");
      first.leave();
      assertEquals(await told(), "b b");
      // Of several addresses the first ones may be nobody's.
      second.leave();
      const third = new Place({ hostname: "127.0.0.9", port }, a);
      stack.use(third);
      await resolve("127.0.0.7", "127.0.0.8", "127.0.0.9");
      assertEquals(await told(), "a a");
      await input.close();
      await output.cancel();
      assertEquals((await bounded(child.status)).code, 0);
    }
  },
});

Deno.test("fault 74: the runtime is asked for the name at each connection", async () => {
  await using stack = new AsyncDisposableStack();
  const tls = stack.use(await makeTlsFixtures());
  const trust = { caCerts: [tls.caCert], serverName: "localhost" };
  for (
    const [options, files] of [[{}, undefined], [trust, tls.valid]] as const
  ) {
    const servers = await twoServers(stack, files);
    let [{ hostname, port }] = servers;
    const asked: unknown[] = [];
    const { connect } = Deno;
    // As a resolver does whose answers change.
    using _stub = replaced(
      Deno,
      "connect",
      (target: Deno.ConnectOptions) => {
        // The oracle comes by a unix socket.
        if (target.hostname !== NAME) return connect(target);
        asked.push(`${target.hostname}:${target.port}`);
        return connect({ ...target, hostname, port });
      },
    );
    await using cluster = new Cluster({
      hosts: [{ hostname: NAME, port: 7000, ...options }],
    });
    const client = cluster.getRoutingClient();
    assertEquals(await client.get("who"), "a");
    for (const [index, name] of [[1, "b"], [0, "a"], [1, "b"]] as const) {
      const [before, after] = [servers[1 - index], servers[index]];
      ({ hostname, port } = after);
      const { size } = cluster.getPoolForHost(0);
      assertEquals(size, 1);
      await ask({ path: before.path }, "CLIENT", "KILL", "TYPE", "normal");
      await eventually(() => cluster.getPoolForHost(0).size === 0);
      assertEquals(await client.get("who"), name);
      using dedicated = await cluster.connect(0);
      assertEquals(await dedicated.get("who"), name);
    }
    assertEquals(asked, Array(7).fill(`${NAME}:7000`));
  }
});
