/**
 * Makes the interfaces of the clients: each lists every command of its client
 * with its sentence, so that editors and documentation show plain signatures.
 *
 * @module
 */

import { keyPositions } from "../../src/commands/keys.ts";
import { METHODS } from "../../src/commands/method_table.ts";
import { type Family, readFamily, type Signature } from "./signatures.ts";

const SIGNATURES = "src/commands/signatures";
const TARGET = "src/clients/commands";

/** What every client has, whatever the table is. */
const ANY_COMMAND = "tools/methods/any_command.ts";

/** Where types come from that stand in no family. */
const FLAGS = {
  CallOptions: "../client_options.ts",
  CommandFlags: "../../delivery/command.ts",
};

/** An interface that is made. */
interface Interface {
  readonly file: string;
  readonly name: string;
  readonly doc: string;
  /** What stands behind its name, from type parameters on. */
  readonly heading: string;
  readonly imports: readonly string[];
  /** Whether it has the methods that name a key, or those that name none. */
  readonly keyed: boolean | undefined;
  /** Whether it has those that are others on clients that give records. */
  readonly records?: boolean;
  /** The type of what a call by name may ask for. */
  readonly flags?: "CallOptions" | "CommandFlags";
  /** What a method returns. */
  returns(result: string): string;
}

const RB_PROMISE = 'import type { RbPromise } from "../../promise.ts";';

const INTERFACES: readonly Interface[] = [
  {
    file: "routing_commands.ts",
    name: "RoutingCommands",
    doc:
      "All commands that name a key, as a routing client has them: each returns\na native promise.",
    heading: "",
    imports: [],
    keyed: true,
    flags: "CallOptions",
    returns: (result) => `Promise<${result}>`,
  },
  {
    file: "local_commands.ts",
    name: "LocalCommands",
    doc:
      "All commands of one node on a connection that others use, as a local client\nhas them: those of a routing client, and those that name no key.",
    heading: " extends RoutingCommands",
    imports: ['import type { RoutingCommands } from "./routing_commands.ts";'],
    keyed: false,
    returns: (result) => `Promise<${result}>`,
  },
  {
    file: "mapping_commands.ts",
    name: "MappingCommands",
    doc:
      "All commands that name a key, as a mapping client has them: each returns an\n`RbPromise`, which shows its value when the map has ended.",
    heading: "",
    imports: [RB_PROMISE],
    keyed: true,
    flags: "CommandFlags",
    returns: (result) => `RbPromise<${result}>`,
  },
  {
    file: "targeted_commands.ts",
    name: "TargetedCommands",
    doc:
      "All commands of one node, as the `targetKey` of a fanout has them: those of a\nmapping client, and those that name no key.",
    heading: " extends MappingCommands",
    imports: [
      RB_PROMISE,
      'import type { MappingCommands } from "./mapping_commands.ts";',
    ],
    keyed: false,
    returns: (result) => `RbPromise<${result}>`,
  },
  {
    file: "fanout_commands.ts",
    name: "FanoutCommands",
    doc:
      "All commands of one node, as a fanout client has them: each returns an\n`RbPromise` of a Map from host id to reply, or to outcome.",
    heading: '<K extends "fanout" | "settled" = "fanout">',
    imports: [
      RB_PROMISE,
      'import type { PerHost } from "../per_host.ts";',
    ],
    keyed: undefined,
    flags: "CommandFlags",
    returns: (result) => `RbPromise<PerHost<${result}, K>>`,
  },
  {
    file: "routing_records.ts",
    name: "RoutingRecords",
    doc:
      'What commands that name a key give with `replies: "records"`, on a routing\nclient.',
    heading: "",
    imports: [],
    keyed: true,
    records: true,
    returns: (result) => `Promise<${result}>`,
  },
  {
    file: "local_records.ts",
    name: "LocalRecords",
    doc: 'What commands give with `replies: "records"`, on a local client.',
    heading: " extends RoutingRecords",
    imports: ['import type { RoutingRecords } from "./routing_records.ts";'],
    keyed: false,
    records: true,
    returns: (result) => `Promise<${result}>`,
  },
  {
    file: "mapping_records.ts",
    name: "MappingRecords",
    doc:
      'What commands that name a key give with `replies: "records"`, on a mapping\nclient.',
    heading: "",
    imports: [RB_PROMISE],
    keyed: true,
    records: true,
    returns: (result) => `RbPromise<${result}>`,
  },
  {
    file: "targeted_records.ts",
    name: "TargetedRecords",
    doc:
      'What commands give with `replies: "records"`, by `targetKey` of a fanout.',
    heading: " extends MappingRecords",
    imports: [
      RB_PROMISE,
      'import type { MappingRecords } from "./mapping_records.ts";',
    ],
    keyed: false,
    records: true,
    returns: (result) => `RbPromise<${result}>`,
  },
  {
    file: "fanout_records.ts",
    name: "FanoutRecords",
    doc: 'What commands give with `replies: "records"`, on a fanout client.',
    heading: '<K extends "fanout" | "settled" = "fanout">',
    imports: [RB_PROMISE, 'import type { PerHost } from "../per_host.ts";'],
    keyed: undefined,
    records: true,
    returns: (result) => `RbPromise<PerHost<${result}, K>>`,
  },
];

