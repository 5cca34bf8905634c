import assert from "node:assert/strict";
import { test } from "node:test";
import { trainingStages } from "../../../report/trainingStages.js";
import { sampleReport } from "./sampleReport.js";

test("the stages come in order, each with its accuracy and its outcome", () => {
  const data = sampleReport();
  const found = trainingStages(data).map(({ name, outcome, accuracy }) => [name, outcome, accuracy]);
  const accuracyOf = (name: string) => data.evaluation.byStage.find(({ stage }) => stage === name)?.accuracy;
  assert.deepEqual(found, [
    ["head", "trained", accuracyOf("head")],
    ["tune-1", "kept", accuracyOf("tune-1")],
    ["tune-2", "rolled back", undefined],
    ["scratch", "comparison", data.evaluation.scratch?.accuracy],
  ]);
});

test("the head's rates come from the run file; without a readable one they are unknown, not wrong", () => {
  const data = sampleReport();
  const runFile = data.runFile.replace("head_learning_rate: 0.001", "head_learning_rate: 0.002");
  const rateOfHead = (file: string) =>
    trainingStages({ ...data, runFile: file }).map(({ trained }) =>
      trained === "everything" ? trained : trained.find(({ name }) => name === "head")?.learningRate,
    );
  assert.deepEqual(rateOfHead(runFile), [0.001, 0.002, 0.002, "everything"]);
  for (const broken of ["", "name: [", "other: 1"]) {
    assert.deepEqual(rateOfHead(broken), [undefined, undefined, undefined, "everything"]);
  }
});

test("the best epoch of the network from scratch is that of the lowest validation loss", () => {
  const data = sampleReport({ scratchEpochs: 20 });
  const history = data.scratch?.history ?? [];
  const lowest = Math.min(...history.map((record) => record.validationLoss));
  const best = trainingStages(data).at(-1)?.bestEpoch;
  assert.equal(history.find(({ epoch }) => epoch === best)?.validationLoss, lowest);
});

test("a range test is told with what it did to the rates, and the head's rate is the one that was used", () => {
  const data = sampleReport();
  const points = [{ factor: 0.1, loss: 1 }];
  const stages = data.stages.map((stage, i) => ({
    ...stage,
    rateFinding: { factor: i === 0 ? 0.005 : 1, points, seconds: 6.2 },
  }));
  const [, lowered, left] = trainingStages({ ...data, stages });
  assert.match(
    lowered?.verdict ?? "",
    /; a range test on 1 batches \(6 s\) lowered the rates to 0\.5 % of the run file's$/,
  );
  assert.match(left?.verdict ?? "", /left the rates as they are$/);
  const head = lowered?.trained === "everything" ? undefined : lowered?.trained[0];
  assert.deepEqual(head, { name: "head", learningRate: 0.001 * 0.005 });
});

test("a surgical stage says which layers it trained", () => {
  const data = sampleReport();
  const groups = ["blocks.0", "stem"].map((name) => ({ name, learningRate: 0.001 }));
  const stages = data.stages.map((stage) => ({ ...stage, deepest: "stem", surgical: true, groups }));
  const [, first] = trainingStages({ ...data, stages });
  assert.equal(first?.title, "Fine-tuning of the first layers");
  assert.equal(first?.boundary, "unfrozen: stem, blocks.0 and the head");
});

test("what came between the run file and a stage is told with its outcome", () => {
  const data = sampleReport();
  const outOfMemory = { at: 32, batchSize: 16 };
  const changes = [
    { seq: 1, epoch: 0, step: 3, learningRate: 0.5 },
    { seq: 2, epoch: 1, step: 0, finish: true as const },
  ];
  const [first, ...others] = data.stages;
  assert.ok(first !== undefined);
  const [head, steered, undisturbed] = trainingStages({
    ...data,
    head: { ...data.head, outOfMemory },
    stages: [{ ...first, changes }, ...others],
  });
  assert.equal(head?.verdict, "trained at batch 16 after running out of memory at 32");
  assert.match(
    steered?.verdict ?? "",
    /; settings were changed while it trained; it was told to end with its best weights$/,
  );
  assert.equal(undisturbed?.verdict, others[0]?.verdict);
});
