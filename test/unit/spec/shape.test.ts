/** Shapes of small files of our own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  filledText,
  finite,
  flag,
  listOf,
  mapOf,
  object,
  oneOf,
  type Shape,
  text,
  whole,
} from "../../../spec/shape.js";

const inner = object({ id: whole(1) }, { note: text });

const CASES: readonly (readonly [
  what: string,
  shape: Shape<unknown>,
  yes: readonly unknown[],
  no: readonly unknown[],
])[] = [
  ["text", text, ["", "a"], [1, null, undefined, ["a"]]],
  ["text that says something", filledText, ["a"], ["", 1]],
  ["a flag", flag, [true, false], ["true", 1, null]],
  ["a finite number", finite, [0, -1.5], [Number.NaN, Number.POSITIVE_INFINITY, "1", null]],
  ["a whole number within bounds", whole(1, 3), [1, 3], [0, 4, 1.5, "2", Number.NaN]],
  ["a whole number without an upper bound", whole(0), [0, 2 ** 40], [-1, 2 ** 60]],
  ["one of some values", oneOf<string | number>("a", 1), ["a", 1], ["b", 2, "1", undefined]],
  ["a list", listOf(whole(1)), [[], [1, 2]], [[0], [1, "2"], { 0: 1 }, "1"]],
  ["a map", mapOf(flag), [{}, { a: true }], [{ a: 1 }, { a: undefined }, [true], null, "a"]],
  ["a map of known names", mapOf(flag, ["a", "b"]), [{}, { a: true }], [{ c: true }, { a: true, c: false }]],
  [
    "an object",
    inner,
    [{ id: 1 }, { id: 1, note: "n" }, { id: 1, note: undefined }, { id: 1, more: {} }],
    [{}, { id: "1" }, { id: 1, note: 2 }, { id: 1, note: null }, [], null, undefined],
  ],
  ["an object in an object", object({ of: inner }), [{ of: { id: 2 } }], [{ of: { id: 0 } }, { of: null }]],
];

for (const [what, shape, yes, no] of CASES) {
  test(`${what} is told from what is none`, () => {
    for (const value of yes) assert.equal(shape(value), true, JSON.stringify(value));
    for (const value of no) assert.equal(shape(value), false, JSON.stringify(value));
  });
}
