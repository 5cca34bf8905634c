import assert from "node:assert/strict";
import { test } from "node:test";
import { planStages } from "../../../spec/pipeline/stages.js";
import { isWithoutGpu, podGroupOf, podGroups } from "../../../spec/pods/groups.js";
import type { PodStage } from "../../../spec/pods/stages.js";
import { type KubernetesSpec, kubernetesSchema } from "../../../spec/runFile/kubernetes.js";
import { runFileSchema } from "../../../spec/runFile/runFile.js";

const plan = (kubernetes: KubernetesSpec, compute: "local" | "kubernetes" = "kubernetes") => ({
  compute,
  kubernetes: kubernetesSchema.parse(kubernetes),
});

const GROUPS: Record<string, { spec: KubernetesSpec; groups: Partial<Record<PodStage, PodStage>> }> = {
  "a file without stages has one": { spec: { resources: { gpu: 1 } }, groups: {} },
  "a stage with other settings has its own": {
    spec: { stages: { evaluate: { resources: { gpu: 0 } } } },
    groups: { evaluate: "evaluate" },
  },
  "settings that say nothing new change nothing": {
    spec: { resources: { gpu: 0, cpu: 2 }, stages: { evaluate: { resources: { gpu: 0 } }, fold: {} } },
    groups: {},
  },
  "equal settings are one, by whatever way, named by the first": {
    spec: {
      node_selector: { pool: "a" },
      stages: {
        evaluate: { node_selector: { zone: "z", pool: "b" } },
        recipe: { node_selector: { pool: "b", zone: "z" } },
        ingest: { node_selector: { zone: "z" } },
      },
    },
    groups: { evaluate: "recipe", recipe: "recipe", ingest: "ingest" },
  },
  "what is taken away may be the installation's": {
    spec: { stages: { evaluate: { runtime_class: null } } },
    groups: { evaluate: "evaluate" },
  },
};
for (const [what, { spec, groups }] of Object.entries(GROUPS)) {
  test(`pods: ${what}`, () => {
    const file = plan(spec);
    const kinds = ["ingest", "features", "recipe", "head", "tune", "fold", "scratch", "evaluate"] as const;
    for (const kind of kinds) assert.equal(podGroupOf(file, kind), groups[kind], kind);
    assert.deepEqual(podGroups(file).toSorted(), [...new Set(kinds.map((kind) => groups[kind]))].toSorted());
  });
}

test("whether a stage does without a GPU is what the file says, in a pod, of it or of all", () => {
  const evaluation = plan({ stages: { evaluate: { resources: { gpu: 0 } } } });
  assert.equal(isWithoutGpu(evaluation, "evaluate"), true);
  assert.equal(isWithoutGpu(evaluation, "head"), false);
  assert.equal(isWithoutGpu(evaluation, undefined), false);
  const all = plan({ resources: { gpu: 0 }, stages: { tune: { resources: { gpu: 1 } } } });
  assert.equal(isWithoutGpu(all, undefined), true);
  assert.equal(isWithoutGpu(all, "evaluate"), true);
  assert.equal(isWithoutGpu(all, "tune"), false);
  assert.equal(isWithoutGpu(plan({ resources: { gpu: 0 } }, "local"), "tune"), false);
  assert.equal(isWithoutGpu({}, "tune"), false);
});

test("the plan says which stages compute on processors", () => {
  const file = runFileSchema.parse({
    name: "m",
    data: { path: "images" },
    compute: "kubernetes",
    kubernetes: { stages: { evaluate: { resources: { gpu: 0 } } } },
  });
  const marked = planStages(file).filter(({ device }) => device === "cpu");
  assert.deepEqual(
    marked.map(({ name }) => name),
    ["evaluate"],
  );
});

const WRONG = [
  { evalute: {} },
  { register: {} },
  { evaluate: { namespace: "other" } },
  { evaluate: { resources: null } },
  { evaluate: { stages: {} } },
];
for (const stages of WRONG) {
  test(`stages are refused: ${JSON.stringify(stages)}`, () => {
    assert.equal(kubernetesSchema.safeParse({ stages }).success, false);
  });
}
