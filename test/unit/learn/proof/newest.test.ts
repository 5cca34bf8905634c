/** Images that are new since the champion: which they are, and that they can only speak against a challenger. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { proofText } from "../../../../cli/render/models/proof.js";
import { judge } from "../../../../learn/proof/judge.js";
import { judgeNewest, newestImages } from "../../../../learn/proof/newest.js";
import type { PairedAnswer } from "../../../../learn/proof/paired.js";
import { type EvaluatedVersion, type ModelProof, proofInFull } from "../../../../spec/records/proof.js";
import { sha256 } from "../../../../store/artifacts/keys.js";
import { plainScreen } from "../../cli/screens.js";

const POLICY = { rule: "better", margin: 0.01, classMargin: 0.05, level: 0.05, looks: 10 } as const;
const FIRST = { looksBefore: 0, learned: 0 };

const image = (name: string, look = name) => ({
  sha256: sha256(name),
  phash: sha256(`look of ${look}`).slice(0, 16),
});
const answered = (name: string, label = "a", look = name) => ({
  ...{ ...image(name, look), label, group: name, isRight: true },
});
function version(
  number: number,
  answers: EvaluatedVersion["answers"],
  learned: string[] = [],
): EvaluatedVersion {
  return {
    version: number,
    classes: number === 1 ? ["a", "b"] : ["a", "b", "c"],
    answers,
    learned: learned.map((name) => image(name)),
  };
}

/** @param counts images that both, only the challenger, only the champion, and neither get right */
function pairs(...counts: readonly [number, number, number, number]): PairedAnswer[] {
  const kinds = [
    [true, true],
    [false, true],
    [true, false],
    [false, false],
  ] as const;
  return counts.flatMap((count, kind) =>
    Array.from({ length: count }, (_, index): PairedAnswer => {
      const [champion, challenger] = kinds[kind] as readonly [boolean, boolean];
      return { label: "a", group: `${kind}-${index}`, champion, challenger };
    }),
  );
}
const newest = (answers: readonly PairedAnswer[]) => ({
  images: answers.length,
  answered: { record: "models/m/answers/k.json", answers },
});
/** Forty gained, none lost, of a hundred: better without doubt. */
const BETTER = pairs(50, 40, 0, 10);

test("new is what the champion has neither as a file nor as a copy, of a class that it knows", () => {
  const champion = version(1, [answered("tested")], ["learned"]);
  const challenger = version(2, [
    ...[answered("tested"), answered("learned"), answered("copy of tested", "a", "tested")],
    ...[answered("copy of learned", "b", "learned"), answered("unknown class", "c")],
    ...[answered("new"), answered("new"), answered("other", "b")],
  ]);
  assert.deepEqual(
    newestImages(champion, challenger).map(({ sha256: digest }) => digest),
    [sha256("new"), sha256("other")],
  );
  assert.deepEqual(newestImages(champion, champion), []);
});

test("a challenger that is better on the images of old and proven worse on new ones is vetoed", () => {
  const judged = judge(BETTER, POLICY, { ...FIRST, newest: newest(pairs(10, 0, 20, 0)) });
  assert.deepEqual([judged.verdict, judged.promotable], ["newest-worse", false]);
  assert.match(
    judged.sentence,
    /^worse on the images that are new since the champion: 33\.3 % against 100\.0 % on the newest 30 images \(0 gained, 20 lost; difference −\d+\.\d to −\d+\.\d points\), p < 0\.001; else 90\.0 % against 50\.0 %/,
  );
  assert.deepEqual([judged.newest?.verdict, judged.newest?.onlyChampion], ["worse", 20]);
});

test("that a challenger is better on new images promotes nothing", () => {
  const equal = pairs(50, 5, 5, 40);
  const alone = judge(equal, POLICY, FIRST);
  const judged = judge(equal, POLICY, { ...FIRST, newest: newest(pairs(10, 60, 0, 0)) });
  assert.deepEqual([judged.verdict, judged.promotable], [alone.verdict, false]);
  assert.equal(judged.newest?.verdict, "held");
});

test("of fewer than twenty new images, and of a champion that was not asked, nothing can be said, and nothing is vetoed", () => {
  const few = judge(BETTER, POLICY, { ...FIRST, newest: newest(pairs(0, 0, 19, 0)) });
  assert.deepEqual([few.verdict, few.promotable, few.newest?.verdict], ["better", true, "cannot-say"]);
  assert.match(few.newest?.sentence ?? "", /on the newest 19 images .*: too few to say, 20 are needed$/);
  assert.equal(
    judge(BETTER, POLICY, { ...FIRST, newest: newest(pairs(0, 0, 20, 0)) }).verdict,
    "newest-worse",
  );
  const unasked = judge(BETTER, POLICY, { ...FIRST, newest: { images: 31 } });
  assert.deepEqual([unasked.verdict, unasked.newest?.verdict], ["better", "cannot-say"]);
  assert.deepEqual(unasked.newest, {
    ...{ images: 31, verdict: "cannot-say" },
    sentence: "the champion was not asked about the 31 images that are new since it",
  });
  assert.equal(judge(BETTER, POLICY, FIRST).newest, undefined);
});

test("images of one group are one witness: twenty of a burst that are lost are no proof", () => {
  const burst = pairs(10, 0, 20, 0).map((one) => ({ ...one, group: one.challenger ? one.group : "burst" }));
  const judged = judgeNewest(newest(burst), 0.005);
  assert.deepEqual([judged.verdict, judged.groups], ["held", 11]);
});

test("an equal challenger is vetoed in at most as many cases as the level says", () => {
  let vetoed = 0;
  for (let seed = 0; seed < 400; seed++) {
    // Of 30 images on which the two differ, each is lost or gained by a fair coin.
    const lost = Array.from(
      { length: 30 },
      (_, i) => Number.parseInt(sha256(`${seed} ${i}`).slice(0, 2), 16) % 2,
    );
    const losses = lost.reduce((sum, one) => sum + one, 0);
    if (judgeNewest(newest(pairs(20, 30 - losses, losses, 0)), 0.05).verdict === "worse") vetoed += 1;
  }
  assert.ok(vetoed <= 400 * 0.05 + 9, `${vetoed} of 400`);
});

test("the second row is shown, and told with the sentence of the proof", () => {
  const judged = judge(BETTER, POLICY, { ...FIRST, newest: newest(pairs(30, 1, 0, 0)) });
  const proof: ModelProof = {
    ...{ seq: 1, at: "2026-01-01", model: "m", championVersion: 1, challengerVersion: 2, policy: POLICY },
    ...{ set: [], learned: 0, ...judged },
  };
  assert.match(
    proofText(proof, plainScreen()).replaceAll("\n", " "),
    /New since the champion: held: 100\.0 % against 96\.8 % on the newest 31 images .*: not proven worse\./,
  );
  assert.match(proofInFull(proof), /^better: .*; on what is new: 100\.0 % against 96\.8 %/);
  const { newest: _newest, ...older } = proof;
  assert.equal(proofInFull(older), older.sentence);
  assert.doesNotMatch(proofText(older, plainScreen()), /New since/);
});
