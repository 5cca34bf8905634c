/** `thaw doctor --kubernetes`: whether runs with `compute: kubernetes` would get what they ask for. */
import { randomBytes } from "node:crypto";
import { VersionApi } from "@kubernetes/client-node";
import type { KubernetesSpec } from "../../spec/runFile/kubernetes.js";
import { answered } from "../answered.js";
import { type Cluster, connectCluster } from "../connect.js";
import { jobManifest } from "../job/manifest.js";
import { installationDefaults, type PodSettings, podSettings } from "../job/settings.js";
import { allowedJob } from "../policy/enforce.js";
import { podPolicy } from "../policy/load.js";
import { type Check, failed } from "./check.js";
import { checkGpus } from "./gpus.js";
import { type Installation, installationIn } from "./installation.js";
import { probe, probeOf } from "./probe.js";
import { checkRights } from "./rights.js";

export interface ClusterQuestions {
  readonly namespace?: string;
  readonly image?: string;
  /** Whose rights are asked for; those of whoever asks, if absent. */
  readonly account?: string;
  /** File with the installation's defaults; else the installation in the namespace is looked at. */
  readonly defaultsFile?: string;
  /** File with its policy for pods, where there is one for the defaults. */
  readonly policyFile?: string;
  /** How a pod finds Temporal and the store, where neither the defaults nor the installation say it. */
  readonly env: Readonly<Record<string, string>>;
  /** Seconds for the pod; 0 starts none. */
  readonly podSeconds: number;
}

const API_SERVER = { name: "API server", purpose: "makes the pods" };
const POLICY = { name: "pod policy", purpose: "what runs' pods may be" };
const DEFAULTS = { name: "installation", purpose: "what runs get that do not say otherwise" };

export async function checkCluster(questions: ClusterQuestions): Promise<readonly Check[]> {
  let cluster: Cluster;
  try {
    cluster = connectCluster();
  } catch (error) {
    return [failed(API_SERVER, error)];
  }
  const server = await checkServer(cluster);
  if (server.state !== "ok") return [server];
  const namespace = questions.namespace ?? cluster.namespace;
  const rights = checkRights({
    cluster,
    namespace,
    ...(questions.account === undefined ? {} : { account: questions.account }),
  });
  const [granted, rest] = await Promise.all([rights, checkPods(cluster, namespace, questions)]);
  return [server, ...granted, ...rest];
}

/** Runs that say nothing else are allowed, or nobody's run would be. */
function checkPolicy(
  runId: string,
  settings: PodSettings,
  { defaults, env, policy }: Installation,
  namespace: string,
): Check {
  const made = probeOf(runId, settings, env);
  try {
    allowedJob(jobManifest(made.run, settings, made.context), {
      ...made,
      policy,
      installation: defaults,
      home: defaults.namespace ?? namespace,
    });
    return { ...POLICY, state: "ok", where: policy.profile };
  } catch (error) {
    return failed(POLICY, error);
  }
}

async function checkServer(cluster: Cluster): Promise<Check> {
  const found = { ...API_SERVER, where: cluster.config.getCurrentCluster()?.server ?? "" };
  try {
    const api = cluster.config.makeApiClient(VersionApi);
    const { gitVersion } = await answered(cluster, "asking for the version", () => api.getCode());
    return { ...found, state: "ok", version: gitVersion };
  } catch (error) {
    return failed(found, error);
  }
}

async function checkPods(
  cluster: Cluster,
  namespace: string,
  { defaultsFile, policyFile, image, env, podSeconds }: ClusterQuestions,
): Promise<readonly Check[]> {
  const given: KubernetesSpec = image === undefined ? {} : { image };
  try {
    const installation =
      defaultsFile === undefined
        ? await installationIn(cluster, namespace)
        : {
            defaults: await installationDefaults(defaultsFile),
            env: {},
            policy: await podPolicy(policyFile),
          };
    const settings = podSettings(given, installation?.defaults ?? {});
    const found: Check = { ...DEFAULTS, state: "ok", where: defaultsFile ?? `namespace ${namespace}` };
    const none: Check = {
      ...DEFAULTS,
      state: "optional",
      problem: `there is none in namespace ${namespace}`,
    };
    const place = { cluster, namespace, runId: `doctor-${randomBytes(4).toString("hex")}` };
    const [gpus, pod] = await Promise.all([
      checkGpus(cluster, settings),
      podSeconds === 0 ? [] : probe(place, settings, { ...env, ...installation?.env }, podSeconds),
    ]);
    const policy =
      installation === undefined ? [] : [checkPolicy(place.runId, settings, installation, namespace)];
    return [installation === undefined ? none : found, ...policy, gpus, ...pod];
  } catch (error) {
    return [failed(DEFAULTS, error)];
  }
}
