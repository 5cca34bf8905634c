/** Containers of a pod, whatever their list: image, fields, variables, devices and what is mounted where. */
import { posix } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { CONTAINER, TRAINING_ARGS } from "../job/names.js";
import { WORK_FOLDER } from "../job/volumes.js";
import type { Bounds } from "./bounds.js";
import { environmentFindings } from "./environment.js";
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
  type Path,
  told,
} from "./findings.js";
import { isListed } from "./patterns.js";
import type { PlacedContainer } from "./security.js";
import { named } from "./volumes.js";

export const CONTAINER_LISTS = ["initContainers", "containers", "ephemeralContainers"] as const;
/** The ones that are looked at here or in `security.ts`, or do no harm. */
const FIELDS = [
  ...["env", "envFrom", "image", "imagePullPolicy", "name", "ports", "resizePolicy", "resources"],
  ...["restartPolicy", "securityContext", "stdin", "stdinOnce", "terminationMessagePath"],
  ...["terminationMessagePolicy", "tty", "volumeMounts"],
];
/** Folders of the image that programs and their settings are read from. */
const SYSTEM = [
  ...["/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/opt/thaw", "/proc", "/root"],
  ...["/run", "/sbin", "/sys", "/usr", "/var"],
];
/** What has its place there nevertheless: thaw's own, and tokens and certificates as the chart mounts them. */
const OPEN = ["/dev/shm", "/etc/thaw", "/var/run/secrets/thaw"];

export function placedContainers(spec: Fields): readonly PlacedContainer[] {
  return CONTAINER_LISTS.flatMap((list) =>
    itemsOf(at(spec, list), ["spec", list]).flatMap(({ item, path }) =>
      isFields(item) ? [{ container: item, path }] : [],
    ),
  );
}

export function containerFindings(
  { container, path }: PlacedContainer,
  volumes: unknown,
  bounds: Bounds,
): readonly Finding[] {
  return [
    ...fieldFindings(container, path, bounds),
    ...named("image", at(container, "image"), [...path, "image"], bounds.images),
    ...environmentFindings(container, path, bounds),
    ...resourceFindings(at(container, "resources"), [...path, "resources"], bounds),
    ...itemsOf(at(container, "volumeMounts"), [...path, "volumeMounts"]).flatMap(({ item, path: place }) =>
      mountFindings(item, place, volumes, bounds),
    ),
  ];
}

function fieldFindings(container: Fields, path: Path, bounds: Bounds): readonly Finding[] {
  return fieldsOf(container)
    .filter(([key, value]) => !FIELDS.includes(key) && !isOwnProgram(container, key, value))
    .flatMap(([key, value]) =>
      bounds.fields.some((field) => field === `containers.${key}`)
        ? hostsInside(value, [...path, key], bounds)
        : [finding([...path, key], `allows no ${key} of containers`)],
    );
}

const isOwnProgram = ({ name }: Fields, key: string, value: unknown): boolean =>
  name === CONTAINER && key === "args" && isDeepStrictEqual(value, TRAINING_ARGS);

/** Probes and hooks of another host than the pod itself: the kubelet would ask it, from the node. */
function hostsInside(value: unknown, path: Path, bounds: Bounds): readonly Finding[] {
  if (bounds.profile === "privileged") return [];
  return fieldsOf(value).flatMap(([key, inside]) =>
    key === "host" && inside !== ""
      ? [finding([...path, key], `allows no probe or hook of the host ${told(inside)}`)]
      : hostsInside(inside, [...path, key], bounds),
  );
}

export function resourceFindings(resources: unknown, path: Path, bounds: Bounds): readonly Finding[] {
  return fieldsOf(resources).flatMap(([kind, amounts]) => {
    if (!["limits", "requests"].includes(kind)) return [finding([...path, kind], "does not know this field")];
    return fieldsOf(amounts)
      .filter(([name]) => name.includes("/") && !isListed(name, bounds.resources))
      .map(([name]) => finding([...path, kind, name], notListed("resource", name, bounds.resources)));
  });
}

/** What lies over the image's programs is run in their place. */
function mountFindings(mount: unknown, path: Path, volumes: unknown, bounds: Bounds): readonly Finding[] {
  const found: Finding[] = [];
  const where = at(mount, "mountPath");
  const folder =
    typeof where === "string" ? posix.normalize(posix.join("/", where)).replace(/(.)\/$/, "$1") : "/";
  const isOpen = [...OPEN, ...bounds.mounts].some((open) => folder === open || folder.startsWith(`${open}/`));
  const covers = SYSTEM.some(
    (system) =>
      folder === "/" ||
      folder === system ||
      folder.startsWith(`${system}/`) ||
      system.startsWith(`${folder}/`),
  );
  if (covers && !isOpen)
    found.push(
      finding(
        [...path, "mountPath"],
        `lets nothing be mounted at ${told(where)}, where the image's programs are`,
      ),
    );
  const source = itemsOf(volumes, []).find(({ item }) => at(item, "name") === at(mount, "name"))?.item;
  // A `.env` there says where the servers are.
  const isProject = folder === WORK_FOLDER || folder.startsWith(`${WORK_FOLDER}/.`);
  if (isProject && isNothing(at(source, "emptyDir")) && !bounds.mounts.includes(folder))
    found.push(finding([...path, "mountPath"], `lets nothing but an emptyDir be mounted at ${told(where)}`));
  const spread = at(mount, "mountPropagation");
  if (bounds.profile !== "privileged" && spread === "Bidirectional")
    found.push(finding([...path, "mountPropagation"], "allows no mounts that reach the node"));
  const isHostPath = !isNothing(at(source, "hostPath"));
  if (isHostPath && bounds.profile !== "privileged" && at(mount, "readOnly") !== true)
    found.push(
      finding([...path, "readOnly"], "lets folders of nodes be mounted to read alone: readOnly: true"),
    );
  return found;
}
