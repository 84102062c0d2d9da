import { assert, assertEquals, assertMatch } from "@std/assert";
import { svgOf } from "../../tools/terminal/picture.ts";
import { screenOf } from "../../tools/terminal/screen.ts";

function textOf(recording: string): string[] {
  return screenOf(recording).map((line) =>
    line.map(({ character }) => character).join("")
  );
}

Deno.test("screenOf() keeps what is seen in the end", () => {
  assertEquals(textOf("one\r\ntwo"), ["one", "two"]);
  assertEquals(textOf("load 10\rload 20\r\n"), ["load 20", ""]);
  assertEquals(textOf("longer\r\x1b[Kshort"), ["short"]);
});

Deno.test("screenOf() knows the style of each character", () => {
  const [line] = screenOf("a\x1b[1mb\x1b[36mc\x1b[0md\x1b[2me\x1b[22mf");
  assertEquals(line.map(({ style }) => style), [
    { isBold: false, isDim: false, color: undefined },
    { isBold: true, isDim: false, color: undefined },
    { isBold: true, isDim: false, color: 36 },
    { isBold: false, isDim: false, color: undefined },
    { isBold: false, isDim: true, color: undefined },
    { isBold: false, isDim: false, color: undefined },
  ]);
});

Deno.test("svgOf() puts words at their columns and draws bars", () => {
  const recording = "\r\n  \x1b[1mhost 0\x1b[0m  \x1b[36m█▌\x1b[0m  a < b\r\n";
  const svg = svgOf(screenOf(recording), { command: "demo" });
  assertMatch(svg, /<tspan x="36.8" [^>]*class="bold">host 0<\/tspan>/);
  assertMatch(svg, /<rect class="cyan" x="104" [^>]*width="12.6"/);
  assertMatch(svg, /<tspan x="137.6" [^>]*>a &lt; b<\/tspan>/);
  assertMatch(svg, /prefers-color-scheme:dark/);
});

Deno.test("docs/demo.svg is a small picture that loads nothing", async () => {
  const url = new URL("../../docs/demo.svg", import.meta.url);
  const svg = await Deno.readTextFile(url);
  assert(svg.length < 40 * 1024, `${svg.length} bytes`);
  assertMatch(svg, /Every value is the one that was written/);
  const addresses = svg.match(/https?:[^"]+/g);
  assertEquals(addresses, ["http://www.w3.org/2000/svg"]);
});
