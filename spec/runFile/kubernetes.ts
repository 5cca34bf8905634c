/** The run file's section `kubernetes`: which pod trains. Installations write their defaults in the same shape. */
import { z } from "zod";
import { secondsIn } from "../pods/duration.js";
import { amountIn } from "../pods/quantity.js";
import { POD_STAGES } from "../pods/stages.js";
import { LEAST_BYTES, MOST_BYTES, MOST_PATIENCE_SECONDS, MOST_PROCESSORS } from "./bounds.js";
import { podVariablesSchema, refuseSecretsIn } from "./podVariables.js";

/** Names of most Kubernetes objects: RFC 1123 labels and subdomains. */
const objectName = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
    "use lower-case letters, digits, dashes and dots, as Kubernetes does",
  );
const namespace = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "use up to 63 lower-case letters, digits and dashes");
const quantity = z.union([
  z.number().gt(0).max(MOST_BYTES),
  z
    .string()
    .regex(/^\d+(\.\d+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/, "write it as Kubernetes does, for example 500m or 8Gi"),
]);
const processors = quantity.refine(
  (given) => !(amountIn(given) > MOST_PROCESSORS),
  `more than ${MOST_PROCESSORS} processors no node has; 500m is half a one`,
);
const bytes = quantity.refine(
  (given) => !(amountIn(given) < LEAST_BYTES || amountIn(given) > MOST_BYTES),
  "that is less than a megabyte, or more than a petabyte: without a unit it is bytes, and m means thousandths; write for example 512Mi or 8Gi",
);
const duration = z
  .string()
  .regex(/^[1-9]\d*(s|m|h|d)$/, "use a whole number with s, m, h or d, for example 15m")
  .refine(
    (text) => !(secondsIn(text) > MOST_PATIENCE_SECONDS),
    `longer than ${MOST_PATIENCE_SECONDS / 86_400}d nothing is waited for`,
  );
const resourceName = z
  .string()
  .regex(
    /^[a-z0-9.-]+\/[A-Za-z0-9._-]+$/,
    "use the name of an extended resource, for example nvidia.com/gpu",
  );
const absolutePath = z.string().regex(/^\/[^:]*$/, "use an absolute path");
const labels = z.record(z.string(), z.string());

const resourcesSchema = z
  .strictObject({
    cpu: processors.exactOptional().describe("Processors that the pod is promised. Default: 2."),
    memory: bytes.exactOptional().describe("Memory that the pod gets and must not exceed. Default: 8Gi."),
    gpu: z
      .int()
      .min(0)
      .max(16)
      .exactOptional()
      .describe("GPUs of the pod; 0 trains on processors. Default: 1."),
    gpu_resource: resourceName
      .exactOptional()
      .describe("What the cluster calls a GPU. Default: nvidia.com/gpu."),
    ephemeral_storage: bytes.exactOptional().describe("Disk that the pod is promised for its work folder."),
  })
  .describe("What the pod asks for.");

/** As in a pod's specification. */
const tolerationSchema = z.strictObject({
  key: z.string().exactOptional(),
  operator: z.enum(["Exists", "Equal"]).exactOptional(),
  value: z.string().exactOptional(),
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).exactOptional(),
  tolerationSeconds: z.int().max(MOST_PATIENCE_SECONDS).exactOptional(),
});
const tolerations = z.array(tolerationSchema);

const mountSchema = z
  .strictObject({
    path: absolutePath.describe("Where it is in the pod."),
    claim: objectName.exactOptional().describe("A persistent volume claim."),
    config_map: objectName.exactOptional(),
    secret: objectName.exactOptional(),
    host_path: absolutePath.exactOptional().describe("A folder of the node."),
    token_audience: z
      .string()
      .min(1)
      .exactOptional()
      .describe("A token of the pod's service account for this audience, as the file `token`; kept fresh."),
    sub_path: z.string().exactOptional().describe("A folder inside it."),
    read_only: z.boolean().exactOptional(),
  })
  .refine(
    ({ claim, config_map, secret, host_path, token_audience }) =>
      [claim, config_map, secret, host_path, token_audience].filter((source) => source !== undefined)
        .length === 1,
    "name exactly one of claim, config_map, secret, host_path and token_audience",
  );

const volumesSchema = z
  .strictObject({
    shared_memory: bytes
      .exactOptional()
      .describe("Size of /dev/shm; it counts as memory of the pod. Default: 1Gi."),
    work: bytes.exactOptional().describe("Most disk that the work folder may take."),
    mounts: z.array(mountSchema).exactOptional().describe("More volumes: path and what is there."),
  })
  .describe("Volumes of the pod.");

const timeoutsSchema = z
  .strictObject({
    queue: duration
      .exactOptional()
      .describe("How long the pod may wait for a node, a quota or its queue. Default: 1h."),
    start: duration
      .exactOptional()
      .describe(
        "How long a pod that has a node may take to start: pulling the image, mounting. Default: 15m.",
      ),
    run: duration
      .exactOptional()
      .describe("How long the run's pods may live in all, the waiting for a node included. Default: 7d."),
    no_progress: duration
      .exactOptional()
      .describe("How long a stage may go on without any progress before it is tried again. Default: 30m."),
  })
  .describe("Four different patiences.");

