import { assert, assertEquals } from "@std/assert";
import { UnroutableCommandError } from "../../src/errors.ts";
import { specOf } from "../../src/commands/table.ts";
import { keyPositions } from "../../src/topology/mod.ts";
import { RedisServer } from "../../src/testing/redis_server.ts";
import { ask, RawClient, type RawReply } from "../../support/raw_client.ts";
import { since } from "../../support/since.ts";

/**
 * One command a line, its arguments separated by spaces, `""` for an empty one.
 */
const COMMANDS = `
GET k
SET k v EX 10
set k v
APPEND k v
BITFIELD k GET u8 0
BITOP AND dst a b
BITOP NOT dst a
BITCOUNT k 0 -1
BLMOVE a b LEFT RIGHT 0
BLMPOP 0 2 a b LEFT
BLMPOP 0 1 a LEFT
BLPOP a b c 0
BRPOP a 0
BRPOPLPUSH a b 0
BZMPOP 0 2 a b MIN
BZPOPMAX a b 0
BZPOPMIN a 0
CLIENT GETNAME
COMMAND COUNT
CONFIG GET maxmemory
COPY a b DB 1 REPLACE
DBSIZE
DECR k
DEL a
DEL a b c
DUMP k
ECHO text
EVAL script 0
EVAL script 0 argument
EVAL script 1 k
EVAL script 2 a b argument
EVALSHA sha 2 a b argument
EVAL_RO script 1 k argument
EVALSHA_RO sha 1 k
FCALL f 2 a b argument
FCALL_RO f 1 a
FCALL f 0
EXISTS a b a
EXPIRE k 10
FLUSHALL
GEOADD k 1 2 m
GEORADIUS k 1 2 3 m
GEORADIUS k 1 2 3 m WITHDIST COUNT 3 ASC STORE dst
GEORADIUS k 1 2 3 m STOREDIST dst
GEORADIUS k 1 2 3 m STORE one STOREDIST two
GEORADIUS k 1 2 3 m store dst
GEORADIUS k 1 2 3 m STORE STORE
GEORADIUSBYMEMBER k member 3 m STORE dst
GEORADIUSBYMEMBER k member 3 m STOREDIST dst
GEORADIUSBYMEMBER k STORE 3 m
GEORADIUSBYMEMBER_RO k member 3 m
GEORADIUS_RO k 1 2 3 m
GEOSEARCH k FROMMEMBER m BYRADIUS 1 m
GEOSEARCHSTORE dst k FROMMEMBER m BYRADIUS 1 m
GETEX k PERSIST
HGETALL k
HSET k f v
INFO
KEYS *
LCS a b IDX
LINSERT k BEFORE p v
LMOVE a b LEFT RIGHT
LMPOP 2 a b LEFT COUNT 10
LMPOP 0 LEFT
LPUSH k a b
MEMORY USAGE k SAMPLES 5
memory usage k
MEMORY DOCTOR
MGET a
MGET a b c
MIGRATE host 1 k 0 10
MIGRATE host 1 k 0 10 COPY REPLACE
MIGRATE host 1 "" 0 10 KEYS a b c
MIGRATE host 1 "" 0 10 COPY AUTH KEYS KEYS a b
MIGRATE host 1 "" 0 10 AUTH2 KEYS KEYS KEYS a
MIGRATE host 1 "" 0 10
MIGRATE host 1 "" 0 10 COPY
MIGRATE host 1 KEYS 0 10
MSET a 1
MSET a 1 b 2 c 3
MSETNX a 1 b 2
OBJECT ENCODING k
OBJECT FREQ k
object idletime k
OBJECT REFCOUNT k
OBJECT HELP
PFADD k a
PFCOUNT a b
PFMERGE dst a b
PING
PUBLISH channel message
RENAME a b
RENAMENX a b
RESTORE k 0 value
RPOPLPUSH a b
SCAN 0
SCRIPT LOAD text
SDIFF a b
SDIFFSTORE dst a b
SINTER a b c
SINTERCARD 2 a b LIMIT 1
SINTERCARD 5 a b
SINTERCARD two a b
SINTERSTORE dst a b
SMOVE a b m
SORT k
SORT k LIMIT 0 5 ASC ALPHA
SORT k STORE dst
SORT k BY w_* GET # GET o_* STORE dst
SORT k BY STORE
SORT k BY store STORE dst
SORT k GET STORE STORE dst
SORT k LIMIT STORE STORE STORE dst
SORT k store one STORE two
SORT_RO k BY w_* GET #
SUBSCRIBE channel
SUNION a b
SUNIONSTORE dst a b
TOUCH a b
TYPE k
UNLINK a b
WAIT 1 0
WATCH a b
XACK k g 1-1
XADD k * f v
XAUTOCLAIM k g c 0 0
XCLAIM k g c 0 1-1
XDEL k 1-1
XGROUP CREATE k g $
xgroup create k g $
XGROUP DESTROY k g
XGROUP CREATECONSUMER k g c
XGROUP SETID k g $
XGROUP HELP
XINFO STREAM k FULL
XINFO GROUPS k
XINFO CONSUMERS k g
XINFO HELP
XLEN k
XRANGE k - +
XREAD STREAMS k 0
XREAD COUNT 5 BLOCK 0 STREAMS a b 0 0
XREAD BLOCK 0 STREAMS STREAMS 0
XREAD streams a 0
XREAD COUNT 5 a 0
XREADGROUP GROUP g c STREAMS a >
XREADGROUP GROUP g c COUNT 5 NOACK STREAMS a b > >
XREADGROUP GROUP STREAMS STREAMS STREAMS a >
XTRIM k MAXLEN 5
ZADD k 1 m
ZDIFF 2 a b WITHSCORES
ZDIFFSTORE dst 2 a b
ZINTER 2 a b WEIGHTS 1 2
ZINTERCARD 2 a b LIMIT 1
ZINTERSTORE dst 2 a b AGGREGATE MAX
ZMPOP 1 a MIN
ZMPOP 3 a MIN
ZRANGE k 0 -1
ZRANGESTORE dst src 0 -1
ZUNION 2 a b
ZUNIONSTORE dst 2 a b WEIGHTS 1 2
ZUNIONSTORE dst x a b
ZUNIONSTORE dst 3 a b
`.trim().split("\n").map((line) =>
  line.split(" ").map((word) => word === '""' ? "" : word)
);

