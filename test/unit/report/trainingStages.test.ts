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
    ["tune-2", "rolled back", accuracyOf("tune-2")],
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
