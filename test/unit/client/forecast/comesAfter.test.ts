/** What is told of the stages that can only come one after the other is what the walk holds back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { comesAfter } from "../../../../client/forecast/toGo.js";
import { allCases } from "../../../support/walks/cases.js";
import { goThrough } from "../../../support/walks/goThrough.js";

const OPEN: ReadonlySet<string> = new Set(["ready", "waits", "undecided"]);

test("no stage that may begin is said to come after an earlier one that is still to be done", () => {
  const seen = new Set<string>();
  // The last of those that may begin, so that as many as can be are still to be done before it.
  for (const one of allCases(1))
    goThrough(one, {
      pick: (ready) => ready.at(-1),
      see: (steps) => {
        for (const [index, { stage, standing }] of steps.entries())
          if (standing.state === "ready")
            for (const earlier of steps.slice(0, index)) {
              if (!OPEN.has(earlier.standing.state)) continue;
              const { name } = earlier.stage;
              assert.equal(comesAfter(stage.name, name), false, `${stage.name} after ${name}: ${one.label}`);
              seen.add(stage.kind);
            }
      },
    });
  assert.deepEqual([...seen].sort(), ["features", "fold", "recipe"]);
});
