import {
  beside,
  bytes,
  call,
  type Case,
  changing,
  published,
} from "../cases.ts";

/** Channels. */
export const PUBSUB: Case[] = [
  call("publish", "c", "hello"),
  call("publish", "c", 7),
  call("publish", "c", bytes("ff00")),
  ...beside("SUBSCRIBE c", call("publish", "c", "hello")),
  call("pubsubChannels"),
  call("pubsubChannels", "n*"),
  call("pubsubNumpat"),
  call("pubsubNumsub"),
  call("pubsubNumsub", "c", "d"),
  ...beside(
    "SUBSCRIBE c news",
    call("pubsubChannels", "n*"),
    call("pubsubNumsub", "c", "d"),
  ),
  ...changing(...beside("SUBSCRIBE c news", call("pubsubChannels"))),
  ...beside("PSUBSCRIBE a* b*", call("pubsubNumpat")),
  ...published(
    [["c", "one"], ["c", "zwölf €"], ["c", ""]],
    call("subscribe", "c"),
    call("subscribe", "d", "c"),
    call("psubscribe", "c*"),
    call("psubscribe", "x", "?"),
  ),
];
