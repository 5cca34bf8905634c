/** Proofs from what versions answered: which images count, looks, repeated questions, images that were learned. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ProofRecords, proveChallenger } from "../../../../learn/proof/prove.js";
import type { EvaluatedVersion, ModelProof } from "../../../../spec/records/proof.js";
import { sha256 } from "../../../../store/artifacts/keys.js";

const POLICY = { rule: "better", margin: 0.01, classMargin: 0.05, level: 0.05, looks: 3 } as const;

/** Hashes of which no two look alike. */
const image = (name: string) => ({ sha256: sha256(name), phash: sha256(`look of ${name}`).slice(0, 16) });

/** @param wrong numbers of the images that it gets wrong */
function version(number: number, images: readonly string[], wrong: readonly number[] = []): EvaluatedVersion {
  return {
    version: number,
    classes: ["a", "b", "c", "n", "z"],
    answers: images.map((name, index) => ({
      ...image(name),
      label: name.charAt(0),
      group: name,
      isRight: !wrong.includes(index),
    })),
    learned: [],
    calibrationError: 0.03,
  };
}

type Kept = ProofRecords & {
  readonly kept: ModelProof[];
  /** What the champion was asked, by a record's name. */
  asked: Awaited<ReturnType<ProofRecords["newest"]>>;
};

function records(...versions: readonly EvaluatedVersion[]): Kept {
  const kept: ModelProof[] = [];
  const store: Kept = {
    kept,
    asked: undefined,
    newest: async () => store.asked,
    evaluated: async (number) => versions.find((one) => one.version === number) as EvaluatedVersion,
    proofs: async () => ({ known: [...kept], next: kept.length + 1 }),
    add: async (proof) => {
      if (kept.some(({ seq }) => seq === proof.seq)) return false;
      kept.push(proof);
      return true;
    },
  };
  return store;
}

