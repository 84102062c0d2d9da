/**
 * Draws how the cost grows, as SVG for light and dark pages.
 *
 * @module
 */

import type { Findings } from "./document.ts";
import type { Series } from "./series.ts";

/** One panel of the plot. */
export interface Panel {
  readonly title: string;
  /** What stands on the x axis. */
  readonly unit: string;
  readonly series: Series;
}

const PANEL_WIDTH = 400;
const HEIGHT = 360;
/** Around the lines of a panel. */
const MARGIN = { top: 44, right: 16, bottom: 88, left: 56 };

/** Told apart with any eyes, on light and dark. After M. Okabe and K. Ito. */
const COLORS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00"];

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; font-size: 14px; }
  .grid { stroke: #d1d9e0; stroke-width: 1; }
  .line { fill: none; stroke-width: 2; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .grid { stroke: #3d444d; }
  }`;

/** The picture of the page: keys, hosts, and hosts that answer from memory. */
export function performancePlot(
  { keys, hosts, memoryHosts, hostKeys }: Findings,
): string {
  const size = hostKeys.toLocaleString("en-US");
  const title = `More hosts, ${size} keys`;
  return drawPlot([
    { title: "More keys, four hosts", unit: "keys", series: keys },
    { title, unit: "hosts", series: hosts },
    ...memoryHosts === undefined ? [] : [{
      title: `${title}, from memory`,
      unit: "hosts that answer from memory",
      series: memoryHosts,
    }],
  ]);
}

/** All panels side by side, with the same y axis and one legend. */
export function drawPlot(panels: readonly Panel[]): string {
  const costs = panels.flatMap(({ series }) => [...series.costs.values()])
    .flat();
  const ticks = yTicks(Math.min(...costs), Math.max(...costs));
  const names = [
    ...new Set(panels.flatMap(({ series }) => [...series.costs.keys()])),
  ];
  const width = panels.length * PANEL_WIDTH;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${HEIGHT}" ` +
    `width="${width}" height="${HEIGHT}" role="img">`,
    "<title>Nanoseconds a key, by the number of keys and of hosts</title>",
    `<style>${STYLE}\n</style>`,
    ...panels.flatMap((panel, index) => [
      `<g transform="translate(${index * PANEL_WIDTH} 0)">`,
      ...drawPanel(panel, { ticks, names }),
      "</g>",
    ]),
    ...legend(names),
    "</svg>\n",
  ].join("\n");
}

/** A panel, whose lines have the colors that their names have everywhere. */
function drawPanel(
  panel: Panel,
  { ticks, names }: {
    readonly ticks: readonly number[];
    readonly names: readonly string[];
  },
): string[] {
  const { amounts, costs } = panel.series;
  const x = logScale(
    [amounts[0], amounts[amounts.length - 1]],
    [MARGIN.left, PANEL_WIDTH - MARGIN.right],
  );
  const y = logScale(
    [ticks[0], ticks[ticks.length - 1]],
    [HEIGHT - MARGIN.bottom, MARGIN.top],
  );
  const right = PANEL_WIDTH - MARGIN.right;
  const bottom = HEIGHT - MARGIN.bottom;
  return [
    text(MARGIN.left, 20, panel.title, 'class="title"'),
    text(MARGIN.left, 36, "nanoseconds a key"),
    ...ticks.flatMap((tick) => [
      `<path class="grid" d="M${MARGIN.left} ${y(tick)}H${right}"/>`,
      text(MARGIN.left - 6, y(tick) + 4, short(tick), 'text-anchor="end"'),
    ]),
    ...amounts.map((amount) =>
      text(x(amount), bottom + 18, short(amount), 'text-anchor="middle"')
    ),
    text(
      (MARGIN.left + right) / 2,
      bottom + 36,
      panel.unit,
      'text-anchor="middle"',
    ),
    ...[...costs].map(([name, line]) => {
      const points = line.map((cost, at) =>
        `${x(amounts[at]).toFixed(1)} ${y(cost).toFixed(1)}`
      );
      const color = COLORS[names.indexOf(name) % COLORS.length];
      return `<path class="line" stroke="${color}" d="M${points.join("L")}"/>`;
    }),
  ];
}

function legend(names: readonly string[]): string[] {
  let x = MARGIN.left;
  return names.flatMap((name, index) => {
    const color = COLORS[index % COLORS.length];
    const y = HEIGHT - 16;
    const from = x;
    x += 48 + 7 * name.length;
    return [
      `<path class="line" stroke="${color}" d="M${from} ${y - 4}h20"/>`,
      text(from + 26, y, name),
    ];
  });
}

function text(x: number, y: number, content: string, attributes = ""): string {
  const at = `x="${x.toFixed(1)}" y="${y.toFixed(1)}"`;
  return `<text ${at}${attributes && ` ${attributes}`}>${content}</text>`;
}

/** Places on a line where each further step multiplies. */
function logScale(
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
): (value: number) => number {
  const span = Math.log(high / low) || 1;
  return (value) => from + (to - from) * Math.log(value / low) / span;
}

/** 1, 2 and 5 times the powers of ten around the costs. */
function yTicks(low: number, high: number): number[] {
  const ticks: number[] = [];
  for (let power = 1; power < 1e9; power *= 10) {
    for (const digit of [1, 2, 5]) ticks.push(digit * power);
  }
  const first = ticks.findLastIndex((tick) => tick <= low);
  const last = ticks.findIndex((tick) => tick >= high);
  return ticks.slice(Math.max(0, first), last + 1);
}

function short(amount: number): string {
  // A power of two says more as it is.
  if (amount % 100 !== 0) return amount.toLocaleString("en-US");
  if (amount >= 1e6) return `${amount / 1e6}M`;
  return amount >= 1e3 ? `${amount / 1e3}k` : `${amount}`;
}
