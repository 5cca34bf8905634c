import assert from "node:assert/strict";
import { test } from "node:test";
import { labelledEpochs, layOut, position } from "../../../report/plots/epochAxis.js";
import { trainingStages } from "../../../report/trainingStages.js";
import { sampleReport } from "./sampleReport.js";

const stagesOf = (options: Parameters<typeof sampleReport>[0]) => trainingStages(sampleReport(options));

test("the stages follow each other without a gap and fill the axis", () => {
  const segments = layOut(stagesOf({}), 928);
  assert.equal(segments[0]?.start, 0);
  segments.slice(1).forEach((segment, index) => {
    assert.equal(segment.start, segments[index]?.end);
  });
  assert.ok(Math.abs((segments.at(-1)?.end ?? 0) - 928) < 1e-9);
});

test("epochs of a stage lie between its boundaries, in order", () => {
  for (const segment of layOut(stagesOf({ headEpochs: 1, scratchEpochs: 200 }), 928)) {
    const positions = segment.stage.history.map(({ epoch }) => position(segment, epoch));
    assert.equal(position(segment, 0), segment.start);
    assert.ok((positions[0] ?? 0) > segment.start);
    assert.ok((positions.at(-1) ?? 0) < segment.end);
    assert.deepEqual(
      positions,
      [...positions].sort((a, b) => a - b),
    );
  }
});

test("many stages make a longer axis rather than an unreadable one", () => {
  const stages = ["top", "blocks.6", "blocks.5", "blocks.4", "blocks.3", "blocks.2", "blocks.1", "blocks.0"];
  const segments = layOut(stagesOf({ stages: stages.map((deepest) => ({ deepest, helps: true })) }), 928);
  assert.ok((segments.at(-1)?.end ?? 0) > 928);
  for (const { start, end } of segments) assert.ok(end - start >= 168);
});

const LABELS: readonly (readonly [string, number, number, readonly number[]])[] = [
  ["a single epoch", 1, 168, [1]],
  ["every epoch when there is room", 4, 168, [1, 2, 3, 4]],
  ["every other epoch", 8, 168, [2, 4, 6, 8]],
  ["round numbers and the first", 24, 290, [1, 5, 10, 15, 20]],
];

for (const [name, epochs, width, expected] of LABELS) {
  test(`labels ${name}`, () => {
    const [head] = stagesOf({ headEpochs: epochs });
    const [segment] = head === undefined ? [] : layOut([head], width);
    assert.ok(segment !== undefined);
    assert.deepEqual(labelledEpochs(segment), expected);
  });
}