/** Arguments as good as any to tell whether a command has keys. */
const PROBE = [1, 1, 1, "STREAMS", "k", "0"];

/** Whether a method names a key, so that a router can place it. */
export function namesKey(method: string): boolean {
  const row = METHODS.get(method);
  if (row === undefined) throw new TypeError(`"${method}" has no row`);
  const [command, ...prefix] = row.command.split(" ");
  if (command === "STRALGO") return false;
  const probe = command.startsWith("XREAD") ? PROBE.slice(3) : PROBE;
  return keyPositions(command, [...prefix, ...probe]).length > 0;
}

/**
 * Makes all interfaces.
 *
 * @returns Their texts, formatted, by path.
 */
export async function generate(): Promise<Map<string, string>> {
  const families = await readFamilies();
  const any = readFamily(
    ANY_COMMAND,
    await Deno.readTextFile(new URL(`../../${ANY_COMMAND}`, import.meta.url)),
  );
  const files = new Map<string, string>();
  for (const one of INTERFACES) {
    files.set(
      `${TARGET}/${one.file}`,
      await format(textOf(one, families, any)),
    );
  }
  return files;
}

/** Every family of signatures, in the order of their names. */
export async function readFamilies(): Promise<Family[]> {
  const folder = new URL(`../../${SIGNATURES}/`, import.meta.url);
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) names.push(name);
  return await Promise.all(
    names.sort().map(async (name) =>
      readFamily(name, await Deno.readTextFile(new URL(name, folder)))
    ),
  );
}

function textOf(
  one: Interface,
  families: readonly Family[],
  any: Family,
): string {
  const types = new Map<string, Set<string>>();
  const members: string[] = [];
  const add = (family: Family, signature: Signature) => {
    members.push(memberOf(one, signature));
    const words = `${signature.parameters} ${signature.result}`;
    for (const [type, origin] of family.types) {
      if (!new RegExp(`\\b${type}\\b`).test(words)) continue;
      const module = moduleOf(origin);
      types.set(module, (types.get(module) ?? new Set()).add(type));
    }
  };
  const { flags } = one;
  if (flags !== undefined) {
    const parameters = (text: string) => text.replaceAll(/\bFlags\b/g, flags);
    const anyOfIt: Family = {
      ...any,
      types: new Map([
        ...[...any.types].map(([type, origin]): [string, string] => [
          type,
          origin.replace("/src/", "/"),
        ]),
        [flags, FLAGS[flags]],
      ]),
    };
    for (const signature of any.signatures) {
      add(anyOfIt, {
        ...signature,
        parameters: parameters(signature.parameters),
      });
    }
  }
  for (const family of families) {
    const all = one.records === true ? family.records : family.signatures;
    for (const signature of all) {
      const isMine = one.keyed === undefined ||
        namesKey(signature.name) === one.keyed;
      if (isMine) add(family, signature);
    }
  }
  const imports = [...types].sort(([a], [b]) => a < b ? -1 : 1).map((
    [module, names],
  ) => `import type { ${[...names].sort().join(", ")} } from "${module}";`);
  const doc = one.doc.replaceAll("\n", "\n * ");
  return `/**
 * ${doc}
 *
 * Written by \`sh tools/dev methods\` from ${SIGNATURES}/.
 *
 * @module
 */

${
    [...imports, ...one.imports.filter((line) => isUsed(line, members, one))]
      .join("\n")
  }

/**
 * ${doc}
 */
export interface ${one.name}${one.heading} {
${members.join("\n")}
}
`;
}

/** An interface without members needs nothing but what it extends. */
function isUsed(line: string, members: string[], { heading }: Interface) {
  const name = /\{ (\w+) \}/.exec(line)![1];
  return heading.includes(name) || members.some((text) => text.includes(name));
}

function memberOf(
  one: Interface,
  { name, comment, parameters, result }: Signature,
): string {
  return `${comment}\n${name}${parameters}: ${one.returns(result)};`;
}

/** A module as the interfaces see it. */
function moduleOf(origin: string): string {
  if (origin.startsWith("../")) return origin;
  return origin.startsWith("./")
    ? `../../commands/signatures/${origin.slice(2)}`
    : origin;
}

async function format(text: string): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", "--ext=ts", "-"],
    stdin: "piped",
    stdout: "piped",
  });
  const child = command.spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout } = await child.output();
  if (!success) throw new TypeError("The interfaces cannot be formatted");
  return new TextDecoder().decode(stdout);
}
