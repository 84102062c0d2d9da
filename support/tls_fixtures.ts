/**
 * Throw-away certificates for tests of TLS, made with `openssl`.
 *
 * @module
 */

import type { ServerTlsFiles } from "../src/testing/server_config.ts";

/** Certificates of an authority that nobody else knows, in files. */
export interface TlsFixtures extends AsyncDisposable {
  /** The directory of the files; removed at the end. */
  readonly dir: string;
  /** The certificate of the authority (PEM), for the option `caCerts`. */
  readonly caCert: string;
  /** The certificate (PEM) of another authority, which signed nothing. */
  readonly otherCaCert: string;
  /** A good certificate for `localhost` and 127.0.0.1. */
  readonly valid: ServerTlsFiles;
  /** One for the same names that expired in 2020. */
  readonly expired: ServerTlsFiles;
  /** A good one for `other.test`. */
  readonly otherName: ServerTlsFiles;
  /** A certificate (PEM) that a client shows, and its key. */
  readonly client: { readonly cert: string; readonly key: string };
}

/** What a certificate is for, and until when (in the notation of ASN.1). */
interface CertificateRequest {
  readonly names: string;
  /** Whose it is: of a server, unless it says otherwise. */
  readonly usage?: "serverAuth" | "clientAuth";
  readonly start: string;
  readonly end: string;
}

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
const LOCAL_NAMES = "DNS:localhost,IP:127.0.0.1";
const GOOD = { start: "20200101000000Z", end: "20491231235959Z" };
const PAST = { start: "20200101000000Z", end: "20200201000000Z" };

/**
 * Makes an authority and certificates that it signed.
 *
 * @returns The certificates, whose files go when it is disposed of.
 *
 * @example A server that speaks TLS
 * ```ts
 * import { RedisServer } from "@rb/rb/testing";
 * import { makeTlsFixtures } from "./tls_fixtures.ts";
 *
 * await using tls = await makeTlsFixtures();
 * await using server = await RedisServer.start({ tls: tls.valid });
 * using connection = await Deno.connectTls({
 *   hostname: "localhost",
 *   port: server.port,
 *   caCerts: [tls.caCert],
 * });
 * ```
 */
export async function makeTlsFixtures(): Promise<TlsFixtures> {
  const dir = await Deno.makeTempDir({ prefix: "rb-tls-" });
  const remove = () => Deno.remove(dir, { recursive: true });
  try {
    await makeAuthority(dir, "other-ca");
    await makeAuthority(dir, "ca");
    const other = { names: "DNS:other.test", ...GOOD };
    const own = {
      names: "DNS:app.test",
      usage: "clientAuth",
      ...GOOD,
    } as const;
    const client = await sign(dir, "client", own);
    return {
      dir,
      caCert: await Deno.readTextFile(`${dir}/ca.pem`),
      otherCaCert: await Deno.readTextFile(`${dir}/other-ca.pem`),
      // One after the other: the authority keeps its books in one file.
      valid: await sign(dir, "valid", { names: LOCAL_NAMES, ...GOOD }),
      expired: await sign(dir, "expired", { names: LOCAL_NAMES, ...PAST }),
      otherName: await sign(dir, "other-name", other),
      client: {
        cert: await Deno.readTextFile(client.cert),
        key: await Deno.readTextFile(client.key),
      },
      [Symbol.asyncDispose]: remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function makeAuthority(dir: string, name: string): Promise<void> {
  const config = [
    "[req]",
    "distinguished_name = name",
    "x509_extensions = extensions",
    "[name]",
    "[extensions]",
    "basicConstraints = critical,CA:TRUE",
    "keyUsage = critical,keyCertSign",
  ];
  await Deno.writeTextFile(`${dir}/${name}.cnf`, config.join("\n"));
  const files = ["-keyout", `${name}.key`, "-out", `${name}.pem`];
  const how = ["-config", `${name}.cnf`, "-days", "2"];
  const subject = ["-subj", `/CN=rb test ${name}`];
  await openssl(dir, ["req", "-x509", ...KEY, ...files, ...subject, ...how]);
}

/** `openssl ca` is the one command that dates a certificate at will. */
async function sign(
  dir: string,
  name: string,
  { names, usage = "serverAuth", start, end }: CertificateRequest,
): Promise<ServerTlsFiles> {
  const config = [
    "[ca]",
    "default_ca = authority",
    "[authority]",
    "database = index.txt",
    "new_certs_dir = .",
    "rand_serial = yes",
    "unique_subject = no",
    "default_md = sha256",
    "policy = policy",
    "certificate = ca.pem",
    "private_key = ca.key",
    "x509_extensions = extensions",
    "[policy]",
    "commonName = supplied",
    "[req]",
    "distinguished_name = name",
    "[name]",
    "[extensions]",
    "basicConstraints = critical,CA:FALSE",
    "keyUsage = critical,digitalSignature",
    `extendedKeyUsage = ${usage}`,
    `subjectAltName = ${names}`,
  ];
  await Deno.writeTextFile(`${dir}/${name}.cnf`, config.join("\n"));
  await Deno.writeTextFile(`${dir}/index.txt`, "");
  const how = ["-config", `${name}.cnf`];
  const request = ["-keyout", `${name}.key`, "-out", `${name}.csr`];
  const subject = ["-subj", `/CN=rb test ${name}`];
  await openssl(dir, ["req", "-new", ...KEY, ...request, ...subject, ...how]);
  const files = ["-in", `${name}.csr`, "-out", `${name}.pem`];
  const dates = ["-startdate", start, "-enddate", end];
  await openssl(dir, ["ca", "-batch", "-notext", ...files, ...dates, ...how]);
  return { cert: `${dir}/${name}.pem`, key: `${dir}/${name}.key` };
}

async function openssl(dir: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", {
    args,
    cwd: dir,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return;
  const text = new TextDecoder().decode(stderr);
  throw new Error(`Command "openssl ${args[0]}" failed:\n${text}`);
}
