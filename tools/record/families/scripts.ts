import { answered, bytes, call, type Case, given } from "../cases.ts";

/** Scripts, each for a kind of reply. */
const SCRIPTS = [
  "return 1",
  "return 3.99",
  "return 'text'",
  "return nil",
  "return true",
  "return false",
  "return {}",
  "return {1, 'two', {3, false}, nil, 'unseen'}",
  "return {ok='FINE'}",
  "return {err='MY own words'}",
  "return {1, {err='MY own words'}, 3}",
  "return redis.status_reply('FINE')",
  "return redis.error_reply('MY own words')",
  "return {double=3.5}",
  "return {map={a=1}}",
  "return {set={a=true}}",
  "redis.setresp(3); return redis.call('HGETALL', 'none')",
  "return 9007199254740993",
  "return '9007199254740993'",
  "return redis.call('SET', 'k', 'v')",
  "return redis.call('INCR', 'none')",
  "return redis.call('GET', 'none')",
  "return redis.call('NO SUCH')",
  "return string.char(255, 0)",
  "no script at all",
];

const ECHO = "return {KEYS[1], KEYS[2], ARGV[1], ARGV[2], #KEYS, #ARGV}";

/** The digest of `return 1`. */
const SHA1 = "e0e1f9fabfc9d4800c877a703b823ac0578ff8db";

/** The digest of nothing that was loaded. */
const UNKNOWN = "ffffffffffffffffffffffffffffffffffffffff";

/** Scripts. */
export const SCRIPTING: Case[] = [
  ...SCRIPTS.map((script) => call("eval", script, [], [])),
  call("eval", ECHO, ["k"], ["v"]),
  call("eval", ECHO, ["k", "l"], ["v", 5]),
  call("eval", ECHO, [7, 8n], [1.5, 9007199254740993n]),
  call("eval", ECHO, [bytes("6b")], [bytes("76"), "ü"]),
  call("eval", "return #ARGV[1]", [], [bytes("ff00fe")]),
  call("eval", "return ARGV[1]", [], [bytes("ff00")]),
  ...given(
    "SET k 9007199254740992",
    call("eval", "return redis.call('INCR', KEYS[1])", ["k"], []),
    call("eval", "return redis.call('GET', KEYS[1])", ["k"], []),
  ),
  ...given(
    "RPUSH k a",
    call("eval", "return redis.call('GET', KEYS[1])", ["k"], []),
    call("eval", "return redis.pcall('GET', KEYS[1])", ["k"], []),
  ),
  ...answered(
    "*2\r\n:9007199254740993\r\n*1\r\n:-9223372036854775808\r\n",
    call("eval", "return {1, {2}}", [], []),
  ),
  call("evalsha", UNKNOWN, [], []),
  call("evalsha", "short", ["k"], []),
  ...given(
    [["SCRIPT", "LOAD", "return 1"]],
    call("evalsha", SHA1, [], []),
    call("evalsha", SHA1, ["k", 7], ["v", bytes("ff")]),
    call("evalsha", SHA1.toUpperCase(), ["k"], []),
    call("scriptExists", SHA1),
    call("scriptExists", SHA1, UNKNOWN),
    call("scriptFlush"),
  ),
  call("scriptExists", UNKNOWN),
  call("scriptExists"),
  call("scriptFlush"),
  call("scriptKill"),
  ...answered("+OK\r\n", call("scriptKill")),
  call("scriptLoad", "return 1"),
  call("scriptLoad", "no script at all"),
  ...answered(
    "+OK\r\n",
    call("scriptDebug", "YES"),
    call("scriptDebug", "SYNC"),
    call("scriptDebug", "NO"),
  ),
];
