/** Ways to root and to the node. */
import { annotation, beside, C, context, pod, type Row, S, SAFE, T, training, volume } from "./templates.js";

export const WAYS_TO_THE_NODE: readonly Row[] = [
  // Root and privileges.
  ["privileged", context({ privileged: true }), `${S}.privileged`, /no privileged containers/],
  ["privileged, as a text", context({ privileged: "true" }), `${S}.privileged`],
  [
    "a privileged init container",
    beside({ securityContext: { ...SAFE, privileged: true } }, "initContainers"),
    `${T}.initContainers[0].securityContext.privileged`,
  ],
  [
    "a privileged sidecar",
    beside({ securityContext: { ...SAFE, privileged: true } }),
    `${C}.securityContext.privileged`,
  ],
  ["user 0 of the container", context({ runAsUser: 0 }), `${S}.runAsUser`, /no user 0/],
  ["user 0 of the pod", pod({ securityContext: { runAsUser: 0 } }), `${T}.securityContext.runAsUser`],
  ["root allowed in the container", context({ runAsNonRoot: false }), `${S}.runAsNonRoot`],
  [
    "root allowed in the pod",
    pod({ securityContext: { runAsNonRoot: false } }),
    `${T}.securityContext.runAsNonRoot`,
  ],
  [
    "the pod's security context taken away",
    pod({ securityContext: null }),
    `${T}.securityContext`,
    /runAsNonRoot: true/,
  ],
  ["the container's security context taken away", context(null), S, /allowPrivilegeEscalation: false/],
  [
    "one of its fields taken away",
    pod({ securityContext: { runAsNonRoot: null } }),
    `${T}.securityContext.runAsNonRoot`,
  ],
  ["a security context that is a list", pod({ securityContext: [] }), `${T}.securityContext`],
  ["escalation", context({ allowPrivilegeEscalation: true }), `${S}.allowPrivilegeEscalation`],
  [
    "escalation by saying nothing",
    beside({ securityContext: { capabilities: { drop: ["ALL"] } } }),
    `${S}.allowPrivilegeEscalation`,
    /allowPrivilegeEscalation: false/,
  ],
  [
    "a capability",
    context({ capabilities: { add: ["SYS_ADMIN"] } }),
    `${S}.capabilities.add[0]`,
    /SYS_ADMIN; allowed is NET_BIND_SERVICE/,
  ],
  [
    "a capability of the baseline",
    context({ capabilities: { add: ["NET_BIND_SERVICE", "CHOWN"] } }),
    `${S}.capabilities.add[1]`,
  ],
  ["all capabilities", context({ capabilities: { add: ["ALL"] } }), `${S}.capabilities.add[0]`],
  ["capabilities kept", context({ capabilities: { drop: [] } }), `${S}.capabilities.drop`],
  [
    "capabilities dropped one by one",
    context({ capabilities: { drop: ["KILL"] } }),
    `${S}.capabilities.drop`,
  ],
  ["capabilities taken away", context({ capabilities: null }), `${S}.capabilities`],
  [
    "no seccomp in the container",
    context({ seccompProfile: { type: "Unconfined" } }),
    `${S}.seccompProfile.type`,
    /Unconfined; allowed are RuntimeDefault, Localhost/,
  ],
  [
    "no seccomp in the pod",
    pod({ securityContext: { seccompProfile: { type: "Unconfined" } } }),
    `${T}.securityContext.seccompProfile.type`,
  ],
  [
    "seccomp taken away",
    pod({ securityContext: { seccompProfile: null } }),
    `${T}.securityContext.seccompProfile`,
  ],
  ["no AppArmor", context({ appArmorProfile: { type: "Unconfined" } }), `${S}.appArmorProfile.type`],
  [
    "no AppArmor, by annotation",
    annotation("container.apparmor.security.beta.kubernetes.io/training"),
    "kubernetes.pod_template.metadata.annotations.container.apparmor.security.beta.kubernetes.io/training",
  ],
  ["an SELinux type", context({ seLinuxOptions: { type: "spc_t" } }), `${S}.seLinuxOptions.type`],
  [
    "an SELinux user",
    pod({ securityContext: { seLinuxOptions: { user: "root" } } }),
    `${T}.securityContext.seLinuxOptions.user`,
  ],
  ["an unmasked /proc", context({ procMount: "Unmasked" }), `${S}.procMount`],
  [
    "a sysctl",
    pod({ securityContext: { sysctls: [{ name: "kernel.core_pattern", value: "|/x" }] } }),
    `${T}.securityContext.sysctls[0]`,
    /kernel\.core_pattern/,
  ],
  ["a HostProcess of Windows", context({ windowsOptions: { hostProcess: true } }), `${S}.windowsOptions`],
  [
    "another system, whose pods the profile does not look at",
    pod({ os: { name: "windows" } }),
    `${T}.os.name`,
  ],
  // The node.
  ["hostNetwork", pod({ hostNetwork: true }), `${T}.hostNetwork`],
  ["hostPID", pod({ hostPID: true }), `${T}.hostPID`],
  ["hostIPC", pod({ hostIPC: true }), `${T}.hostIPC`],
  ["hostUsers", pod({ hostUsers: true }), `${T}.hostUsers`],
  [
    "a port of the node",
    training({ ports: [{ containerPort: 80, hostPort: 80 }] }),
    `${C}.ports[0].hostPort`,
  ],
  [
    "hostPath",
    volume({ hostPath: { path: "/" } }),
    `${T}.volumes[0].hostPath`,
    /allows no volumes of kind hostPath; allowed are configMap, /,
  ],
  [
    "hostPath by the short key",
    { volumes: { mounts: [{ path: "/x", host_path: "/var/run" }] } },
    "kubernetes.volumes.mounts[0]",
    /kind hostPath/,
  ],
  [
    "hostPath in place of thaw's own volume",
    pod({ volumes: [{ name: "work", emptyDir: null, hostPath: { path: "/" } }] }),
    `${T}.volumes[0].hostPath`,
  ],
  ["a node by its name, past the scheduler", pod({ nodeName: "control-plane" }), `${T}.nodeName`],
  [
    "a node's GPUs past the device plugin",
    { env: { NVIDIA_VISIBLE_DEVICES: "all" } },
    "kubernetes.env.NVIDIA_VISIBLE_DEVICES",
  ],
  [
    "a device plugin's other devices",
    training({ resources: { limits: { "smarter-devices/mem": 1 } } }),
    `${C}.resources.limits.smarter-devices/mem`,
  ],
  [
    "the same by the short key",
    { resources: { gpu_resource: "smarter-devices/mem" } },
    "kubernetes.resources.gpu_resource",
  ],
  [
    "devices by an annotation without a slash",
    annotation("io.kubernetes.cri-o.Devices"),
    "kubernetes.pod_template.metadata.annotations.io.kubernetes.cri-o.Devices",
  ],
  [
    "devices by a resource claim",
    pod({ resourceClaims: [{ name: "x", resourceClaimName: "y" }] }),
    `${T}.resourceClaims`,
  ],
  [
    "a raw block device",
    training({ volumeDevices: [{ name: "x", devicePath: "/dev/x" }] }),
    `${C}.volumeDevices`,
  ],
  [
    "mounts that reach the node",
    training({ volumeMounts: [{ name: "tmp", mountPath: "/tmp", mountPropagation: "Bidirectional" }] }),
    `${C}.volumeMounts[0].mountPropagation`,
  ],
  ["overhead that admission fills in", pod({ overhead: { cpu: 1 } }), `${T}.overhead`],
  ["a priority class of the system", { priority_class: "system-node-critical" }, "kubernetes.priority_class"],
];
