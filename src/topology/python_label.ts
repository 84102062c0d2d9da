/**
 * The ring labels of Python rb: it puts a host on the ring under what Python
 * prints for it, and a key must reach the same host from both languages.
 *
 * @module
 */

/** A value that an option of a host can have in Python. */
export type PythonValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | { readonly [name: string]: PythonValue };

/** A host under the names and with the defaults of Python rb. */
export interface PythonHost {
  /** The id of the host. */
  host_id: number;
  /**
   * The name or address of the host.
   *
   * @default {"localhost"}
   */
  host?: string | null;
  /**
   * The port; a string where the Python configuration has one.
   *
   * @default {6379}
   */
  port?: number | string | null;
  /**
   * The path of a unix socket, instead of host and port.
   *
   * @default {null}
   */
  unix_socket_path?: string | null;
  /**
   * The number of the database; a string where the Python configuration has one.
   *
   * @default {0}
   */
  db?: number | string | null;
  /**
   * The password.
   *
   * @default {null}
   */
  password?: string | number | null;
  /**
   * Whether the connection is encrypted.
   *
   * @default {false}
   */
  ssl?: boolean | null;
  /**
   * Further options of the encryption, in the order in which Python has them.
   *
   * @default {null}
   */
  ssl_options?: { readonly [name: string]: PythonValue } | null;
}

/**
 * The label under which Python rb puts a host on its ring, byte for byte what
 * `repr(HostInfo(…))` gives there. It holds the address and the password.
 *
 * @param host The host, with the names and the defaults of Python rb.
 * @returns The label.
 * @throws {TypeError} If an option is a list, a fraction or anything else that
 * cannot be told apart in both languages.
 *
 * @example Label a host that only Python can describe
 * ```ts
 * import { pythonRbLabel } from "@rb/rb";
 *
 * const label = pythonRbLabel({ host_id: 0, host: "10.0.0.1", password: "it's" });
 * console.log(label.startsWith("<HostInfo db=0 host='10.0.0.1' host_id=0 ")); // true
 * ```
 */
export function pythonRbLabel(host: PythonHost): string {
  // In alphabetical order, as rb sorts the attributes.
  const attributes: Record<string, PythonValue> = {
    db: host.db === undefined ? 0 : host.db,
    host: host.host === undefined ? "localhost" : host.host,
    host_id: host.host_id,
    password: host.password ?? null,
    port: host.port === undefined ? 6379 : host.port,
    ssl: host.ssl === undefined ? false : host.ssl,
    ssl_options: host.ssl_options ?? null,
    unix_socket_path: host.unix_socket_path ?? null,
  };
  const texts = Object.entries(attributes)
    .map(([name, value]) => `${name}=${repr(value, name)}`);
  return `<HostInfo ${texts.join(" ")}>`;
}

/** A label as it may be shown: that of Python rb holds the password of its host. */
export function shownLabel(label: string): string {
  if (!label.startsWith("<HostInfo ")) return label;
  return label.replace(/ password=(?!None ).*$/s, " …>");
}

function repr(value: PythonValue, option: string): string {
  if (typeof value === "string") return reprText(value);
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "bigint" || Number.isSafeInteger(value)) {
    return String(value);
  }
  const prototype = typeof value === "object"
    ? Object.getPrototypeOf(value)
    : undefined;
  if (prototype === Object.prototype || prototype === null) {
    const items = Object.entries(value)
      .map(([name, item]) => `${reprText(name)}: ${repr(item, option)}`);
    return `{${items.join(", ")}}`;
  }
  // The value itself stays out of the message: it may be a secret.
  throw new TypeError(
    `Cannot label a host by its option "${option}": expected text, whole numbers, booleans, null and plain objects of these`,
  );
}

/*
 * What Python escapes: the "other" and "separator" categories except the space.
 * Both engines take them from the Unicode version they were built with; for a
 * character that only one of them knows, Python may write an escape where this
 * writes the character. `label` settles the label of such a host.
 */
const NOT_PRINTABLE = /^[\p{C}\p{Z}]$/u;

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\\", "\\\\"],
  ["\t", "\\t"],
  ["\n", "\\n"],
  ["\r", "\\r"],
]);

/** A text as Python's `repr` writes it. */
function reprText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let written = quote;
  for (const character of text) written += escape(character, quote);
  return written + quote;
}

function escape(character: string, quote: string): string {
  if (character === quote) return `\\${quote}`;
  const short = SHORT_ESCAPES.get(character);
  if (short !== undefined) return short;
  if (character === " " || !NOT_PRINTABLE.test(character)) return character;
  const code = character.codePointAt(0)!;
  if (code < 0x100) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}
