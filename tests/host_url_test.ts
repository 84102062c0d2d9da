import {
  assertEquals,
  assertFalse,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { parseHostUrl } from "../src/host_url.ts";

const SECRET = "open-sesame";

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

Deno.test("parseHostUrl() reads valkey like redis, in any case", () => {
  assertEquals(parseHostUrl("valkey://:pw@h:6380/2"), {
    hostname: "h",
    port: 6380,
    password: "pw",
    db: 2,
  });
  assertEquals(parseHostUrl("valkeys://h"), { hostname: "h", tls: true });
  assertEquals(parseHostUrl("REDISS://h"), { hostname: "h", tls: true });
});

Deno.test("parseHostUrl() reads names that are no ASCII", () => {
  const hostname = "b\u00fccher.test";
  assertEquals(parseHostUrl(`redis://${hostname}`), { hostname });
  // So does a URL write it.
  assertEquals(parseHostUrl(new URL(`redis://${hostname}`).href), { hostname });
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
  assertEquals(parseHostUrl("unix:run/redis.sock"), { path: "run/redis.sock" });
  assertEquals(parseHostUrl("unix:/run/a@b:c.sock"), {
    path: "/run/a@b:c.sock",
  });
  for (const host of ["", "localhost"]) {
    assertEquals(parseHostUrl(`unix://app:s%2Fw@${host}/run/redis.sock?db=1`), {
      path: "/run/redis.sock",
      username: "app",
      password: "s/w",
      db: 1,
    });
  }
});

/** URLs that say something no host has, or nothing, and what is said to them. */
const WRONG: readonly [url: string, problem: string][] = [
  ["", 'expected "redis://user:password@host:port/db"'],
  [`http://:${SECRET}@h`, "expected"],
  [`h:${SECRET}`, "expected"],
  ["redis:6379", "expected"],
  ["redis:/1", "expected"],
  [" redis://h", "expected"],
  ["redis+unix:///run/redis.sock", "expected"],
  [`redis://:${SECRET}@h/one`, "its database is not a number"],
  [`redis://h/${SECRET}`, "its database is not a number"],
  ["redis://h/1/2", "its database is not a number"],
  ["redis://h/%31", "its database is not a number"],
  [`redis://:${SECRET}@h:99999`, 'not of the form "host:port"'],
  ["redis://h:6379 ", 'not of the form "host:port"'],
  ["redis://a:1,b:2", 'not of the form "host:port"'],
  ["redis://::1", 'not of the form "host:port"'],
  ["redis://[::1", 'not of the form "host:port"'],
  [`redis://:${SECRET}?@h`, 'an "@" behind a "/" or "?"'],
  [`redis://u:6?${SECRET}@h:6379`, 'an "@" behind a "/" or "?"'],
  [`redis://u:6?${SECRET}=1@h:6379`, 'an "@" behind a "/" or "?"'],
  [`redis://u:6/${SECRET}@h:6379`, 'an "@" behind a "/" or "?"'],
  [`redis://u:6#${SECRET}@h:6379`, 'it has a "#"'],
  ["redis://h#1", 'it has a "#"'],
  ["unix:/run/a#b.sock", 'it has a "#"'],
  [`redis://h?password=${SECRET}&tls=true`, 'the parameter "password"'],
  ["redis://h/1?DB=1", 'the parameter "DB"'],
  ["redis://h?db=1&timeout=5", 'the parameter "timeout"'],
  ["redis://h?=1", "but it has one"],
  ["redis://h?%0A=1", "but it has one"],
  [`unix:/run/redis.sock?password=${SECRET}`, 'the parameter "password"'],
  ["rediss://h?cert=a", 'the parameter "cert"'],
  ["redis://:50%off@h", 'its password has a "%" that begins no escape'],
  ["redis://a%:pw@h", 'its user has a "%" that begins no escape'],
  ["redis://:%ff@h", 'its password has a "%" that begins no escape'],
  ["redis://h%", 'its host name has a "%" that begins no escape'],
  ["unix:/run/50%.sock", 'its path has a "%" that begins no escape'],
  ["unix://tmp/redis.sock", 'a host name between "unix://" and the path'],
  [`unix://u:${SECRET}/a@/redis.sock`, "a host name between"],
  ["unix:", "it has no path of a socket"],
  ["unix://", "it has no path of a socket"],
  ["unix://localhost", "it has no path of a socket"],
  ["unix:?db=1", "it has no path of a socket"],
];

Deno.test("parseHostUrl() refuses the rest by name, without repeating it", () => {
  for (const [url, problem] of WRONG) {
    const error = assertThrows(
      () => parseHostUrl(url, "host 7"),
      TypeError,
      "Cannot read the URL of host 7: ",
    );
    assertStringIncludes(error.message, problem, url);
    assertFalse(Deno.inspect(error).includes(SECRET), url);
  }
});
