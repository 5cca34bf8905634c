/** Servers that lack search attributes, for real: runs go on without them, say so, and the doctor registers what it may. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { defineSearchAttributeKey } from "@temporalio/common";
import type { DoctorJson } from "../../../cli/json/doctor.js";
import { startRun } from "../../../client/runs/start.js";
import { ensureSearchAttributes, searchAttributesOf } from "../../../client/temporal/searchAttributes.js";
import { SEARCH_ATTRIBUTES } from "../../../spec/pipeline/searchAttributes.js";
import { thaw, thawJson } from "../../support/cli/thaw.js";
import { startStack } from "../../support/services/stack.js";
import { type StandInRuns, smallRunFile, standInRunsOn } from "../../support/services/standInRuns.js";
import { EVALUATION, RECIPE } from "../../support/services/standIns.js";
import { until } from "../../support/until.js";
import { watchToEnd } from "../../support/watch.js";

const KEYWORD = 2;
/** As many as a server on SQL has places for. */
const OTHERS = Array.from({ length: 10 }, (_, index) => `Other${index}`);
const runFile = smallRunFile(0);

let stack: StandInRuns;
let stopWorkers: () => Promise<void> = async () => undefined;
before(async () => {
  stack = await standInRunsOn(await startStack({ workers: false }));
  const summaries = {
    ingest: { images: 8, classes: EVALUATION.classes, quarantined: [] },
    recipe: RECIPE,
    head: { validationAccuracy: 0.625 },
    tune: { kept: false, validationAccuracy: 0.9, verdict: "rolled back: validation did not get better" },
    evaluate: EVALUATION,
  };
  stopWorkers = await stack.startWorkers({ work: async () => undefined, summaries });
});
after(async () => {
  await stopWorkers();
  await stack.close();
});

const operator = () => stack.session.temporal.connection.operatorService;
const namespace = "default";

async function attributesOf(runId: string): Promise<Record<string, unknown>> {
  const { typedSearchAttributes } = await stack.session.temporal.workflow.getHandle(runId).describe();
  return Object.fromEntries(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]));
}

async function runToEnd(seed: number) {
  const started = await startRun(stack.session, { file: runFile(seed), dataPath: stack.dataPath });
  const view = await watchToEnd(stack.session, started.runId);
  assert.equal(view.status, "completed", JSON.stringify(view));
  return { ...started, view };
}

test("a run is found by model, state, version, stage, base, dataset, accuracies and lineage", async () => {
  const { runId, missingAttributes, view } = await runToEnd(1);
  assert.equal(missingAttributes, undefined);
  const { TemporalChangeVersion: _, BuildIds: __, ...found } = await attributesOf(runId);
  assert.deepEqual(found, {
    ThawModel: "small",
    ThawState: "finished",
    ThawVersion: view.result?.version,
    ThawStage: "report",
    ThawBase: runFile(1).base,
    ThawDataset: view.result?.artifacts.ingest?.digest,
    ThawBestAccuracy: 0.625,
    ThawTestAccuracy: view.result?.testAccuracy,
    ThawLineage: runId,
  });
  await until(
    "the run is found",
    async () => (await stack.session.temporal.workflow.count('ThawState = "finished"')).count === 1,
  );
});

test("where the server has no place left a run goes without what is missing, and says so", async () => {
  const gone = [SEARCH_ATTRIBUTES.state, SEARCH_ATTRIBUTES.stage, SEARCH_ATTRIBUTES.base];
  await operator().removeSearchAttributes({ namespace, searchAttributes: gone });
  for (const name of OTHERS)
    await operator()
      .addSearchAttributes({ namespace, searchAttributes: { [name]: KEYWORD } })
      .catch(() => undefined);
  const { runId, missingAttributes } = await runToEnd(2);
  assert.deepEqual(missingAttributes?.toSorted(), gone.toSorted());
  const found = await attributesOf(runId);
  assert.equal(found.ThawModel, "small");
  assert.ok(found.ThawVersion !== undefined && !("ThawState" in found) && !("ThawStage" in found));
  const { raw } = await stack.session.temporal.workflow.getHandle(runId).describe();
  assert.ok(raw.executionConfig?.userMetadata?.details);
  const { healthy, checks } = await thawJson<DoctorJson>(stack.folder, "doctor");
  const check = checks.find(({ name }) => name === "search attributes");
  assert.deepEqual([check?.state, check?.fix], ["optional", "thaw doctor --fix"]);
  assert.match(check?.problem ?? "", /ThawState, ThawStage, ThawBase/);
  assert.equal(healthy, true, "what only makes runs harder to find is no fault");
  const refused = await thaw(["doctor", "--fix"], { cwd: stack.folder });
  assert.match(refused.stdout, /cannot have more than 10[\s\S]*search-attribute create --name ThawState/);
});

test("thaw doctor --fix registers what is missing, and the next run is found by all", async () => {
  const { customAttributes } = await operator().listSearchAttributes({ namespace });
  const others = Object.keys(customAttributes ?? {}).filter((name) => name.startsWith("Other"));
  assert.ok(others.length > 0);
  await operator().removeSearchAttributes({ namespace, searchAttributes: others });
  const { checks } = await thawJson<DoctorJson>(stack.folder, "doctor", "--fix");
  assert.equal(checks.find(({ name }) => name === "search attributes")?.state, "ok");
  const { runId, missingAttributes } = await runToEnd(3);
  assert.equal(missingAttributes, undefined);
  assert.equal((await attributesOf(runId)).ThawState, "finished");
});

test("who may not list them finds out by searching, and one of another type counts as missing", async () => {
  const { base } = SEARCH_ATTRIBUTES;
  const denied = async (): Promise<never> => {
    throw Object.assign(new Error("denied"), { code: 7, details: "denied", metadata: {} });
  };
  const connection = Object.create(stack.session.temporal.connection, {
    operatorService: { value: { listSearchAttributes: denied, addSearchAttributes: denied } },
  });
  const client = Object.create(stack.session.temporal, { connection: { value: connection } });
  const guest = { ...stack.session, temporal: client };
  assert.deepEqual((await searchAttributesOf(guest)).missing, []);
  await operator().removeSearchAttributes({ namespace, searchAttributes: [base] });
  await operator().addSearchAttributes({ namespace, searchAttributes: { [base]: 5 } });
  await until("the type is known", async () => (await searchAttributesOf(guest)).missing.length > 0);
  assert.deepEqual((await ensureSearchAttributes(guest)).missing, [base]);
  assert.deepEqual((await searchAttributesOf(stack.session)).missing, [base]);
  const started = await startRun(guest, { file: runFile(4), dataPath: stack.dataPath });
  assert.deepEqual(started.missingAttributes, [base]);
  const view = await watchToEnd(stack.session, started.runId);
  assert.equal(view.status, "completed");
  const key = defineSearchAttributeKey(SEARCH_ATTRIBUTES.state, "KEYWORD");
  const { typedSearchAttributes } = await stack.session.temporal.workflow.getHandle(started.runId).describe();
  assert.equal(typedSearchAttributes.get(key), "finished");
});
