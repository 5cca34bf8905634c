/** Which progress gets a line in the log, and what the engine's output becomes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { splitLines } from "../../../activities/log/outputLines.js";
import { progressLines } from "../../../activities/log/progressLines.js";
import type { EpochRecord } from "../../../spec/records/training.js";

const EPOCH: EpochRecord = {
  epoch: 1,
  loss: 0.51234,
  accuracy: 0.8,
  validationLoss: 0.4,
  validationAccuracy: 0.9,
  learningRate: 0.001,
  seconds: 1.25,
};

test("a new phase, the end of an epoch and every ten seconds get a line; the steps between do not", () => {
  let time = 0;
  const lineOf = progressLines(() => time);
  const at = (seconds: number, phase: string, step: number, epochEnd?: EpochRecord): string | undefined => {
    time = seconds * 1000;
    return lineOf({ phase, step, total: 20, loss: 0.5, ...(epochEnd === undefined ? {} : { epochEnd }) })
      ?.message;
  };
  assert.equal(at(0, "checking files", 0), "checking files: 0 of 20, loss 0.5000");
  assert.equal(at(1, "epoch 1/2", 1), "epoch 1/2: 1 of 20, loss 0.5000");
  assert.equal(at(2, "epoch 1/2", 2), undefined);
  assert.equal(
    at(3, "epoch 1/2", 10, EPOCH),
    "epoch 1/2 ended: loss 0.5123, accuracy 80.0 %, validation loss 0.4000, accuracy 90.0 %, rate 0.00100, 1.3 s",
  );
  assert.equal(at(4, "epoch 2/2", 11), undefined, "the next epoch is no new phase");
  assert.equal(at(12.9, "epoch 2/2", 12), undefined);
  assert.equal(at(13, "epoch 2/2", 13), "epoch 2/2: 13 of 20, loss 0.5000");
});

test("the fields of a line are those of the epoch, flat", () => {
  const line = progressLines()({
    phase: "epoch 1/2",
    step: 1,
    total: 2,
    epochEnd: { ...EPOCH, averaged: true },
  });
  assert.deepEqual(line?.fields, { phase: "epoch 1/2", ...EPOCH, averaged: true });
  assert.match(line?.message ?? "", /of the weights' average/);
});

test("output comes as whole lines, however it was torn, and a flood of it ends", () => {
  const lines: string[] = [];
  const splitter = splitLines((line) => lines.push(line));
  splitter.add("first\r\nsec");
  splitter.add("ond\n\n  \nthird");
  assert.deepEqual(lines, ["first", "second"]);
  splitter.end();
  assert.deepEqual(lines, ["first", "second", "third"]);
  splitter.add("x\n".repeat(10_000));
  assert.equal(lines.length, 501);
  assert.match(lines.at(-1) ?? "", /worker's own log/);
});

test("a line without end is cut", () => {
  const lines: string[] = [];
  const splitter = splitLines((line) => lines.push(line));
  for (let part = 0; part < 100; part++) splitter.add("x".repeat(1000));
  splitter.end();
  assert.deepEqual(
    lines.map(({ length }) => length),
    [2000],
  );
});
