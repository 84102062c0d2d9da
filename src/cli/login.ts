/**
 * As whom the command line logs in at servers.
 *
 * @module
 */

import { readSecretFile, readVariable } from "./config_file.ts";
import { UsageError } from "./exit_codes.ts";
import type { Shell } from "./shell.ts";

/** What is said of a cluster beside its source. */
export interface Manner {
  /** The option and what stands for its value, without dashes. */
  readonly flag: string;
  /** What it is, for the help. */
  readonly description: string;
  /** Reads its value, unless it is taken as it is. */
  readonly parse?: (text: string) => unknown;
}

/** The options that say as whom to log in at servers that do not say it. */
export function loginOf(prefix: string, servers: string): Manner[] {
  return [
    {
      flag: `${prefix}username <name>`,
      description: `the user of the ${servers} that name none`,
    },
    {
      flag: `${prefix}password-env <name>`,
      description:
        `the environment variable with the password of the ${servers}`,
    },
    {
      flag: `${prefix}password-file <file>`,
      description: `the file with the password of the ${servers}`,
    },
  ];
}

/** As whom to log in where a server does not say so itself. */
export async function readLogin(
  given: Readonly<Record<string, unknown>>,
  { prefix, shell }: { prefix: string; shell: Shell },
): Promise<{ username?: string; password?: string }> {
  const get = (flag: string) => given[camelCased(prefix + flag)];
  const username = get("username");
  const passwordEnv = get("password-env");
  const passwordFile = get("password-file");
  if (passwordEnv !== undefined && passwordFile !== undefined) {
    throw new UsageError(
      `The password is given twice: give "--${prefix}password-env" or ` +
        `"--${prefix}password-file"`,
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

/** The name that an option has in a program: `to-hosts` is `toHosts`. */
export function camelCased(flag: string): string {
  return flag.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
}
