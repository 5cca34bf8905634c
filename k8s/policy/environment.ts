/** Environment variables of a container: which ones, and whose Secrets they come from. */
import type { Bounds } from "./bounds.js";
import { at, type Fields, type Finding, fieldsOf, finding, itemsOf, type Path, told } from "./findings.js";
import { isListed } from "./patterns.js";
import { named } from "./volumes.js";

/**
 * What changes how fast and how loudly a worker works, and nothing else. Others name servers, which are sent credentials
 * (`TEMPORAL_ADDRESS`, `AWS_ENDPOINT_URL_STS`, proxies), load code (`NODE_OPTIONS`, `LD_PRELOAD`), or hand out the node's
 * GPUs (`NVIDIA_VISIBLE_DEVICES`).
 */
export const FREE_VARIABLES = [
  ...["LANG", "LC_*", "TZ", "OMP_NUM_THREADS", "TF_CPP_*", "TF_FORCE_GPU_ALLOW_GROWTH", "TF_NUM_*"],
  ...["TF_DETERMINISTIC_OPS", "TF_GPU_*", "THAW_CHECKPOINT_SECONDS", "THAW_DEBUG", "THAW_SCRATCH_GB"],
];
const SOURCES = ["configMapKeyRef", "fieldRef", "resourceFieldRef", "secretKeyRef"];

export function environmentFindings(container: Fields, above: Path, bounds: Bounds): readonly Finding[] {
  return [
    ...itemsOf(at(container, "env"), [...above, "env"]).flatMap(({ item, path }) =>
      variableFindings(item, path, bounds),
    ),
    ...itemsOf(at(container, "envFrom"), [...above, "envFrom"]).flatMap(({ item, path }) =>
      fieldsOf(item).flatMap(([kind, source]) => groupFindings(kind, source, [...path, kind], bounds)),
    ),
  ];
}

function variableFindings(variable: unknown, path: Path, bounds: Bounds): readonly Finding[] {
  const name = at(variable, "name");
  const unknown = fieldsOf(variable)
    .filter(([key]) => !["name", "value", "valueFrom"].includes(key))
    .map(([key]) => finding([...path, key], "does not know this field"));
  const sources = fieldsOf(at(variable, "valueFrom"));
  const found = sources.flatMap(([kind, source]) => {
    const place: Path = [...path, "valueFrom", kind];
    if (!SOURCES.includes(kind)) return [finding(place, "does not know this field")];
    if (kind === "configMapKeyRef")
      return named("ConfigMap", at(source, "name"), [...place, "name"], bounds.config_maps);
    return kind === "secretKeyRef"
      ? named("Secret", at(source, "name"), [...place, "name"], bounds.secrets)
      : [];
  });
  const isOwn =
    typeof name === "string" &&
    sources.length === 0 &&
    Object.hasOwn(bounds.env, name) &&
    bounds.env[name] === at(variable, "value");
  // What a Secret that may be used has under any name is that Secret's; the rest is somebody's words.
  const isOfSecret = sources.length > 0 && sources.every(([kind]) => kind === "secretKeyRef");
  const isFree =
    typeof name === "string" &&
    (isOwn || isOfSecret || isListed(name, [...FREE_VARIABLES, ...bounds.variables]));
  return isFree
    ? [...unknown, ...found]
    : [...unknown, ...found, finding(path, `does not let run files set the variable ${told(name)}`)];
}

function groupFindings(kind: string, source: unknown, path: Path, bounds: Bounds): readonly Finding[] {
  if (kind === "secretRef") return named("Secret", at(source, "name"), [...path, "name"], bounds.secrets);
  if (kind === "configMapRef")
    return named("ConfigMap", at(source, "name"), [...path, "name"], bounds.config_maps);
  return [finding(path, "does not let names of variables be changed")];
}
