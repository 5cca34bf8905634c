/** Lays the run file's `pod_template` over thaw's: sections by key, lists of named things by name. */
import type { V1PodTemplateSpec } from "@kubernetes/client-node";
import { ThawError } from "../../spec/errors.js";
import type { PodTemplatePatch } from "../../spec/runFile/kubernetes.js";
import { CONTAINER } from "./names.js";

/** What the items of a pod's lists are known by; other lists are replaced as a whole (as in strategic merge patches). */
export const NAMED: Readonly<Record<string, string>> = {
  containers: "name",
  initContainers: "name",
  volumes: "name",
  imagePullSecrets: "name",
  env: "name",
  volumeMounts: "mountPath",
  volumeDevices: "devicePath",
  hostAliases: "ip",
};

/** @throws ThawError RUN_FILE_INVALID where the patch takes what thaw lives by */
export function patchTemplate(
  template: V1PodTemplateSpec,
  patch: PodTemplatePatch | undefined,
): V1PodTemplateSpec {
  if (patch === undefined) return template;
  const merged = merge(template, patch) as V1PodTemplateSpec;
  requireUnchanged(template, merged);
  return merged;
}

function merge(below: object, above: object): object {
  // A map, so that a key `__proto__` stays a key that is seen and refused.
  const merged = new Map<string, unknown>(Object.entries(below));
  for (const [key, value] of Object.entries(above)) {
    const known = merged.get(key);
    if (isObject(known) && isObject(value)) merged.set(key, merge(known, value));
    else if (Array.isArray(known) && Array.isArray(value) && Object.hasOwn(NAMED, key))
      merged.set(key, mergeNamed(known, value, NAMED[key] as string));
    else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

function mergeNamed(below: unknown[], above: unknown[], name: string): unknown[] {
  const nameOf = (item: unknown): unknown =>
    isObject(item) ? (item as Record<string, unknown>)[name] : item;
  const later = new Map(above.map((item) => [nameOf(item), item]));
  const merged = below.map((item) => {
    const other = later.get(nameOf(item));
    later.delete(nameOf(item));
    return isObject(item) && isObject(other) ? merge(item, other) : item;
  });
  return [...merged, ...later.values()];
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Variables that say which run the worker serves, and labels by which its pod is found. */
function requireUnchanged(before: V1PodTemplateSpec, after: V1PodTemplateSpec): void {
  const labels = Object.keys(before.metadata?.labels ?? {}).filter(
    (name) => before.metadata?.labels?.[name] !== after.metadata?.labels?.[name],
  );
  const ours = variablesOf(before);
  const changed = ["THAW_RUN_ID", "THAW_TASK_QUEUE"].filter(
    (name) => variablesOf(after)[name] !== ours[name],
  );
  const [first] = [
    ...labels.map((name) => `metadata.labels.${name}`),
    ...changed.map((name) => `the variable ${name}`),
  ];
  if (first === undefined) return;
  throw new ThawError("RUN_FILE_INVALID", `kubernetes.pod_template must leave ${first} alone`, {
    hint: "thaw finds the run's pod, and the pod its run, by it",
  });
}

function variablesOf({ spec }: V1PodTemplateSpec): Record<string, string | undefined> {
  const container = spec?.containers?.find(({ name }) => name === CONTAINER);
  return Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]));
}
