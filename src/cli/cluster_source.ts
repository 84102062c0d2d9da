/**
 * Which cluster a command line speaks of.
 *
 * @module
 */

import { type Command, Option } from "commander";
import {
  Cluster,
  type ClusterOptions,
  ConsistentHashingRouter,
  PartitionRouter,
  type RouterClass,
} from "../../mod.ts";
import { type Kind, type Refusals, wholeNumber } from "./command.ts";
import { readConfigFile } from "./config_file.ts";
import { messageOf, UsageError } from "./exit_codes.ts";
import { camelCased, loginOf, type Manner, readLogin } from "./login.ts";
import type { Shell } from "./shell.ts";

/** Router classes by the names that arguments and files call them. */
export type Routers = Readonly<Record<string, RouterClass>>;

/** Those that always are there. */
export const ROUTERS: Routers = { PartitionRouter, ConsistentHashingRouter };

/** One way to say where hosts come from. */
interface Source {
  /** The option, without its dashes. */
  readonly flag: string;
  /** What stands for its value in the help. */
  readonly value: string;
  /** What it is, for the help. */
  readonly description: string;
  /** What has to be said beside it, with the same prefix. */
  readonly beside?: Omit<Source, "read" | "beside">;
  /** The options of a cluster for a value, and for what is said beside it. */
  readonly read: (
    value: string,
    options: { beside: string; shell: Shell },
  ) => ClusterOptions | Promise<ClusterOptions>;
}

/** All of them; exactly one is given. */
const SOURCES: readonly Source[] = [
  {
    flag: "hosts",
    value: "urls",
    description: "the hosts, as URLs with commas between them",
    read: (value) => ({ hosts: listOf(value) }),
  },
  {
    flag: "seeds",
    value: "urls",
    description: "some nodes of a Redis Cluster",
    read: (value) => ({ seeds: listOf(value) }),
  },
  {
    flag: "sentinels",
    value: "urls",
    description: "the sentinels that know where primaries are",
    beside: {
      flag: "primaries",
      value: "names",
      description: "what sentinels call the primaries, in the order of the ids",
    },
    read: (value, { beside }) => ({
      sentinels: { hosts: listOf(value) },
      hosts: listOf(beside).map((primaryName) => ({ primaryName })),
    }),
  },
  {
    flag: "config",
    value: "file",
    description: "a JSON file with the options of Cluster",
    read: (value, { shell }) => readConfigFile(value, shell),
  },
];

function kindOf({ seeds, sentinels }: ClusterOptions): Kind {
  if (seeds !== undefined) return "seeds";
  return sentinels === undefined ? "hosts" : "sentinels";
}

/** The parts of a text with commas between them, and blanks where people put them. */
function listOf(text: string): string[] {
  return text.split(",").map((part) => part.trim());
}

const MANNERS: readonly Manner[] = [
  {
    flag: "router <name>",
    description: `the class that places keys: ${
      Object.keys(ROUTERS).join(" or ")
    }`,
  },
  { flag: "hash-tags", description: "place keys by the text within {}" },
  ...loginOf("", "hosts"),
  ...loginOf("sentinel-", "sentinels"),
  {
    flag: "timeout <ms>",
    description: "milliseconds that a host has for an answer (default: 5000)",
    parse: wholeNumber("--timeout", 1),
  },
];

/** What the options begin with that name a second cluster. */
export const OTHER = "to-";

/**
 * Adds the options that name a cluster.
 *
 * @param command The command that needs one.
 * @param names What they begin with, for a second cluster; what says how to log
 * in is for both. And another name of the option for a file.
 * @param refuses What the command does not take, which it says only when it is asked.
 */
export function declareCluster(
  command: Command,
  { prefix = "", file, refuses = {} }: {
    prefix?: string;
    file?: string | undefined;
    refuses?: Refusals | undefined;
  } = {},
): void {
  for (const source of SOURCES) {
    for (
      const { flag, value, description } of [source, source.beside ?? []].flat()
    ) {
      const other = flag === "config" && file !== undefined
        ? `--${file}, `
        : "";
      const flags = `${other}--${prefix}${flag} <${value}>`;
      command.addOption(
        new Option(flags, description).hideHelp(isRefused(source, refuses)),
      );
    }
  }
  const manners = prefix === "" ? MANNERS : MANNERS.slice(0, 2);
  for (const { flag, description, parse } of manners) {
    if (parse === undefined) command.option(`--${prefix}${flag}`, description);
    else command.option(`--${prefix}${flag}`, description, parse);
  }
}

/** Whether a command does not take clusters that are named so. */
function isRefused({ flag }: Source, refuses: Refusals): boolean {
  return Object.hasOwn(refuses, flag);
}

/**
 * Whether the command line says where the hosts of a cluster come from.
 *
 * @param given Its options, by their names in camel case.
 * @param prefix What those of this cluster begin with.
 */
