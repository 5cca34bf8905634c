import assert from "node:assert/strict";
import { test } from "node:test";
import { newestOfEach } from "../../../../client/temporal/executions.js";

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 29, 14, minute));

test("a run that was reset is listed once, as it is now", () => {
  const before = { workflowId: "a", startTime: at(0), closeTime: at(5), what: "terminated by the reset" };
  const now = { workflowId: "a", startTime: at(5), what: "goes on" };
  const other = { workflowId: "b", startTime: at(3), closeTime: at(4), what: "another run" };
  assert.deepEqual(
    newestOfEach<{ workflowId: string; startTime: Date; closeTime?: Date; what: string }>([
      before,
      other,
      now,
    ]).map(({ what }) => what),
    ["goes on", "another run"],
  );
  // Servers that keep the first start: the one that ended last, or has not ended, is the run.
  const same = { ...now, startTime: at(0) };
  assert.deepEqual(newestOfEach([before, same]), [same]);
  assert.deepEqual(newestOfEach([same, before]), [same]);
  const closed = { ...same, closeTime: at(9) };
  assert.deepEqual(newestOfEach([before, closed]), [closed]);
});
