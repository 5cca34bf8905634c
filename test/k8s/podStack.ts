/** A cluster, the embedded services and a control worker that makes pods in it. */
import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import type { z } from "zod";
import { parseRunFile } from "../../client/runFile/parse.js";
import { type RunRequest, startRun } from "../../client/runs/start.js";
import { getRun, type RunView, watchRun } from "../../client/runs/watch.js";
import type { PodGroup } from "../../spec/pods/groups.js";
import type { PodReason } from "../../spec/pods/pod.js";
import type { podPolicySchema } from "../../spec/pods/policy.js";
import { podSentence } from "../../spec/pods/sentence.js";
import type { KubernetesSpec } from "../../spec/runFile/kubernetes.js";
import { smallImageSet } from "../support/images/images.js";
import { serviceVariables } from "../support/services/serviceVariables.js";
import { type Stack, startStack } from "../support/services/stack.js";
import { until } from "../support/until.js";
import { type Cluster, startCluster } from "./cluster/cluster.js";

export interface PodStack {
  readonly cluster: Cluster;
  readonly stack: Stack;
  /** Folder of the images, which pods see under the same path. */
  readonly images: string;
  /** Starts a run with small settings. @param overrides as of `--set` */
  start(...overrides: readonly string[]): Promise<string>;
  /** The same, and from this stage on all is made anew. */
  startFrom(stage: string, ...overrides: readonly string[]): Promise<string>;
  /** Jobs and pods of a run, or of all runs, as `pod/NAME`. */
  podsOf(runId?: string): Promise<readonly string[]>;
  /** Watches until the run is over. */
  follow(runId: string): Promise<Followed>;
  /** Waits until the run says so of its pod, or of the one for some stages. @returns the pod's name */
  untilReason(runId: string, reason: PodReason, group?: PodGroup): Promise<string>;
  /** Waits until the run has another pod. */
  untilNotPod(runId: string, name: string): Promise<string>;
  close(): Promise<void>;
}

export interface Followed {
  readonly last: RunView;
  /** All that was said of the run's pods. */
  readonly said: readonly string[];
}

/** Machines that build something else at the same time are slow. */
const PATIENCE_MS = 8 * 60_000;

/** As small as a run can be that still has every kind of stage. */
const RUN_FILE = `
name: pods
base: small
data: { path: images }
recipe: staged
augment: { views: 1 }
head: { epochs: 2 }
unfreeze: { stages: [blocks.6], epochs: 2 }
evaluation: { folds: 0 }
compute: kubernetes
`;
/** Namespace of a single test, and an image that is nowhere. */
export const GUARDED = "guarded";
export const NO_IMAGE = "thaw.test/nothing:none";
/** Credentials come from a Secret, everything else from the control worker. */
const SECRET = "thaw-store";

export async function startPodStack(): Promise<PodStack> {
  const cluster = await startCluster();
  await cluster.setGpus(1);
  process.env.KUBECONFIG = cluster.kubeconfig;
  const defaults = join(await mkdtemp(join(tmpdir(), "thaw-pods-")), "kubernetes.yaml");
  process.env.THAW_KUBERNETES_DEFAULTS = defaults;
  const policy = join(dirname(defaults), "pod-policy.yaml");
  process.env.THAW_POD_POLICY = policy;
  const stack = await startStack({ workers: true, smallBase: true });
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = serviceVariables(stack);
  await cluster.apply({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: SECRET },
    stringData: { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY },
  });
  const images = await smallImageSet(join(stack.folder, "images"), 12);
  await writeFile(defaults, stringify(installation(cluster, images)));
  await writeFile(policy, stringify(policyFor(images)));
  const podsOf = async (runId?: string): Promise<readonly string[]> => {
    const selector = runId === undefined ? "app.kubernetes.io/managed-by=thaw" : `thaw.dev/run=${runId}`;
    const names = await cluster.kubectl("get", "jobs,pods", `--selector=${selector}`, "--output=name");
    return names.split("\n").filter((name) => name !== "");
  };
  const start = async (
    overrides: readonly string[],
    more: Pick<RunRequest, "lineage"> = {},
  ): Promise<string> => {
    const file = parseRunFile(RUN_FILE, "thaw.yaml", overrides);
    return (await startRun(stack.session, { file, dataPath: images, ...more })).runId;
  };
  return {
    ...{ cluster, stack, images },
    start: (...overrides) => start(overrides),
    startFrom: (stage, ...overrides) => start(overrides, { lineage: { from: stage } }),
    podsOf,
    follow: async (runId) => {
      const said = new Set<string>();
      let last: RunView | undefined;
      const signal = AbortSignal.timeout(PATIENCE_MS);
      for await (const view of watchRun(stack.session, runId, { intervalMs: 100, signal })) {
        last = view;
        if (view.pod !== undefined) said.add(podSentence(view.pod));
      }
      assert.ok(last !== undefined);
      assert.notEqual(last.status, "running", JSON.stringify(last));
      return { last, said: [...said] };
    },
    untilReason: async (runId, reason, group) => {
      let view: RunView | undefined;
      await until(
        `the pod is ${reason}`,
        async () => {
          view = await getRun(stack.session, runId);
          return view.pod?.reason === reason && view.pod.group === group;
        },
        () => view?.pod ?? view?.failure ?? view?.stages,
      );
      return view?.pod?.pod ?? "";
    },
    untilNotPod: async (runId, name) => {
      let names: readonly string[] = [];
      await until(
        "another pod is made",
        async () => {
          names = (await podsOf(runId)).filter((one) => one.startsWith("pod/") && one !== `pod/${name}`);
          return names.length > 0;
        },
        () => names,
      );
      return names[0]?.replace("pod/", "") ?? "";
    },
    close: async () => {
      await stack.close();
      await cluster.stop();
    },
  };
}

/** The node's network and the folder on it are the test's way to its services; nothing else is opened. */
const policyFor = (images: string): z.input<typeof podPolicySchema> => ({
  ...{ host_network: true, host_paths: [images], namespaces: [GUARDED] },
  images: [NO_IMAGE],
});

/** Pods share the node's network, where the services are; the images lie on the node, too. */
function installation({ image }: Cluster, images: string): KubernetesSpec {
  return {
    image,
    image_pull_policy: "Never",
    resources: { cpu: "100m", memory: "3Gi", gpu: 1 },
    secrets: [SECRET],
    volumes: { shared_memory: "64Mi", mounts: [{ path: images, host_path: images, read_only: true }] },
    // So that a stage of seconds has a checkpoint to go on from.
    env: { THAW_CHECKPOINT_SECONDS: "0.5" },
    pod_template: { spec: { hostNetwork: true } },
  };
}
