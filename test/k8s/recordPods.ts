/**
 * Records what a real cluster says of pods in trouble, for `test/unit/k8s/podState.test.ts`:
 * `node dist/test/k8s/cluster/sandbox/inside.js node dist/test/k8s/recordPods.js [NAME…]`
 */
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { V1PodSpec } from "@kubernetes/client-node";
import { connectCluster } from "../../k8s/connect.js";
import { ensureJob, type Place } from "../../k8s/job/jobs.js";
import { jobManifest } from "../../k8s/job/manifest.js";
import { podSettings } from "../../k8s/job/settings.js";
import { lookAt } from "../../k8s/job/watch.js";
import { currentPod, type Snapshot } from "../../k8s/state/snapshot.js";
import { type KubernetesSpec, kubernetesSchema } from "../../spec/runFile/kubernetes.js";
import { runFileSchema } from "../../spec/runFile/runFile.js";
import { type Cluster, startCluster } from "./cluster/cluster.js";

const FOLDER = join(process.cwd(), "test", "fixtures", "pods");
const PATIENCE_MS = 150_000;
const script = (text: string): object => ({ containers: [{ name: "training", args: ["-e", text] }] });
const SLEEP = script("process.on('SIGTERM', () => process.exit(143)); setInterval(() => undefined, 1000)");
const SMALL = { cpu: "10m", memory: "64Mi", gpu: 0 };

interface Situation {
  /** With its room among the fixtures. */
  readonly name: string;
  readonly spec?: KubernetesSpec;
  /** Laid over the pod's specification. */
  readonly pod?: object;
  readonly before?: (cluster: Cluster, namespace: string) => Promise<unknown>;
  /** Called once, when the pod runs. */
  readonly whenRunning?: (cluster: Cluster, namespace: string, pod: string) => Promise<unknown>;
  readonly until: (snapshot: Snapshot) => boolean;
}

const waiting = ({ pods }: Snapshot): string =>
  currentPod(pods)?.status?.containerStatuses?.[0]?.state?.waiting?.reason ?? "";
const eventOf =
  (reason: string) =>
  ({ events }: Snapshot): boolean =>
    events.some((event) => event.reason === reason);
const failedPods =
  (count: number) =>
  ({ pods }: Snapshot): boolean =>
    pods.filter(({ status }) => status?.phase === "Failed").length >= count;
const jobFailed = ({ job }: Snapshot): boolean =>
  job?.status?.conditions?.some(({ type, status }) => type === "Failed" && status === "True") ?? false;
const runs = ({ pods }: Snapshot): boolean => currentPod(pods)?.status?.phase === "Running";
const isLeaving = ({ pods }: Snapshot): boolean =>
  pods.some(({ metadata }) => metadata?.deletionTimestamp !== undefined);

/** A pod that is asked to leave stays long enough to be seen. */
const STAYS = script(
  "process.on('SIGTERM', () => setTimeout(() => process.exit(143), 3000)); setInterval(() => undefined, 1000)",
);

