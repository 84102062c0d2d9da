/**
 * A program that waits for a host that never answers, and prints how much CPU
 * time that takes. It runs in a process of its own, since the time of a process
 * is that of all its threads, and tests share theirs.
 *
 * @module
 */

import process from "node:process";
import { setImmediate } from "node:timers";
import { Cluster, type HostOptions } from "@rb/rb";

/** Milliseconds of CPU time that this process takes in so much time. */
async function workDuring(time: number): Promise<number> {
  const before = process.cpuUsage();
  await new Promise((wake) => setTimeout(wake, time));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const hosts: HostOptions[] = JSON.parse(Deno.args[0]);
const cluster = new Cluster({ hosts, timeout: 300_000 });
const done: number[] = [];
for (const id of cluster.hosts.keys()) {
  cluster.getLocalClient(id).ping().then(() => done.push(id), () => {});
}
while (done.length < hosts.length - 1) await workDuring(5);
const waiting: number[] = [];
const asking: number[] = [];
for (let i = 0; i < 5; i++) {
  waiting.push(await workDuring(60));
  // What it takes to ask all the time whether there is something to do, on the
  // same machine in the same moment.
  let isAsking = true;
  const ask = () => void (isAsking && setImmediate(ask));
  ask();
  asking.push(await workDuring(60));
  isAsking = false;
}
// Now and then some garbage is collected, or others have the machine.
const middle = (times: number[]) => times.sort((a, b) => a - b)[2];
console.log(JSON.stringify({
  done: done.sort(),
  waiting: middle(waiting),
  asking: middle(asking),
}));
Deno.exit();