/** What a patch must leave alone: restarts are the Job's business, and the pod is found by its labels. */
const OURS = ["restartPolicy", "activeDeadlineSeconds"];

const podTemplateSchema = z
  .strictObject({
    metadata: z
      .strictObject({
        labels: labels.exactOptional().describe("More labels of the pod."),
        annotations: labels.exactOptional().describe("Annotations of the pod."),
      })
      .exactOptional()
      .describe("Labels and annotations."),
    spec: z
      .record(z.string(), z.unknown())
      .refine((spec) => OURS.every((key) => !(key in spec)), `${OURS.join(" and ")} are thaw's to set`)
      .superRefine((spec, context) => refuseSecretsIn(spec, context))
      .exactOptional()
      .describe("As in a pod; the container that trains is called training."),
  })
  .describe(
    "What nothing else says, as in a Job's pod template. It is laid over thaw's: sections by key, lists of named things by name.",
  );

const spotNodesSchema = z
  .strictObject({
    node_selector: labels.exactOptional().describe("Labels that spot nodes have."),
    tolerations: tolerations.exactOptional().describe("Taints that keep others from spot nodes."),
  })
  .describe("What spot nodes are to be known by, usually said once for the installation.");

/** No defaults here: those of the installation stand between the file's values and thaw's. */
const podFields = {
  image: z
    .string()
    .min(1)
    .exactOptional()
    .describe("Image with thaw's training worker; installations name one."),
  image_pull_policy: z
    .enum(["Always", "IfNotPresent", "Never"])
    .exactOptional()
    .describe("When it is pulled."),
  image_pull_secrets: z.array(objectName).exactOptional().describe("Secrets for the image's registry."),
  resources: resourcesSchema.exactOptional(),
  node_selector: labels
    .exactOptional()
    .describe("Labels that the node must have, for example the type of its GPU."),
  tolerations: tolerations.exactOptional().describe("Taints of nodes that the pod bears, as in a pod."),
  affinity: z
    .record(z.string(), z.unknown())
    .exactOptional()
    .describe("Finer rules for the choice of a node, as in a pod."),
  runtime_class: objectName.exactOptional().describe("The pod's runtimeClassName, for example nvidia."),
  spot: z
    .boolean()
    .exactOptional()
    .describe("Train on nodes that may be taken away; checkpoints make that cheap. Default: false."),
  spot_nodes: spotNodesSchema.exactOptional(),
  priority_class: objectName.exactOptional().describe("The pod's priorityClassName."),
  queue: objectName.exactOptional().describe("Kueue's local queue that admits the Job."),
  service_account: objectName
    .exactOptional()
    .describe("The pod's service account, whose token it then gets. Default: none is used."),
  secrets: z
    .array(objectName)
    .exactOptional()
    .describe("Secrets whose keys become environment variables: credentials of store and Temporal."),
  env: podVariablesSchema
    .exactOptional()
    .describe("More environment variables, for example addresses as pods see them."),
  volumes: volumesSchema.exactOptional(),
  pod_template: podTemplateSchema.exactOptional(),
  timeouts: timeoutsSchema.exactOptional(),
};

/** With null a stage takes away what the run's section or the installation says, where no value would mean nothing. */
const stagePodSchema = z.strictObject({
  ...podFields,
  node_selector: z
    .record(z.string(), z.string().nullable())
    .nullable()
    .exactOptional()
    .describe("Labels that the node must have; null takes one away."),
  affinity: podFields.affinity
    .unwrap()
    .nullable()
    .exactOptional()
    .describe("Finer rules for the choice of a node."),
  runtime_class: objectName.nullable().exactOptional().describe("The pod's runtimeClassName."),
  priority_class: objectName.nullable().exactOptional().describe("The pod's priorityClassName."),
  queue: objectName.nullable().exactOptional().describe("Kueue's local queue that admits the Job."),
});

export const kubernetesSchema = z
  .strictObject({
    namespace: namespace
      .exactOptional()
      .describe("Namespace of the pod. Default: that of the control worker."),
    ...podFields,
    stages: z
      .partialRecord(z.enum(POD_STAGES), stagePodSchema)
      .exactOptional()
      .describe(
        "Stages that get another pod: the keys of this section, laid over its values; null takes one away. E.g. {evaluate: {resources: {gpu: 0}}}.",
      ),
  })
  .describe(
    "The pod that trains, with `compute: kubernetes`. It changes no number, unless gpu: 0 has the GPU engine compute on processors.",
  );

/** What an installation may say: of pods that stages get, run files alone. */
export const installationSchema = kubernetesSchema.omit({ stages: true });

export type KubernetesSpec = z.output<typeof kubernetesSchema>;
export type StagePodSpec = z.output<typeof stagePodSchema>;
export type MountSpec = z.output<typeof mountSchema>;
export type PodTemplatePatch = z.output<typeof podTemplateSchema>;
