/** The volumes of a run's pod. The root file system is read-only: what is written goes to a volume. */
import type { V1ServiceAccountTokenProjection, V1Volume, V1VolumeMount } from "@kubernetes/client-node";
import type { MountSpec } from "../../spec/runFile/kubernetes.js";
import type { PodSettings } from "./settings.js";

/** The worker's project folder in the pod. */
export const WORK_FOLDER = "/work";
/** Of a volume of the run file, counted from 1. */
export const MOUNT_NAME = /^mount-(\d+)$/;

interface Mounted {
  readonly volumes: V1Volume[];
  readonly mounts: V1VolumeMount[];
}

export function volumesOf({ shared_memory, work, mounts = [] }: PodSettings["volumes"]): Mounted {
  const given = mounts.map((mount, index) => mounted(`mount-${index + 1}`, mount));
  return {
    volumes: [
      { name: "work", emptyDir: work === undefined ? {} : { sizeLimit: String(work) } },
      { name: "tmp", emptyDir: {} },
      { name: "shared-memory", emptyDir: { medium: "Memory", sizeLimit: String(shared_memory) } },
      ...given.map(({ volume }) => volume),
    ],
    mounts: [
      { name: "work", mountPath: WORK_FOLDER },
      { name: "tmp", mountPath: "/tmp" },
      { name: "shared-memory", mountPath: "/dev/shm" },
      ...given.map(({ mount }) => mount),
    ],
  };
}

function mounted(name: string, spec: MountSpec): { volume: V1Volume; mount: V1VolumeMount } {
  return {
    volume: { name, ...sourceOf(spec) },
    mount: {
      name,
      mountPath: spec.path,
      ...(spec.sub_path === undefined ? {} : { subPath: spec.sub_path }),
      ...(spec.read_only === undefined ? {} : { readOnly: spec.read_only }),
    },
  };
}

/** The schema has seen to it that there is exactly one. */
function sourceOf(spec: MountSpec): Omit<V1Volume, "name"> {
  const { claim, config_map, secret, host_path = "", token_audience: audience } = spec;
  if (audience !== undefined)
    return { projected: { sources: [{ serviceAccountToken: tokenFor(audience) }] } };
  if (claim !== undefined) return { persistentVolumeClaim: { claimName: claim } };
  if (config_map !== undefined) return { configMap: { name: config_map } };
  return secret === undefined ? { hostPath: { path: host_path } } : { secret: { secretName: secret } };
}

/** The kubelet writes a new one when four fifths of the time are over. An hour is the API server's own default. */
const tokenFor = (audience: string): V1ServiceAccountTokenProjection => ({
  audience,
  path: "token",
  expirationSeconds: 3600,
});
