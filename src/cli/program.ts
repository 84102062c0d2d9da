/**
 * The command line as a whole: it reads arguments, runs a command, and says how
 * that ended.
 *
 * Arguments are read by `commander`: it depends on nothing, is looked after
 * since 2011 by people who answer, has 200 kB and the licence MIT, and needs no
 * permission of Deno once it is told whether there are colours. Version 14 is
 * the last one for every Node.js 22.
 *
 * @module
 */

import { Command, CommanderError } from "commander";
import type { Cluster } from "../../mod.ts";
import {
  declareCluster,
  namesCluster,
  openCluster,
  type Opened,
  OTHER,
  type Placing,
  type Routers,
} from "./cluster_source.ts";
import { type CommandSpec, needsPlaces } from "./command.ts";
import {
  describeFailure,
  EXIT,
  EXIT_HELP,
  exitCodeOf,
  messageOf,
  UsageError,
} from "./exit_codes.ts";
import type { Output, Shell } from "./shell.ts";
import { paintOf } from "./style.ts";
import { VERSION } from "./version.ts";

/** The name that it calls itself. */
const NAME = "rb";

/** What ends a connection for good, so that it is known what has run on it. */
const CLIENT_ACL = ["+client|info", "+client|kill"];

/** What is asked to find the nodes of a Redis Cluster, */
const VIEW_ACL = ["+cluster|slots", "+cluster|nodes", "+cluster|info"];
/** what each server behind Sentinel is asked, */
const SHARD_ACL = "+role";
/** and what sentinels are. */
const SENTINEL_ACL = [
  "+sentinel|master",
  "+sentinel|replicas",
  "+sentinel|get-master-addr-by-name",
  "+subscribe",
  "&+switch-master",
];

/** What a command line is made of. */
export interface ProgramOptions {
  readonly shell: Shell;
  /** The commands, in the order of the help. */
  readonly commands: readonly CommandSpec[];
  /** Router classes by their names. */
  readonly routers: Routers;
}

/**
 * Runs a command line.
 *
 * @param args The arguments, the name of the command first.
 * @returns The exit code. Whatever went wrong is printed.
 */
export async function runProgram(
  args: readonly string[],
  options: ProgramOptions,
): Promise<number> {
  const { shell } = options;
  let exitCode: number = EXIT.ok;
  const program = buildProgram(options, (code) => exitCode = code);
  try {
    if (args.length === 0) {
      shell.err.write(`${program.helpInformation()}\n${exitCodeHelp()}\n`);
      return EXIT.usage;
    }
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (isHelp(error)) return EXIT.ok;
    // What fails because the work was to end says nothing.
    const told = shell.signal.aborted ? shell.signal.reason : error;
    const lines = describeFailure(told);
    const paint = paintOf(shell.err);
    lines.forEach((line, index) => {
      const start = index === 0 ? `${paint(`${NAME}:`, "red")} ` : "";
      shell.err.write(`${start}${line}\n`);
    });
    exitCode = exitCodeOf(told);
  } finally {
    await Promise.all([shell.out.drained(), shell.err.drained()]);
  }
  return exitCode;
}

function buildProgram(
  options: ProgramOptions,
  end: (exitCode: number) => void,
): Command {
  const { shell: { out, err } } = options;
  const program = new Command(NAME)
    .description(
      "Looks at a cluster of Redis servers, each key of which lives " +
        "on one of them.",
    )
    .version(VERSION)
    .exitOverride(usageErrors(NAME))
    .configureOutput({
      writeOut: (text) => out.write(text),
      // Errors are told in our own way.
      writeErr: () => {},
      getOutHelpWidth: () => widthOf(out),
      getErrHelpWidth: () => widthOf(err),
      // Asked, it would need the permission to read variables.
      getOutHasColors: () => out.hasColor,
      getErrHasColors: () => err.hasColor,
    })
    .helpCommand(false)
    .addHelpText("after", `\n${exitCodeHelp()}`);
  for (const spec of options.commands) {
    const command = program.command(spec.name)
      .exitOverride(usageErrors(`${NAME} ${spec.name}`))
      .summary(spec.summary)
      .description(`${capitalized(spec.summary)}.\n\n${spec.description}`)
      .option("--json", "print JSON, one value a line")
      .addHelpText("after", `\n${permissionHelp(spec)}`);
    const { compares, refuses } = spec;
    declareCluster(command, { refuses, file: compares ? "from" : undefined });
    if (compares) {
      declareCluster(command, { refuses, prefix: OTHER, file: "to" });
    }
    spec.declare(command);
    command.action(async () => {
      end(await runCommand(spec, command, options));
    });
  }
  return program;
}

