import { assertEquals, assertThrows } from "@std/assert";
import { directiveLines } from "../../src/testing/server_config.ts";

Deno.test("directiveLines() takes names and values, or lines", () => {
  const config = { appendonly: "yes", save: "" };
  assertEquals(directiveLines({ config }), ["appendonly yes", 'save ""']);
  assertEquals(directiveLines({ config: ["user default on"] }), [
    "user default on",
  ]);
  assertEquals(directiveLines({}), []);
});

Deno.test("directiveLines() asks no client for a certificate without a CA", () => {
  const tls = { cert: "/a b/cert.pem", key: "/a b/key.pem" };
  assertEquals(directiveLines({ tls }), [
    'tls-cert-file "/a b/cert.pem"',
    'tls-key-file "/a b/key.pem"',
    "tls-auth-clients no",
  ]);
  assertEquals(
    directiveLines({ tls: { ...tls, ca: "/ca.pem" } })[2],
    'tls-ca-cert-file "/ca.pem"',
  );
});

Deno.test("directiveLines() refuses what belongs to the server", () => {
  for (const name of ["port", "PORT", "unixsocket", "dir", "databases"]) {
    assertThrows(
      () => directiveLines({ config: { [name]: "1" } }),
      TypeError,
      `Directive "${name.toLowerCase()}" belongs to the server`,
    );
  }
  for (
    const line of ["  port 1", "\tPort\t1", "tls-port 1", "bind", "logfile"]
  ) {
    assertThrows(
      () => directiveLines({ config: [line] }),
      TypeError,
      `Directive "${line.trim().toLowerCase().split(/\s/)[0]}" belongs`,
    );
  }
  assertEquals(directiveLines({ config: ["portable yes"] }), ["portable yes"]);
  for (const end of ["\n", "\r", "\r\n"]) {
    assertThrows(
      () => directiveLines({ config: [`appendonly yes${end}port 1`] }),
      TypeError,
      "takes one line",
    );
  }
});

Deno.test("directiveLines() refuses options that make no sense", () => {
  assertThrows(
    () => directiveLines({ transport: "unix", port: 6379 }),
    TypeError,
    'Option "port" needs the transport "tcp"',
  );
  for (const port of [0, -1, 1.5, 65_536, NaN]) {
    assertThrows(
      () => directiveLines({ port }),
      RangeError,
      `Option "port" must be an integer from 1 to 65535, not "${port}"`,
    );
  }
  for (const name of ["databases", "timeout"]) {
    for (const value of [0, 1.5, 2 ** 31]) {
      assertThrows(
        () => directiveLines({ [name]: value }),
        RangeError,
        `Option "${name}" must be an integer from 1 to 2147483647`,
      );
    }
  }
  const most = { port: 65_535, databases: 2 ** 31 - 1, timeout: 2 ** 31 - 1 };
  for (const options of [most, { port: 1, databases: 1, timeout: 1 }]) {
    assertEquals(directiveLines(options), []);
  }
});
