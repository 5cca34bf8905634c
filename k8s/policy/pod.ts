/** What an installation's policy has against a pod template: a pure function of the template as the API server would get it. */
import type { Bounds } from "./bounds.js";
import { CONTAINER_LISTS, containerFindings, placedContainers, resourceFindings } from "./containers.js";
import {
  at,
  type Fields,
  type Finding,
  fieldsOf,
  finding,
  isFields,
  isNothing,
  itemsOf,
  notListed,
  told,
} from "./findings.js";
import { nodeFindings } from "./nodes.js";
import { isListed } from "./patterns.js";
import { podSecurityFindings } from "./security.js";
import { named, volumeFindings } from "./volumes.js";

/** Fields that are looked at by name, here or in the other files, or do no harm. */
const FIELDS = [
  ...["affinity", "automountServiceAccountToken", "containers", "dnsPolicy", "enableServiceLinks", "hostIPC"],
  ...[
    "hostNetwork",
    "hostPID",
    "hostUsers",
    "hostname",
    "imagePullSecrets",
    "initContainers",
    "nodeSelector",
  ],
  ...["os", "preemptionPolicy", "priorityClassName", "resources", "restartPolicy", "runtimeClassName"],
  ...["schedulerName", "schedulingGates", "securityContext", "serviceAccount", "serviceAccountName"],
  ...["setHostnameAsFQDN", "subdomain", "terminationGracePeriodSeconds", "tolerations"],
  ...["topologySpreadConstraints", "volumes"],
];
/** Keys of annotations that no part of a cluster listens to. `io.kubernetes.cri-o.Devices` has no slash, either. */
const SHORT_NAME = /^[A-Za-z0-9_-]+$/;

/**
 * @param template plain data, as from `JSON.parse`: own fields are all that there is
 * @param labels of the Job, which are thaw's own
 */
export function podFindings(
  template: unknown,
  bounds: Bounds,
  labels: Readonly<Record<string, string>> = {},
): readonly Finding[] {
  const spec = at(template, "spec");
  if (!isFields(spec)) return [finding(["spec"], "wants a pod's specification here")];
  const containers = placedContainers(spec);
  return [
    ...fieldsOf(template)
      .filter(([key]) => !["metadata", "spec"].includes(key))
      .map(([key]) => finding([key], "does not know this field")),
    ...metadataFindings(at(template, "metadata"), bounds, labels),
    ...fieldFindings(spec, bounds),
    ...podSecurityFindings(spec, containers, bounds),
    ...accountFindings(spec, bounds),
    ...itemsOf(at(spec, "imagePullSecrets"), ["spec", "imagePullSecrets"]).flatMap(({ item, path }) =>
      named("Secret", at(item, "name"), [...path, "name"], bounds.secrets),
    ),
    ...classFindings(spec, bounds),
    ...nodeFindings(spec, bounds),
    ...volumeFindings(at(spec, "volumes"), bounds, mayHaveToken(spec, bounds)),
    ...resourceFindings(at(spec, "resources"), ["spec", "resources"], bounds),
    ...containers.flatMap((container) => containerFindings(container, at(spec, "volumes"), bounds)),
  ];
}

function metadataFindings(
  metadata: unknown,
  bounds: Bounds,
  labels: Readonly<Record<string, string>>,
): readonly Finding[] {
  const isOwn = (key: string, value: unknown): boolean => Object.hasOwn(labels, key) && labels[key] === value;
  return [
    ...fieldsOf(metadata)
      .filter(([key]) => !["labels", "annotations"].includes(key))
      .map(([key]) => finding(["metadata", key], "does not know this field")),
    ...fieldsOf(at(metadata, "labels"))
      .filter(([key, value]) => !isOwn(key, value) && !isListed(key, bounds.labels))
      .map(([key]) => finding(["metadata", "labels", key], notListed("label", key, bounds.labels))),
    ...fieldsOf(at(metadata, "annotations"))
      .filter(([key]) => !SHORT_NAME.test(key) && !isListed(key, bounds.annotations))
      .map(([key]) =>
        finding(["metadata", "annotations", key], notListed("annotation", key, bounds.annotations)),
      ),
  ];
}

function fieldFindings(spec: Fields, { fields }: Bounds): readonly Finding[] {
  const found = fieldsOf(spec)
    .filter(([key]) => !FIELDS.includes(key) && !fields.some((field) => field === key))
    .map(([key]) => finding(["spec", key], `allows no ${told(key)} of pods`));
  const os = at(spec, "os");
  if (!isNothing(os) && at(os, "name") !== "linux")
    found.push(finding(["spec", "os", "name"], "has pods for Linux alone"));
  if (at(spec, "restartPolicy") !== "Never")
    found.push(finding(["spec", "restartPolicy"], "wants restartPolicy: Never"));
  for (const list of CONTAINER_LISTS)
    for (const { item, path } of itemsOf(at(spec, list), ["spec", list]))
      if (!isFields(item) || !Array.isArray(at(spec, list)))
        found.push(finding(path, "wants a list of containers here"));
  return found;
}

/** The older name of the field counts for the API server, too. */
function accountFindings(spec: Fields, bounds: Bounds): readonly Finding[] {
  const found = ["serviceAccountName", "serviceAccount"].flatMap((key) => {
    const name = at(spec, key);
    return isNothing(name) || name === ""
      ? []
      : named("service account", name, ["spec", key], bounds.service_accounts);
  });
  const isWithout = at(spec, "automountServiceAccountToken") === false;
  if (found.length > 0 || isWithout || mayHaveToken(spec, bounds)) return found;
  return [
    finding(
      ["spec", "automountServiceAccountToken"],
      "wants automountServiceAccountToken: false in a pod without a service account that it allows",
    ),
  ];
}

function mayHaveToken(spec: Fields, { service_accounts }: Bounds): boolean {
  const names = ["serviceAccountName", "serviceAccount"]
    .map((key) => at(spec, key))
    .filter((name) => !isNothing(name) && name !== "");
  return (names.length === 0 ? ["default"] : names).every(
    (name) => typeof name === "string" && isListed(name, service_accounts),
  );
}

function classFindings(spec: Fields, bounds: Bounds): readonly Finding[] {
  const found: Finding[] = [];
  const runtime = at(spec, "runtimeClassName") ?? "";
  if (typeof runtime !== "string" || !isListed(runtime, bounds.runtime_classes))
    found.push(
      finding(
        ["spec", "runtimeClassName"],
        runtime === ""
          ? `wants a runtime class; allowed are ${bounds.runtime_classes.join(", ")}`
          : notListed("runtime class", runtime, bounds.runtime_classes),
      ),
    );
  const priority = at(spec, "priorityClassName") ?? "";
  // Theirs is the room of all others: a pattern does not mean them by accident.
  const isOfSystem = typeof priority === "string" && priority.startsWith("system-");
  const allowed = isOfSystem
    ? bounds.priority_classes.filter((pattern) => pattern.startsWith("system-"))
    : bounds.priority_classes;
  if (priority !== "" && (typeof priority !== "string" || !isListed(priority, allowed)))
    found.push(finding(["spec", "priorityClassName"], notListed("priority class", priority, allowed)));
  return found;
}