export function namesCluster(
  given: Readonly<Record<string, unknown>>,
  prefix: string,
): boolean {
  return SOURCES.some(({ flag }) =>
    given[camelCased(prefix + flag)] !== undefined
  );
}

/** A cluster that the command line names. */
export interface Opened {
  readonly cluster: Cluster;
  readonly kind: Kind;
  readonly placing: Placing;
}

/** How a cluster places keys. */
export type Placing = Pick<ClusterOptions, "router" | "routerOptions">;

/** What `openCluster` goes by. */
export interface OpenOptions {
  /** The options of the command line, by their names in camel case. */
  readonly given: Readonly<Record<string, unknown>>;
  /** What the options of this cluster begin with, */
  readonly prefix?: string | undefined;
  /** and another name of the one for a file. */
  readonly file?: string | undefined;
  /** What the command does not take. */
  readonly refuses?: Refusals | undefined;
  /** How keys are placed where the options do not say so. */
  readonly like?: Placing | undefined;
  readonly shell: Shell;
  readonly routers: Routers;
}

/**
 * Makes the cluster that the command line names; nothing is opened yet.
 *
 * @returns The cluster, how it finds its hosts, and how it places keys.
 * @throws {UsageError} If it names none, or more than one, or if its options
 * are wrong.
 */
export async function openCluster(
  { given, prefix = "", file, refuses, like, shell, routers }: OpenOptions,
): Promise<Opened> {
  const get = (flag: string) => given[camelCased(prefix + flag)];
  const options = await readSource(get, { prefix, file, refuses, shell });
  const kind = kindOf(options);
  const { hostDefaults, routerOptions = like?.routerOptions } = options;
  const placing: Placing = {
    router: findRouter(get("router") ?? options.router, routers) ??
      like?.router,
    routerOptions: get("hash-tags") === true
      ? { ...routerOptions, hashTags: true }
      : routerOptions,
  };
  const login = await readLogin(given, { prefix: "", shell });
  const { sentinels } = options;
  const sentinelLogin = await readLogin(given, { prefix: "sentinel-", shell });
  try {
    const cluster = new Cluster({
      ...options,
      ...placing,
      hostDefaults: { ...hostDefaults, ...login },
      ...sentinels === undefined
        ? {}
        : { sentinels: { ...sentinels, ...sentinelLogin } },
      timeout: given.timeout as number | undefined ?? options.timeout,
      signal: shell.signal,
    });
    // Hosts that do not fit their router are found out here. That of a Redis
    // Cluster is not there yet, and fits always.
    if (kind !== "seeds") cluster.getRouter();
    return { cluster, kind, placing };
  } catch (error) {
    throw new UsageError(messageOf(error), { cause: error });
  }
}

/** Reads the one source that is given. */
async function readSource(
  get: (flag: string) => unknown,
  { prefix, file, refuses = {}, shell }: {
    prefix: string;
    file: string | undefined;
    refuses: Refusals | undefined;
    shell: Shell;
  },
): Promise<ClusterOptions> {
  const named = SOURCES.filter(({ flag }) => get(flag) !== undefined);
  if (named.length !== 1) {
    const taken = SOURCES.filter((source) => !isRefused(source, refuses));
    const own = taken.map((source) => written(prefix, source));
    const other = file === undefined ? [] : [`"--${file} <file>"`];
    throw notOneSource([...other, ...own], named.length);
  }
  const [source] = named;
  const stray = SOURCES.find(({ beside }) =>
    beside !== undefined && beside !== source.beside &&
    get(beside.flag) !== undefined
  );
  if (stray !== undefined) {
    throw new UsageError(
      `The option "--${prefix}${
        stray.beside!.flag
      }" has a meaning only beside ` +
        written(prefix, stray),
    );
  }
  const { flag, beside, read } = source;
  const other = beside === undefined ? "" : get(beside.flag);
  if (other === undefined) {
    throw new UsageError(
      `The option "--${prefix}${flag}" needs ${written(prefix, beside!)}: ` +
        beside!.description,
    );
  }
  return await read(String(get(flag)), { beside: String(other), shell });
}

/** An option as the help writes it. */
function written(
  prefix: string,
  { flag, value }: Pick<Source, "flag" | "value">,
): string {
  return `"--${prefix}${flag} <${value}>"`;
}

function notOneSource(flags: readonly string[], count: number): UsageError {
  const problem = count === 0
    ? "Which cluster is meant?"
    : "A cluster is given more than once:";
  return new UsageError(`${problem} Give ${flags.join(" or ")}`);
}

function findRouter(name: unknown, routers: Routers): RouterClass | undefined {
  if (name === undefined) return undefined;
  if (typeof name === "string" && Object.hasOwn(routers, name)) {
    return routers[name];
  }
  const known = Object.keys(routers).map((one) => `"${one}"`).join(", ");
  throw new UsageError(`There is no such router: there are ${known}`);
}