const SITUATIONS: readonly Situation[] = [
  { name: "running", pod: SLEEP, until: runs },
  {
    name: "waiting/unschedulable-gpu",
    spec: { resources: { ...SMALL, gpu: 1 } },
    until: ({ pods }) => pods[0]?.status?.conditions?.[0]?.reason === "Unschedulable",
  },
  {
    name: "waiting/unschedulable-selector",
    spec: { node_selector: { "gpu.example/type": "h100" } },
    until: ({ pods }) => pods[0]?.status?.conditions?.[0]?.reason === "Unschedulable",
  },
  {
    name: "starting/image-back-off",
    spec: { image: "127.0.0.1:1/nobody/nothing:none", image_pull_policy: "Always" },
    until: (seen) => waiting(seen) === "ImagePullBackOff",
  },
  {
    name: "starting/image-never-pull",
    spec: { image: "thaw.test/other:none" },
    until: (seen) => waiting(seen) === "ErrImageNeverPull",
  },
  {
    name: "starting/image-invalid-name",
    spec: { image: "Not An Image" },
    until: (seen) => waiting(seen) === "InvalidImageName",
  },
  {
    name: "starting/secret-missing",
    spec: { secrets: ["nowhere"] },
    until: (seen) => waiting(seen) === "CreateContainerConfigError",
  },
  {
    name: "starting/volume-missing",
    spec: { volumes: { mounts: [{ path: "/x", config_map: "nowhere" }] } },
    until: eventOf("FailedMount"),
  },
  {
    name: "waiting/quota",
    before: (cluster, namespace) =>
      cluster.apply({
        apiVersion: "v1",
        kind: "ResourceQuota",
        metadata: { name: "small", namespace },
        spec: { hard: { "requests.memory": "32Mi" } },
      }),
    until: eventOf("FailedCreate"),
  },
  {
    name: "waiting/pod-security",
    before: (cluster, namespace) =>
      cluster.kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=baseline"),
    until: eventOf("FailedCreate"),
  },
  {
    name: "waiting/limit-range",
    before: (cluster, namespace) =>
      cluster.apply({
        apiVersion: "v1",
        kind: "LimitRange",
        metadata: { name: "small", namespace },
        spec: { limits: [{ type: "Container", max: { memory: "32Mi" } }] },
      }),
    until: eventOf("FailedCreate"),
  },
  {
    name: "ended/out-of-memory",
    pod: script("const all = []; for (;;) all.push(Buffer.alloc(8e6, 1))"),
    until: failedPods(1),
  },
  {
    name: "ended/user-error",
    pod: script(
      "console.error('training worker: THAW_S3_ENDPOINT is set but AWS_ACCESS_KEY_ID is not'); process.exit(2)",
    ),
    until: jobFailed,
  },
  {
    name: "ended/no-command",
    pod: { containers: [{ name: "training", command: ["/nothing/there"] }] },
    until: failedPods(1),
  },
  {
    name: "ended/platform-error",
    pod: script("console.error('training worker: the store is gone'); process.exit(4)"),
    until: failedPods(1),
  },
  {
    name: "ended/crash-loop",
    pod: script("console.error('training worker: oh no'); process.exit(1)"),
    until: failedPods(4),
  },
  {
    name: "ended/ended-by-itself",
    pod: script("process.exit(0)"),
    until: ({ job }) => (job?.status?.succeeded ?? 0) > 0,
  },
  { name: "ended/deadline", spec: { timeouts: { run: "3s" } }, pod: SLEEP, until: jobFailed },
  { name: "ended/killed", pod: script("setTimeout(() => process.exit(137), 500)"), until: failedPods(1) },
  {
    name: "leaving/deleting",
    pod: STAYS,
    whenRunning: (cluster, namespace, pod) =>
      cluster.kubectl("delete", "pod", pod, "-n", namespace, "--wait=false"),
    until: isLeaving,
  },
  {
    name: "leaving/deleted",
    pod: SLEEP,
    whenRunning: (cluster, namespace, pod) =>
      cluster.kubectl("delete", "pod", pod, "-n", namespace, "--wait=false"),
    until: (seen) =>
      failedPods(1)(seen) || (runs(seen) && seen.events.length > 0 && seen.job?.status?.failed === 1),
  },
  {
    name: "leaving/drained",
    pod: STAYS,
    whenRunning: (cluster, namespace, pod) =>
      cluster
        .kubectl(
          "drain",
          cluster.node,
          `--pod-selector=job-name`,
          "--force",
          "--ignore-daemonsets",
          "--delete-emptydir-data",
          "--timeout=60s",
        )
        .finally(() => cluster.kubectl("uncordon", cluster.node))
        .catch(() => pod + namespace),
    until: isLeaving,
  },
  {
    name: "leaving/preempted",
    pod: STAYS,
    spec: { resources: { ...SMALL, gpu: 1 } },
    before: async (cluster) => {
      await cluster.setGpus(1);
      await cluster.apply({
        apiVersion: "scheduling.k8s.io/v1",
        kind: "PriorityClass",
        metadata: { name: "urgent" },
        value: 1000,
      });
    },
    whenRunning: (cluster, namespace) =>
      cluster.apply({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "urgent", namespace },
        spec: {
          priorityClassName: "urgent",
          hostNetwork: true,
          containers: [
            {
              name: "main",
              image: cluster.image,
              imagePullPolicy: "Never",
              command: ["/bin/sleep", "5"],
              resources: { limits: { "nvidia.com/gpu": 1 } },
            },
          ],
        },
      }),
    until: isLeaving,
  },
  {
    name: "leaving/tainted",
    pod: STAYS,
    whenRunning: (cluster) => cluster.kubectl("taint", "node", cluster.node, "maintenance=now:NoExecute"),
    until: isLeaving,
  },
  {
    name: "waiting/suspended",
    spec: { queue: "team-a" },
    until: ({ job }) => job?.spec?.suspend === true,
  },
];

async function record(cluster: Cluster, situation: Situation): Promise<void> {
  const { name, spec = {}, pod = {} } = situation;
  const word = basename(name);
  const namespace = `pods-${word}`;
  await cluster.kubectl("create", "namespace", namespace);
  await situation.before?.(cluster, namespace);
  const common = kubernetesSchema.parse({
    image: cluster.image,
    image_pull_policy: "Never",
    resources: SMALL,
    pod_template: { spec: { hostNetwork: true, ...pod } satisfies Partial<V1PodSpec> },
  });
  const run = {
    runId: `m-20261125-040000-${word
      .replace(/[^a-z]/g, "")
      .padEnd(4, "x")
      .slice(0, 4)}`,
    file: runFileSchema.parse({ name: "m", data: { path: "images" }, compute: "kubernetes" }),
    dataPath: "/images",
    thawVersion: "0.1.0",
  };
  const place: Place = { cluster: connectCluster(), namespace, runId: run.runId };
  const settings = podSettings(spec, common);
  await ensureJob(
    place,
    jobManifest(run, settings, { env: {}, graceSeconds: 30, installation: "1a2b3c4d" }),
    AbortSignal.timeout(PATIENCE_MS),
  );
  let told = false;
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(200)) {
    const seen = await lookAt(place);
    if (!told && situation.whenRunning !== undefined && runs(seen)) {
      told = true;
      void situation.whenRunning(cluster, namespace, currentPod(seen.pods)?.metadata?.name ?? "");
    }
    const isThere = situation.until(seen) && (situation.whenRunning === undefined || told);
    if (!isThere && Date.now() < deadline) continue;
    console.log(`${isThere ? "✓" : "✗ NEVER CAME"} ${name}`);
    await writeFile(join(FOLDER, `${name}.json`), `${JSON.stringify(withoutManagers(seen), null, 1)}\n`);
    break;
  }
  await cluster.kubectl("delete", "namespace", namespace, "--wait=false");
  if (word === "tainted") await cluster.kubectl("taint", "node", cluster.node, "maintenance-");
}

/** Who wrote which field is long, and says nothing here. */
function withoutManagers(snapshot: Snapshot): unknown {
  return JSON.parse(JSON.stringify(snapshot, (key, value) => (key === "managedFields" ? undefined : value)));
}

const cluster = await startCluster();
process.env.KUBECONFIG = cluster.kubeconfig;
try {
  const names = process.argv.slice(2);
  for (const situation of SITUATIONS) {
    if (names.length === 0 || names.includes(situation.name)) await record(cluster, situation);
  }
} finally {
  await cluster.stop();
}
