/** What is done to runs is drawn from a seed, and what they leave is held against what was promised. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunEvidence } from "../../chaos/evidence.js";
import { isIn, momentsOf } from "../../chaos/phases.js";
import { KINDS, planDisturbances } from "../../chaos/plan.js";
import { judge } from "../../chaos/promises.js";
import { SCENARIOS } from "../../chaos/scenarios.js";

const STAGES = ["ingest", "features", "recipe", "head", "tune", "fold", "evaluate", "register", "report"].map(
  (kind) => ({ name: kind, kind }),
);

test("the same seed and run give the same disturbances, another run others", () => {
  assert.deepEqual(planDisturbances(1, 3, STAGES), planDisturbances(1, 3, STAGES));
  assert.notDeepEqual(planDisturbances(1, 3, STAGES), planDisturbances(1, 4, STAGES));
  assert.notDeepEqual(planDisturbances(1, 3, STAGES), planDisturbances(2, 3, STAGES));
});

test("a few dozen runs meet every kind, every stage and every phase", () => {
  const drawn = Array.from({ length: 40 }, (_, run) => planDisturbances(1, run, STAGES)).flat();
  assert.deepEqual(new Set(drawn.map(({ kind }) => kind)), new Set(KINDS));
  for (const { name, kind } of STAGES) {
    const own = drawn.filter(({ stage }) => stage === name);
    const phases = new Set(own.flatMap(({ moment }) => (moment.by === "request" ? [moment.phase] : [])));
    assert.deepEqual([...phases].sort(), [...momentsOf(kind)].sort(), name);
  }
});

test("phases are told apart by the requests to the store", () => {
  const data = `/thaw/checkpoints/${"a".repeat(64)}/run/000001-${"b".repeat(64)}`;
  for (const [phase, method, path] of [
    ["claiming", "PUT", `/thaw/fences/${"a".repeat(64)}/000001.json`],
    ["checkpoint data", "PUT", data],
    ["checkpoint manifest", "PUT", `/thaw/checkpoints/${"a".repeat(64)}/run/000001-000002.json`],
    ["clearing", "POST", "/thaw?delete"],
    ["storing", "PUT", `/thaw/objects/ab/${"a".repeat(64)}`],
    ["committing", "PUT", `/thaw/artifacts/tune/${"a".repeat(64)}/manifest.json`],
  ] as const) {
    const named = momentsOf("tune").filter((name) => isIn(name, { method, path }));
    assert.deepEqual(named, [phase], path);
  }
  assert.equal(isIn("checkpoint data", { method: "GET", path: data }), false);
});

const stage = (name: string, weights: string) => ({
  ...{ name, kind: name, seconds: 1 },
  digests: { "weights.safetensors": weights },
});
const reference: RunEvidence = {
  status: "completed",
  stages: [stage("head", "aa"), stage("tune-1", "bb")],
  ...{ manifests: 2, strangers: [], versions: 1 },
};
const nothingLeft = { checkpoints: [], claims: 2, attempts: 0 };

test("a run like the undisturbed one breaks no promise", () => {
  const verdict = judge(SCENARIOS[0], reference, reference, nothingLeft, 1);
  assert.deepEqual(verdict, { broken: [], digestsEqual: 2, lostStages: 0 });
});

test("whatever is broken is told", () => {
  for (const [what, run, left, engines] of [
    [/the run is failed: why/, { ...reference, status: "failed", failure: "why" }, nothingLeft, 1],
    [/stages are lost: tune-1/, { ...reference, stages: [stage("head", "aa")] }, nothingLeft, 1],
    [
      /of tune-1 is cc, undisturbed bb/,
      { ...reference, stages: [stage("head", "aa"), stage("tune-1", "cc")] },
      nothingLeft,
      1,
    ],
    [/3 committed artifacts of 2 stages/, { ...reference, manifests: 3 }, nothingLeft, 1],
    [/artifacts of no stage: x/, { ...reference, strangers: ["x"] }, nothingLeft, 1],
    [/2 versions/, { ...reference, versions: 2 }, nothingLeft, 1],
    [/checkpoints are left: y/, reference, { ...nothingLeft, checkpoints: ["y"] }, 1],
    [/2 engine processes/, reference, nothingLeft, 2],
  ] as const) {
    const { broken } = judge(SCENARIOS[0], reference, run, left, engines);
    assert.match(broken.join("\n"), what);
  }
});
