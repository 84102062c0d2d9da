/**
 * Which cluster a command line speaks of.
 *
 * @module
 */

import type { Command } from "commander";
import {
  Cluster,
  type ClusterOptions,
  ConsistentHashingRouter,
  PartitionRouter,
  type RouterClass,
} from "../../mod.ts";
import { wholeNumber } from "./command.ts";
import { readConfigFile, readSecretFile, readVariable } from "./config_file.ts";
import { messageOf, UsageError } from "./exit_codes.ts";
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
  /** The options of a cluster for a value. */
  readonly read: (value: string, shell: Shell) => Promise<ClusterOptions>;
}

/** All of them; exactly one is given. */
const SOURCES: readonly Source[] = [
  {
    flag: "hosts",
    value: "urls",
    description: "the hosts, as URLs with commas between them",
    read: (value) => Promise.resolve({ hosts: value.split(",") }),
  },
  {
    flag: "config",
    value: "file",
    description: "a JSON file with the options of Cluster",
    read: readConfigFile,
  },
];

/** What is said of a cluster beside its source. */
interface Manner {
  readonly flag: string;
  readonly description: string;
  readonly parse?: (text: string) => unknown;
}

const MANNERS: readonly Manner[] = [
  {
    flag: "router <name>",
    description: `the class that places keys: ${
      Object.keys(ROUTERS).join(" or ")
    }`,
  },
  { flag: "hash-tags", description: "place keys by the text within {}" },
  {
    flag: "username <name>",
    description: "the user of the hosts that name none",
  },
  {
    flag: "password-env <name>",
    description: "the environment variable with the password of the hosts",
  },
  {
    flag: "password-file <file>",
    description: "the file with the password of the hosts",
  },
  {
    flag: "timeout <ms>",
    description: "milliseconds that a host has for an answer (default: 5000)",
    parse: wholeNumber("--timeout", 1),
  },
];

/**
 * Adds the options that name a cluster.
 *
 * @param command The command that needs one.
 * @param prefix What they begin with, for a second cluster. What says how to
 * log in is for both.
 */
export function declareCluster(command: Command, prefix = ""): void {
  for (const { flag, value, description } of SOURCES) {
    command.option(`--${prefix}${flag} <${value}>`, description);
  }
  const manners = prefix === "" ? MANNERS : MANNERS.slice(0, 2);
  for (const { flag, description, parse } of manners) {
    if (parse === undefined) command.option(`--${prefix}${flag}`, description);
    else command.option(`--${prefix}${flag}`, description, parse);
  }
}

/** How a cluster places keys. */
export type Placing = Pick<ClusterOptions, "router" | "routerOptions">;

/** What `openCluster` goes by. */
export interface OpenOptions {
  /** The options of the command line, by their names in camel case. */
  readonly given: Readonly<Record<string, unknown>>;
  /** What the options of this cluster begin with. */
  readonly prefix?: string | undefined;
  /** How keys are placed where the options do not say so. */
  readonly like?: Placing | undefined;
  readonly shell: Shell;
  readonly routers: Routers;
}

/**
 * Makes the cluster that the command line names; nothing is opened yet.
 *
 * @returns The cluster, and how it places keys.
 * @throws {UsageError} If it names none, or more than one, or if its options
 * are wrong.
 */
export async function openCluster(
  { given, prefix = "", like, shell, routers }: OpenOptions,
): Promise<{ cluster: Cluster; placing: Placing }> {
  const get = (flag: string) => given[camelCased(prefix + flag)];
  const named = SOURCES.filter(({ flag }) => get(flag) !== undefined);
  if (named.length !== 1) throw notOneSource(prefix, named.length);
  const [{ flag, read }] = named;
  const options = await read(String(get(flag)), shell);
  const { hostDefaults, routerOptions = like?.routerOptions } = options;
  const placing: Placing = {
    router: findRouter(get("router") ?? options.router, routers) ??
      like?.router,
    routerOptions: get("hash-tags") === true
      ? { ...routerOptions, hashTags: true }
      : routerOptions,
  };
  const login = await readLogin(given, shell);
  try {
    const cluster = new Cluster({
      ...options,
      ...placing,
      hostDefaults: { ...hostDefaults, ...login },
      timeout: given.timeout as number | undefined ?? options.timeout,
      signal: shell.signal,
    });
    // Hosts that do not fit their router are found out here.
    cluster.getRouter();
    return { cluster, placing };
  } catch (error) {
    throw new UsageError(messageOf(error), { cause: error });
  }
}

function notOneSource(prefix: string, count: number): UsageError {
  const flags = SOURCES.map(({ flag, value }) =>
    `"--${prefix}${flag} <${value}>"`
  ).join(" or ");
  const problem = count === 0
    ? "Which cluster is meant?"
    : "A cluster is given more than once:";
  return new UsageError(`${problem} Give ${flags}`);
}

/** As whom to log in where a host does not say so itself. */
async function readLogin(
  { username, passwordEnv, passwordFile }: OpenOptions["given"],
  shell: Shell,
): Promise<{ username?: string; password?: string }> {
  if (passwordEnv !== undefined && passwordFile !== undefined) {
    throw new UsageError(
      'The password is given twice: give "--password-env" or "--password-file"',
    );
  }
  return {
    ...username === undefined ? {} : { username: String(username) },
    ...passwordEnv === undefined
      ? {}
      : { password: readVariable(String(passwordEnv), shell) },
    ...passwordFile === undefined
      ? {}
      : { password: await readSecretFile(String(passwordFile), shell) },
  };
}

function findRouter(name: unknown, routers: Routers): RouterClass | undefined {
  if (name === undefined) return undefined;
  if (typeof name === "string" && Object.hasOwn(routers, name)) {
    return routers[name];
  }
  const known = Object.keys(routers).map((one) => `"${one}"`).join(", ");
  throw new UsageError(`There is no such router: there are ${known}`);
}

/** The name that an option has in a program: `to-hosts` is `toHosts`. */
function camelCased(flag: string): string {
  return flag.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
}
