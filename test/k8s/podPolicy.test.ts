/** Our policy beside the cluster's own: a namespace that enforces Kubernetes' restricted profile. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { V1Job } from "@kubernetes/client-node";
import { connectCluster } from "../../k8s/connect.js";
import { deleteJob, ensureJob, type Place } from "../../k8s/job/jobs.js";
import { jobManifest } from "../../k8s/job/manifest.js";
import { lookAt } from "../../k8s/job/watch.js";
import { currentPod, type Snapshot } from "../../k8s/state/snapshot.js";
import type { ThawError } from "../../spec/errors.js";
import { until } from "../support/until.js";
import { jobFor, madeOf } from "../unit/k8s/policy/ask.js";
import { FREE } from "../unit/k8s/policy/free.js";
import { WAYS_TO_SECRETS } from "../unit/k8s/policy/waysToSecrets.js";
import { WAYS_TO_THE_NODE } from "../unit/k8s/policy/waysToTheNode.js";
import { type Cluster, startCluster } from "./cluster/cluster.js";

const NAMESPACE = "restricted";
const ENFORCE = "pod-security.kubernetes.io/enforce=restricted";
/** The profile asks for it, and rows of sidecars leave it to the pod. */
const CLASSES = [
  { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name: "low" }, value: 1 },
  { apiVersion: "node.k8s.io/v1", kind: "RuntimeClass", metadata: { name: "nvidia" }, handler: "runc" },
];

describe("a namespace that enforces the restricted profile", () => {
  let cluster: Cluster;
  let place: Place;
  before(async () => {
    cluster = await startCluster();
    process.env.KUBECONFIG = cluster.kubeconfig;
    place = { cluster: connectCluster(), namespace: NAMESPACE, runId: madeOf({}).run.runId };
    await cluster.kubectl("create", "namespace", NAMESPACE);
    await cluster.kubectl("label", "namespace", NAMESPACE, ENFORCE);
    await cluster.kubectl("create", "serviceaccount", "thaw-training", "--namespace", NAMESPACE);
    for (const one of CLASSES) await cluster.apply(one);
  });
  after(() => cluster?.stop());

  /** What the API server has against the Job's pod; it makes none. */
  async function verdict({ spec, metadata }: V1Job): Promise<string> {
    const body = {
      metadata: { name: `${metadata?.name}`, ...spec?.template.metadata },
      spec: spec?.template.spec,
    };
    try {
      await place.cluster.core.createNamespacedPod({
        namespace: NAMESPACE,
        body: body as object,
        dryRun: "All",
        fieldValidation: "Strict",
      });
      return "";
    } catch (error) {
      return String((error as Error).message);
    }
  }

  it("lets in what our policy lets through", async () => {
    for (const [what, kubernetes] of FREE) assert.equal(await verdict(jobFor(kubernetes)), "", what);
  });

  it("refuses nothing that our policy would have let through", async () => {
    let refused = 0;
    for (const [what, kubernetes] of [...WAYS_TO_THE_NODE, ...WAYS_TO_SECRETS]) {
      assert.throws(() => jobFor(kubernetes), { code: "POD_FORBIDDEN" }, what);
      const { run, settings, context } = madeOf(kubernetes);
      // Without our policy, as it was before there was one.
      if ((await verdict(jobManifest(run, settings, context))).includes("violates PodSecurity")) refused++;
    }
    // The rest are ways that the profile knows nothing of: Secrets, accounts, images, programs, servers.
    assert.ok(refused > 25, `the profile refuses ${refused} of them`);
  });

  it("lets in thaw's own pod, and a node takes it", async () => {
    const installation = {
      image: cluster.image,
      image_pull_policy: "Never",
      service_account: "thaw-training",
    };
    const resources = { cpu: "50m", memory: "256Mi", gpu: 0 };
    const signal = AbortSignal.timeout(120_000);
    await ensureJob(place, jobFor({ resources }, { installation }), signal);
    let seen: Snapshot | undefined;
    // The test cluster has no network for pods that are not in their node's: what the container does is others' to test.
    await until(
      "its pod is on a node",
      async () => {
        seen = await lookAt(place);
        return currentPod(seen.pods)?.spec?.nodeName !== undefined;
      },
      () => [
        seen?.events.map(({ reason, message }) => `${reason}: ${message}`),
        currentPod(seen?.pods ?? [])?.status,
      ],
    );
    assert.deepEqual(
      seen?.events.filter(({ reason }) => reason === "FailedCreate").map(({ message }) => message),
      [],
    );
    await deleteJob(place, signal);
  });

  it("is not even asked for a hostile one", async () => {
    const before = await cluster.kubectl(
      "get",
      "events,jobs,pods",
      "--namespace",
      NAMESPACE,
      "--output=name",
    );
    const hostile = {
      pod_template: { spec: { hostPID: true, volumes: [{ name: "x", hostPath: { path: "/" } }] } },
    };
    const make = async (): Promise<V1Job> => ensureJob(place, jobFor(hostile), AbortSignal.timeout(60_000));
    await assert.rejects(make(), ({ code, message }: ThawError) => {
      assert.equal(code, "POD_FORBIDDEN");
      return /hostPID: .*volumes\[0\]\.hostPath: this installation allows no volumes of kind hostPath/.test(
        message,
      );
    });
    const names = await cluster.kubectl("get", "events,jobs,pods", "--namespace", NAMESPACE, "--output=name");
    assert.equal(names, before);
  });
});
