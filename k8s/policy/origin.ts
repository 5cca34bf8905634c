/** Where in the run file a person finds what is wrong with a pod: the place in the pod is none of theirs. */
import { isDeepStrictEqual } from "node:util";
import { CONTAINER } from "../job/names.js";
import { NAMED } from "../job/podTemplate.js";
import type { PodSettings } from "../job/settings.js";
import { MOUNT_NAME } from "../job/volumes.js";
import { CONTAINER_LISTS } from "./containers.js";
import { at, isFields, type Path } from "./findings.js";

/** Keys of the section `kubernetes` that become fields of the pod by themselves. */
const KEYS: readonly [RegExp, string][] = [
  [/^spec\.runtimeClassName$/, "runtime_class"],
  [/^spec\.priorityClassName$/, "priority_class"],
  [/^spec\.(serviceAccountName|automountServiceAccountToken)$/, "service_account"],
  [/^spec\.nodeSelector\.(.*)$/, "node_selector.$1"],
  [/^spec\.tolerations(.*?)(\.key)?$/, "tolerations$1"],
  [/^spec\.affinity(.*)$/, "affinity$1"],
  [/^spec\.imagePullSecrets\[(\d+)\]\.name$/, "image_pull_secrets[$1]"],
  [/^spec\.containers\[0\]\.image$/, "image"],
  [/^spec\.containers\[0\]\.envFrom\[(\d+)\]\.secretRef\.name$/, "secrets[$1]"],
  [/^spec\.containers\[0\]\.resources\.(?:limits|requests)\.(.*\/.*)$/, "resources.gpu_resource"],
];

/**
 * @param path of a finding, from the pod template
 * @param template the pod template, with what the run file lays over it
 * @returns a path of the run file, e.g. `kubernetes.pod_template.spec.volumes[0].hostPath`
 */
export function originOf(path: Path, template: unknown, settings: PodSettings): string {
  const patched = inPatch(path, template, settings.pod_template);
  if (patched !== undefined) return `kubernetes.pod_template.${text(patched)}`;
  const inPod = text(path);
  const mount = mountOf(path, template);
  if (mount !== undefined) return `kubernetes.volumes.mounts[${mount}]`;
  const variable = variableOf(path, template);
  if (variable !== undefined) return `kubernetes.env.${variable}`;
  for (const [expression, key] of KEYS)
    if (expression.test(inPod)) return `kubernetes.${inPod.replace(expression, key)}`;
  return `the pod's ${inPod}`;
}

/** The same place in the run file's template, or the null by which it takes away what was there. */
function inPatch(path: Path, template: unknown, patch: unknown): Path | undefined {
  const found: (string | number)[] = [];
  let pod = template;
  let own = patch;
  let list = "";
  for (const step of path) {
    if (own === null) return found;
    const next = typeof step === "number" ? item(pod, step) : at(pod, step);
    if (typeof step === "string") {
      if (!isFields(own) || !Object.hasOwn(own, step)) {
        // A container that only the run file has lacks what is missing.
        return isAdded(found, patch) ? [...found, ...path.slice(found.length)] : undefined;
      }
      own = own[step];
      found.push(step);
      list = step;
    } else {
      const index = placeOf(own, step, next, NAMED[list]);
      if (index === undefined) return undefined;
      own = item(own, index);
      found.push(index);
    }
    pod = next;
  }
  return found;
}

function isAdded([, list, index]: Path, patch: unknown): boolean {
  if (typeof index !== "number" || !CONTAINER_LISTS.some((one) => one === list)) return false;
  return at(item(at(patch, "spec", `${list}`), index), "name") !== CONTAINER;
}

/** Named things are laid over each other by name, so they have other places in the pod. */
function placeOf(own: unknown, step: number, inPod: unknown, name: string | undefined): number | undefined {
  if (!Array.isArray(own)) return undefined;
  if (name === undefined) return step < own.length ? step : undefined;
  const wanted = at(inPod, name);
  const index = own.findLastIndex((one) =>
    wanted === undefined ? isDeepStrictEqual(one, inPod) : at(one, name) === wanted,
  );
  return index < 0 ? undefined : index;
}

const item = (list: unknown, index: number): unknown => (Array.isArray(list) ? list[index] : undefined);

/** Which of `volumes.mounts` a volume, or its place in the training container, comes from. */
function mountOf(path: Path, template: unknown): number | undefined {
  const [, list, index] = path.includes("volumeMounts") ? path.slice(2) : path;
  if (list === undefined || typeof index !== "number") return undefined;
  const things = path.includes("volumeMounts")
    ? at(item(at(template, "spec", "containers"), Number(path[2])), "volumeMounts")
    : at(template, "spec", "volumes");
  if (!path.includes("volumeMounts") && list !== "volumes") return undefined;
  const name = at(item(things, index), "name");
  const [, number] = MOUNT_NAME.exec(String(name)) ?? [];
  return number === undefined ? undefined : Number(number) - 1;
}

/** Which of `env` a variable of the training container comes from. */
function variableOf(path: Path, template: unknown): string | undefined {
  const [spec, list, container, env, index] = path;
  if (spec !== "spec" || list !== "containers" || container !== 0 || env !== "env") return undefined;
  const name = at(item(at(item(at(template, "spec", "containers"), 0), "env"), Number(index)), "name");
  return typeof name === "string" ? name : undefined;
}

/** As in the rest of thaw's sentences: `a.b[0].c`. */
function text(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join("");
}
