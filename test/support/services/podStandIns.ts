/** Workers in the place of pods: they come, say what pods say, and go when the workflow asks for it. */
import { ApplicationFailure, Context } from "@temporalio/activity";
import type { Worker } from "@temporalio/worker";
import type { ErrorCode } from "../../../spec/errors.js";
import type { ControlActivities } from "../../../spec/pipeline/activities.js";
import { POD_SIGNAL, type PodState, podQueue } from "../../../spec/pods/pod.js";
import type { PodRequest } from "../../../spec/pods/request.js";

export interface PodStandIns {
  readonly activities: Pick<ControlActivities, "startPod" | "watchPod" | "stopPod">;
  /** Says how a worker for a queue is made. */
  serve(create: (queue: string) => Promise<Worker>): void;
}

const BEAT_MS = 50;

/**
 * @param note hears of every pod that is made and removed, e.g. `+evaluate`, and of which workflow; the run's own one is called `run`, the
 * second one beside it `run/2`
 * @param hasRoom whether a node has room for it; always when left out; its Job may be refused, too
 * @param patience how long room is waited for
 */
export function podStandIns(
  note: (event: string, workflowId: string) => void,
  hasRoom: (pod: string) => boolean | "refused" = () => true,
  patience: (pod: string) => Promise<void> = async () => undefined,
): PodStandIns {
  let create: ((queue: string) => Promise<Worker>) | undefined;
  const pods = new Map<string, { readonly worker: Worker; readonly running: Promise<void> }>();
  const queueOf = ({ run, group, lane }: PodRequest): string => podQueue(run.runId, group, lane);
  const say = async (
    { run, group, lane }: PodRequest,
    state: Omit<PodState, "group" | "lane">,
  ): Promise<void> => {
    const whole: PodState = {
      ...state,
      ...(group === undefined ? {} : { group }),
      ...(lane === undefined ? {} : { lane }),
    };
    await Context.current().client.workflow.getHandle(run.runId).signal(POD_SIGNAL, whole);
  };
  const nameOf = ({ group = "run", lane }: Omit<PodRequest, "run" | "group"> & { group?: string }): string =>
    lane === undefined ? group : `${group}/${lane}`;
  return {
    serve: (how) => {
      create = how;
    },
    activities: {
      startPod: async (request) => {
        const room = hasRoom(nameOf(request));
        if (room === "refused") throw REFUSED;
        if (!room) return;
        const queue = queueOf(request);
        if (create === undefined || pods.has(queue)) throw new Error(`there can be no pod for ${queue} now`);
        const worker = await create(queue);
        pods.set(queue, { worker, running: worker.run() });
        note(`+${nameOf(request)}`, request.run.runId);
      },
      watchPod: async (request) => {
        const { cancelled, heartbeat, sleep } = Context.current();
        if (hasRoom(nameOf(request)) !== true) {
          await say(request, { phase: "waiting", reason: "unschedulable", sentence: "no node has room" });
          const beat = setInterval(heartbeat, BEAT_MS);
          await Promise.race([patience(nameOf(request)), cancelled]).finally(() => clearInterval(beat));
          throw NO_NODE;
        }
        await say(request, { phase: "running", reason: "running", sentence: "runs", pod: queueOf(request) });
        while (pods.has(queueOf(request))) {
          heartbeat();
          await sleep(BEAT_MS);
        }
      },
      stopPod: async (request) => {
        const pod = pods.get(queueOf(request));
        if (pod === undefined) return;
        note(`-${nameOf(request)}`, request.run.runId);
        pod.worker.shutdown();
        await pod.running;
        pods.delete(queueOf(request));
        // As late as it can come: it is not of the pod that is there by then.
        const lastEnd = { reason: "out-of-memory", sentence: "it was killed" } as const;
        await say(request, { phase: "ended", reason: "gone", sentence: "is gone", ended: 9, lastEnd });
      },
    },
  };
}

const REFUSED = ApplicationFailure.create({
  message: "creating the Job: exceeded quota: count/jobs.batch=1",
  type: "POD_REJECTED" satisfies ErrorCode,
  nonRetryable: true,
});
const NO_NODE = ApplicationFailure.create({
  message: "the run's pod (unschedulable): no node for the pod",
  type: "POD_NOT_STARTED" satisfies ErrorCode,
  nonRetryable: true,
});
