/**
 * Two nodes of a Redis Cluster that a test plays.
 *
 * @module
 */

import { Cluster, type ClusterOptions } from "../../mod.ts";
import {
  type ScriptedLink,
  ScriptedServer,
} from "../../support/scripted_server.ts";

/** What a node does with commands: whatever it writes to the link. */
export type Play = (text: string, link: ScriptedLink) => Promise<void>;

/**
 * Two nodes, the first of which has the lower half of the slots. They say so once
 * to whoever asks first, and tell nobody anything after that.
 */
export class ScriptedNodes implements AsyncDisposable {
  readonly nodes: readonly [ScriptedServer, ScriptedServer];
  #wasTold = false;

  constructor(first: Play, second: Play) {
    this.nodes = [this.#node(first), this.#node(second)];
  }

  /** Where a node is, as an error tells it. */
  placeOf(index: 0 | 1): string {
    return `127.0.0.1:${this.nodes[index].port}`;
  }

  /** A cluster that finds both through the first one. */
  makeCluster(options: Omit<ClusterOptions, "seeds">): Cluster {
    const [{ port }] = this.nodes;
    return new Cluster({ ...options, seeds: [`redis://127.0.0.1:${port}`] });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const node of this.nodes) await node[Symbol.asyncDispose]();
  }

  #node(play: Play): ScriptedServer {
    return new ScriptedServer(async (link) => {
      for (;;) {
        const text = await link.read();
        if (text === undefined) return;
        if (!text.includes("CLUSTER")) await play(text, link);
        else if (!this.#wasTold) {
          this.#wasTold = true;
          await link.write(this.#view());
        }
      }
    });
  }

  #view(): string {
    const halves = [[0, 8191], [8192, 16383]].map(([first, last], index) => {
      const { port } = this.nodes[index];
      return `*3\r\n:${first}\r\n:${last}\r\n` +
        `*3\r\n$9\r\n127.0.0.1\r\n:${port}\r\n$2\r\nn${index}\r\n`;
    });
    const lines = this.nodes.map(({ port }, index) =>
      `n${index} 127.0.0.1:${port}@1 master - 0 0 ${index + 1} connected\n`
    );
    return `*2\r\n${halves.join("")}${bulk(lines.join(""))}` +
      bulk("cluster_state:ok\r\n");
  }
}

function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}
