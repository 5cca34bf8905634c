/** What is said of pods in trouble, from objects and events that a real cluster gave. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { podState } from "../../../k8s/state/podState.js";
import type { Snapshot } from "../../../k8s/state/snapshot.js";
import type { ErrorCode } from "../../../spec/errors.js";
import type { PodReason, PodState } from "../../../spec/pods/pod.js";
import { recorded } from "./recorded.js";

const PATIENT = { queue: 1e12, start: 1e12 };
const NOW = new Date("2026-11-25T05:00:00Z");

interface Case {
  readonly is: readonly [PodState["phase"], PodReason];
  readonly says: RegExp;
  readonly final?: ErrorCode;
  /** Of the last pod that ended. */
  readonly end?: PodReason;
}

const AGAIN: Case["is"] = ["waiting", "creating"];

const CASES: Readonly<Record<string, Case>> = {
  running: { is: ["running", "running"], says: /^it runs$/ },
  "waiting/unschedulable-gpu": {
    is: ["waiting", "unschedulable"],
    says: /^0\/1 nodes are available: 1 Insufficient nvidia\.com\/gpu\./,
  },
  "waiting/unschedulable-selector": {
    is: ["waiting", "unschedulable"],
    says: /^0\/1 nodes are available: 1 node\(s\) didn't match Pod's node affinity\/selector/,
  },
  "starting/image-back-off": {
    is: ["starting", "image-pull"],
    says: /^the image 127\.0\.0\.1:1\/nobody\/nothing:none cannot be had: Failed to pull image .* connection refused/,
  },
  "starting/image-never-pull": {
    is: ["starting", "image-pull"],
    says: /^the image thaw\.test\/other:none cannot be had: .* not present with pull policy of Never$/,
  },
  "starting/image-invalid-name": {
    is: ["starting", "image-pull"],
    says: /^the image Not An Image cannot be had: .*invalid reference format/,
    final: "POD_REJECTED",
  },
  "starting/secret-missing": { is: ["starting", "container"], says: /secret "nowhere" not found$/ },
  "starting/volume-missing": {
    is: ["starting", "volume"],
    says: /volume "mount-1" : configmap "nowhere" not found$/,
  },
  "waiting/quota": {
    is: ["waiting", "quota"],
    says: /exceeded quota: small, requested: requests\.memory=64Mi/,
  },
  "waiting/pod-security": {
    is: ["waiting", "admission"],
    says: /violates PodSecurity "baseline:latest": host namespaces \(hostNetwork=true\)$/,
    final: "POD_REJECTED",
  },
  "waiting/limit-range": {
    is: ["waiting", "admission"],
    says: /maximum memory usage per Container is 32Mi, but limit is 64Mi$/,
    final: "POD_REJECTED",
  },
  "waiting/suspended": { is: ["waiting", "held"], says: /^Kueue's queue team-a has not let it in$/ },
  "ended/out-of-memory": {
    is: AGAIN,
    says: /because the last one ended: it was killed because it used more memory than its limit of 64Mi$/,
    end: "out-of-memory",
  },
  "ended/killed": { is: AGAIN, says: /its process was killed \(SIGKILL\)$/, end: "killed" },
  "ended/platform-error": {
    is: AGAIN,
    says: /its worker ended with exit code 4: training worker: the store is gone$/,
    end: "crashed",
  },
  "ended/no-command": { is: AGAIN, says: /it could not be started: .*\/nothing\/there/, end: "crashed" },
  "ended/crash-loop": {
    is: ["ended", "crash-loop"],
    says: /^4 pods have ended, the last one so: .* exit code 1: training worker: oh no$/,
    final: "POD_FAILED",
    end: "crashed",
  },
  "ended/user-error": {
    is: ["ended", "settings"],
    says: /exit code 2: training worker: THAW_S3_ENDPOINT is set but AWS_ACCESS_KEY_ID is not$/,
    final: "POD_FAILED",
    end: "crashed",
  },
  "ended/ended-by-itself": {
    is: ["ended", "ended"],
    says: /before the run was over$/,
    final: "POD_FAILED",
    end: "ended",
  },
  "ended/deadline": {
    is: ["ended", "deadline"],
    says: /^its 3 s are over \(kubernetes\.timeouts\.run\)$/,
    final: "POD_FAILED",
  },
  "leaving/deleting": { is: ["ended", "leaving"], says: /asked to leave$/ },
  "leaving/deleted": { is: AGAIN, says: /it was told to leave, and left$/, end: "leaving" },
  "leaving/drained": { is: ["ended", "evicted"], says: /as when a node is drained$/ },
  "leaving/preempted": { is: ["ended", "preempted"], says: /higher priority/ },
  "leaving/tainted": { is: ["ended", "node-lost"], says: /must not be used any more$/ },
};

test("there is a case for every recorded situation", () => {
  const folder = join(process.cwd(), "test", "fixtures", "pods");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const names = files.filter((name) => name.endsWith(".json")).map((name) => name.replace(/\.json$/, ""));
  assert.deepEqual(names.sort(), Object.keys(CASES).sort());
});

for (const [name, { is, says, final, end }] of Object.entries(CASES)) {
  test(`a recorded pod: ${name}`, () => {
    const state = podState(recorded(name), PATIENT, NOW);
    assert.deepEqual([state.phase, state.reason], is, JSON.stringify(state));
    assert.match(state.sentence, says);
    assert.doesNotMatch(state.sentence, /\.$/);
    assert.equal(state.final?.code, final);
    assert.equal(state.lastEnd?.reason, end);
  });
}

/** The moment of the recording, as far as the objects tell, and some seconds. */
function after(seconds: number, { job }: Snapshot): Date {
  return new Date((job?.metadata?.creationTimestamp?.getTime() ?? 0) + 1000 * seconds);
}

const TIMES = [
  {
    name: "waiting/unschedulable-gpu",
    patience: { queue: 60, start: 1e12 },
    says: /no node for the pod after 6\d s \(kubernetes\.timeouts\.queue\): 0\/1 nodes/,
  },
  {
    name: "waiting/quota",
    patience: { queue: 60, start: 1e12 },
    says: /kubernetes\.timeouts\.queue\): .*exceeded quota/,
  },
  {
    name: "waiting/suspended",
    patience: { queue: 60, start: 1e12 },
    says: /kubernetes\.timeouts\.queue\): Kueue/,
  },
  {
    name: "starting/image-never-pull",
    patience: { queue: 1e12, start: 50 },
    says: /the pod has not started after \d+ s \(kubernetes\.timeouts\.start\): the image/,
  },
];
for (const { name, patience, says } of TIMES) {
  test(`patience ends with what was waited for: ${name}`, () => {
    const snapshot = recorded(name);
    assert.equal(podState(snapshot, patience, after(5, snapshot)).final, undefined);
    const state = podState(snapshot, patience, after(65, snapshot));
    assert.equal(state.final?.code, "POD_NOT_STARTED");
    assert.match(state.sentence, says);
  });
}

