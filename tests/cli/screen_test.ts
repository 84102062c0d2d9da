import { assert, assertEquals } from "@std/assert";
import { Screen } from "../../src/cli/screen.ts";
import { FakeOutput } from "./fake_shell.ts";

Deno.test("Screen takes the terminal when it draws, and gives it back once", () => {
  const output = new FakeOutput({ isTerminal: true });
  const screen = new Screen(output);
  screen.close();
  assertEquals(output.text, "");
  screen.draw(["one"]);
  assert(output.text.startsWith("\x1b[?1049h\x1b[?25l\x1b[?7l"));
  output.text = "";
  screen.draw(["two"]);
  assertEquals(output.text, "\x1b[H\x1b[Ktwo\r\n\x1b[J");
  output.text = "";
  screen.close();
  screen.close();
  assertEquals(output.text, "\x1b[?7h\x1b[?25h\x1b[?1049l");
});

Deno.test("Screen draws no more lines than there are rows, so nothing scrolls", () => {
  const output = new FakeOutput({ isTerminal: true, rows: 2 });
  const screen = new Screen(output);
  screen.draw(["one", "two", "three"]);
  assert(output.text.endsWith("\x1b[H\x1b[Kone\r\n\x1b[Ktwo"));
});
