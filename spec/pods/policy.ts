/** What an installation lets its runs' pods be: a file of the control worker's, never a part of the run file. */
import { z } from "zod";

/** Kinds of volumes of Kubernetes' restricted profile, without `csi`: a driver decides what such a volume shows. */
export const SAFE_VOLUMES = [
  "configMap",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
] as const;
/** More that can be listed; `hostPath` is `host_paths`. What Kubernetes has given up is not among them. */
const MORE_VOLUMES = ["azureFile", "cephfs", "csi", "fc", "image", "iscsi", "nfs", "rbd"] as const;

/** Fields of a pod by which another program runs, other servers answer, or processes see each other. */
export const OPTIONAL_FIELDS = [
  "dnsConfig",
  "hostAliases",
  "nodeName",
  "resourceClaims",
  "shareProcessNamespace",
  "containers.args",
  "containers.command",
  "containers.lifecycle",
  "containers.livenessProbe",
  "containers.readinessProbe",
  "containers.startupProbe",
  "containers.volumeDevices",
  "containers.workingDir",
] as const;

/** Device plugins of the makers of GPUs; others hand out whatever they were written for, `/dev/mem` for instance. */
const GPU_RESOURCES = ["nvidia.com/*", "amd.com/*", "gpu.intel.com/*"];

const patterns = z.array(z.string().min(1).max(512));
const ANY = ["*"];

export const podPolicySchema = z
  .strictObject({
    profile: z
      .enum(["restricted", "baseline", "privileged"])
      .default("restricted")
      .describe("The profile of Kubernetes' Pod Security Standards that pods keep to."),
    images: patterns.default([]).describe("More images than those that the installation names."),
    secrets: patterns.default([]).describe("More Secrets than those that the installation names."),
    service_accounts: patterns.default([]).describe("More service accounts than the installation's."),
    namespaces: patterns.default([]).describe("More namespaces than the installation's."),
    config_maps: patterns.default(ANY).describe("ConfigMaps that pods may read."),
    claims: patterns.default(ANY).describe("Persistent volume claims that pods may mount."),
    volumes: z
      .array(z.enum([...SAFE_VOLUMES, ...MORE_VOLUMES]))
      .default([...SAFE_VOLUMES])
      .describe("Kinds of volumes; host_paths allows hostPath."),
    host_paths: z
      .array(z.string().regex(/^\/([^/]+(\/[^/]+)*)?$/, "use an absolute path without a slash at its end"))
      .default([])
      .describe("Folders of nodes that pods may mount to read them, with all that is below."),
    host_network: z.boolean().default(false).describe("Whether pods may be in their node's network."),
    runtime_classes: z
      .array(z.string().max(512))
      .default(ANY)
      .describe('Runtime classes; "" is none, so without it a pod has to have one of them.'),
    priority_classes: patterns
      .default(ANY)
      .describe("Priority classes; those of the system only by their names."),
    node_labels: patterns.default(ANY).describe("Labels that pods may ask of nodes, as KEY=VALUE."),
    taints: patterns.default(ANY).describe("Keys of taints that pods may tolerate."),
    resources: patterns
      .default(GPU_RESOURCES)
      .describe("Extended resources that pods may ask for, besides the installation's."),
    labels: patterns.default([]).describe("Labels that run files may give pods, by key."),
    annotations: patterns
      .default([])
      .describe("Annotations that run files may give pods, by key; short names are always free."),
    variables: patterns
      .default([])
      .describe(
        "More environment variables that run files may set, by name; docs/kubernetes.md has the rest.",
      ),
    fields: z
      .array(z.enum(OPTIONAL_FIELDS))
      .default([])
      .describe("Fields of pods that are refused unless they are listed."),
  })
  .describe("What the pods of an installation's runs may be. In lists * stands for letters without /.");

export type PodPolicy = z.output<typeof podPolicySchema>;
