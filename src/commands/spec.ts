/**
 * What a command is: one row of the table, and what follows from it.
 *
 * @module
 */

import type { Argument, Reply } from "../values.ts";

/**
 * Finds the keys of one command: their positions among its arguments, as the
 * server itself counts them.
 */
export type KeyRule = (args: readonly Argument[], command: string) => number[];

/**
 * Reads for how long a command may block, in milliseconds: `Infinity` when it
 * asks to wait for ever, nothing where it does not block.
 */
export type BlockTime = (args: readonly Argument[]) => number | undefined;

/** Makes what a method promises of a reply that is no error. */
export type ReplyReader = (reply: Reply) => unknown;

/** A script, named by the SHA-1 of its source. */
export interface ScriptSource {
  /** The source. */
  readonly script: string;
  /** The SHA-1 in hexadecimal. */
  readonly sha: string;
}

/** How a command over several keys is split, and its replies merged. */
export interface Splitting {
  /** How many arguments belong to each key, itself included. */
  readonly step: number;
  /** What becomes of the replies of the parts. */
  readonly merge: "list" | "sum" | "status";
}

/** What neighbours of a command may travel as, in a map. */
export interface Merging {
  /** The name of the merged command. */
  readonly as: string;
  /** How many arguments each of them has; with others it stays alone. */
  readonly argCount: number;
  /**
   * What its reply is: a list with one for `"each"` of them, or the `"same"` one
   * for all.
   */
  readonly reply: "each" | "same";
}

/** What the subcommands of a container do to their connection. */
export interface Subcommands {
  /** Those that leave it as it is. */
  readonly harmless: ReadonlySet<string>;
  /** Those that change what it means for the commands behind them. */
  readonly stateful: ReadonlySet<string>;
  /** Those after which replies no longer follow commands one by one. */
  readonly unmatched: ReadonlySet<string>;
}

/** One row of the table: all that is known of a command. */
export interface CommandRow {
  /**
   * Where its keys are: the position of the only one, or a rule.
   *
   * @default {none}
   */
  readonly keys?: number | KeyRule;
  /**
   * What does its work over all hosts, or for those who mean one of them, as the
   * end of a sentence, if it names no key.
   *
   * @default {"use a fanout, or a local client of one host"}
   */
  readonly instead?: string;
  /**
   * Whether it changes nothing on its server, so that it may run twice.
   *
   * @default {false}
   */
  readonly reads?: boolean;
  /**
   * Whether null is its reply where its only key, the first argument, is not there.
   *
   * @default {false}
   */
  readonly nullIfAbsent?: boolean;
  /**
   * Whether its reply has a cursor, which means something to the server alone that
   * gave it.
   *
   * @default {false}
   */
  readonly cursor?: boolean;
  /** For how long it may block, if it is one that can. */
  readonly blocks?: BlockTime;
  /**
   * What it does to its connection: `"changes"` what it means for the commands
   * behind it; `"unmatched"`, replies no longer follow commands one by one;
   * `"counts"` the writes of its own connection alone.
   */
  readonly connection?: "changes" | "unmatched" | "counts";
  /** Its subcommands, if it is a container of them. */
  readonly subcommands?: Subcommands;
  /**
   * The first arguments with which it waits behind nothing, not even behind the
   * commands of its own client: what it ends may be what they wait for.
   */
  readonly ahead?: ReadonlySet<string>;
  /**
   * Whether whoever issues it can word its errors, as scripts and functions do,
   * so that their text proves nothing about the server.
   *
   * @default {false}
   */
  readonly runsCode?: boolean;
  /**
   * Where the data begins that its errors may repeat: what stands before is code,
   * a count or a subcommand.
   *
   * @default {0}
   */
  readonly dataFrom?: number;
  /**
   * Whether commands are queued on its connection from it on, or no longer, as
   * they are run or forgotten.
   */
  readonly queueing?: "begins" | "ends";
  /** How it is split over hosts, if it may be. */
  readonly splits?: Splitting;
  /** What its neighbours in a map travel as, if merged. */
  readonly merges?: Merging;
  /**
   * How RESP3 shows what RESP2 lists flat: pairs one by one in lists of their
   * own, or streams as a map.
   */
  readonly resp3?: "pairs" | "streams";
}

/** Rows by the name of the command, in capitals. */
export type CommandRows = Readonly<Record<string, CommandRow>>;

