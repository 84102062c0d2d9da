/**
 * Whether a server that was started is ready for commands.
 *
 * @module
 */

const READY = /eady to accept connections|Sentinel ID is /;
const PING = new TextEncoder().encode("PING\r\n");

/**
 * Tells whether this program may connect to a unix socket, without asking.
 *
 * @param path The path of the socket.
 * @returns Whether it may.
 */
export function mayConnect(path: string): boolean {
  const query = { name: "net", host: `unix:${path}` } as const;
  try {
    return Deno.permissions.querySync(query).state === "granted";
  } catch {
    // A Deno that does not know such hosts asks for no permission either.
    return true;
  }
}

/**
 * Sends a PING. A refusal to a stranger (NOAUTH) or to one too many is an
 * answer as well; only a server that is still loading its data is not ready.
 *
 * @param path The path of the server's socket.
 * @param deadline When to stop waiting, as `Date.now()` counts.
 * @returns Whether the server answered.
 */
export async function answers(
  path: string,
  deadline: number,
): Promise<boolean> {
  let connection: Deno.UnixConn;
  try {
    connection = await Deno.connect({ transport: "unix", path });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    if (error instanceof Deno.errors.ConnectionRefused) return false;
    throw error;
  }
  const left = Math.max(1, deadline - Date.now());
  const timer = setTimeout(() => connection.close(), left);
  try {
    const reply = new Uint8Array(64);
    await connection.write(PING);
    const length = await connection.read(reply) ?? 0;
    const text = new TextDecoder().decode(reply.subarray(0, length));
    return length > 0 && !text.startsWith("-LOADING");
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    closeQuietly(connection);
  }
}

/**
 * Looks for the line that a server, or a Sentinel, writes last before it takes
 * commands.
 *
 * @param logPath The path of its log, which may hold earlier runs too.
 * @param pid The id of its process, with which its lines begin.
 * @returns Whether the line is there.
 */
export async function saysItIsReady(
  logPath: string,
  pid: number,
): Promise<boolean> {
  const log = await Deno.readTextFile(logPath).catch(() => "");
  return log.split("\n").some((line) =>
    line.startsWith(`${pid}:`) && READY.test(line)
  );
}

function closeQuietly(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // The timer was first.
  }
}
