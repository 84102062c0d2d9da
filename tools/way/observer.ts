/**
 * Which functions of `src/` run meanwhile, told by the engine itself.
 *
 * @module
 */

import { Session } from "node:inspector";

/** Functions of one file. */
export interface FileCalls {
  /** Its path below `src/`. */
  readonly path: string;
  /** The names of its functions that ran, in the order of their first calls. */
  readonly functions: readonly string[];
}

/** A function, as far as it can be found again. */
interface Place {
  readonly scriptId: string;
  readonly path: string;
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

interface Coverage {
  readonly result: readonly {
    readonly scriptId: string;
    readonly url: string;
    readonly functions: readonly {
      readonly functionName: string;
      readonly ranges: readonly {
        readonly startOffset: number;
        readonly endOffset: number;
        readonly count: number;
      }[];
    }[];
  }[];
}

interface Location {
  readonly scriptId: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

const SRC = new URL("../../src/", import.meta.url).href;

/** Where the engine notes a call: it can only reach what is global. */
const NOTE = "noteCall";

/** What is called otherwise here than by the engine. */
const NAMES: Record<string, string> = {
  "": "(anonymous)",
  "<instance_members_initializer>": "(fields)",
};

/** How often a call is looked at. */
const ROUNDS = 3;

/** Looks at what runs in this process. */
export class Observer {
  readonly #session = new Session();

  constructor() {
    this.#session.connect();
  }

  /**
   * What runs because of one call, to the end of what follows its result.
   *
   * @param call Takes the same way each time; it is called several times.
   * @returns The files in the order of their first calls.
   */
  async observe(call: () => Promise<unknown>): Promise<FileCalls[]> {
    const rounds = new Map<string, number>();
    const places = new Map<string, Place>();
    for (let round = 0; round < ROUNDS; round++) {
      for (const place of await this.#ranDuring(call)) {
        const id = idOf(place);
        rounds.set(id, (rounds.get(id) ?? 0) + 1);
        places.set(id, place);
      }
    }
    // The rest ran by chance: a clock went off, or the machine was busy.
    const usual = [...places.values()].filter((place) =>
      (rounds.get(idOf(place)) ?? 0) > ROUNDS / 2
    );
    return filesOf([...await this.#reached(usual, call), ...usual]);
  }

  [Symbol.dispose](): void {
    this.#session.disconnect();
  }

  /** The functions that run during one call. */
  async #ranDuring(call: () => Promise<unknown>): Promise<Place[]> {
    await this.#post("Profiler.enable");
    await this.#post("Profiler.startPreciseCoverage", {
      callCount: true,
      detailed: false,
    });
    try {
      // Taking it sets all counts to zero.
      await this.#post("Profiler.takePreciseCoverage");
      await call();
      await afterwards();
      return placesOf(
        await this.#post<Coverage>("Profiler.takePreciseCoverage"),
      );
    } finally {
      await this.#post("Profiler.stopPreciseCoverage");
      await this.#post("Profiler.disable");
    }
  }

  /**
   * Places in the order in which a call reaches them. A breakpoint in each notes
   * it by its condition, which is never true, so that nothing stops.
   */
  async #reached(
    places: readonly Place[],
    call: () => Promise<unknown>,
  ): Promise<Place[]> {
    const reached = new Set<Place>();
    const globals = globalThis as unknown as Record<string, unknown>;
    globals[NOTE] = (index: number) => void reached.add(places[index]);
    await this.#post("Debugger.enable");
    try {
      for (const [index, place] of places.entries()) {
        const location = await this.#beginOf(place);
        if (location === undefined) continue;
        const condition = `globalThis.${NOTE}(${index})`;
        await this.#post("Debugger.setBreakpoint", { location, condition });
      }
      reached.clear();
      await call();
      await afterwards();
    } finally {
      await this.#post("Debugger.disable");
      delete globals[NOTE];
    }
    return [...reached];
  }

  /** Where a function could be stopped first, if anywhere: fields have no code. */
  async #beginOf({ scriptId, start, end }: Place): Promise<
    Location | undefined
  > {
    const { scriptSource } = await this.#post<{ scriptSource: string }>(
      "Debugger.getScriptSource",
      { scriptId },
    );
    const at = (offset: number): Location => {
      const lines = scriptSource.slice(0, offset).split("\n");
      const columnNumber = lines[lines.length - 1].length;
      return { scriptId, lineNumber: lines.length - 1, columnNumber };
    };
    const { locations } = await this.#post<{ locations: Location[] }>(
      "Debugger.getPossibleBreakpoints",
      { start: at(start), end: at(end), restrictToFunction: true },
    );
    return locations.at(0);
  }

  #post<T>(method: string, parameters: object = {}): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#session.post(
        method,
        parameters,
        (error: Error | null, result?: object) => {
          if (error === null) resolve(result as T);
          else reject(error);
        },
      );
    });
  }
}

/** Waits for what a call leaves behind, such as a connection to give back. */
function afterwards(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

function placesOf({ result }: Coverage): Place[] {
  return result.filter(({ url }) => url.startsWith(SRC)).flatMap((script) =>
    script.functions
      // The first one is the module itself.
      .filter(({ ranges: [range] }) => range.count > 0 && range.startOffset > 0)
      .map(({ functionName, ranges: [{ startOffset, endOffset }] }) => ({
        scriptId: script.scriptId,
        path: script.url.slice(SRC.length),
        name: NAMES[functionName] ?? functionName,
        start: startOffset,
        end: endOffset,
      }))
  );
}

function idOf({ path, start, end }: Place): string {
  return `${path} ${start} ${end}`;
}

/** Groups places by file; one may be there twice. */
function filesOf(places: readonly Place[]): FileCalls[] {
  const files = new Map<string, Set<Place>>();
  for (const place of places) {
    const known = files.get(place.path) ?? new Set();
    files.set(place.path, known.add(place));
  }
  return [...files].map(([path, known]) => ({
    path,
    functions: [...known].map(({ name }) => name),
  }));
}
