/**
 * Servers with a user for programs, and one for whoever moves keys.
 *
 * @module
 */

import { RawClient, type RawReply } from "../../support/raw_client.ts";
import { Rings } from "../../support/rings.ts";
import { isSince } from "../../support/since.ts";

/** Whoever moves keys. */
export const MOVER = { username: "mover", password: "of-the-mover" };

/**
 * What programs may do, in the words of the server. They name their connections,
 * which Redis 6.2 counts among what is for administrators.
 */
export const PROGRAM_RULES = isSince(7)
  ? "+@all -@admin"
  : "+@all -@admin +client";

/** Starts servers whose programs log in as "app". */
export async function startWithUsers(): Promise<Rings> {
  const rings = await Rings.start({ login: MOVER });
  const { username, password } = MOVER;
  for (const hostId of rings.servers.keys()) {
    const all = ["~*", "&*", "+@all"];
    await rings.ask(
      ...[hostId, "ACL", "SETUSER", username, "on", `>${password}`, ...all],
    );
    await rings.ask(
      ...[hostId, "ACL", "SETUSER", "app", "on", "nopass", "~*", "&*"],
      ...PROGRAM_RULES.split(" "),
    );
  }
  return rings;
}

/** What a user of a server may do. */
export async function rulesOf(
  rings: Rings,
  hostId: number,
  user: string,
): Promise<string> {
  const fields = await rings.ask(hostId, "ACL", "GETUSER", user) as RawReply[];
  return String(fields[fields.indexOf("commands") + 1]);
}

/** A program of users that knows nothing of rings: one connection a host. */
export class OldProgram implements Disposable {
  readonly clients: readonly RawClient[];
  readonly #rings: Rings;

  private constructor(rings: Rings, clients: readonly RawClient[]) {
    this.#rings = rings;
    this.clients = clients;
  }

  static async start(rings: Rings): Promise<OldProgram> {
    const clients = rings.servers.map((server) => new RawClient(server));
    for (const client of clients) await client.command("AUTH", "app", "any");
    return new OldProgram(rings, clients);
  }

  /** Sends a command where its key was before. */
  command(key: string, ...words: (string | number)[]): Promise<RawReply> {
    return this.clients[this.#rings.old(key)].command(...words);
  }

  /** The same by the new hosts. */
  commandAfter(key: string, ...words: (string | number)[]): Promise<RawReply> {
    return this.clients[this.#rings.next(key)].command(...words);
  }

  [Symbol.dispose](): void {
    for (const client of this.clients) client.close();
  }
}
