/** Ways to Secrets, to other programs in the pod, to other servers, and into the place of others. */
import { annotation, beside, C, pod, type Row, SAFE, T, training, variable, volume } from "./templates.js";

export const WAYS_TO_SECRETS: readonly Row[] = [
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
  [
    "a copy of another namespace's volume",
    volume({
      ephemeral: {
        volumeClaimTemplate: {
          spec: { dataSourceRef: { kind: "PersistentVolumeClaim", name: "x", namespace: "other" } },
        },
      },
    }),
    `${T}.volumes[0].ephemeral.volumeClaimTemplate.spec.dataSourceRef.namespace`,
  ],
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
    `${C}.image`,
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
