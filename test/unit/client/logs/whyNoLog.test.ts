/** What is said where there is no log. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogFilter } from "../../../../client/logs/readLogs.js";
import { whyNoLog } from "../../../../client/logs/whyNoLog.js";
import type { RunView } from "../../../../client/runs/watch.js";
import type { LiveStage } from "../../../../spec/pipeline/run.js";
import type { LogChunk } from "../../../../store/records/logs.js";

const chunkOf = (stage: string, attempt: number): LogChunk => ({
  name: "",
  runId: "r",
  stage,
  attempt,
  number: 1,
  modified: new Date(),
});
const viewOf = (status: RunView["status"], ...stages: LiveStage[]) => ({ runId: "r", status, stages });
/** A run whose images are not where they should be. */
const AT_LOOKUP = {
  ...viewOf("failed", { name: "ingest", state: "failed" }, { name: "head", state: "waiting" }),
  failure: { code: "DATA_INVALID", message: "no file", stage: "ingest", atLookup: true },
} as const;
const CACHED: LiveStage = { name: "ingest", state: "cached" };
const SKIPPED: LiveStage = { name: "tune-1", state: "skipped", note: "few images" };
const WAITING: LiveStage = { name: "head", state: "waiting" };

type Case = [Parameters<typeof whyNoLog>[0], readonly LogChunk[], LogFilter, RegExp | undefined];
const CASES: Readonly<Record<string, Case>> = {
  "there is one": [undefined, [chunkOf("head", 1)], {}, undefined],
  "there is one of the stage": [undefined, [chunkOf("head", 2)], { stage: "head", attempt: 2 }, undefined],
  "all from the store": [viewOf("completed", CACHED, SKIPPED), [], {}, /nothing was computed/],
  "nothing has begun": [viewOf("running", WAITING), [], {}, /no stage has begun/],
  "an older run": [viewOf("completed", { name: "head", state: "done" }), [], {}, /no log of this run/],
  "a run that failed before its first stage": [
    AT_LOOKUP,
    [],
    {},
    /^the run has no log: it failed at the look-up before ingest, so no stage began$/,
  ],
  "a stage that failed before it began": [
    AT_LOOKUP,
    [],
    { stage: "ingest" },
    /^stage ingest has no log: the look-up before it failed, so it did not begin$/,
  ],
  "a forgotten run": [undefined, [], {}, /no log of this run/],
  "a stage from the store": [
    viewOf("running", CACHED),
    [chunkOf("head", 1)],
    { stage: "ingest" },
    /in the store/,
  ],
  "a stage that was left out": [viewOf("completed", SKIPPED), [], { stage: "tune-1" }, /because few images/],
  "a stage that waits": [viewOf("running", WAITING), [], { stage: "head" }, /has not begun/],
  "a stage that the run did not come to": [
    viewOf("failed", { name: "head", state: "not-run", note: "ingest failed" }),
    [chunkOf("ingest", 1)],
    { stage: "head" },
    /it did not run: ingest failed$/,
  ],
  "no such stage": [viewOf("running", WAITING), [], { stage: "haed" }, /no stage haed/],
  "no such attempt": [
    undefined,
    [chunkOf("head", 1)],
    { stage: "head", attempt: 7 },
    /head has no attempt 7/,
  ],
  "no stage with such an attempt": [undefined, [chunkOf("head", 1)], { attempt: 2 }, /an attempt 2/],
};
for (const [what, [view, chunks, filter, said]] of Object.entries(CASES)) {
  test(what, () => {
    const why = whyNoLog(view, chunks, filter);
    if (said === undefined) assert.equal(why, undefined);
    else {
      assert.equal(why?.code, "NOT_FOUND");
      assert.match(why.message, said);
      assert.ok(why.hint !== undefined && why.hint.length > 0);
    }
  });
}
