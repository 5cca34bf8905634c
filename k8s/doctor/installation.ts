/** What an installation in the cluster says of itself: the defaults of its runs and where its services are. */
import { parse } from "yaml";
import { ThawError } from "../../spec/errors.js";
import { installationSchema, type KubernetesSpec } from "../../spec/runFile/kubernetes.js";
import { answered } from "../answered.js";
import type { Cluster } from "../connect.js";

const SELECTOR = "app.kubernetes.io/part-of=thaw";
/** Key of the file that THAW_KUBERNETES_DEFAULTS names, in chart and kustomize base. */
const DEFAULTS = "kubernetes.yaml";
const VARIABLE = /^(TEMPORAL|THAW|AWS)_[A-Z0-9_]+$/;

export interface Installation {
  readonly defaults: KubernetesSpec;
  readonly env: Readonly<Record<string, string>>;
}

/** @throws ThawError KUBERNETES_… ; USAGE for defaults that are wrong */
export async function installationIn(cluster: Cluster, namespace: string): Promise<Installation | undefined> {
  const { items } = await answered(cluster, `looking for an installation in namespace ${namespace}`, () =>
    cluster.core.listNamespacedConfigMap({ namespace, labelSelector: SELECTOR }),
  );
  const entries = items.flatMap(({ data = {} }) => Object.entries(data));
  const text = entries.find(([key]) => key === DEFAULTS)?.[1];
  if (text === undefined) return undefined;
  const result = installationSchema.safeParse(parse(text));
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new ThawError(
      "USAGE",
      `the installation's defaults in namespace ${namespace} are wrong at ${issue?.path.join(".") || "their top"}: ${issue?.message}`,
      { hint: "correct training.defaults of the chart, or kubernetes.yaml of the kustomize overlay" },
    );
  }
  return { defaults: result.data, env: Object.fromEntries(entries.filter(([key]) => VARIABLE.test(key))) };
}
