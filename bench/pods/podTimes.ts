/** When a run's pods come and run, as a watch of the cluster tells it. */
import { Watch } from "@kubernetes/client-node";
import { connectCluster } from "../../k8s/connect.js";
import { RUN_LABEL } from "../../k8s/job/names.js";

export interface PodTimes {
  readonly name: string;
  /** Milliseconds since the epoch: the watch told of the pod. */
  readonly createdAt: number;
  /** The same for its container, which runs. */
  runningAt?: number;
}

interface WatchedPod {
  readonly metadata?: { readonly name?: string; readonly labels?: Readonly<Record<string, string>> };
  readonly status?: { readonly phase?: string };
}

export interface PodWatch {
  /** Pods of a run, the oldest first. */
  of(runId: string): readonly PodTimes[];
  stop(): void;
}

/** @throws ThawError KUBERNETES_UNREACHABLE */
export async function watchPods(): Promise<PodWatch> {
  const { config, namespace } = connectCluster();
  const runs = new Map<string, Map<string, PodTimes>>();
  const see = ({ metadata, status }: WatchedPod): void => {
    const { name = "", labels = {} } = metadata ?? {};
    const runId = labels[RUN_LABEL];
    if (runId === undefined) return;
    const pods = runs.get(runId) ?? new Map<string, PodTimes>();
    runs.set(runId, pods);
    const pod = pods.get(name) ?? { name, createdAt: Date.now() };
    pods.set(name, pod);
    if (status?.phase === "Running") pod.runningAt ??= Date.now();
  };
  // The client ends a watch after half a minute; the next one tells of all pods that there are.
  let stopped = false;
  let request: AbortController | undefined;
  const open = async (): Promise<void> => {
    request = await new Watch(config).watch(
      `/api/v1/namespaces/${namespace}/pods`,
      {},
      (_type, pod: WatchedPod) => see(pod),
      () => {
        if (!stopped) void open();
      },
    );
  };
  await open();
  return {
    of: (runId) => [...(runs.get(runId)?.values() ?? [])],
    stop: () => {
      stopped = true;
      request?.abort();
    },
  };
}
