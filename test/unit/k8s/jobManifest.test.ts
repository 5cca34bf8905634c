import assert from "node:assert/strict";
import { test } from "node:test";
import { jobManifest } from "../../../k8s/job/manifest.js";
import { jobName, selectorOf } from "../../../k8s/job/names.js";
import { requireKnownFields } from "../../../k8s/job/podTemplateFields.js";
import { podSettings } from "../../../k8s/job/settings.js";
import type { RunInput } from "../../../spec/pipeline/run.js";
import { type KubernetesSpec, kubernetesSchema } from "../../../spec/runFile/kubernetes.js";
import { runFileSchema } from "../../../spec/runFile/runFile.js";

const run = {
  runId: "digits-20261125-040000-a1b2",
  file: runFileSchema.parse({ name: "digits", data: { path: "images" }, compute: "kubernetes" }),
  dataPath: "/images",
  thawVersion: "0.1.0",
};

function manifest(spec: KubernetesSpec, beside: { readonly lane?: number } = {}) {
  const settings = podSettings(kubernetesSchema.parse(spec), { image: "thaw:1" });
  return jobManifest(run, settings, {
    env: { TEMPORAL_ADDRESS: "temporal:7233" },
    graceSeconds: 30,
    installation: "1a2b3c4d",
    ...beside,
  });
}

const podOf = (spec: KubernetesSpec) => {
  const { template } = manifest(spec).spec ?? assert.fail();
  const pod = template.spec ?? assert.fail();
  const container = pod.containers[0] ?? assert.fail();
  const env = Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value]));
  return { template, pod, container, env };
};

test("one Job per run, known by its labels, whose pod serves the run's own queue", () => {
  const { metadata, spec } = manifest({});
  assert.equal(metadata?.name, "thaw-digits-20261125-040000-a1b2");
  const labels = {
    "app.kubernetes.io/managed-by": "thaw",
    "app.kubernetes.io/name": "thaw-training",
    "thaw.dev/run": run.runId,
    "thaw.dev/model": "digits",
    "thaw.dev/lineage": run.runId,
  };
  assert.deepEqual(metadata.labels, { ...labels, "thaw.dev/installation": "1a2b3c4d" });
  assert.deepEqual(spec?.template.metadata?.labels, labels);
  const { env } = podOf({});
  assert.equal(env.THAW_RUN_ID, run.runId);
  assert.equal(env.THAW_TASK_QUEUE, `thaw-run-${run.runId}`);
  assert.equal(env.TEMPORAL_ADDRESS, "temporal:7233");
  assert.equal(env.THAW_NO_PROGRESS_SECONDS, "1800");
});

test("Jobs of one lineage share a label, which a retraining's long id fits as well", () => {
  const long = `retrain-${"m".repeat(40)}-20261125-040000-a1b2`;
  const labelOf = (more: Pick<RunInput, "lineage" | "resumedFrom">): string | undefined =>
    jobManifest({ ...run, ...more }, podSettings(kubernetesSchema.parse({}), { image: "thaw:1" }), {
      ...{ env: {}, graceSeconds: 30, installation: "1a2b3c4d" },
    }).metadata?.labels?.["thaw.dev/lineage"];
  assert.equal(labelOf({ lineage: "retrain-digits-1" }), "retrain-digits-1");
  assert.equal(labelOf({ lineage: "first", resumedFrom: "second" }), "first");
  assert.equal(labelOf({ resumedFrom: "second" }), "second");
  const cut = labelOf({ lineage: long }) ?? "";
  assert.match(cut, /^retrain-m+[A-Za-z0-9.-]*-[0-9a-f]{8}$/);
  assert.equal(cut.length, 63);
  assert.notEqual(cut, labelOf({ lineage: long.replace("a1b2", "a1b3") }));
});

