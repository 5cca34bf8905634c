/** What the doctor says of a cluster's nodes, and the pod that it starts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { V1Node } from "@kubernetes/client-node";
import { gpuCheck } from "../../../k8s/doctor/gpus.js";
import { probeManifest } from "../../../k8s/doctor/probe.js";
import { podSettings } from "../../../k8s/job/settings.js";

const node = (
  gpus: string | undefined,
  labels: Record<string, string> = {},
  unschedulable = false,
): V1Node => ({
  metadata: { labels },
  spec: { unschedulable },
  status: { allocatable: { cpu: "8", ...(gpus === undefined ? {} : { "nvidia.com/gpu": gpus }) } },
});
const A100 = { gpu: "a100" };
const settings = (gpu: number, node_selector?: Record<string, string>) =>
  podSettings(
    { image: "thaw:1", resources: { gpu }, ...(node_selector === undefined ? {} : { node_selector }) },
    {},
  );

const CASES: readonly [string, readonly V1Node[], ReturnType<typeof settings>, string | undefined][] = [
  ["a node with as many", [node(undefined), node("4")], settings(4), undefined],
  [
    "two nodes with too few each",
    [node("1"), node("1")],
    settings(2),
    "no node has 2 nvidia.com/gpu to give",
  ],
  ["none at all", [node(undefined)], settings(1), "no node has 1 nvidia.com/gpu to give"],
  ["one that is cordoned", [node("1", {}, true)], settings(1), "no node has 1 nvidia.com/gpu to give"],
  [
    "one of another kind",
    [node("1", { gpu: "t4" })],
    settings(1, A100),
    "no node with gpu=a100 has 1 nvidia.com/gpu to give",
  ],
  ["one of the right kind", [node("1", { gpu: "t4" }), node("1", A100)], settings(1, A100), undefined],
  ["no wish for one", [node(undefined)], settings(0), undefined],
];
for (const [what, nodes, wanted, problem] of CASES) {
  test(`GPUs: ${what}`, () => {
    const check = gpuCheck(nodes, wanted);
    assert.equal(check.problem, problem);
    assert.equal(check.state, problem === undefined ? "ok" : "missing");
  });
}

test("the doctor's pod is a run's pod without its GPU, and leaves by itself", () => {
  const { metadata, spec } = probeManifest("doctor-1", settings(1, A100), { TEMPORAL_ADDRESS: "t:1" }, 60);
  const pod = spec?.template.spec;
  const [container] = pod?.containers ?? [];
  assert.deepEqual(container?.args, ["dist/cli/main.js", "doctor", "--json"]);
  assert.equal(container?.resources?.limits?.["nvidia.com/gpu"], undefined);
  assert.equal(container?.env?.find(({ name }) => name === "TEMPORAL_ADDRESS")?.value, "t:1");
  assert.deepEqual(pod?.nodeSelector, A100);
  assert.equal(container?.securityContext?.readOnlyRootFilesystem, true);
  assert.equal(spec?.backoffLimit, 0);
  assert.ok((spec?.activeDeadlineSeconds ?? 0) > 60 && (spec?.ttlSecondsAfterFinished ?? 0) > 0);
  assert.equal(metadata?.labels?.["thaw.dev/installation"], "doctor");
});
