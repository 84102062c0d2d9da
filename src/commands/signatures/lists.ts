/**
 * The methods for lists.
 *
 * @module
 */

import type { LInsertLocation, LPosOpts, LPosWithCountOpts } from "@db/redis";
import type { Argument, Key } from "../../values.ts";

/** An end of a list. */
export type ListEnd = "LEFT" | "RIGHT";

/** How many elements are taken. */
export interface LMPopOptions {
  /**
   * The most.
   *
   * @default {1}
   */
  count?: number;
}

/** Commands on lists. */
export interface ListMethods {
  /**
   * Waits for an element at an end of a list, and moves it to an end of another
   * of the same host.
   *
   * Redis 6.2.0, O(1).
   *
   * @param timeout Seconds to wait; 0 for ever.
   * @returns The element; null when the time was up.
   */
  blmove(
    source: Key,
    destination: Key,
    from: ListEnd,
    to: ListEnd,
    timeout: number,
  ): string | null;
  /**
   * Waits for elements of the first of several lists that has any, and takes
   * them.
   *
   * Redis 7.0.0, O(N + M) for N keys and M elements.
   *
   * @param timeout Seconds to wait; 0 for ever.
   * @returns The key and the elements; null when the time was up.
   */
  blmpop(
    timeout: number,
    from: ListEnd,
    keys: readonly Key[],
    options?: LMPopOptions,
  ): [key: string, elements: string[]] | null;
  /**
   * Waits for the first element of any of several lists, and takes it.
   *
   * Redis 2.0.0, O(N) in the number of keys.
   *
   * @param timeout Seconds to wait; 0 for ever.
   * @returns The key and the element; null when the time was up.
   */
  blpop(timeout: number, ...keys: Key[]): [key: string, element: string] | null;
  /**
   * Waits for the last element of any of several lists, and takes it.
   *
   * Redis 2.0.0, O(N) in the number of keys.
   *
   * @param timeout Seconds to wait; 0 for ever.
   * @returns The key and the element; null when the time was up.
   */
  brpop(timeout: number, ...keys: Key[]): [key: string, element: string] | null;
  /**
   * Waits for the last element of a list, and moves it to the head of another;
   * `blmove` does it too.
   *
   * Redis 2.2.0, O(1).
   *
   * @param timeout Seconds to wait; 0 for ever.
   * @returns The element; null when the time was up.
   */
  brpoplpush(source: Key, destination: Key, timeout: number): string | null;
  /**
   * Reads an element.
   *
   * Redis 1.0.0, O(N) in the elements on the way.
   *
   * @param index Its place, from 0; below 0, from the end.
   * @returns The element; null if there is none.
   */
  lindex(key: Key, index: number): string | null;
  /**
   * Inserts an element beside another one.
   *
   * Redis 2.2.0, O(N) in the elements on the way.
   *
   * @param pivot The other one.
   * @returns The length afterwards; -1 if there is no such one, 0 if there is no
   * list.
   */
  linsert(
    key: Key,
    location: LInsertLocation,
    pivot: Argument,
    element: Argument,
  ): number;
  /**
   * Measures a list.
   *
   * Redis 1.0.0, O(1).
   *
   * @returns Its length; 0 if there is no list.
   */
  llen(key: Key): number;
  /**
   * Moves an element from an end of a list to an end of another of the same
   * host.
   *
   * Redis 6.2.0, O(1).
   *
   * @returns The element; null if there is none.
   */
  lmove(
    source: Key,
    destination: Key,
    from: ListEnd,
    to: ListEnd,
  ): string | null;
  /**
   * Takes elements of the first of several lists that has any.
   *
   * Redis 7.0.0, O(N + M) for N keys and M elements.
   *
   * @returns The key and the elements; null if all are empty.
   */
  lmpop(
    from: ListEnd,
    keys: readonly Key[],
    options?: LMPopOptions,
  ): [key: string, elements: string[]] | null;
  /**
   * Takes the first element.
   *
   * Redis 1.0.0, O(N) in the number of elements.
   *
   * @returns The element; null if there is none.
   */
  lpop(key: Key): string | null;
  /**
   * Takes several elements from the head (Redis 6.2.0).
   */
  lpop(key: Key, count: number): string[];
  /**
   * Finds an element.
   *
   * Redis 6.0.6, O(N) in the length of the list.
   *
   * @param options `rank` for which of several, below 0 from the end; `maxlen`
   * for how many to look at.
   * @returns Its place, from 0; null if there is none.
   */
  lpos(key: Key, element: Argument, options?: LPosOpts): number | null;
  /**
   * Finds the places of an element; with `count` 0, all of them.
   */
  lpos(key: Key, element: Argument, options: LPosWithCountOpts): number[];
  /**
   * Puts elements at the head, each before the one given before.
   *
   * Redis 1.0.0, O(1) for each element.
   *
   * @returns The length afterwards.
   */
  lpush(key: Key, ...elements: Argument[]): number;
  /**
   * Puts the elements of a list at the head.
   */
  lpush(key: Key, elements: readonly Argument[]): number;
  /**
   * Puts elements at the head of a list that is there.
   *
   * Redis 2.2.0, O(1) for each element.
   *
   * @returns The length afterwards; 0 if there is no list.
   */
  lpushx(key: Key, ...elements: Argument[]): number;
  /**
   * Puts the elements of a list at the head of one that is there.
   */
  lpushx(key: Key, elements: readonly Argument[]): number;
  /**
   * Reads a range of elements.
   *
   * Redis 1.0.0, O(S + N) for S elements on the way and N in the range.
   *
   * @param start The first place, from 0; below 0, from the end.
   * @param stop The last one.
   */
  lrange(key: Key, start: number, stop: number): string[];
  /**
   * Removes elements that are equal to one.
   *
   * Redis 1.0.0, O(N + M) in the length and the number removed.
   *
   * @param count The most from the head; below 0, from the end; 0 for all.
   * @returns How many were removed.
   */
  lrem(key: Key, count: number, element: Argument): number;
  /**
   * Writes over an element.
   *
   * Redis 1.0.0, O(N) in the elements on the way.
   *
   * @param index Its place, from 0; below 0, from the end.
   * @returns `"OK"`.
   */
  lset(key: Key, index: number, element: Argument): string;
  /**
   * Keeps a range of elements and removes the others.
   *
   * Redis 1.0.0, O(N) in the number removed.
   *
   * @param start The first place, from 0; below 0, from the end.
   * @param stop The last one.
   * @returns `"OK"`.
   */
  ltrim(key: Key, start: number, stop: number): string;
  /**
   * Takes the last element.
   *
   * Redis 1.0.0, O(N) in the number of elements.
   *
   * @returns The element; null if there is none.
   */
  rpop(key: Key): string | null;
  /**
   * Takes several elements from the end (Redis 6.2.0).
   */
  rpop(key: Key, count: number): string[];
  /**
   * Moves the last element of a list to the head of another; `lmove` does it
   * too.
   *
   * Redis 1.2.0, O(1).
   *
   * @returns The element; null if there is none.
   */
  rpoplpush(source: Key, destination: Key): string | null;
  /**
   * Puts elements at the end.
   *
   * Redis 1.0.0, O(1) for each element.
   *
   * @returns The length afterwards.
   */
  rpush(key: Key, ...elements: Argument[]): number;
  /**
   * Puts the elements of a list at the end.
   */
  rpush(key: Key, elements: readonly Argument[]): number;
  /**
   * Puts elements at the end of a list that is there.
   *
   * Redis 2.2.0, O(1) for each element.
   *
   * @returns The length afterwards; 0 if there is no list.
   */
  rpushx(key: Key, ...elements: Argument[]): number;
  /**
   * Puts the elements of a list at the end of one that is there.
   */
  rpushx(key: Key, elements: readonly Argument[]): number;
}
