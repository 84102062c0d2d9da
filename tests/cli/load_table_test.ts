import { assertEquals } from "@std/assert";
import type { HostLoad } from "../../src/cli/host_load.ts";
import { topLines } from "../../src/cli/load_table.ts";
import { paintOf } from "../../src/cli/style.ts";

const paint = paintOf({ hasColor: false });

function host(hostId: number, commands: number): HostLoad {
  return {
    hostId,
    address: `10.0.0.${hostId}:6379`,
    commands,
    latency: 0.25,
    memory: 3 * 1_024 ** 2,
    keys: 1_000,
    clients: 3,
    hitRate: 0.5,
    isHot: commands >= 1_000,
  };
}

const DOWN: HostLoad = {
  hostId: 2,
  address: "10.0.0.2:6379",
  error: "Host 2 is down",
  isHot: false,
};

Deno.test("topLines() has a row for each host, and their sum", () => {
  assertEquals(topLines([host(0, 12), host(1, 4_000), DOWN], { paint }), [
    "HOST  ADDRESS        COMMANDS/S  LATENCY   MEMORY   KEYS  CLIENTS    HITS",
    "   0  10.0.0.0:6379          12  0.25 ms  3.0 MiB  1,000        3  50.0 %",
    "   1  10.0.0.1:6379       4,000  0.25 ms  3.0 MiB  1,000        3  50.0 %  hot",
    "   2  10.0.0.2:6379  Host 2 is down",
    "      3 hosts             4,012        -  6.0 MiB  2,000        6       -",
  ]);
});

Deno.test("topLines() says in short what is wrong, within the width of a terminal", () => {
  const error =
    'Cannot send "INFO" to host 2 at 10.0.0.2:6379: it failed several ' +
    "times in a row, and is probed in the background until it answers";
  const width = 80;
  const long = topLines([host(0, 12), { ...DOWN, error }], { paint, width });
  assertEquals(
    long[2],
    '   2  10.0.0.2:6379  Cannot send "INFO" to host 2 at 10.0.0.2:6379: it failed s…',
  );
  assertEquals(long[2].length, width);
  const reason = "Cannot connect: Connection refused";
  const short = topLines([{ ...DOWN, error, reason }], { paint, width });
  assertEquals(short[1], `   2  10.0.0.2:6379  ${reason}`);
  // A pipe takes all of it.
  assertEquals(
    topLines([{ ...DOWN, error }], { paint })[1].endsWith(error),
    true,
  );
});

Deno.test("topLines() shows where there is no room those that matter, in order", () => {
  const hosts = [5, 9, 1, 7, 3].map((commands, id) =>
    id === 2 ? DOWN : host(id, commands)
  );
  const lines = topLines(hosts, { paint, maxLines: 6 });
  assertEquals(lines.length, 6);
  assertEquals(
    lines.slice(1, 4).map((line) => Number(line.slice(0, 4))),
    [1, 2, 3],
  );
  assertEquals(lines[5], "2 hosts with less to do not shown");
  assertEquals(topLines(hosts, { paint, maxLines: 7 }).length, 7);
  // As little room as there may be.
  assertEquals(topLines(hosts, { paint, maxLines: 0 }).length, 4);
});

Deno.test("topLines() tells in colour who is hot, and whose memory is full", () => {
  const full = { ...host(1, 4_000), maxMemory: 3.1 * 1_024 ** 2 };
  const colored = paintOf({ hasColor: true });
  const line = topLines([full], { paint: colored })[1];
  assertEquals(line.includes("\x1b[33m4,000\x1b[0m"), true, line);
  assertEquals(line.includes("\x1b[31m3.0 MiB\x1b[0m"), true, line);
});
