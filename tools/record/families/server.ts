import {
  answered,
  call,
  type Case,
  changing,
  cut,
  given,
  on,
  threeWays,
} from "../cases.ts";
import { fact } from "../facts.ts";

/** What COMMAND says of two commands; all of it is very long. */
const COMMANDS =
  "*2\r\n*6\r\n$3\r\nget\r\n:2\r\n*2\r\n+readonly\r\n+fast\r\n:1\r\n:1\r\n:1\r\n" +
  "*6\r\n$4\r\nmset\r\n:-3\r\n*2\r\n+write\r\n+denyoom\r\n:1\r\n:-1\r\n:2\r\n";

const STATE: Case[] = [
  ...changing(
    call("bgrewriteaof"),
    call("bgsave"),
    call("lastsave"),
    call("time"),
    call("memoryDoctor"),
    call("memoryStats"),
    call("role"),
    call("info", "cpu"),
    call("latencyDoctor"),
    call("commandInfo", "get"),
    call("commandInfo", "get", "nosuch", "XREAD"),
  ),
  ...cut(call("memoryMallocStats"), call("info"), call("info", "everything")),
  call("info", "keyspace"),
  call("info", "nosuch"),
  ...given("SET k v", call("info", "keyspace")),
  ...answered(COMMANDS, call("command"), call("commandInfo")),
  call("commandCount"),
  call("commandGetKeys"),
  call("commandInfo", "nosuch"),
  call("dbsize"),
  ...given("SET k v; SET l w", call("dbsize")),
  call("flushall"),
  call("flushall", true),
  call("flushall", false),
  call("flushdb"),
  call("flushdb", true),
  call("flushdb", undefined),
  call("memoryHelp"),
  call("memoryPurge"),
  call("save"),
  call("swapdb", 0, 1),
  call("swapdb", "1", "0"),
  call("swapdb", 0, 99),
];

const CONFIGURATION: Case[] = [
  call("configGet", "maxmemory"),
  call("configGet", "nosuch"),
  call("configResetStat"),
  call("configRewrite"),
  ...answered("+OK\r\n", call("configRewrite")),
  call("configSet", "maxmemory-samples", "5"),
  call("configSet", "maxmemory-samples", 5),
  call("configSet", "maxmemory-samples", "many"),
  call("configSet", "nosuch", "1"),
  call("slowlog", "LEN"),
  call("slowlog", "GET"),
  call("slowlog", "GET", "2"),
  call("slowlog", "GET", 2),
  call("slowlog", "RESET"),
  call("slowlog", "HELP"),
  call("slowlog", "nosuch"),
  ...answered(
    "*1\r\n*6\r\n:14\r\n:1700000000\r\n:15\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n" +
      "$15\r\n127.0.0.1:50000\r\n$2\r\nme\r\n",
    call("slowlog", "GET", "1"),
  ),
  call("moduleList"),
  call("moduleLoad", "/nowhere.so"),
  call("moduleLoad", "/nowhere.so", "a", "b"),
  call("moduleUnload", "nosuch"),
  ...answered(
    "+OK\r\n",
    call("moduleLoad", "/some.so"),
    call("moduleUnload", "some"),
  ),
  ...answered(
    "*1\r\n*4\r\n$4\r\nname\r\n$4\r\nsome\r\n$3\r\nver\r\n:1\r\n",
    call("moduleList"),
  ),
];

const USERS: Case[] = [
  call("aclCat"),
  call("aclCat", "nosuch"),
  call("aclDelUser", "nobody"),
  call("aclDelUser", "nobody", "alice"),
  call("aclDelUser"),
  call("aclGetUser", "nobody"),
  call("aclHelp"),
  call("aclLoad"),
  call("aclSave"),
  call("aclLog", 5),
  call("aclLog", "5"),
  call("aclLog", "RESET"),
  call("aclSetUser", "alice", "nonsense"),
  call("aclWhoami"),
  call("aclGenPass", 0),
  ...changing(
    call("aclCat", "geo"),
    call("configGet", "maxmemory*"),
    call("aclGenPass"),
    call("aclGenPass", 128),
  ),
  ...on(
    "acl",
    call("aclLoad"),
    call("aclSave"),
    call("aclList"),
    call("aclUsers"),
    call("aclSetUser", "alice"),
    call("aclSetUser", "alice", "on", ">secret", "~k*", "+get"),
    ...given(
      "ACL SETUSER alice on >secret ~k* &c* +get -set (~l +set)",
      call("aclGetUser", "alice"),
      call("aclList"),
      call("aclUsers"),
      call("aclDelUser", "alice", "nobody"),
    ),
    call("aclGetUser", "default"),
  ),
  ...answered(
    "*1\r\n*4\r\n$5\r\ncount\r\n:1\r\n$6\r\nreason\r\n$4\r\nauth\r\n",
    call("aclLog", 1),
  ),
];

const REPLICATION: Case[] = [
  ...changing(
    call("replicaof", "127.0.0.1", fact("second port")),
    call("slaveof", "127.0.0.1", fact("second port")),
    ...given(
      [["REPLICAOF", "127.0.0.1", "1"]],
      call("info", "replication"),
    ),
  ),
  call("replicaof", "127.0.0.1", "no port"),
  call("replicaofNoOne"),
  call("slaveofNoOne"),
  ...answered("+OK\r\n", call("replicaofNoOne"), call("slaveofNoOne")),
  ...answered(
    "*3\r\n$6\r\nmaster\r\n:3129659\r\n*1\r\n*3\r\n$9\r\n127.0.0.1\r\n" +
      "$4\r\n9001\r\n$7\r\n3129242\r\n",
    call("role"),
  ),
  ...answered(
    "*5\r\n$5\r\nslave\r\n$9\r\n127.0.0.1\r\n:9000\r\n" +
      "$9\r\nconnected\r\n:3167038\r\n",
    call("role"),
  ),
  ...answered(
    "*2\r\n$8\r\nsentinel\r\n*2\r\n$3\r\none\r\n$3\r\ntwo\r\n",
    call("role"),
  ),
];

/** What ends or takes over the server, or its connection. */
const ENDS: Case[] = [
  ...answered(
    "+OK\r\n",
    call("shutdown"),
    call("shutdown", "SAVE"),
    call("shutdown", "NOSAVE"),
    call("debugSegfault"),
  ),
  ...answered(
    "-ERR Errors trying to SHUTDOWN. Check logs.\r\n",
    call("shutdown", "SAVE"),
  ),
  call("monitor"),
  call("sync"),
];

/** The server itself. */
export const SERVER: Case[] = [
  ...STATE,
  ...changing(
    ...threeWays(
      { right: "SET k v", wrong: "RPUSH k a" },
      call("memoryUsage", "k"),
      call("memoryUsage", "k", {}),
      call("memoryUsage", "k", { samples: 0 }),
      call("memoryUsage", "k", { samples: 5 }),
      call("memoryUsage", "k", { samples: "5" }),
    ),
  ),
  ...CONFIGURATION,
  ...USERS,
  ...REPLICATION,
  ...ENDS,
];
