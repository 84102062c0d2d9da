/**
 * What a figure was measured on, without which it says nothing.
 *
 * @module
 */

import { RedisServer } from "@rb/rb/testing";
import { ask } from "../../support/raw_client.ts";

/** The machine, the programs on it, and the day. */
export interface Machine {
  /** The day, as in 2026-01-31. */
  readonly date: string;
  /** The processor and how many threads it runs at a time. */
  readonly processor: string;
  readonly cores: number;
  /** Memory in GiB. */
  readonly memory: number;
  /** The system and its release. */
  readonly system: string;
  /** How busy the machine was at the start: load average of one minute. */
  readonly load: number;
  /** Versions by name. */
  readonly versions: Readonly<Record<string, string>>;
}

/** What is known of a machine on which something was measured once. */
export type KnownMachine =
  & Pick<Machine, "date" | "processor" | "cores" | "versions">
  & Partial<Machine>;

/** Looks at the machine and at the versions of some npm packages. */
export async function describeMachine(
  packages: readonly string[] = [],
): Promise<Machine> {
  const versions: Record<string, string> = {
    Deno: Deno.version.deno,
    V8: Deno.version.v8,
    "redis-server": await serverVersion(),
  };
  for (const name of packages) versions[name] = await packageVersion(name);
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: await processor(),
    cores: navigator.hardwareConcurrency,
    memory: Math.round(Deno.systemMemoryInfo().total / 2 ** 30),
    system: `${Deno.build.os} ${Deno.osRelease()} ${Deno.build.arch}`,
    load: Deno.loadavg()[0],
    versions,
  };
}

/** The same in two lines. */
export function machineLines(machine: KnownMachine): string[] {
  const { processor, cores, memory, system, date, load, versions } = machine;
  const programs = Object.entries(versions).map(([name, version]) =>
    `${name} ${version}`
  );
  return [
    [
      date,
      processor,
      `${cores} cores`,
      ...memory === undefined ? [] : [`${memory} GiB`],
      ...system === undefined ? [] : [system],
      ...load === undefined ? [] : [`load ${load.toFixed(1)} at the start`],
    ].join(", "),
    programs.join(", "),
  ];
}

async function processor(): Promise<string> {
  try {
    const text = await Deno.readTextFile("/proc/cpuinfo");
    const name = /^model name\s*: (.+)$/m.exec(text)?.[1];
    if (name !== undefined) return name.trim();
  } catch {
    // Only Linux has this file.
  }
  return "a processor without a name";
}

async function packageVersion(name: string): Promise<string> {
  try {
    const entry = import.meta.resolve(name);
    if (entry.startsWith("file:")) return await manifestVersion(name, entry);
    const { default: manifest } = await import(`${entry}/package.json`, {
      with: { type: "json" },
    });
    return String(manifest.version);
  } catch {
    return "of unknown version";
  }
}

/** A package that is loaded already is known by the path of its entry. */
async function manifestVersion(name: string, entry: string): Promise<string> {
  for (let url = new URL(".", entry); url.pathname !== "/";) {
    const text = await Deno.readTextFile(new URL("package.json", url))
      .catch(() => "{}");
    const manifest = JSON.parse(text);
    if (manifest.name === name) return String(manifest.version);
    url = new URL("..", url);
  }
  throw new Error(`"${entry}" is in no package`);
}

async function serverVersion(): Promise<string> {
  await using server = await RedisServer.start();
  const text = String(await ask(server, "INFO", "server"));
  return /(?:valkey|redis)_version:(\S+)/.exec(text)?.[1] ?? "unknown";
}
