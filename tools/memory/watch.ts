/**
 * How much memory this process takes, from a moment on.
 *
 * @module
 */

/** What a watch has seen, in bytes beyond what there was when it began. */
export interface MemoryPeaks {
  /** The most that the system has given the process, garbage included. */
  readonly peakResident: number;
  /** The most that was in use where somebody looked, garbage swept up. */
  readonly peakLive: number;
  /** What is in use at the end, garbage swept up. */
  readonly endLive: number;
}

/** Between two looks at the memory, in milliseconds. */
const INTERVAL = 5;

/** Watches from its making on. Needs `--v8-flags=--expose-gc`. */
export class MemoryWatch {
  readonly #startLive: number;
  readonly #startResident: number;
  readonly #timer: ReturnType<typeof setInterval>;
  #peakResident = 0;
  #peakLive = 0;

  constructor() {
    this.#startLive = liveBytes();
    resetPeak();
    this.#startResident = Deno.memoryUsage().rss;
    this.#timer = setInterval(() => this.#sample(), INTERVAL);
  }

  /** Sweeps up the garbage and notes what is left; takes its time. */
  sampleLive(): void {
    this.#sample();
    this.#peakLive = Math.max(this.#peakLive, liveBytes());
  }

  /** Ends it. */
  stop(): MemoryPeaks {
    clearInterval(this.#timer);
    this.#sample();
    const resident = Math.max(this.#peakResident, systemPeak());
    const endLive = liveBytes();
    return {
      peakResident: resident - this.#startResident,
      peakLive: Math.max(this.#peakLive, endLive) - this.#startLive,
      endLive: endLive - this.#startLive,
    };
  }

  #sample(): void {
    const { rss } = Deno.memoryUsage();
    this.#peakResident = Math.max(this.#peakResident, rss);
  }
}

function liveBytes(): number {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) throw new Error("Run with --v8-flags=--expose-gc");
  gc();
  gc();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

/** Linux keeps the peak by itself, also while no timer can run. */
function resetPeak(): void {
  try {
    Deno.writeTextFileSync("/proc/self/clear_refs", "5");
  } catch {
    // Elsewhere the samples have to do.
  }
}

function systemPeak(): number {
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1_024;
  } catch {
    return 0;
  }
}
