/** What run files may say under the strict policy, and a namespace with the restricted profile lets in. */
import { INSTALLATION } from "./ask.js";
import { pod, SAFE } from "./templates.js";

export const MOUNT = { path: "/images", claim: "photos", read_only: true };
export const FREE: readonly (readonly [what: string, kubernetes: object])[] = [
  ["nothing", {}],
  [
    "resources and nodes",
    { resources: { cpu: 4, memory: "16Gi", gpu: 2 }, node_selector: { "cloud.example/gpu": "h100" } },
  ],
  [
    "tolerations, affinity, priority, runtime class, queue",
    {
      ...{
        tolerations: [{ operator: "Exists" }],
        priority_class: "low",
        runtime_class: "nvidia",
        queue: "team-a",
      },
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: "gpu", operator: "Exists" }] }],
          },
        },
      },
    },
  ],
  [
    "what the installation names, said again",
    { ...INSTALLATION, env: { ...INSTALLATION.env, TEMPORAL_ADDRESS: "temporal:7233" } },
  ],
  [
    "images on a claim, sizes of volumes",
    { volumes: { mounts: [MOUNT], shared_memory: "2Gi", work: "50Gi" } },
  ],
  [
    "variables that name no server and load nothing",
    { env: { THAW_CHECKPOINT_SECONDS: "5", TF_CPP_MIN_LOG_LEVEL: "1", TZ: "UTC" } },
  ],
  [
    "a token for a service account that is allowed",
    { volumes: { mounts: [{ path: "/token", token_audience: "sts.example" }] } },
  ],
  [
    "more of the restricted profile",
    pod({
      securityContext: {
        runAsUser: 1000,
        fsGroup: 1000,
        seccompProfile: { type: "Localhost", localhostProfile: "x.json" },
      },
    }),
  ],
  [
    "a volume in memory, an annotation of one's own, a sidecar of the same image",
    {
      pod_template: {
        metadata: { annotations: { team: "vision" } },
        spec: {
          volumes: [{ name: "tmp", emptyDir: { medium: "Memory" } }],
          containers: [{ name: "beside", image: "thaw:1", securityContext: SAFE }],
        },
      },
    },
  ],
  [
    "what is off anyway",
    pod({ hostNetwork: false, hostPID: null, shareProcessNamespace: null, initContainers: [] }),
  ],
];
