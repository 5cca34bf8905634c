import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelProof } from "../../../../spec/records/proof.js";
import type { Look } from "../../../../spec/retraining/retraining.js";
import { describeRetraining } from "../../../../workflows/retraining/details.js";
import { COLUMNS } from "../../../../workflows/stageTable.js";

const look: Look = {
  ...{ source: "a", images: 485, added: 65, removed: 0, changed: 0, version: 1, inUse: 1 },
  ...{ aliasEntry: 1, earlier: [], reasons: ["data", "age"], ageDays: 31.4 },
};
const proof = {
  ...{ verdict: "class-worse", promotable: false, images: 85, champion: 0.612, challenger: 0.659 },
  ...{ onlyChampion: 7, onlyChallenger: 11, interval: [-0.05, 0.144], look: 2 },
  ...{ championVersion: 1, challengerVersion: 2, vetoes: ["class cat loses"] },
  classes: [
    { name: "cat", images: 40, champion: 0.9, challenger: 0.5, pWorse: 0.001, verdict: "worse" },
    { name: "dog", images: 40, champion: 0.5, challenger: 0.9, pWorse: 1, verdict: "held" },
    { name: "owl", images: 5, champion: 0.5, challenger: 0.9, pWorse: 1, verdict: "cannot-say" },
  ],
} as unknown as ModelProof;
const view = {
  model: "pets",
  policy: { alias: "champion", promote: "ask" },
  namespace: "default",
} as const;
const tick = { runId: "pets-1", version: 2, testAccuracy: 0.66 };

test("before the look is over there is a heading and a command", () => {
  const text = describeRetraining({ ...view, tick: {} });
  assert.match(text, /^### ▶ Looks at the images: pets\n\n`thaw models ticks pets`/);
  assert.doesNotMatch(text, /```text/);
});

test("while it trains: what was seen, every reason, and the way to the run", () => {
  const text = describeRetraining({ ...view, tick: { runId: "pets-1" }, look });
  assert.match(text, /^### ▶ Trains: pets\n/);
  assert.match(text, /looked at {3}485 images, 65 new since version 1\nin use {6}pets@1 \(champion\)\n/);
  assert.match(text, /trains as {3}the images changed: 65 new\nand as {6}version 1 is 31 days old\n/);
  assert.match(text, /\[pets-1\]\(\/namespaces\/default\/workflows\/pets-1\)/);
  assert.match(text, /`thaw watch pets-1` follows/);
});

test("new images are compared before it trains, which is said, with what differs and which look newest", () => {
  const first = describeRetraining({ ...view, tick: {}, look });
  assert.match(first, /^### ▶ Holds the new images against the version in use: pets\n/);
  const off = { ...view.policy, drift: false };
  assert.match(describeRetraining({ ...view, policy: off, tick: {}, look }), /^### ▶ Trains/);
  const drift = {
    ...({ version: 1, verdict: "different" } as const),
    ...{ sentence: "looks different: the pictures differ" },
    ...{
      causes: ["the new images are darker", "all are PNG"],
      newest: ["a/1.png", "a/2.png", "a/3.png", "a/4.png"],
    },
  };
  const told = describeRetraining({ ...view, tick: { drift }, look });
  assert.match(told, /^### ▶ Trains/);
  assert.match(told, /new images {2}against version 1, looks different: the\n {12}pictures differ\n/);
  assert.match(told, /\n {12}all are PNG\n {12}look newest: a\/1\.png, a\/2\.png, a\/3\.png\n/);
  const sentence = "it could not be told: its images are gone";
  const untold = describeRetraining({ ...view, tick: { drift: { version: 1, sentence } }, look });
  assert.match(untold, /new images {2}it could not be told: its images are gone\n/);
});

test("at the end: the sentence, the proof's figures, the class that loses, and what to run next", () => {
  const end = { verdict: "not-proven", sentence: "pets@2 does not take the place of version 1" } as const;
  const text = describeRetraining({ ...view, tick: { ...tick, ...end }, look, proof });
  assert.match(text, /^### – Not proven: pets\n\npets@2 does not take the place of version 1\n/);
  assert.match(text, /learned {5}pets@2, test accuracy 66\.0 %\n/);
  assert.match(text, /proof {7}class-worse: 85 images, look 2 at them\n/);
  assert.match(text, / version 2: 65\.9 %, alone right on 11\n +version 1: 61\.2 %, alone right on 7\n/);
  assert.match(text, /difference \+4\.7 \(−5\.0 to \+14\.4\) points\n/);
  assert.match(text, /class cat is worse: 90\.0 % → 50\.0 %\n +too few images to say: owl\n/);
  assert.match(text, /against it {2}class cat loses\n/);
  assert.match(text, /`thaw promote pets@2 --note …` puts it to use all the same/);
});

test("each end says what can be done about it", () => {
  const commandOf = (verdict: "waits" | "promoted" | "failed" | "unchanged"): string =>
    describeRetraining({ ...view, tick: { ...tick, verdict, sentence: "s" }, look })
      .split("\n\n")
      .at(-1) ?? "";
  assert.match(commandOf("waits"), /thaw approve pets@2/);
  assert.match(commandOf("promoted"), /thaw rollback pets/);
  assert.match(commandOf("failed"), /thaw explain pets-1/);
  assert.match(commandOf("unchanged"), /thaw retrain --force/);
});

test("names of classes neither act nor end the block, and no line is longer than the UI shows", () => {
  const classes = proof.classes.map((one) => ({ ...one, name: "```\n# [x](http://y) \u001b[2J" }));
  const text = describeRetraining({ ...view, tick, look, proof: { ...proof, classes } });
  const lines = text.split("\n");
  const opens = lines.findIndex((line) => /^`{4,}text$/.test(line));
  const closes = lines.indexOf((lines[opens] ?? "").replace("text", ""), opens + 1);
  assert.ok(opens > 0 && closes > opens, text);
  assert.ok(
    lines.slice(opens, closes).every(({ length }) => length <= COLUMNS),
    text,
  );
  assert.ok(!text.includes("\u001b"));
});

test("how deep it trains is told with the reason, once it is decided", () => {
  const depth = {
    ...({ depth: "head", champion: 1 } as const),
    ...{ rule: "few new images", reason: "65 of 485 images (13.4 %) are new" },
  };
  const text = describeRetraining({ ...view, tick: { depth }, look });
  assert.match(
    text,
    /\nhow deep {4}trains the head only, on the base as version\n {12}1 has it: 65 of 485 images/,
  );
  assert.doesNotMatch(describeRetraining({ ...view, tick: {}, look }), /how deep/);
});