test("the Job for stages with other settings has their name, label and queue, and is found by them alone", () => {
  const spec = kubernetesSchema.parse({ stages: { evaluate: { resources: { gpu: 0 } } } });
  const file = runFileSchema.parse({ ...run.file, kubernetes: spec });
  const context = { env: {}, graceSeconds: 30, installation: "1a2b3c4d", group: "evaluate" } as const;
  const settings = podSettings(spec, { image: "thaw:1" }, "evaluate");
  const job = jobManifest({ ...run, file }, settings, context);
  assert.equal(job.metadata?.name, `thaw-${run.runId}-evaluate`);
  const { template } = job.spec ?? assert.fail();
  const [container] = template.spec?.containers ?? [];
  const env = Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]));
  assert.equal(env.THAW_TASK_QUEUE, `thaw-run-${run.runId}-evaluate`);
  assert.equal(env.THAW_DEVICE, "cpu");
  assert.ok(!("THAW_DEVICE" in podOf({}).env), "a pod with a GPU is to use it");
  for (const { labels } of [job.metadata ?? {}, template.metadata ?? {}]) {
    assert.equal(labels?.["thaw.dev/pod-group"], "evaluate");
    assert.equal(labels?.["thaw.dev/run"], run.runId);
  }
  const ofRun = `app.kubernetes.io/managed-by=thaw,thaw.dev/run=${run.runId}`;
  const first = "!thaw.dev/pod-lane";
  const ofGroup = selectorOf({ runId: run.runId, group: "evaluate" });
  assert.equal(ofGroup, `${ofRun},thaw.dev/pod-group=evaluate,${first}`);
  assert.equal(selectorOf({ runId: run.runId }), `${ofRun},!thaw.dev/pod-group,${first}`);
});

test("the pod is told what it asked for, so that it can say what its stages held", () => {
  const told = (spec: KubernetesSpec) => JSON.parse(podOf(spec).env.THAW_RESOURCES ?? "") as unknown;
  assert.deepEqual(told({}), { cpus: 2, memoryGiB: 8, gpus: 1 });
  const spot_nodes = { node_selector: { lifecycle: "spot" } };
  const resources = { cpu: "500m", memory: "4G", gpu: 0 };
  assert.deepEqual(told({ resources, node_selector: { gpu: "h100" }, spot: true, spot_nodes }), {
    cpus: 0.5,
    memoryGiB: 4e9 / 2 ** 30,
    gpus: 0,
    spot: true,
    node: { gpu: "h100", lifecycle: "spot" },
  });
});

test("a pod whose worker is to be scraped has a port with the name that a PodMonitor looks for", () => {
  assert.equal(podOf({}).container.ports, undefined);
  const { container } = podOf({ env: { THAW_METRICS_ADDRESS: "0.0.0.0:9464" } });
  assert.deepEqual(container.ports, [{ name: "metrics", containerPort: 9464 }]);
});

test("a user's error ends the Job, a disruption and a farewell are free, the old pod goes first", () => {
  const { spec } = manifest({ timeouts: { run: "2h" } });
  assert.deepEqual(
    spec?.podFailurePolicy?.rules.map(({ action, onExitCodes, onPodConditions }) => [
      action,
      onExitCodes?.values ?? onPodConditions?.map(({ type }) => type),
    ]),
    [
      ["Ignore", ["DisruptionTarget"]],
      ["Ignore", [143]],
      ["FailJob", [2, 126, 127]],
    ],
  );
  assert.equal(spec.podReplacementPolicy, "Failed");
  assert.equal(spec.activeDeadlineSeconds, 7200);
  assert.equal(spec.template.spec?.restartPolicy, "Never");
});

test("a GPU is asked for by its resource's name, and none when there are to be none", () => {
  assert.deepEqual(podOf({}).container.resources, {
    requests: { cpu: "2", memory: "8Gi", "nvidia.com/gpu": "1" },
    limits: { memory: "8Gi", "nvidia.com/gpu": "1" },
  });
  assert.deepEqual(
    podOf({ resources: { gpu: 0, cpu: "500m", ephemeral_storage: "20Gi" } }).container.resources,
    {
      requests: { cpu: "500m", memory: "8Gi", "ephemeral-storage": "20Gi" },
      limits: { memory: "8Gi" },
    },
  );
  assert.equal(
    podOf({ resources: { gpu_resource: "amd.com/gpu" } }).container.resources?.limits?.["amd.com/gpu"],
    "1",
  );
});