test("a pod that runs, or is between two lives, is not waited for in vain", () => {
  for (const name of ["running", "ended/killed", "ended/out-of-memory"]) {
    const state = podState(recorded(name), { queue: 1, start: 1 }, NOW);
    assert.equal(state.final, undefined, name);
  }
});

test("a Job that is gone, and one whose pod is still to be made", () => {
  const snapshot = recorded("running");
  assert.equal(podState({ job: undefined, pods: [], events: [] }, PATIENT, NOW).reason, "gone");
  const early = podState({ ...snapshot, pods: [], events: [] }, PATIENT, NOW);
  assert.deepEqual([early.phase, early.reason, early.pod], ["waiting", "creating", undefined]);
});

test("a refusal that is over is not told any more", () => {
  const { job, events } = recorded("waiting/quota");
  const uid = job?.metadata?.uid ?? "";
  const made = {
    metadata: {},
    involvedObject: { uid },
    reason: "SuccessfulCreate",
    lastTimestamp: NOW,
  };
  assert.equal(podState({ job, pods: [], events: [...events, made] }, PATIENT, NOW).reason, "creating");
});

test("a node that stops to answer is said to be lost while its pod still looks alive", () => {
  const { job, pods, events } = recorded("running");
  const [pod] = pods;
  const lost = {
    metadata: {},
    involvedObject: { uid: pod?.metadata?.uid ?? "" },
    reason: "NodeNotReady",
    lastTimestamp: NOW,
  };
  const conditions = pod?.status?.conditions?.map((one) =>
    one.type === "Ready" ? { ...one, status: "False" } : one,
  );
  const silent = pods.map((one) => ({ ...one, status: { ...one.status, conditions: conditions ?? [] } }));
  assert.equal(podState({ job, pods: silent, events: [...events, lost] }, PATIENT, NOW).reason, "node-lost");
  assert.equal(
    podState({ job, pods, events: [...events, lost] }, PATIENT, NOW).reason,
    "running",
    "it is back",
  );
});
