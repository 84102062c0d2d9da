import {
  assert,
  assertEquals,
  assertFalse,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { BadHostSetupError } from "../src/errors.ts";
import { HostInfo, type HostOptions } from "../src/host_info.ts";

const SECRET = "open-sesame";
const CERT = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
const KEY =
  `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----\n`;

Deno.test("HostInfo has the defaults of Python rb", () => {
  const host = new HostInfo(3);
  assertEquals(host.hostId, 3);
  assertEquals([host.hostname, host.port, host.db], ["localhost", 6379, 0]);
  assertEquals([host.tls, host.weight], [false, 1]);
  assertEquals([host.path, host.username, host.password], [
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("HostInfo keeps what it is given", () => {
  const host = new HostInfo(0, {
    hostname: "cache.test",
    port: 6380,
    db: 2,
    username: "app",
    password: SECRET,
    label: "cache-0",
    weight: 2.5,
    name: "web",
  });
  assertEquals([host.hostname, host.port, host.db], ["cache.test", 6380, 2]);
  assertEquals([host.username, host.password], ["app", SECRET]);
  assertEquals([host.label, host.weight, host.name], ["cache-0", 2.5, "web"]);
});

Deno.test("HostInfo speaks TLS when it is given what only TLS has", () => {
  assert(new HostInfo(0, { tls: true }).tls);
  for (
    const options of [
      { caCerts: [CERT] },
      { cert: CERT, key: KEY },
      { serverName: "cache.test" },
    ]
  ) {
    assert(new HostInfo(0, options).tls);
    // That of all hosts, say, of which this one is none.
    assertFalse(new HostInfo(0, { ...options, tls: false }).tls);
  }
});

Deno.test("HostInfo takes a password as a function, which needs a label on a ring", () => {
  const password = () => SECRET;
  const host = new HostInfo(3, { password });
  assertEquals(host.password, password);
  assertThrows(
    () => host.ringLabel,
    BadHostSetupError,
    'Cannot place host 3 on a ring: without a label the text of the password is part of its place, but "password" is a function; give the host a "label"',
  );
  assertEquals(new HostInfo(3, { password, label: "a" }).ringLabel, "a");
});

Deno.test("HostInfo never shows its password or key", () => {
  const host = new HostInfo(0, {
    username: "app",
    password: SECRET,
    cert: CERT,
    key: KEY,
  });
  const shown = [
    Deno.inspect(host),
    Deno.inspect({ nested: [host] }, { depth: 9, showHidden: true }),
    JSON.stringify(host),
    JSON.stringify({ ...host }),
    String(host),
    host.address,
  ];
  for (const text of shown) assertFalse(text.includes(SECRET), text);
  assertStringIncludes(Deno.inspect(host), 'username: "app"');
  assertStringIncludes(JSON.stringify(host), '"username":"app"');
});

Deno.test("HostInfo.address says where it is", () => {
  const addressOf = (options: HostOptions) => new HostInfo(0, options).address;
  assertEquals(addressOf({}), "localhost:6379");
  assertEquals(addressOf({ hostname: "a.test", port: 1, db: 4 }), "a.test:1/4");
  assertEquals(addressOf({ path: "/run/redis.sock" }), "unix:/run/redis.sock");
  assertEquals(
    addressOf({ path: "/run/redis.sock", db: 4 }),
    "unix:/run/redis.sock/4",
  );
});

Deno.test("HostInfo.ringLabel is its label, else that of Python rb", () => {
  assertEquals(new HostInfo(0, { label: "one" }).ringLabel, "one");
  assertEquals(new HostInfo(0, { label: "" }).ringLabel, "");
  const { ringLabel } = new HostInfo(0, { password: SECRET, db: 1 });
  assertStringIncludes(ringLabel, "host_id=0");
  assertStringIncludes(ringLabel, SECRET);
  assertStringIncludes(ringLabel, "db=1");
});

Deno.test("HostInfo.ringLabel has all that Python rb puts there", () => {
  const host = new HostInfo(5, {
    hostname: "cache.test",
    port: 7_000,
    db: 2,
    username: "app",
    password: SECRET,
    tls: true,
  });
  assertEquals(
    host.ringLabel,
    `<HostInfo db=2 host='cache.test' host_id=5 password='${SECRET}' ` +
      "port=7000 ssl=True ssl_options=None unix_socket_path=None>",
  );
  assertEquals(
    new HostInfo(0, { path: "/run/redis.sock" }).ringLabel,
    "<HostInfo db=0 host='localhost' host_id=0 password=None port=6379 " +
      "ssl=False ssl_options=None unix_socket_path='/run/redis.sock'>",
  );
});

Deno.test("HostInfo names the option that is wrong, never its value", () => {
  const wrong: [string, unknown][] = [
    ["hostname", 1],
    ["port", -1],
    ["port", 65_536],
    ["port", "6379"],
    ["port", 0],
    ["port", NaN],
    ["port", 6379n],
    ["hostname", ""],
    ["hostname", "a.test:6379"],
    ["hostname", "redis://a.test"],
    ["hostname", "a.test/1"],
    ["hostname", "app@a.test"],
    ["hostname", "a.test, b.test"],
    ["hostname", "[::1]"],
    ["hostname", " a.test"],
    ["path", 1],
    ["path", ""],
    ["path", "a\0b"],
    ["db", 1.5],
    ["db", -1],
    ["db", 2 ** 31],
    ["username", 1],
    ["username", "\ud800"],
    ["password", 123456],
    ["password", "123456\udfff"],
    ["password", new String("123456")],
    ["tls", "yes"],
    ["tls", 1],
    ["caCerts", CERT],
    ["caCerts", ["/etc/ssl/ca.pem"]],
    ["caCerts", [CERT, undefined]],
    // deno-lint-ignore no-sparse-arrays
    ["caCerts", [CERT, , CERT]],
    ["cert", "/etc/ssl/app.pem"],
    ["cert", [CERT]],
    ["key", "/etc/ssl/123456.key"],
    ["key", KEY.replace("BEGIN", "BEGIN ENCRYPTED")],
    ["serverName", "a.test:6379"],
    ["serverName", ""],
    ["label", 1],
    ["weight", 0],
    ["weight", Infinity],
    ["name", 1],
    ["name", "two words"],
    ["name", "tab\tbed"],
    ["name", "line\n"],
    ["name", "caf\u00e9"],
    ["name", "\x7f"],
  ];
  for (const [name, value] of wrong) {
    const error = assertThrows(
      () => new HostInfo(7, { [name]: value }),
      TypeError,
      `The option "${name}" of host 7 is not `,
    );
    assertFalse(error.message.includes("123456"));
  }
  assertThrows(
    () => new HostInfo(7, { host: "a" } as object),
    TypeError,
    'Unknown option "host" of host 7: there are "hostname", "port"',
  );
  assertThrows(
    () => new HostInfo(7, { host: "a" } as object),
    TypeError,
    '; is it "hostname"?',
  );
  assertThrows(
    () => new HostInfo(7, { toString: 1 } as unknown as HostOptions),
    TypeError,
    'Unknown option "toString"',
  );
});

Deno.test("HostInfo refuses options that contradict each other", () => {
  assertThrows(
    () => new HostInfo(0, { path: "/run/redis.sock", tls: true }),
    TypeError,
    "it is reached by a unix socket",
  );
  for (const options of [{ cert: CERT }, { key: KEY }]) {
    const error = assertThrows(() => new HostInfo(0, options), TypeError);
    assertStringIncludes(
      error.message,
      "cert" in options ? 'without "key"' : 'without "cert"',
    );
    assertFalse(error.message.includes(SECRET));
  }
  for (const username of ["app", ""]) {
    assertThrows(
      () => new HostInfo(0, { username }),
      TypeError,
      '"username" is given without "password"',
    );
  }
});

Deno.test("HostInfo takes names and addresses as they are written", () => {
  for (
    const hostname of [
      "localhost",
      "a-b_c.test",
      "b\u00fccher.test",
      "10.0.0.1",
      "::1",
      "2001:db8::10.0.0.1",
      "fe80::1%eth0",
    ]
  ) {
    assertEquals(new HostInfo(0, { hostname }).hostname, hostname);
  }
  for (const name of ["", "web-1", "!~", "a:b/c@d"]) {
    assertEquals(new HostInfo(0, { name }).name, name);
  }
});

Deno.test("HostInfo refuses an id that is none", () => {
  assertThrows(() => new HostInfo(-1), RangeError);
});
