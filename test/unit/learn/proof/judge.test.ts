/** Champion against challenger: what is promoted, what is not, and how often chance gets past. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { judge } from "../../../../learn/proof/judge.js";
import type { PairedAnswer } from "../../../../learn/proof/paired.js";
import { randomStream } from "../../../../rng/stream.js";
import type { ProofPolicy } from "../../../../spec/records/proof.js";

const POLICY: ProofPolicy = { rule: "better", margin: 0.01, classMargin: 0.05, level: 0.05, looks: 1 };
const FIRST = { looksBefore: 0, learned: 0 };

/** @param counts images that both, only the challenger, only the champion, and neither get right */
function answers(label: string, ...counts: readonly [number, number, number, number]): PairedAnswer[] {
  const kinds = [
    [true, true],
    [false, true],
    [true, false],
    [false, false],
  ] as const;
  return counts.flatMap((count, kind) =>
    Array.from({ length: count }, (_, index) => {
      const [champion, challenger] = kinds[kind] as readonly [boolean, boolean];
      return { label, group: `${label}-${kind}-${index}`, champion, challenger };
    }),
  );
}

test("a challenger that gains more than chance gives is better, under either rule", () => {
  const better = [...answers("cat", 80, 15, 2, 3), ...answers("dog", 90, 8, 1, 1)];
  for (const rule of ["better", "not-worse"] as const) {
    const { verdict, promotable, sentence } = judge(better, { ...POLICY, rule }, FIRST);
    assert.deepEqual([verdict, promotable], ["better", true]);
    assert.match(sentence, /^better: 96\.5 % against 86\.5 % on the same 200 images \(23 gained, 3 lost/);
  }
});

test("an equal challenger is promoted by the rule not-worse only", () => {
  const equal = [...answers("cat", 140, 2, 2, 6), ...answers("dog", 145, 1, 1, 3)];
  const strict = judge(equal, POLICY, FIRST);
  assert.deepEqual([strict.verdict, strict.promotable], ["not-worse", false]);
  assert.match(strict.sentence, /that it is better is not proven/);
  const lenient = judge(equal, { ...POLICY, rule: "not-worse" }, FIRST);
  assert.deepEqual([lenient.verdict, lenient.promotable], ["not-worse", true]);
});

test("a challenger that is worse is never promoted", () => {
  const worse = answers("cat", 160, 2, 20, 18);
  const { verdict, promotable } = judge(worse, { ...POLICY, rule: "not-worse" }, FIRST);
  assert.deepEqual([verdict, promotable], ["worse", false]);
});

test("a class that loses vetoes a challenger that is better on the whole", () => {
  const uneven = [...answers("cat", 100, 40, 0, 10), ...answers("wolf", 20, 0, 12, 0)];
  const { verdict, promotable, vetoes, classes } = judge(uneven, POLICY, FIRST);
  assert.deepEqual([verdict, promotable], ["class-worse", false]);
  assert.match(vetoes[0] ?? "", /^wolf is recognised in 62\.5 % instead of 100\.0 %/);
  assert.deepEqual(
    classes.map(({ name, verdict }) => [name, verdict]),
    [
      ["cat", "held"],
      ["wolf", "worse"],
    ],
  );
});

test("of a class with few images nothing is said, by its name", () => {
  const few = [...answers("cat", 90, 20, 1, 0), ...answers("lynx", 2, 0, 6, 0)];
  const { verdict, vetoes, classes } = judge(few, POLICY, FIRST);
  assert.equal(verdict, "better");
  assert.equal(classes.find(({ name }) => name === "lynx")?.verdict, "cannot-say");
  assert.match(vetoes.join(), /nothing can be said of lynx: fewer than 20 images/);
});

test("few images, images that were learned, and looks that are spent prove nothing", () => {
  const better = answers("cat", 50, 40, 0, 0);
  assert.equal(judge(answers("cat", 5, 14, 0, 0), POLICY, FIRST).verdict, "cannot-say");
  assert.equal(judge([], POLICY, FIRST).verdict, "cannot-say");
  const learned = judge(better, POLICY, { looksBefore: 0, learned: 3 });
  assert.deepEqual([learned.verdict, learned.promotable], ["leaks", false]);
  assert.match(learned.sentence, /trained on 3 of the champion's evaluation images/);
  const spent = judge(better, { ...POLICY, looks: 4 }, { looksBefore: 4, learned: 0 });
  assert.deepEqual([spent.verdict, spent.promotable], ["looks-spent", false]);
  assert.match(spent.sentence, /looked at 4 times already/);
});

test("the level is spent over the looks: what one look proves, one of ten does not", () => {
  const slight = answers("cat", 180, 9, 1, 10);
  assert.equal(judge(slight, POLICY, FIRST).verdict, "better");
  const tenth = judge(slight, { ...POLICY, looks: 10 }, FIRST);
  assert.equal(tenth.levelOfLook, 0.005);
  assert.notEqual(tenth.verdict, "better");
});

test("images of one group are one witness", () => {
  const burst = answers("cat", 160, 12, 0, 10).map((answer) =>
    answer.challenger && !answer.champion ? { ...answer, group: "burst" } : answer,
  );
  const { verdict, pBetter, groups } = judge(burst, POLICY, FIRST);
  assert.equal(groups, 171);
  assert.equal(pBetter, 0.5);
  assert.notEqual(verdict, "better");
});

test("groups that all agree do not make it surer than images alone would", () => {
  const pairs = answers("cat", 30, 0, 0, 10).map((answer, index) => ({
    ...answer,
    group: `pair-${Math.floor(index / 2)}`,
  }));
  const [low, high] = judge(pairs, POLICY, FIRST).interval;
  assert.ok(low < -0.03 && high > 0.03, `${low} to ${high}`);
});

/** A set of images on which the challenger is wrong so much more often than the champion, in groups of one size. */
function simulated(seed: number, lost: number, gained: number, images: number, size: number): PairedAnswer[] {
  const stream = randomStream(seed, "simulated");
  return Array.from({ length: images }, (_, index) => {
    // All images of a group go one way: the worst case.
    const draw = stream.uniform(Math.floor(index / size));
    const isLost = draw < lost;
    const isGained = !isLost && draw < lost + gained;
    return { label: "cat", group: `${Math.floor(index / size)}`, champion: !isGained, challenger: !isLost };
  });
}

const SETS = 400;
for (const [what, lost, gained, size] of [
  ["equal models", 0.06, 0.06, 1],
  ["equal models, images in groups of five", 0.06, 0.06, 5],
] as const) {
  test(`${what} are called better no more often than the level says`, () => {
    let called = 0;
    for (let seed = 0; seed < SETS; seed++)
      if (judge(simulated(seed, lost, gained, 400, size), POLICY, FIRST).verdict === "better") called += 1;
    // 95 % of binomial counts at the level itself lie below.
    assert.ok(called <= 0.05 * SETS + 1.96 * Math.sqrt(SETS * 0.05 * 0.95), `${called} of ${SETS}`);
  });
}

test("a challenger that lacks the margin is called not worse no more often than the level says", () => {
  const policy: ProofPolicy = { ...POLICY, rule: "not-worse", margin: 0.05, classMargin: 1 };
  let called = 0;
  for (let seed = 0; seed < SETS; seed++)
    if (judge(simulated(seed, 0.09, 0.04, 1000, 1), policy, FIRST).promotable) called += 1;
  assert.ok(called <= 0.05 * SETS + 1.96 * Math.sqrt(SETS * 0.05 * 0.95), `${called} of ${SETS}`);
});
