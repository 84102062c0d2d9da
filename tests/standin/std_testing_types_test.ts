import {
  assertType,
  type Has,
  type IsAny,
  type IsExact,
  type IsNever,
  type IsNullable,
  type IsUnknown,
  type NotHas,
} from "./std_testing_types.ts";

interface Tree {
  children: Tree[];
}

// deno-lint-ignore no-explicit-any
type Anything = any;

Deno.test("IsExact tells types apart", () => {
  assertType<IsExact<string | number, number | string>>(true);
  assertType<IsExact<Promise<1>, Promise<1>>>(true);
  assertType<IsExact<{ a: 1 } & { b: 2 }, { a: 1; b: 2 }>>(true);
  assertType<IsExact<Anything, Anything>>(true);
  assertType<IsExact<never, never>>(true);
  assertType<IsExact<Tree, Tree>>(true);
  assertType<IsExact<[a: 1], [b: 1]>>(true);

  assertType<IsExact<string, string | number>>(false);
  assertType<IsExact<string, Anything>>(false);
  assertType<IsExact<never, Anything>>(false);
  assertType<IsExact<unknown, Anything>>(false);
  assertType<IsExact<{ a: 1 }, { a?: 1 }>>(false);
  assertType<IsExact<{ a: 1 }, { readonly a: 1 }>>(false);
  assertType<IsExact<{ a: string }, { a: Anything }>>(false);
  assertType<IsExact<() => 1, () => 2>>(false);
  assertType<IsExact<(a: 1) => void, (a?: 1) => void>>(false);
});

Deno.test("Has and NotHas look into unions", () => {
  assertType<Has<string | number, string>>(true);
  assertType<Has<string, number>>(false);
  assertType<NotHas<string, number>>(true);
  assertType<NotHas<string | number, number>>(false);
});

Deno.test("the questions about special types are answered", () => {
  assertType<IsNullable<string | null>>(true);
  assertType<IsNullable<string | undefined>>(true);
  assertType<IsNullable<string>>(false);
  assertType<IsNever<never>>(true);
  assertType<IsNever<undefined>>(false);
  assertType<IsAny<Anything>>(true);
  assertType<IsAny<unknown>>(false);
  assertType<IsUnknown<unknown>>(true);
  assertType<IsUnknown<Anything>>(false);
});
