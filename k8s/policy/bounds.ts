/** The installation's policy with all that the installation itself names: that is always allowed. */
import type { PodPolicy } from "../../spec/pods/policy.js";
import type { KubernetesSpec, MountSpec } from "../../spec/runFile/kubernetes.js";

export interface Bounds extends PodPolicy {
  /** Variables of the training container with the values that thaw or the installation gives them. */
  readonly env: Readonly<Record<string, string>>;
  /** Folders of the pod that the installation itself mounts something at. */
  readonly mounts: readonly string[];
}

/**
 * @param installation its defaults, which name its images, Secrets and accounts
 * @param env variables that thaw or the installation sets; a run file may repeat them, not change them
 */
export function boundsOf(
  policy: PodPolicy,
  installation: KubernetesSpec,
  env: Readonly<Record<string, string>>,
): Bounds {
  const mounts: readonly MountSpec[] = installation.volumes?.mounts ?? [];
  const sources = (key: "secret" | "config_map" | "claim"): string[] =>
    mounts.flatMap(({ [key]: name }) => (name === undefined ? [] : [name]));
  const labels = { ...installation.node_selector, ...installation.spot_nodes?.node_selector };
  const tolerations = [...(installation.tolerations ?? []), ...(installation.spot_nodes?.tolerations ?? [])];
  return {
    ...policy,
    env,
    mounts: mounts.map(({ path }) => path),
    images: [...one(installation.image), ...policy.images],
    secrets: [
      ...(installation.secrets ?? []),
      ...(installation.image_pull_secrets ?? []),
      ...sources("secret"),
      ...policy.secrets,
    ],
    config_maps: [...sources("config_map"), ...policy.config_maps],
    claims: [...sources("claim"), ...policy.claims],
    service_accounts: [...accountsOf(installation, mounts), ...policy.service_accounts],
    namespaces: [...one(installation.namespace), ...policy.namespaces],
    runtime_classes: [...one(installation.runtime_class), ...policy.runtime_classes],
    priority_classes: [...one(installation.priority_class), ...policy.priority_classes],
    node_labels: [...Object.entries(labels).map(([key, value]) => `${key}=${value}`), ...policy.node_labels],
    taints: [...tolerations.flatMap(({ key }) => one(key)), ...policy.taints],
    resources: [...one(installation.resources?.gpu_resource), ...policy.resources],
  };
}

/** An installation that mounts a token and names no account means the namespace's own. */
function accountsOf({ service_account }: KubernetesSpec, mounts: readonly MountSpec[]): readonly string[] {
  if (service_account !== undefined) return [service_account];
  return mounts.some(({ token_audience }) => token_audience !== undefined) ? ["default"] : [];
}

const one = (value: string | undefined): readonly string[] => (value === undefined ? [] : [value]);