test("the pod is not root, cannot write to its image, and has no token unless it is asked for", () => {
  const { pod, container } = podOf({});
  assert.equal(pod.securityContext?.runAsNonRoot, true);
  assert.equal(container.securityContext?.readOnlyRootFilesystem, true);
  assert.equal(pod.automountServiceAccountToken, false);
  assert.equal(podOf({ service_account: "trainer" }).pod.automountServiceAccountToken, true);
});

test("volumes: a work folder, shared memory, and what the run file names", () => {
  const { pod, container } = podOf({
    volumes: {
      shared_memory: "2Gi",
      work: "50Gi",
      mounts: [{ path: "/images", claim: "photos", read_only: true, sub_path: "2026" }],
    },
  });
  assert.deepEqual(pod.volumes, [
    { name: "work", emptyDir: { sizeLimit: "50Gi" } },
    { name: "tmp", emptyDir: {} },
    { name: "shared-memory", emptyDir: { medium: "Memory", sizeLimit: "2Gi" } },
    { name: "mount-1", persistentVolumeClaim: { claimName: "photos" } },
  ]);
  assert.deepEqual(container.volumeMounts?.at(-1), {
    name: "mount-1",
    mountPath: "/images",
    subPath: "2026",
    readOnly: true,
  });
});

test("Kueue is given a Job that waits for it", () => {
  const { metadata, spec } = manifest({ queue: "team-a" });
  assert.equal(metadata?.labels?.["kueue.x-k8s.io/queue-name"], "team-a");
  assert.equal(spec?.suspend, true);
});

test("the pod template is laid over thaw's, named things by name", () => {
  const { template, pod, container, env } = podOf({
    pod_template: {
      metadata: { annotations: { team: "vision" }, labels: { cost: "42" } },
      spec: {
        hostNetwork: true,
        containers: [
          { name: "training", env: [{ name: "TF_CPP_MIN_LOG_LEVEL", value: "1" }], tty: false },
          { name: "sidecar", image: "log:1" },
        ],
        volumes: [{ name: "tmp", emptyDir: { medium: "Memory" } }],
      },
    },
  });
  assert.deepEqual(template.metadata?.annotations, { team: "vision" });
  assert.equal(template.metadata?.labels?.["thaw.dev/run"], run.runId);
  assert.equal(pod.hostNetwork, true);
  assert.deepEqual(
    pod.containers.map(({ name }) => name),
    ["training", "sidecar"],
  );
  assert.equal(container.image, "thaw:1");
  assert.equal(env.TF_CPP_MIN_LOG_LEVEL, "1");
  assert.equal(env.THAW_RUN_ID, run.runId);
  assert.deepEqual(pod.volumes?.map(({ name, emptyDir }) => [name, emptyDir]).slice(0, 2), [
    ["work", {}],
    ["tmp", { medium: "Memory" }],
  ]);
});

const TAKEN = [
  {
    what: "the label of the run",
    patch: { metadata: { labels: { "thaw.dev/run": "x" } } },
    says: /thaw\.dev\/run/,
  },
  {
    what: "the queue",
    patch: { spec: { containers: [{ name: "training", env: [{ name: "THAW_TASK_QUEUE", value: "x" }] }] } },
    says: /THAW_TASK_QUEUE/,
  },
  { what: "all variables", patch: { spec: { containers: null } }, says: /THAW_RUN_ID/ },
];
for (const { what, patch, says } of TAKEN) {
  test(`a pod template must leave alone what thaw lives by: ${what}`, () => {
    assert.throws(() => manifest({ pod_template: patch }), { code: "RUN_FILE_INVALID", message: says });
  });
}

test("restarts are refused where the run file is read", () => {
  const result = kubernetesSchema.safeParse({ pod_template: { spec: { restartPolicy: "Always" } } });
  assert.match(result.error?.issues[0]?.message ?? "", /restartPolicy/);
});