/** A reply of `COMMAND GETKEYS`; none for an error. */
type Names = string[] | undefined;

/** Sends all commands over one connection. */
async function askAll(port: number, commands: string[][]): Promise<Names[]> {
  using client = new RawClient({ port });
  return await Promise.all(
    commands.map((words) =>
      client.command(...words).then(
        (reply) => reply as string[],
        () => undefined,
      )
    ),
  );
}

/** The keys by our own account: none of a command that is refused. */
function ownKeys(words: readonly string[]): Names {
  const [command, ...args] = words;
  try {
    return keyPositions(command, args).map((position) => args[position]);
  } catch (error) {
    assert(error instanceof UnroutableCommandError, `${command}: ${error}`);
    return error.message.includes("unknown") ? undefined : [];
  }
}

// Older servers lack some of these commands, and forget keys of others.
Deno.test(
  "keyPositions() finds the keys that a server finds, since Redis 7",
  since(7),
  async () => {
    await using server = await RedisServer.start({ transport: "tcp" });
    const questions = COMMANDS.map((words) => ["COMMAND", "GETKEYS", ...words]);
    const answers = await askAll(server.port, questions);
    assertEquals(
      COMMANDS.map((words) => [words.join(" "), ownKeys(words)]),
      COMMANDS.map((words, at) => [words.join(" "), answers[at] ?? []]),
    );
  },
);

Deno.test("keyPositions() agrees with a server on every command it has", async () => {
  await using server = await RedisServer.start({ transport: "tcp" });
  const known = await ask(server, "COMMAND") as RawReply[][];
  // Arguments like these are no subcommands, of which Redis 7 would complain.
  const names = known.map(([name]) => String(name).toUpperCase())
    .filter((name) => specOf(name).row.subcommands === undefined);
  const commands = names.flatMap((name) =>
    Array.from({ length: 9 }, (_, count) => [
      name,
      ...Array.from({ length: count }, (_, at) => `argument${at}`),
    ])
  );
  const answers = await askAll(
    server.port,
    commands.map((words) => ["COMMAND", "GETKEYS", ...words]),
  );
  const compared = new Set<string>();
  for (const [at, words] of commands.entries()) {
    const own = ownKeys(words);
    // A server newer than our table, or with modules, has commands of its own;
    // with a wrong number of arguments it gives no answer.
    if (own === undefined || answers[at] === undefined) continue;
    assertEquals(own, answers[at], words.join(" "));
    compared.add(words[0]);
  }
  assert(compared.size > 150, `only ${compared.size} commands were compared`);
});
