/**
 * The Pod Security Standards of Kubernetes 1.34 (kubernetes.io/docs/concepts/security/pod-security-standards), control by
 * control: those of the profile "baseline", and the ones that "restricted" adds. Pods are for Linux.
 */
import type { PodPolicy } from "../../spec/pods/policy.js";
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

/** "Capabilities" of the profile "baseline": what container engines give by themselves. */
const BASELINE_CAPABILITIES = [
  ...[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
  ],
  ...["SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"],
];
const RESTRICTED_CAPABILITIES = ["NET_BIND_SERVICE"];
const SELINUX_TYPES = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];
const PROFILES = ["RuntimeDefault", "Localhost"];
/** "Sysctls": those that are of the pod alone. */
const SAFE_SYSCTLS = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_syncookies",
];
const POD_FIELDS = [
  ...["appArmorProfile", "fsGroup", "fsGroupChangePolicy", "runAsGroup", "runAsNonRoot", "runAsUser"],
  ...[
    "seLinuxChangePolicy",
    "seLinuxOptions",
    "seccompProfile",
    "supplementalGroups",
    "supplementalGroupsPolicy",
  ],
  ...["sysctls", "windowsOptions"],
];
const CONTAINER_FIELDS = [
  ...["allowPrivilegeEscalation", "appArmorProfile", "capabilities", "privileged", "procMount"],
  ...[
    "readOnlyRootFilesystem",
    "runAsGroup",
    "runAsNonRoot",
    "runAsUser",
    "seLinuxOptions",
    "seccompProfile",
  ],
  "windowsOptions",
];

export interface PlacedContainer {
  readonly container: Fields;
  readonly path: Path;
}

type Profile = PodPolicy["profile"];

export function podSecurityFindings(
  spec: Fields,
  containers: readonly PlacedContainer[],
  { profile, host_network }: Pick<PodPolicy, "profile" | "host_network">,
): readonly Finding[] {
  if (profile === "privileged") return [];
  const pod = at(spec, "securityContext");
  const podPath: Path = ["spec", "securityContext"];
  return [
    ...hostFindings(spec, host_network),
    ...contextFindings(pod, podPath, POD_FIELDS),
    ...itemsOf(at(pod, "sysctls"), [...podPath, "sysctls"])
      .filter(({ item }) => !SAFE_SYSCTLS.includes(at(item, "name") as string))
      .map(({ item, path }) => finding(path, `allows no sysctl ${told(at(item, "name"))}`)),
    ...containers.flatMap(({ container, path }) => containerFindings(container, path, pod, profile)),
  ];
}

function hostFindings(spec: Fields, network: boolean): readonly Finding[] {
  const kinds = ["hostPID", "hostIPC", "hostUsers", ...(network ? [] : ["hostNetwork"])];
  return kinds
    .filter((key) => !isOff(at(spec, key)))
    .map((key) => finding(["spec", key], `allows no pods in their node's namespaces (${key})`));
}

/** What pods and containers say alike, and fields that nobody knows. */
function contextFindings(context: unknown, path: Path, known: readonly string[]): readonly Finding[] {
  if (!isNothing(context) && !isFields(context)) return [finding(path, "wants a section here")];
  const type = (key: string): unknown => at(context, key, "type");
  return [
    ...fieldsOf(context)
      .filter(([key]) => !known.includes(key))
      .map(([key]) => finding([...path, key], "does not know this field")),
    ...["seccompProfile", "appArmorProfile"]
      .filter((key) => !isNothing(at(context, key)) && !PROFILES.includes(type(key) as string))
      .map((key) => finding([...path, key, "type"], notListed(`${key} of type`, type(key), PROFILES))),
    ...seLinuxFindings(at(context, "seLinuxOptions"), [...path, "seLinuxOptions"]),
    ...(isNothing(at(context, "windowsOptions"))
      ? []
      : [finding([...path, "windowsOptions"], "has pods for Linux alone")]),
  ];
}

function seLinuxFindings(options: unknown, path: Path): readonly Finding[] {
  if (isNothing(options)) return [];
  if (!isFields(options)) return [finding(path, "wants a section here")];
  return fieldsOf(options)
    .filter(([key, value]) =>
      key === "type" ? !SELINUX_TYPES.includes(value as string) : key !== "level" && value !== "",
    )
    .map(([key, value]) => finding([...path, key], `allows no SELinux ${key} ${told(value)}`));
}

function containerFindings(
  container: Fields,
  above: Path,
  pod: unknown,
  profile: Profile,
): readonly Finding[] {
  const path: Path = [...above, "securityContext"];
  const own = at(container, "securityContext");
  const found = [...contextFindings(own, path, CONTAINER_FIELDS)];
  if (!isOff(at(own, "privileged")))
    found.push(finding([...path, "privileged"], "allows no privileged containers"));
  const procMount = at(own, "procMount");
  if (!isNothing(procMount) && procMount !== "Default")
    found.push(finding([...path, "procMount"], notListed("procMount", procMount, ["Default"])));
  const allowed = profile === "restricted" ? RESTRICTED_CAPABILITIES : BASELINE_CAPABILITIES;
  for (const { item, path: place } of itemsOf(at(own, "capabilities", "add"), [
    ...path,
    "capabilities",
    "add",
  ]))
    if (!allowed.includes(item as string)) found.push(finding(place, notListed("capability", item, allowed)));
  for (const { item, path: place } of itemsOf(at(container, "ports"), [...above, "ports"]))
    if (![undefined, null, 0].includes(at(item, "hostPort") as undefined))
      found.push(finding([...place, "hostPort"], "allows no ports of the node"));
  return profile === "restricted" ? [...found, ...restrictedFindings(own, path, pod)] : found;
}

/** What "restricted" asks for in so many words; where neither says it, the pod is what has to. */
function restrictedFindings(own: unknown, path: Path, pod: unknown): readonly Finding[] {
  const podPath: Path = ["spec", "securityContext"];
  const found: Finding[] = [];
  const effective = (key: string): { value: unknown; where: Path } =>
    isNothing(at(own, key))
      ? { value: at(pod, key), where: [...podPath, key] }
      : { value: at(own, key), where: [...path, key] };
  const nonRoot = effective("runAsNonRoot");
  if (nonRoot.value !== true) found.push(finding(nonRoot.where, "wants runAsNonRoot: true"));
  for (const [context, where] of [
    [pod, podPath],
    [own, path],
  ] as const) {
    const user = at(context, "runAsUser");
    if (!isNothing(user) && !(typeof user === "number" && user > 0))
      found.push(finding([...where, "runAsUser"], `allows no user ${told(user)}, only numbers above 0`));
  }
  const seccomp = effective("seccompProfile");
  if (isNothing(seccomp.value))
    found.push(finding(seccomp.where, `wants a seccompProfile of type ${PROFILES.join(" or ")}`));
  if (at(own, "allowPrivilegeEscalation") !== false)
    found.push(finding([...path, "allowPrivilegeEscalation"], "wants allowPrivilegeEscalation: false"));
  const drop = at(own, "capabilities", "drop");
  if (!Array.isArray(drop) || !drop.includes("ALL"))
    found.push(finding([...path, "capabilities", "drop"], "wants all capabilities dropped: [ALL]"));
  return found;
}

const isOff = (value: unknown): boolean => isNothing(value) || value === false;
