import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type PythonHost,
  pythonRbLabel,
  type PythonValue,
} from "../../src/topology/mod.ts";

/** What Python's `repr` gave for these as a password. */
const TEXTS: [string, string][] = [
  ["", "''"],
  ["it's", `"it's"`],
  ['say "hi"', `'say "hi"'`],
  [`it's "both"`, `'it\\'s "both"'`],
  [
    "back\\slash\t\n\r\0\x1f\x7f\x80\xa0\xad\xe9",
    "'back\\\\slash\\t\\n\\r\\x00\\x1f\\x7f\\x80\\xa0\\xadé'",
  ],
  [
    "\u0378\u200b\u2028\u3000\ue000\ufeff日",
    "'\\u0378\\u200b\\u2028\\u3000\\ue000\\ufeff日'",
  ],
  ["\u{1f600}\u{e0001}\u{10ffff}", "'\u{1f600}\\U000e0001\\U0010ffff'"],
  ["\ud800x", "'\\ud800x'"],
];

Deno.test("pythonRbLabel() has the attributes and defaults of Python rb", () => {
  assertEquals(
    pythonRbLabel({ host_id: 0 }),
    "<HostInfo db=0 host='localhost' host_id=0 password=None port=6379 ssl=False ssl_options=None unix_socket_path=None>",
  );
  assertEquals(
    pythonRbLabel({ host_id: 12, host: "10.0.0.1", port: 6380, db: 3 }),
    "<HostInfo db=3 host='10.0.0.1' host_id=12 password=None port=6380 ssl=False ssl_options=None unix_socket_path=None>",
  );
});

Deno.test("pythonRbLabel() keeps the types that Python was given", () => {
  assertEquals(
    pythonRbLabel({ host_id: 3, port: "6379", db: "1", host: null }),
    "<HostInfo db='1' host=None host_id=3 password=None port='6379' ssl=False ssl_options=None unix_socket_path=None>",
  );
});

Deno.test("pythonRbLabel() tells null from an option that is not given", () => {
  assertEquals(
    pythonRbLabel({
      host_id: 1,
      host: null,
      port: null,
      db: null,
      ssl: null,
      password: null,
      ssl_options: null,
      unix_socket_path: null,
    }),
    "<HostInfo db=None host=None host_id=1 password=None port=None ssl=None ssl_options=None unix_socket_path=None>",
  );
});

Deno.test("pythonRbLabel() quotes and escapes text as Python does", () => {
  for (const [password, repr] of TEXTS) {
    const label = pythonRbLabel({ host_id: 1, password });
    assert(label.includes(` password=${repr} port=`), label);
  }
});

Deno.test("pythonRbLabel() writes nested options as Python does", () => {
  const host: PythonHost = {
    host_id: 2,
    unix_socket_path: "/tmp/r.sock",
    ssl: true,
    ssl_options: {
      ssl_ca_certs: "/etc/it's.pem",
      n: -1,
      big: 2n ** 64n,
      t: true,
      f: false,
      z: null,
      d: {},
      e: Object.assign(Object.create(null), { x: { y: "z" } }),
    },
  };
  assertEquals(
    pythonRbLabel(host),
    `<HostInfo db=0 host='localhost' host_id=2 password=None port=6379 ssl=True ssl_options={'ssl_ca_certs': "/etc/it's.pem", 'n': -1, 'big': 18446744073709551616, 't': True, 'f': False, 'z': None, 'd': {}, 'e': {'x': {'y': 'z'}}} unix_socket_path='/tmp/r.sock'>`,
  );
});

Deno.test("pythonRbLabel() refuses what has no counterpart in Python", () => {
  const values: unknown[] = [
    ["a"],
    1.5,
    2 ** 53,
    1e21,
    NaN,
    undefined,
    new Date(),
    () => {},
  ];
  for (const value of values) {
    assertThrows(
      () =>
        pythonRbLabel({
          host_id: 0,
          ssl_options: { secret: value as PythonValue },
        }),
      TypeError,
      'option "ssl_options"',
    );
  }
});
