/** A report is asked for of runs in whatever state. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { requireFiles, requireReport } from "../../../../cli/owner.js";
import { ThawError } from "../../../../spec/errors.js";
import { COMPLETED, RUNNING } from "../runViews.js";

const artifact = { key: "a".repeat(64), digest: "b".repeat(64) } as never;

test("where there is no report, the refusal says in which state the run is and what tells more", () => {
  const refused = (status: "running" | "failed" | "cancelled"): ThawError => {
    try {
      requireReport({ run: { ...RUNNING, status }, artifacts: { ingest: artifact } });
    } catch (error) {
      assert.ok(error instanceof ThawError);
      return error;
    }
    throw new assert.AssertionError({ message: `a run that is ${status} has no report` });
  };
  assert.match(refused("running").message, /no report yet: it is running/);
  assert.match(refused("running").hint ?? "", /thaw watch /);
  assert.match(refused("failed").message, /no report: it is failed/);
  assert.match(refused("cancelled").hint ?? "", /thaw explain /);
  assert.doesNotThrow(() => requireReport({ run: COMPLETED, artifacts: { report: artifact } }));
});

test("files of a report that is not there are refused as the report is, those of other stages are not", () => {
  const owner = { run: RUNNING, artifacts: { ingest: artifact } };
  for (const what of ["report", "report/report.html"])
    assert.throws(() => requireFiles(owner, what), {
      code: "NOT_FOUND",
      message: /no report yet: it is running/,
    });
  assert.doesNotThrow(() => requireFiles(owner, "ingest"));
  const model = { name: "digits", version: 2, runId: "digits-1" } as never;
  assert.throws(() => requireFiles({ model, artifacts: {} }, "report/x"), {
    message: /^digits@2 has no report: the record of its run is not there$/,
    hint: /thaw explain digits-1/,
  });
});
