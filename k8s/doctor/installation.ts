/** What an installation in the cluster says of itself: the defaults of its runs and where its services are. */
import { parse } from "yaml";
import type { z } from "zod";
import { ThawError } from "../../spec/errors.js";
import { type PodPolicy, podPolicySchema } from "../../spec/pods/policy.js";
import { installationSchema, type KubernetesSpec } from "../../spec/runFile/kubernetes.js";
import { answered } from "../answered.js";
import type { Cluster } from "../connect.js";

const SELECTOR = "app.kubernetes.io/part-of=thaw";
/** Key of the file that THAW_KUBERNETES_DEFAULTS names, in chart and kustomize base. */
const DEFAULTS = "kubernetes.yaml";
/** Of the one that THAW_POD_POLICY names. */
const POLICY = "pod-policy.yaml";
const VARIABLE = /^(TEMPORAL|THAW|AWS)_[A-Z0-9_]+$/;

export interface Installation {
  readonly defaults: KubernetesSpec;
  readonly env: Readonly<Record<string, string>>;
  readonly policy: PodPolicy;
}

/** @throws ThawError KUBERNETES_… ; USAGE for defaults that are wrong */
export async function installationIn(cluster: Cluster, namespace: string): Promise<Installation | undefined> {
  const { items } = await answered(cluster, `looking for an installation in namespace ${namespace}`, () =>
    cluster.core.listNamespacedConfigMap({ namespace, labelSelector: SELECTOR }),
  );
  const entries = items.flatMap(({ data = {} }) => Object.entries(data));
  const textOf = (file: string): string | undefined => entries.find(([key]) => key === file)?.[1];
  const text = textOf(DEFAULTS);
  if (text === undefined) return undefined;
  const correct = <T>(result: z.ZodSafeParseResult<T>, what: string, hint: string): T => {
    if (result.success) return result.data;
    const [issue] = result.error.issues;
    throw new ThawError(
      "USAGE",
      `the installation's ${what} in namespace ${namespace} ${what === "defaults" ? "are" : "is"} wrong at ${issue?.path.join(".") || "the top"}: ${issue?.message}`,
      { hint },
    );
  };
  return {
    defaults: correct(
      installationSchema.safeParse(parse(text)),
      "defaults",
      "correct training.defaults of the chart, or kubernetes.yaml of the kustomize overlay",
    ),
    policy: correct(
      podPolicySchema.safeParse(parse(textOf(POLICY) ?? "{}") ?? {}),
      "pod policy",
      "correct podPolicy of the chart, or pod-policy.yaml of the kustomize overlay",
    ),
    env: Object.fromEntries(entries.filter(([key]) => VARIABLE.test(key))),
  };
}
