/** The order of a log's lines. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { mergeLines, type ReadChunk } from "../../../../client/logs/mergeLines.js";

/** A chunk whose lines have the seconds given as time and message. */
function chunk(stage: string, attempt: number, number: number, seconds: readonly number[]): ReadChunk {
  return {
    chunk: {
      name: `${stage}/${attempt}/${number}`,
      runId: "r",
      stage,
      attempt,
      number,
      modified: new Date(),
    },
    lines: seconds.map((second) => ({
      time: new Date(1000 * second).toISOString(),
      level: "info",
      stage,
      attempt,
      message: `${stage}#${attempt} ${second}`,
    })),
  };
}

const CASES: Readonly<Record<string, { chunks: readonly ReadChunk[]; order: readonly string[] }>> = {
  "attempts and stages are merged by time": {
    chunks: [chunk("head", 2, 1, [5]), chunk("head", 1, 1, [3, 4]), chunk("features", 1, 1, [1, 3.5])],
    order: ["features#1 1", "head#1 3", "features#1 3.5", "head#1 4", "head#2 5"],
  },
  "chunks of an attempt follow their numbers, also beyond nine": {
    chunks: [chunk("head", 1, 10, [2]), chunk("head", 1, 9, [2]), chunk("head", 1, 2, [1])],
    order: ["head#1 1", "head#1 2", "head#1 2"],
  },
  "a clock that was set back does not turn an attempt's lines around": {
    chunks: [chunk("head", 1, 1, [100]), chunk("head", 1, 2, [10, 20]), chunk("report", 1, 1, [50, 101])],
    order: ["report#1 50", "head#1 100", "head#1 10", "head#1 20", "report#1 101"],
  },
};
for (const [what, { chunks, order }] of Object.entries(CASES)) {
  test(what, () =>
    assert.deepEqual(
      mergeLines(chunks).map(({ message }) => message),
      order,
    ),
  );
}
