/** What `bases: auto` takes of the bases that are at hand, and what it says. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AtHand,
  type AutoLimits,
  chooseAuto,
  MOST_SECONDS,
  MOST_TAKEN,
} from "../../../../client/bases/auto/choose.js";
import { autoSentences } from "../../../../client/bases/auto/settle.js";

const LIMITS: AutoLimits = {
  memoryBytes: 8e9,
  machine: "this machine",
  secondsOf: (multiplyAdds) => multiplyAdds / 1e9,
  subject: "scans photos",
};

const base = (name: string, multiplyAdds: number, extra: Partial<AtHand> = {}): AtHand => ({
  name,
  about: "photographs",
  where: "in the store",
  identity: name,
  cost: { multiplyAdds, weightBytes: 1e7, passBytes: 1e8 },
  ...extra,
});
const takenOf = (found: readonly AtHand[], limits: Partial<AutoLimits> = {}): readonly string[] =>
  chooseAuto(found, { ...LIMITS, ...limits }).taken.map(({ name }) => name);
const whyNot = (found: readonly AtHand[], name: string, limits: Partial<AutoLimits> = {}): string =>
  chooseAuto(found, { ...LIMITS, ...limits }).leftOut.find((one) => one.name === name)?.why ?? "";

test("the cheapest come first, and before them those that the run file's words fit", () => {
  const brain = base("b", 9e9, { about: "MRI scans of brains" });
  const named = base("scans@2", 5e9);
  const found = [base("c", 2e9), base("a", 1e9), brain, named];
  assert.deepEqual(takenOf(found), ["scans@2", "b", "a", "c"]);
  const { taken } = chooseAuto(found, LIMITS);
  assert.equal(taken[0]?.why, "in the store, and its description says scans");
  assert.equal(taken[2]?.why, "in the store");
});

test("words that everybody uses, and those within others, are no match of domains", () => {
  const found = [base("a", 1e9), base("b", 2e9, { about: "photographs, images, scanseries" })];
  assert.deepEqual(takenOf(found, { subject: "images photographs scans" }), ["a", "b"]);
});

test(`no more than ${MOST_TAKEN} are compared`, () => {
  const found = ["a", "b", "c", "d", "e"].map((name, index) => base(name, (index + 1) * 1e9));
  assert.deepEqual(takenOf(found), ["a", "b", "c", "d"]);
  assert.match(whyNot(found, "e"), /compares 4 at most/);
});

test("what does not fit the memory is left out, with both figures", () => {
  const large = base("large", 1e9, { cost: { multiplyAdds: 1e9, weightBytes: 1e8, passBytes: 8e9 } });
  assert.equal(whyNot([large], "large"), "it needs 8.6 GB of memory at least, and this machine has 8.0 GB");
  assert.deepEqual(takenOf([large], { memoryBytes: 8.6e9 }), ["large"]);
});

test("time is shared: a base that would take too long is left out, but not the first", () => {
  const secondsOf = (multiplyAdds: number): number => (multiplyAdds / 1e9) * 0.4 * MOST_SECONDS;
  const found = [base("a", 1e9), base("b", 1.1e9), base("dear", 9e9), base("c", 1.2e9)];
  assert.deepEqual(takenOf(found, { secondsOf }), ["a", "b"]);
  assert.match(whyNot(found, "dear", { secondsOf }), /longer than 20 min with its about 72 min more/);
  assert.deepEqual(takenOf([base("dear", 9e9)], { secondsOf }), ["dear"]);
});

test("an obstacle, an unknown cost and a second name of the same network are reasons", () => {
  const { cost: _cost, ...unknown } = base("mobile@1", 0);
  const found = [
    base("a", 1e9),
    base("copy@1", 1e9, { identity: "a" }),
    base("gone", 1e9, { obstacle: "its weights are not on this machine" }),
    unknown,
  ];
  assert.deepEqual(takenOf(found), ["a"]);
  assert.equal(whyNot(found, "copy@1"), "it is the same network as a");
  assert.equal(whyNot(found, "gone"), "its weights are not on this machine");
  assert.match(whyNot(found, "mobile@1"), /cost is not known/);
  // What is out of the question itself keeps no other out.
  assert.deepEqual(takenOf([base("gone", 1e9, { obstacle: "x", identity: "a" }), base("a", 1e9)]), ["a"]);
});

test("it is said what is compared and why the others are not", () => {
  const taken = [
    { name: "a", why: "on this machine" },
    { name: "b@1", why: "in the store" },
  ];
  assert.deepEqual(autoSentences({ taken, leftOut: [{ name: "c", why: "too large" }] }), [
    "`bases: auto` compares a (on this machine); b@1 (in the store)",
    "Left out: c (too large)",
  ]);
  assert.deepEqual(autoSentences({ taken: taken.slice(0, 1), leftOut: [] }), [
    "`bases: auto` has nothing to compare and starts from a (on this machine)",
  ]);
});
