import { assert, assertEquals } from "@std/assert";
import { specOf } from "../../src/commands/table.ts";
import { Command, flagBits } from "../../src/delivery/command.ts";
import {
  decide,
  isWorthRetrying,
  leadsElsewhere,
  mayStillChange,
  pauseBefore,
  type Progress,
  type Returned,
  wasTurnedAway,
} from "../../src/delivery/policy.ts";
import {
  CommandError,
  ConnectionError,
  ProtocolError,
  TimeoutError,
} from "../../src/errors.ts";
import type { Argument } from "../../src/values.ts";

const LOST = new ConnectionError("The connection was lost");
const TURNED_AWAY = new ConnectionError("Full", { outcome: "not-sent" });

const NOBODY = { resolve() {}, reject() {} };

/** A command that came back, written as `sent GET a`; `!` allows it twice. */
function returned(text: string): Returned {
  const [progress, word, ...args] = text.split(" ");
  const name = word.replace("!", "");
  const flags = flagBits({ idempotent: word.endsWith("!") });
  const command = new Command(
    specOf(name).form(),
    args as Argument[],
    NOBODY,
    flags,
  );
  return { command, progress: progress as Progress, batch: undefined };
}

function verdicts(loss: Error | undefined, ...texts: string[]): string[] {
  return decide(texts.map(returned), loss);
}

Deno.test("decide() sends what was not sent again, whatever it is", () => {
  assertEquals(
    verdicts(LOST, "unsent SET a 1", "unsent EVAL x 0", "unsent GET a"),
    ["again", "again", "again"],
  );
});

Deno.test("decide() sends what was sent again only if that does no harm", () => {
  assertEquals(verdicts(LOST, "sent GET a", "sent SET b 1"), ["again", "lost"]);
  assertEquals(verdicts(LOST, "sent SET! a 1"), ["again"]);
  // A script that reads may do anything.
  assertEquals(verdicts(LOST, "sent EVAL x 1 a"), ["lost"]);
});

Deno.test("decide() sends nothing behind a later command for its key that may have run", () => {
  assertEquals(
    verdicts(LOST, "sent GET a", "sent SET! a 1", "sent INCR a", "sent GET a"),
    ["lost", "lost", "lost", "again"],
  );
  assertEquals(
    verdicts(LOST, "sent GET a", "sent INCR b", "sent GET b"),
    ["again", "lost", "again"],
  );
  assertEquals(
    verdicts(undefined, "refused SET a 1", "ran SET a 2", "refused SET a 3"),
    ["refused", "done", "again"],
  );
  // Reads that ran forbid nothing.
  assertEquals(
    verdicts(undefined, "refused SET a 1", "ran GET a"),
    ["again", "done"],
  );
});

Deno.test("decide() knows every key of a command, and takes one without keys for all of them", () => {
  assertEquals(
    verdicts(
      undefined,
      "refused SET b 1",
      "refused SET c 1",
      "ran MSET a 1 b 2",
    ),
    ["refused", "again", "done"],
  );
  assertEquals(
    verdicts(undefined, "refused SET a 1", "ran FLUSHDB", "refused SET a 2"),
    ["refused", "done", "again"],
  );
  assertEquals(
    verdicts(undefined, "refused DBSIZE", "ran SET a 1"),
    ["refused", "done"],
  );
  assertEquals(
    verdicts(undefined, "refused SET a 1", "ran UNHEARD.OF a"),
    ["refused", "done"],
  );
});

Deno.test("decide() sends all again that a server turned away", () => {
  assertEquals(
    verdicts(TURNED_AWAY, "sent INCR a", "sent EVAL x 1 a", "unsent GET a"),
    ["again", "again", "again"],
  );
});

Deno.test("decide() repeats nothing at a server that does not speak the protocol", () => {
  assertEquals(
    verdicts(new ProtocolError("Not RESP"), "sent GET a", "unsent GET a"),
    ["lost", "again"],
  );
});

Deno.test("mayStillChange() is about writes that were sent and have no reply", () => {
  const texts = ["sent INCR a", "sent GET a", "unsent INCR a", "ran INCR a"];
  assertEquals(
    texts.map((text) => mayStillChange(returned(text))),
    [true, false, false, false],
  );
});

Deno.test("leadsElsewhere() believes no command that words its own errors", () => {
  for (const code of ["READONLY", "MASTERDOWN", "LOADING", "CLUSTERDOWN"]) {
    const error = new CommandError(`${code} for a reason`);
    for (const name of ["SET", "MGET"]) {
      assert(leadsElsewhere(specOf(name), error));
    }
    for (const name of ["EVAL", "FCALL", "JSON.SET"]) {
      assert(!leadsElsewhere(specOf(name), error), name);
    }
  }
  for (const text of ["ERR READONLY", "OOM", "WRONGTYPE", "NOPERM"]) {
    assert(!leadsElsewhere(specOf("SET"), new CommandError(text)), text);
  }
});

Deno.test("wasTurnedAway() and isWorthRetrying() tell what another attempt is good for", () => {
  assert(wasTurnedAway(TURNED_AWAY));
  assert(!wasTurnedAway(LOST) && !wasTurnedAway(new Error("other")));
  const refusal = (text: string) =>
    new ConnectionError("Refused", { cause: new CommandError(text) });
  const worth = [
    LOST,
    new TimeoutError("Late"),
    new Error("ECONNREFUSED"),
    refusal("LOADING Redis is loading"),
    refusal("ERR max number of clients reached"),
  ];
  for (const error of worth) assert(isWorthRetrying(error), String(error));
  const hopeless = [
    new ProtocolError("Not RESP"),
    refusal("WRONGPASS invalid password"),
    new ConnectionError("TLS", {
      cause: new Deno.errors.InvalidData("invalid peer certificate"),
    }),
  ];
  for (const error of hopeless) assert(!isWorthRetrying(error), String(error));
});

Deno.test("pauseBefore() doubles to half a second, and takes up to a half off", () => {
  const longest = [50, 100, 200, 400, 500, 500];
  longest.forEach((most, index) => {
    for (let i = 0; i < 50; i++) {
      const pause = pauseBefore(index + 1);
      assert(pause >= most / 2 && pause <= most, `${pause} of ${most}`);
    }
  });
});
