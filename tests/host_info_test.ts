import {
  assert,
  assertEquals,
  assertFalse,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  assertHostId,
  HostInfo,
  type HostOptions,
  parseHostUrl,
} from "../src/host_info.ts";

const SECRET = "open-sesame";

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

Deno.test("HostInfo speaks TLS when it is given certificates", () => {
  assert(new HostInfo(0, { caCerts: ["PEM"] }).tls);
  assert(new HostInfo(0, { tls: true }).tls);
  assertFalse(new HostInfo(0, { caCerts: ["PEM"], tls: false }).tls);
});

Deno.test("HostInfo never shows its password", () => {
  const host = new HostInfo(0, { username: "app", password: SECRET });
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
    ["hostname", ""],
    ["path", 1],
    ["path", ""],
    ["db", 1.5],
    ["db", -1],
    ["db", 2 ** 31],
    ["username", 1],
    ["password", 123456],
    ["tls", "yes"],
    ["caCerts", "PEM"],
    ["label", 1],
    ["weight", 0],
    ["weight", Infinity],
    ["name", 1],
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
    () => new HostInfo(7, { host: "a" } as HostOptions),
    TypeError,
    'Unknown option "host" of host 7: there are "hostname", "port"',
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
  for (const username of ["app", ""]) {
    assertThrows(
      () => new HostInfo(0, { username }),
      TypeError,
      '"username" is given without "password"',
    );
  }
});

Deno.test("assertHostId() accepts integers from 0", () => {
  assertHostId(0);
  assertHostId(12);
  assertHostId(Number.MAX_SAFE_INTEGER);
  // A larger one would be the same number as its neighbour.
  for (const id of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
    assertThrows(() => assertHostId(id), RangeError, "an integer from 0");
  }
  assertThrows(() => assertHostId("0"), TypeError, '"string"');
  assertThrows(() => new HostInfo(-1), RangeError);
});

Deno.test("parseHostUrl() reads redis and rediss", () => {
  assertEquals(parseHostUrl("redis://"), {});
  assertEquals(parseHostUrl("redis://10.0.0.3:6380/1"), {
    hostname: "10.0.0.3",
    port: 6380,
    db: 1,
  });
  assertEquals(parseHostUrl("rediss://cache.test/"), {
    hostname: "cache.test",
    tls: true,
  });
  assertEquals(parseHostUrl("redis://[::1]:6379"), {
    hostname: "::1",
    port: 6379,
  });
});

Deno.test("parseHostUrl() reads the database from the path or the query", () => {
  assertEquals(parseHostUrl("redis://h?db=3"), { hostname: "h", db: 3 });
  assertEquals(parseHostUrl("rediss://h/?db=0").db, 0);
  assertEquals(parseHostUrl("redis://h/3?db=3").db, 3);
  const wrong = [
    "redis://h/1?db=3",
    "redis://h/0?db=3",
    "redis://h?db=1&db=2",
    "redis://h?db=one",
    "redis://h/0x1",
    "redis://h/1e1",
    "redis://h/-1",
    "redis://h/+1",
    "unix:/run/redis.sock?db=1&db=2",
  ];
  for (const url of wrong) {
    assertThrows(() => parseHostUrl(url), TypeError, "database");
  }
});

Deno.test("parseHostUrl() decodes user and password", () => {
  assertEquals(parseHostUrl("redis://app:p%40ss%2Fword@cache.test"), {
    hostname: "cache.test",
    username: "app",
    password: "p@ss/word",
  });
  assertEquals(parseHostUrl("redis://a%3Ab%40c:secret@cache.test"), {
    hostname: "cache.test",
    username: "a:b@c",
    password: "secret",
  });
  assertEquals(parseHostUrl("redis://:secret@cache.test"), {
    hostname: "cache.test",
    password: "secret",
  });
});

Deno.test("parseHostUrl() reads unix", () => {
  assertEquals(parseHostUrl("unix:/run/re%20dis.sock"), {
    path: "/run/re dis.sock",
  });
  assertEquals(parseHostUrl("unix:///run/redis.sock?db=3"), {
    path: "/run/redis.sock",
    db: 3,
  });
  assertEquals(parseHostUrl("unix://app:s%2Fw@localhost/run/redis.sock"), {
    path: "/run/redis.sock",
    username: "app",
    password: "s/w",
  });
});

Deno.test("parseHostUrl() refuses the rest without repeating it", () => {
  for (
    const text of [
      `http://:${SECRET}@cache.test`,
      `redis://:${SECRET}@cache.test/one`,
      `redis://:${SECRET}@cache.test:99999`,
      `cache.test:${SECRET}`,
      "",
    ]
  ) {
    const error = assertThrows(() => parseHostUrl(text), TypeError);
    assertFalse(Deno.inspect(error).includes(SECRET));
  }
});