/** A command as everybody asks about it. There is one object for each. */
export class CommandSpec {
  /** Its name in capitals, such as `GET`. */
  readonly name: string;
  /** What is known of it. */
  readonly row: CommandRow;
  /** The position of its only key; -1 if it has none, several, or a rule. */
  readonly soleKey: number;
  /**
   * Whether nothing about it depends on its arguments: it neither blocks nor
   * could be refused on a shared connection.
   */
  readonly isOrdinary: boolean;
  /** The same, but for its time to block. */
  readonly isOrdinaryUnlessBlocking: boolean;
  /** Whether it stands in any table. */
  readonly isKnown: boolean;
  /** Whether it changes nothing on its server. */
  readonly reads: boolean;
  /** Whether it reads keys, and any server that has them can answer it. */
  readonly readsAnywhere: boolean;
  /** Whether the text of its errors may be anybody's. */
  readonly forgeable: boolean;
  readonly #forms = new Map<ReplyReader, Form>();
  readonly #plainForm: Form;

  /**
   * @param name Its name in capitals.
   * @param row What is known of it.
   * @param isKnown Whether it stands in any table; nothing is taken for granted
   * of what does not.
   */
  constructor(name: string, row: CommandRow, isKnown = true) {
    this.name = name;
    this.row = row;
    this.isKnown = isKnown;
    this.soleKey = typeof row.keys === "number" ? row.keys : -1;
    this.isOrdinaryUnlessBlocking = row.connection === undefined &&
      row.subcommands === undefined && row.ahead === undefined;
    this.isOrdinary = this.isOrdinaryUnlessBlocking && row.blocks === undefined;
    this.reads = row.reads === true;
    this.readsAnywhere = this.reads && row.keys !== undefined &&
      row.cursor !== true;
    this.forgeable = !isKnown || row.runsCode === true;
    this.#plainForm = new Form(this);
  }

  /** The form in which it is issued whose reply is read that way. */
  form(reader?: ReplyReader, bytes = false): Form {
    if (bytes) return new Form(this, { reader, bytes });
    if (reader === undefined) return this.#plainForm;
    let form = this.#forms.get(reader);
    if (form === undefined) {
      form = new Form(this, { reader });
      this.#forms.set(reader, form);
    }
    return form;
  }
}

/**
 * A command in the form in which a method issues it. Commands of one form are
 * neighbours that can be kept together, so there is one object for each form.
 */
export class Form {
  /** What the command is. */
  readonly command: CommandSpec;
  /** The name of the command in capitals. */
  readonly name: string;
  /** What becomes of its reply; without it that stays as it is. */
  readonly reader: ReplyReader | undefined;
  /** Whether text in its reply is wanted as bytes. */
  readonly bytes: boolean;
  /** The script that it runs, where that may have to travel along. */
  readonly script: ScriptSource | undefined;
  /** The commands of a transaction, if it is one. */
  readonly steps: readonly Step[] | undefined;
  /** How many replies it gets: around a transaction, those to MULTI and EXEC. */
  readonly frames: number;
  readonly #isWhole: boolean;
  readonly #goesByFirst: boolean;
  readonly #keyStep: number;

  /**
   * @param command What the command is.
   * @param how What becomes of its reply, whether that is wanted as bytes, the
   * script that it runs, and the commands of a transaction.
   */
  constructor(
    command: CommandSpec,
    { reader, bytes = false, script, steps }: {
      reader?: ReplyReader | undefined;
      bytes?: boolean;
      script?: ScriptSource;
      steps?: readonly Step[];
    } = {},
  ) {
    this.command = command;
    this.name = command.name;
    this.reader = reader;
    this.bytes = bytes;
    this.script = script;
    this.steps = steps;
    this.frames = steps === undefined ? 1 : steps.length + 2;
    this.#isWhole = command.isOrdinaryUnlessBlocking &&
      command.row.splits === undefined;
    this.#goesByFirst = command.isOrdinary && command.soleKey === 0;
    this.#keyStep = command.row.splits?.step ?? 0;
  }

  /**
   * Whether the first of so many arguments is the only key, and nothing else
   * about the command has to be looked at.
   */
  isPlain(argCount: number): boolean {
    return (this.#goesByFirst || this.#keyStep === argCount) && argCount > 0;
  }

  /**
   * Whether it goes whole to one host, over any connection: with other arguments it
   * might block there.
   */
  isWhole(args: readonly Argument[]): boolean {
    return this.#isWhole && this.command.row.blocks?.(args) === undefined;
  }
}

/** A command with its arguments. */
export interface Step {
  /** What it is, and what becomes of its reply. */
  readonly form: Form;
  /** Its arguments. */
  readonly args: readonly Argument[];
}