const names = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${letter}${i}`);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const ask = (store: ProofRecords, champion = 1, challenger = 2) =>
  proveChallenger(store, { model: "m", champion, challenger, policy: POLICY }, "2026-01-01");

test("only images that both held out under the same label count", async () => {
  const common = names("a", 60);
  const champion = version(1, [...common, ...names("b", 30)], upTo(20));
  const challenger = version(2, [...common, ...names("c", 30)]);
  const relabelled = { ...challenger.answers[59], label: "z" } as EvaluatedVersion["answers"][number];
  const store = records(champion, { ...challenger, answers: challenger.answers.with(59, relabelled) });
  const proof = await ask(store);
  assert.deepEqual([proof.images, proof.onlyChallenger, proof.verdict], [59, 20, "better"]);
  assert.deepEqual(proof.calibration, { champion: 0.03, challenger: 0.03 });
  assert.equal(proof.set.length, 59);
});

test("the same question is answered as before and is no further look; another one is", async () => {
  const images = names("a", 60);
  const store = records(version(1, images, upTo(20)), version(2, images), version(3, images, upTo(3)));
  const first = await ask(store);
  assert.deepEqual(await ask(store), first);
  assert.equal(store.kept.length, 1);
  const second = await ask(store, 1, 3);
  assert.deepEqual([first.look, second.look], [1, 2]);
  assert.equal(second.levelOfLook, POLICY.level / POLICY.looks);
});

test("when the looks are spent nothing is promoted, until half of the images are new", async () => {
  const images = names("a", 60);
  const fresh = [...names("a", 20), ...names("n", 41)];
  const versions = [2, 3, 4, 5].map((number) => version(number, images));
  const store = records(version(1, images, upTo(20)), ...versions);
  const verdicts = [];
  for (const number of [2, 3, 4, 5]) verdicts.push((await ask(store, 1, number)).verdict);
  assert.deepEqual(verdicts, ["better", "better", "better", "looks-spent"]);
  const renewed = records(version(1, fresh, upTo(20)), version(6, fresh));
  renewed.kept.push(...store.kept);
  assert.deepEqual((({ look, verdict }) => [look, verdict])(await ask(renewed, 1, 6)), [1, "better"]);
});

test("a challenger that learned from an evaluation image, or from a copy of it, is not comparable", async () => {
  const images = names("a", 60);
  const champion = version(1, images, upTo(20));
  const copyOf = { ...image("a5"), sha256: sha256("saved again") };
  for (const learned of [[image("a4")], [copyOf]]) {
    const proof = await ask(records(champion, { ...version(2, images), learned }));
    assert.deepEqual([proof.verdict, proof.promotable, proof.learned], ["leaks", false, 1]);
  }
  const apart = await ask(records(champion, { ...version(2, images), learned: [image("b1")] }));
  assert.equal(apart.verdict, "better");
});

test("a class that the challenger no longer knows is left to a person, whatever else it gains", async () => {
  const images = [...names("a", 60), ...names("b", 30)];
  const champion = { ...version(1, images, upTo(20)), classes: ["a", "b"] };
  const challenger = { ...version(2, names("a", 60)), classes: ["a", "n"] };
  const proof = await ask(records(champion, challenger));
  assert.deepEqual([proof.verdict, proof.promotable], ["class-gone", false]);
  assert.deepEqual([proof.gone, proof.appeared, proof.images], [["b"], ["n"], 60]);
  assert.match(proof.sentence, /has no b any more; on what both know 100\.0 % against 66\.7 %/);
  assert.ok(proof.vetoes.includes("the challenger no longer knows b"), proof.vetoes.join());
});

test("a class that appears is said to be in no comparison, and refuses nothing", async () => {
  const images = names("a", 60);
  const challenger = { ...version(2, [...images, ...names("n", 30)]), classes: ["a", "n"] };
  const proof = await ask(records({ ...version(1, images, upTo(20)), classes: ["a"] }, challenger));
  assert.deepEqual(
    [proof.verdict, proof.images, proof.gone, proof.appeared],
    ["better", 60, undefined, ["n"]],
  );
  assert.match(proof.vetoes.join(), /the champion does not know n: nothing was compared/);
});

test("of proofs that end at the same moment each counts the looks before it, and one question is one look", async () => {
  const images = names("a", 60);
  const store = records(version(1, images, upTo(20)), ...[2, 3, 4].map((number) => version(number, images)));
  const proofs = await Promise.all([2, 3, 4, 2, 3, 2].map((number) => ask(store, 1, number)));
  assert.deepEqual(store.kept.map(({ look }) => look).sort(), [1, 2, 3]);
  const seqs = new Set(proofs.map(({ seq, challengerVersion }) => `${challengerVersion}:${seq}`));
  assert.equal(seqs.size, 3);
});

test("new images whose answers are known are part of the question: asked anew it is another proof, asked again the same", async () => {
  const common = names("a", 60);
  const fresh = names("n", 30);
  const store = records(version(1, common, upTo(20)), version(2, [...common, ...fresh]));
  const before = await ask(store);
  assert.deepEqual([before.images, before.newest?.images, before.newest?.verdict], [60, 30, "cannot-say"]);
  assert.equal(before.newest?.record, undefined);
  assert.deepEqual(await ask(store), before);
  const answers = fresh.map((name, index) => ({ ...image(name), predicted: index < 2 ? "b" : "n" }));
  store.asked = { record: "models/m/answers/1.json", answers };
  const after = await ask(store);
  assert.deepEqual([after.seq, after.verdict, after.newest?.verdict], [2, "better", "held"]);
  assert.deepEqual([after.newest?.champion, after.newest?.challenger], [28 / 30, 1]);
  assert.equal(after.newest?.record, "models/m/answers/1.json");
  assert.deepEqual(await ask(store), after);
  assert.equal(store.kept.length, 2);
});

test("without new images nobody looks for answers", async () => {
  const store = records(version(1, names("a", 60), upTo(20)), version(2, names("a", 60)));
  const asking = { ...store, newest: () => assert.fail("nothing is new") };
  assert.equal((await ask(asking)).newest, undefined);
});