const FIELDS = [
  {
    spec: { hostNetwork: true, containers: [{ name: "training", securityContext: { runAsUser: 0 } }] },
    unknown: undefined,
  },
  { spec: { nodeSelector: { anything: "goes" } }, unknown: undefined },
  { spec: { hostnetwork: true }, unknown: /pod_template\.spec\.hostnetwork/ },
  { spec: { containers: [{ name: "training", resource: {} }] }, unknown: /containers\[0\]\.resource/ },
  { spec: { volumes: [{ name: "x", emptyDir: { size: "1Gi" } }] }, unknown: /volumes\[0\]\.emptyDir\.size/ },
];
for (const { spec, unknown } of FIELDS) {
  test(`fields of a pod template: ${JSON.stringify(spec)}`, () => {
    if (unknown === undefined) requireKnownFields({ spec });
    else assert.throws(() => requireKnownFields({ spec }), { code: "RUN_FILE_INVALID", message: unknown });
  });
}

const MOUNTS = [
  { mount: { path: "/a", claim: "x" }, ok: true },
  { mount: { path: "/a", token_audience: "x" }, ok: true },
  { mount: { path: "/a" }, ok: false },
  { mount: { path: "/a", claim: "x", secret: "y" }, ok: false },
  { mount: { path: "a", claim: "x" }, ok: false },
];
for (const { mount, ok } of MOUNTS) {
  test(`a volume is ${ok ? "accepted" : "refused"}: ${JSON.stringify(mount)}`, () => {
    assert.equal(kubernetesSchema.safeParse({ volumes: { mounts: [mount] } }).success, ok);
  });
}

test("a token of the pod's service account for somebody else than the API server", () => {
  const { pod, container } = podOf({
    service_account: "thaw-training",
    volumes: { mounts: [{ path: "/token", token_audience: "sts.example", read_only: true }] },
  });
  assert.equal(pod.serviceAccountName, "thaw-training");
  assert.deepEqual(pod.volumes?.at(-1), {
    name: "mount-1",
    projected: {
      sources: [{ serviceAccountToken: { audience: "sts.example", path: "token", expirationSeconds: 3600 } }],
    },
  });
  assert.deepEqual(container.volumeMounts?.at(-1), { name: "mount-1", mountPath: "/token", readOnly: true });
});

test("a pod beside the run's first has a name, a queue and a label of its own, and is not found as another", () => {
  const [first, second] = [manifest({}), manifest({}, { lane: 2 })];
  assert.equal(second.metadata?.name, `${first.metadata?.name}-lane2`);
  const queueOf = (job: typeof first) =>
    job.spec?.template.spec?.containers[0]?.env?.find(({ name }) => name === "THAW_TASK_QUEUE")?.value;
  assert.equal(queueOf(second), `${queueOf(first)}-lane2`);
  const found = (selector: string, labels: Readonly<Record<string, string>> = {}): boolean =>
    selector.split(",").every((term) => {
      const [key = "", value] = term.replace(/^!/, "").split("=");
      return term.startsWith("!") ? labels[key] === undefined : labels[key] === value;
    });
  for (const [lane, own, other] of [
    [undefined, first, second],
    [2, second, first],
  ] as const) {
    const selector = selectorOf({ runId: run.runId, ...(lane === undefined ? {} : { lane }) });
    assert.equal(found(selector, own.spec?.template.metadata?.labels), true);
    assert.equal(found(selector, other.spec?.template.metadata?.labels), false);
  }
});

test("names of Jobs fit a label, stay the same, and differ where runs do", () => {
  const long = (end: string) => jobName(`${"a".repeat(40)}-20261125-040000-${end}`);
  assert.equal(long("a1b2"), long("a1b2"));
  assert.notEqual(long("a1b2"), long("a1b3"));
  const longId = `${"a".repeat(40)}-20261125-040000-a1b2`;
  assert.notEqual(jobName(longId, "evaluate"), jobName(longId));
  assert.notEqual(jobName(longId, "evaluate"), jobName(longId, "fold"));
  assert.notEqual(jobName(longId, undefined, 2), jobName(longId));
  assert.notEqual(jobName(longId, "fold", 2), jobName(longId, "fold", 3));
  for (const name of [long("a1b2"), jobName(longId, "evaluate"), jobName(run.runId)]) {
    assert.match(name, /^thaw-[a-z0-9]([a-z0-9-]*[a-z0-9])$/);
    assert.ok(name.length <= 57);
  }
});