/** Runs one command, and closes the clusters that it needed. */
async function runCommand(
  spec: CommandSpec,
  command: Command,
  { shell, routers }: ProgramOptions,
): Promise<number> {
  const given = command.opts<Record<string, unknown>>();
  const opened: Cluster[] = [];
  const open = async (prefix?: string, like?: Placing): Promise<Opened> => {
    const file = spec.compares ? prefix === OTHER ? "to" : "from" : undefined;
    const { refuses } = spec;
    const manner = { given, prefix, file, refuses, like, shell, routers };
    const one = await openCluster(manner);
    opened.push(one.cluster);
    const refusal = refuses?.[one.kind];
    if (refusal !== undefined) throw new UsageError(refusal);
    if (needsPlaces(spec.permissions)) await one.cluster.ready();
    return one;
  };
  try {
    const { cluster, kind, placing } = await open();
    return await spec.run(
      {
        shell,
        json: given.json === true,
        cluster,
        kind,
        names: (prefix) => namesCluster(given, prefix),
        otherCluster: async (prefix) => (await open(prefix, placing)).cluster,
      },
      { args: command.args, options: given },
    );
  } finally {
    await Promise.all(opened.map((cluster) => cluster.close()));
  }
}

/** A width that text can be read in. */
function widthOf({ columns }: Output): number {
  return Math.min(columns, 80);
}

/** Whether it was asked for the help, or the version. */
function isHelp(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0;
}

/** Throws what is wrong with the arguments of a command, and other ends as they are. */
function usageErrors(name: string): (error: CommanderError) => never {
  return (error) => {
    throw isHelp(error) ? error : usageOf(error, name);
  };
}

/**
 * The error of the arguments in our own form. What stands behind the `=` of an
 * option that does not exist may be a password, and so may a part of a URL.
 */
function usageOf(error: CommanderError, name: string): UsageError {
  const text = messageOf(error)
    .replace(/^error: /, "")
    .replace(/(option '--?[\w-]*)=[^]*'/, "$1'")
    .replace(/(\w+:\/\/)[^\s/'"]*@/g, "$1…@")
    .replace(/\.$/, "");
  return new UsageError(`${capitalized(text)}; see "${name} --help"`);
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function exitCodeHelp(): string {
  const lines = EXIT_HELP.map(([codes, meaning]) =>
    `  ${codes.padEnd(9)} ${meaning}`
  );
  return ["Exit codes:", ...lines].join("\n");
}

/** What has to be allowed, by Deno and by the servers. */
function permissionHelp(
  { permissions, refuses }: Pick<CommandSpec, "permissions" | "refuses">,
): string {
  const { connects, acl, mayAcl = [], optionAcl = {} } = permissions;
  const { clusterAcl = [] } = permissions;
  const finds = needsPlaces(permissions);
  const takesSeeds = refuses?.seeds === undefined;
  const finders = takesSeeds ? "--seeds or --sentinels" : "--sentinels";
  const net = "--allow-net=<host:port,…>";
  const deno = [
    connects ? `${net} of the hosts` : "none: no host is asked",
    ...finds
      ? [
        connects ? `with ${finders} also` : `with ${finders} ${net}`,
        "of these, and of all servers that they name",
      ]
      : [],
    "--allow-read=<file> and --allow-env=<name> for what is read",
  ];
  const redis = [
    ...connects
      ? [
        ...wrapped(acl),
        ...Object.entries(optionAcl).flatMap(([option, rules]) =>
          wrapped([`with ${option} also`, ...rules])
        ),
        [...mayAcl, ...CLIENT_ACL].join(" ") + ", where they may be given",
      ]
      : [],
    ...finds && takesSeeds
      ? [
        connects ? "with --seeds also" : "with --seeds",
        ...wrapped([...VIEW_ACL, ...clusterAcl]),
      ]
      : [],
    ...finds && connects ? [`with --sentinels also ${SHARD_ACL}`] : [],
  ];
  return [
    "Permissions:",
    ...section("Deno: ", deno),
    ...section("Redis: ", redis),
    ...section("Sentinel: ", finds ? wrapped(SENTINEL_ACL) : []),
  ].join("\n");
}

/** Lines with a title in front of the first one. */
function section(title: string, lines: readonly string[]): string[] {
  return lines.map((line, index) =>
    `  ${(index === 0 ? title : "").padEnd(10)}${line}`
  );
}

/** Words in lines that stand behind a title within 80 columns. */
function wrapped(words: readonly string[]): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length > 66) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
