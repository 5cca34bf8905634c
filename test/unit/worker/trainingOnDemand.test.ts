/** Heavy activities that are loaded with the first of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ApplicationFailure, asyncLocalStorage, type Context } from "@temporalio/activity";
import type { TrainingDependencies } from "../../../activities/context.js";
import { createTrainingActivities } from "../../../activities/training.js";
import { trainingOnDemand } from "../../../activities/trainingOnDemand.js";
import { ThawError } from "../../../spec/errors.js";

type Activities = ReturnType<typeof trainingOnDemand>;

/** As in an activity: what fails asks whether it was cancelled. */
const within = <T>(action: () => Promise<T>): Promise<T> =>
  asyncLocalStorage.run({ cancellationSignal: new AbortController().signal } as Context, action);

test("they have the names of those that there are", () => {
  const all = createTrainingActivities({} as TrainingDependencies);
  const onDemand = trainingOnDemand(() => assert.fail("nothing is asked for"));
  assert.deepEqual(Object.keys(onDemand).sort(), Object.keys(all).sort());
});

test("all are loaded once, with the first, and each gets its own request", async () => {
  let loads = 0;
  const echo = (name: string) => async (request: unknown) => [name, request];
  const activities = trainingOnDemand(async () => {
    loads += 1;
    return { ingest: echo("ingest"), evaluate: echo("evaluate") } as unknown as Activities;
  });
  assert.equal(loads, 0);
  const request = {} as Parameters<Activities["ingest"]>[0];
  const answers = await Promise.all([activities.ingest(request), activities.evaluate(request)]);
  assert.deepEqual(answers as unknown, [
    ["ingest", request],
    ["evaluate", request],
  ]);
  assert.equal(loads, 1);
});

test("what cannot be loaded fails the activity in our words, and is loaded with the next one", async () => {
  let loads = 0;
  const activities = trainingOnDemand(async () => {
    loads += 1;
    if (loads === 1) throw new ThawError("PROVISION_FAILED", "a file is missing", { hint: "wait" });
    return { ingest: async () => ({ cached: true }) } as unknown as Activities;
  });
  const request = {} as Parameters<Activities["ingest"]>[0];
  await within(() =>
    assert.rejects(activities.ingest(request), (error) => {
      assert.ok(error instanceof ApplicationFailure);
      assert.equal(error.type, "PROVISION_FAILED");
      return true;
    }),
  );
  assert.deepEqual(await within(() => activities.ingest(request)), { cached: true });
});
