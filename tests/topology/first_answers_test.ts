import { assertEquals, assertRejects } from "@std/assert";
import { firstAnswers } from "../../src/topology/first_answers.ts";
import { turn } from "../../support/waiting.ts";
import { FakeTime } from "../fake_time.ts";

/** Candidates that answer when the test says so. */
class Asked {
  readonly names: string[] = [];
  readonly #answers = new Map<string, PromiseWithResolvers<string>>();

  ask = (name: string): Promise<string> => {
    this.names.push(name);
    const answer = Promise.withResolvers<string>();
    this.#answers.set(name, answer);
    return answer.promise;
  };

  async answer(name: string): Promise<void> {
    this.#answers.get(name)!.resolve(name.toUpperCase());
    await turn();
  }

  async fail(name: string): Promise<void> {
    this.#answers.get(name)!.reject(new Error(`${name} is gone`));
    await turn();
  }
}

Deno.test("firstAnswers() asks as many as it needs, and no more", async () => {
  using _time = new FakeTime();
  const asked = new Asked();
  const answers = firstAnswers(["a", "b", "c"], 2, asked.ask);
  assertEquals(asked.names, ["a", "b"]);
  await asked.answer("b");
  await asked.answer("a");
  assertEquals(await answers, ["B", "A"]);
  assertEquals(asked.names, ["a", "b"]);
});

Deno.test("firstAnswers() asks another one for each that fails", async () => {
  using _time = new FakeTime();
  const asked = new Asked();
  const answers = firstAnswers(["a", "b", "c"], 2, asked.ask);
  await asked.fail("a");
  assertEquals(asked.names, ["a", "b", "c"]);
  await asked.answer("c");
  await asked.fail("b");
  assertEquals(await answers, ["C"]);
});

Deno.test("firstAnswers() asks another one after a while of silence", async () => {
  using time = new FakeTime();
  const asked = new Asked();
  const answers = firstAnswers(["a", "b", "c", "d"], 1, asked.ask);
  await time.advance(200);
  assertEquals(asked.names, ["a"]);
  await time.advance(100);
  assertEquals(asked.names, ["a", "b"]);
  await asked.answer("b");
  assertEquals(await answers, ["B"]);
  await time.advance(1_000);
  await asked.answer("a");
  assertEquals(asked.names, ["a", "b"]);
});

Deno.test("firstAnswers() fails as the first one did when all do, or when there is nobody", async () => {
  using _time = new FakeTime();
  const asked = new Asked();
  const answers = firstAnswers(["a", "b"], 2, asked.ask);
  const failed = assertRejects(() => answers, Error, "b is gone");
  await asked.fail("b");
  await asked.fail("a");
  await failed;
  await assertRejects(() => firstAnswers([], 2, asked.ask), Error, "nobody");
});
