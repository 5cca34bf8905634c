/** What `thaw retrain` suggests: nothing that there is not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { afterLook } from "../../../../cli/commands/models/afterLook.js";

const LOOK = { source: "s", images: 9, added: 0, removed: 0, changed: 0 };
const commands = (...of: Parameters<typeof afterLook>): readonly string[] =>
  afterLook(...of).map(([command]) => command);

test("a run that failed has an explanation and no report; a model without versions has no history", () => {
  assert.deepEqual(commands({ model: "m", verdict: "failed", runId: "m-1", look: LOOK }), [
    "thaw explain m-1",
  ]);
  assert.deepEqual(commands({ model: "m", verdict: "failed" }), []);
  assert.deepEqual(
    commands({ model: "m", verdict: "cancelled", runId: "m-1", look: { ...LOOK, version: 2 } }),
    ["thaw explain m-1", "thaw models history m"],
  );
});

test("what was learned is in the report, whatever became of it", () => {
  for (const verdict of ["promoted", "not-proven", "waits", "failed"] as const)
    assert.deepEqual(commands({ model: "m", verdict, runId: "m-1", version: 3, look: LOOK }), [
      "thaw report m-1 --open",
      "thaw models history m",
    ]);
  assert.deepEqual(commands({ model: "m", verdict: "unchanged", look: { ...LOOK, version: 3 } }), [
    "thaw models history m",
  ]);
});
