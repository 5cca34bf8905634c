/** Versions of the control worker: after a deploy, which one Temporal hands the workflows to. */
import type { Client } from "@temporalio/client";
import type { WorkerDeploymentOptions } from "@temporalio/worker";
import { CONTROL_QUEUE } from "../spec/pipeline/run.js";
import { visibleLines } from "../spec/text/visible.js";

const DEPLOYMENT = "thaw-control";
/** A worker polls again after a minute at the latest; one that has not for longer is gone. */
const GONE_MS = 75_000;
/** The server learns of a version with its first poll, within a second or two. */
const RETRY_MS = 2_000;

/** How often a version looks whether the one after it is still there: a deploy may be broken off. */
const WATCH_MS = 30_000;

type Service = Client["workflowService"];
type Info = NonNullable<Awaited<ReturnType<Service["describeWorkerDeployment"]>>["workerDeploymentInfo"]>;
type Poller = Awaited<ReturnType<Service["describeTaskQueue"]>>["pollers"][number];

/**
 * Runs follow the current version: they last for days, there is one control Deployment, and its code replays the
 * histories of all versions before it (`patched`, recorded histories in the tests). Pinned runs would need every old
 * version to go on running until the last of them has ended.
 * @param buildId of `THAW_BUILD_ID`; undefined: one version, as with `thaw up`
 */
export function deploymentOptions(buildId: string | undefined): WorkerDeploymentOptions | undefined {
  if (buildId === undefined || buildId === "") return undefined;
  return {
    version: { deploymentName: DEPLOYMENT, buildId },
    useWorkerVersioning: true,
    defaultVersioningBehavior: "AUTO_UPGRADE",
  };
}

/**
 * Whether this version is to become the current one: at once if it is new. An old one, which a rollback brought
 * back or whose pod was merely started again during a deploy, only when nobody of the current version is left.
 * @param pollers of the control queue
 */
export function isDue(info: Info, pollers: readonly Poller[], buildId: string, now: number): boolean {
  const current = info.routingConfig?.currentDeploymentVersion?.buildId ?? "";
  if (current === "") return true;
  const own = info.versionSummaries?.find(({ deploymentVersion: version }) => version?.buildId === buildId);
  if (own === undefined) return false;
  if (!own.firstActivationTime) return true;
  return !pollers.some(
    ({ deploymentOptions: options, lastAccessTime: seen }) =>
      options?.buildId === current && now - Number(seen?.seconds ?? 0) * 1000 < GONE_MS,
  );
}

/** Makes this version the current one whenever it is due. @returns what ends that */
export function keepCurrent(client: Client, buildId: string): () => void {
  let timer: NodeJS.Timeout;
  let isOver = false;
  const look = async (): Promise<void> => {
    const isCurrent = await tryOnce(client, buildId).catch((error: unknown) => {
      if (!isPassing(error))
        console.error(visibleLines(`control worker: ${buildId} cannot become current: ${error}`));
      return false;
    });
    if (!isOver) timer = setTimeout(look, isCurrent ? WATCH_MS : RETRY_MS);
  };
  timer = setTimeout(look, RETRY_MS);
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

async function tryOnce({ workflowService, options }: Client, buildId: string): Promise<boolean> {
  const { namespace } = options;
  const [{ workerDeploymentInfo: info, conflictToken }, { pollers }] = await Promise.all([
    workflowService.describeWorkerDeployment({ namespace, deploymentName: DEPLOYMENT }),
    // 1 is the workflows' half of the queue.
    workflowService.describeTaskQueue({ namespace, taskQueue: { name: CONTROL_QUEUE }, taskQueueType: 1 }),
  ]);
  if (info?.routingConfig?.currentDeploymentVersion?.buildId === buildId) return true;
  if (!info || !isDue(info, pollers, buildId, Date.now())) return false;
  await workflowService.setWorkerDeploymentCurrentVersion({
    namespace,
    deploymentName: DEPLOYMENT,
    buildId,
    conflictToken,
    identity: `${DEPLOYMENT} ${buildId}`,
    // The current version may have polled queues that this one has not.
    ignoreMissingTaskQueues: true,
  });
  console.log(JSON.stringify({ current: buildId, deployment: DEPLOYMENT }));
  return true;
}

/** gRPC's NOT_FOUND and FAILED_PRECONDITION (not known yet, or another replica was quicker) and UNAVAILABLE. */
const PASSING: readonly unknown[] = [5, 9, 14];

const isPassing = (error: unknown): boolean => PASSING.includes((error as { code?: unknown }).code);
