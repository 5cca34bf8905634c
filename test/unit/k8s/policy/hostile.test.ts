/** Ways out of a pod, one a row: each is refused under the strict policy, with its place in the run file. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ThawError } from "../../../../spec/errors.js";
import { INSTALLATION, jobFor } from "./ask.js";

type Row = readonly [what: string, kubernetes: object, path: string, says?: RegExp];

const pod = (spec: object): object => ({ pod_template: { spec } });
const training = (container: object): object => pod({ containers: [{ name: "training", ...container }] });
const context = (securityContext: object | null): object => training({ securityContext });
const beside = (container: object, list = "containers"): object =>
  pod({ [list]: [{ name: "beside", image: "thaw:1", securityContext: SAFE, ...container }] });
const SAFE = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
const volume = (source: object): object => pod({ volumes: [{ name: "x", ...source }] });
const variable = (name: string, value = "x"): object => training({ env: [{ name, value }] });
const annotation = (key: string): object => ({ pod_template: { metadata: { annotations: { [key]: "x" } } } });

const T = "kubernetes.pod_template.spec";
const C = `${T}.containers[0]`;
const S = `${C}.securityContext`;

const ROWS: readonly Row[] = [
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
    `${C}.securityContext`,
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
  // Accounts and Secrets.
  [
    "a service account",
    { service_account: "thaw-control" },
    "kubernetes.service_account",
    /no service account thaw-control; allowed is thaw-training/,
  ],
  [
    "a service account by the template",
    pod({ serviceAccountName: "thaw-control" }),
    `${T}.serviceAccountName`,
  ],
  ["a service account by the old name", pod({ serviceAccount: "thaw-control" }), `${T}.serviceAccount`],
  [
    "a Secret as variables",
    { secrets: ["database-root"] },
    "kubernetes.secrets[0]",
    /no Secret database-root; allowed is thaw-store/,
  ],
  [
    "a Secret as variables, by the template",
    training({ envFrom: [{ secretRef: { name: "any" } }] }),
    `${C}.envFrom[0].secretRef.name`,
  ],
  [
    "a Secret as a variable",
    training({ env: [{ name: "TZ", valueFrom: { secretKeyRef: { name: "any", key: "x" } } }] }),
    `${C}.env[0].valueFrom.secretKeyRef.name`,
  ],
  [
    "a Secret as a variable of a sidecar",
    beside({ env: [{ name: "TZ", valueFrom: { secretKeyRef: { name: "any", key: "x" } } }] }),
    `${C}.env[0].valueFrom.secretKeyRef.name`,
  ],
  ["a Secret as a volume", volume({ secret: { secretName: "any" } }), `${T}.volumes[0].secret.secretName`],
  [
    "a Secret as a volume, by the short key",
    { volumes: { mounts: [{ path: "/x", secret: "any" }] } },
    "kubernetes.volumes.mounts[0]",
    /no Secret any/,
  ],
  [
    "a projected Secret",
    volume({ projected: { sources: [{ configMap: { name: "c" } }, { secret: { name: "any" } }] } }),
    `${T}.volumes[0].projected.sources[1].secret.name`,
  ],
  [
    "a certificate of the pod's",
    volume({ projected: { sources: [{ podCertificate: { signerName: "x/y", keyType: "ED25519" } }] } }),
    `${T}.volumes[0].projected.sources[0].podCertificate`,
  ],
  ["a Secret to pull with", { image_pull_secrets: ["any"] }, "kubernetes.image_pull_secrets[0]"],
  [
    "a Secret to pull with, by the template",
    pod({ imagePullSecrets: [{ name: "any" }] }),
    `${T}.imagePullSecrets[0].name`,
  ],
  [
    "a driver that is handed a Secret",
    volume({ csi: { driver: "x", nodePublishSecretRef: { name: "any" } } }),
    `${T}.volumes[0].csi`,
  ],
  [
    "a driver from before",
    volume({ flexVolume: { driver: "x", secretRef: { name: "any" } } }),
    `${T}.volumes[0].flexVolume`,
  ],
  ["a server's folder", volume({ nfs: { server: "10.0.0.1", path: "/" } }), `${T}.volumes[0].nfs`],
  ["a repository", volume({ gitRepo: { repository: "https://evil.example" } }), `${T}.volumes[0].gitRepo`],
  ["an image as a volume", volume({ image: { reference: "evil.example/x" } }), `${T}.volumes[0].image`],
  [
    "secrets injected by an annotation",
    annotation("vault.hashicorp.com/agent-inject"),
    "kubernetes.pod_template.metadata.annotations.vault.hashicorp.com/agent-inject",
  ],
  [
    "another namespace",
    { namespace: "kube-system" },
    "kubernetes.namespace",
    /no namespace kube-system; allowed is thaw/,
  ],
  // Other code.
  [
    "another image",
    { image: "evil.example/x" },
    "kubernetes.image",
    /no image evil\.example\/x; allowed is thaw:1/,
  ],
  ["another image by the template", training({ image: "evil.example/x" }), `${C}.image`],
  ["another image of a sidecar", beside({ image: "evil" }), `${C}.image`],
  [
    "another image of an init container",
    beside({ image: "evil" }, "initContainers"),
    `${T}.initContainers[0].image`,
  ],
  ["an image whose name begins alike", { image: "thaw:10" }, "kubernetes.image"],
  ["the same tag with a digest", { image: `thaw:1@sha256:${"0".repeat(64)}` }, "kubernetes.image"],
  [
    "a container without an image",
    pod({ containers: [{ name: "beside", securityContext: SAFE }] }),
    C,
    /no image without a name/,
  ],
  [
    "an ephemeral container",
    pod({ ephemeralContainers: [{ name: "x", image: "thaw:1", securityContext: SAFE }] }),
    `${T}.ephemeralContainers`,
  ],
  ["other arguments", training({ args: ["-e", "fetch('https://evil.example')"] }), `${C}.args`],
  ["another program", training({ command: ["sh"] }), `${C}.command`],
  ["a sidecar with a program", beside({ args: ["-e", "1"] }), `${C}.args`],
  ["a hook", training({ lifecycle: { postStart: { exec: { command: ["sh"] } } } }), `${C}.lifecycle`],
  [
    "a probe, asked from the node",
    training({ livenessProbe: { httpGet: { host: "169.254.169.254", port: 80 } } }),
    `${C}.livenessProbe`,
  ],
  ["another folder to start in", training({ workingDir: "/images" }), `${C}.workingDir`],
  [
    "something over the image's programs",
    { volumes: { mounts: [{ path: "/opt/thaw/dist", claim: "mine" }] } },
    "kubernetes.volumes.mounts[0]",
    /at \/opt\/thaw\/dist/,
  ],
  [
    "something over them by a detour",
    { volumes: { mounts: [{ path: "/images/../usr/local/bin", claim: "mine" }] } },
    "kubernetes.volumes.mounts[0]",
  ],
  [
    "something over all of them",
    { volumes: { mounts: [{ path: "/opt", claim: "mine" }] } },
    "kubernetes.volumes.mounts[0]",
  ],
  ["another root", { volumes: { mounts: [{ path: "/", claim: "mine" }] } }, "kubernetes.volumes.mounts[0]"],
  [
    "a .env that names other servers",
    { volumes: { mounts: [{ path: "/work/.env", config_map: "mine", sub_path: "e" }] } },
    "kubernetes.volumes.mounts[0]",
    /nothing but an emptyDir/,
  ],
  [
    "code by NODE_OPTIONS",
    { env: { NODE_OPTIONS: "--import=data:text/javascript,1" } },
    "kubernetes.env.NODE_OPTIONS",
  ],
  ["code by LD_PRELOAD", variable("LD_PRELOAD"), `${C}.env[0]`, /variable LD_PRELOAD/],
  ["code from another cache", { env: { THAW_CACHE: "/images/cache" } }, "kubernetes.env.THAW_CACHE"],
  [
    "a variable from a ConfigMap",
    training({ env: [{ name: "NODE_OPTIONS", valueFrom: { configMapKeyRef: { name: "c", key: "x" } } }] }),
    `${C}.env[0]`,
  ],
  // Other servers, which are sent credentials.
  ["another Temporal", { env: { TEMPORAL_ADDRESS: "evil.example:7233" } }, "kubernetes.env.TEMPORAL_ADDRESS"],
  ["another store", variable("THAW_S3_ENDPOINT", "https://evil.example"), `${C}.env[0]`],
  [
    "another token service",
    { env: { AWS_ENDPOINT_URL_STS: "https://evil.example" } },
    "kubernetes.env.AWS_ENDPOINT_URL_STS",
  ],
  ["a proxy", { env: { https_proxy: "http://evil.example" } }, "kubernetes.env.https_proxy"],
  [
    "another run's queue in a sidecar",
    beside({ env: [{ name: "THAW_TASK_QUEUE", value: "thaw-run-other" }] }),
    `${C}.env[0]`,
  ],
  [
    "names that mean other servers",
    pod({ hostAliases: [{ ip: "10.0.0.1", hostnames: ["s3.example"] }] }),
    `${T}.hostAliases`,
  ],
  [
    "another name service",
    pod({ dnsPolicy: "None", dnsConfig: { nameservers: ["10.0.0.1"] } }),
    `${T}.dnsConfig`,
  ],
  ["processes that see each other", pod({ shareProcessNamespace: true }), `${T}.shareProcessNamespace`],
  // Whose pod it seems to be.
  [
    "a label of somebody's Service or policy",
    { pod_template: { metadata: { labels: { app: "database" } } } },
    "kubernetes.pod_template.metadata.labels.app",
  ],
  [
    "another network",
    annotation("k8s.v1.cni.cncf.io/networks"),
    "kubernetes.pod_template.metadata.annotations.k8s.v1.cni.cncf.io/networks",
  ],
  [
    "no service mesh",
    annotation("sidecar.istio.io/inject"),
    "kubernetes.pod_template.metadata.annotations.sidecar.istio.io/inject",
  ],
  // What is none of what it should be.
  [
    "containers that are no list",
    pod({ initContainers: { name: "x", image: "thaw:1", securityContext: SAFE } }),
    `${T}.initContainers`,
  ],
  ["a volume that is a word", pod({ volumes: ["hostPath"] }), `${T}.volumes[0]`],
];

for (const [what, kubernetes, path, says = /./] of ROWS) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => jobFor(kubernetes),
      (error: ThawError) => {
        assert.equal(error.code, "POD_FORBIDDEN", error.message);
        assert.ok(error.message.includes(`${path}: this installation `), error.message);
        assert.match(error.message, says);
        assert.match(error.hint ?? "", /podPolicy .*THAW_POD_POLICY/);
        return true;
      },
    );
  });
}

test("there are more than sixty of them, and each is another one", () => {
  assert.ok(ROWS.length > 60);
  assert.equal(new Set(ROWS.map(([, kubernetes]) => JSON.stringify(kubernetes))).size, ROWS.length);
});

test("a token is not mounted for an account that nobody allows", () => {
  const { service_account: _none, ...installation } = INSTALLATION;
  const token = { volumes: { mounts: [{ path: "/token", token_audience: "sts.example" }] } };
  const wanted = [
    [token, /kubernetes\.volumes\.mounts\[0\]: this installation allows no token/],
    [
      pod({ automountServiceAccountToken: true }),
      /spec\.automountServiceAccountToken: this installation wants/,
    ],
    [
      pod({ automountServiceAccountToken: null }),
      /spec\.automountServiceAccountToken: this installation wants/,
    ],
    [{ service_account: "default" }, /no service account default; it names none/],
  ] as const;
  for (const [kubernetes, message] of wanted)
    assert.throws(() => jobFor(kubernetes, { installation }), { code: "POD_FORBIDDEN", message });
  assert.equal(jobFor(token).spec?.template.spec?.serviceAccountName, "thaw-training");
});

test("everything that is wrong is told at once", () => {
  const kubernetes = {
    service_account: "admin",
    pod_template: {
      spec: { hostPID: true, hostNetwork: true, volumes: [{ name: "x", hostPath: { path: "/" } }] },
    },
  };
  assert.throws(
    () => jobFor(kubernetes),
    ({ message }: ThawError) => {
      assert.match(message, /^this installation does not allow 4 settings of the pod: /);
      for (const place of [
        `${T}.hostPID`,
        `${T}.hostNetwork`,
        `${T}.volumes[0].hostPath`,
        "kubernetes.service_account",
      ])
        assert.ok(message.includes(`${place}: `), message);
      return true;
    },
  );
});

test("what a stranger has written is told without its control characters, and not at any length", () => {
  assert.throws(
    () => jobFor({ image: `evil\u001b[2J\u202e${"x".repeat(5000)}` }),
    ({ message }: ThawError) => {
      assert.ok(!message.includes("\u001b") && !message.includes("\u202e"), message);
      return message.length < 500;
    },
  );
  const volumes = Array.from({ length: 500 }, (_, index) => ({ name: `v${index}`, hostPath: { path: "/" } }));
  assert.throws(
    () => jobFor(pod({ volumes })),
    ({ message }: ThawError) => /and 460 more$/.test(message),
  );
});

test("keys that would change what objects inherit are refused, and change nothing", () => {
  const hostile = JSON.parse(
    '{"spec":{"__proto__":{"hostNetwork":true},"securityContext":{"__proto__":{"privileged":true}},"constructor":{"prototype":{"p":1}}}}',
  ) as object;
  assert.throws(() => jobFor({ pod_template: hostile }), {
    code: "RUN_FILE_INVALID",
    message: /__proto__|constructor/,
  });
  assert.equal(Object.hasOwn(Object.prototype, "hostNetwork"), false);
  assert.equal(({} as { p?: number }).p, undefined);
});
