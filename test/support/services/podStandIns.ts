/** Workers in the place of pods: they come, say what pods say, and go when the workflow asks for it. */
import { Context } from "@temporalio/activity";
import type { Worker } from "@temporalio/worker";
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
 * @param note hears of every pod that is made and removed, e.g. `+evaluate`, and of which workflow; the one without a group is
 * called `run`
 */
export function podStandIns(note: (event: string, workflowId: string) => void): PodStandIns {
  let create: ((queue: string) => Promise<Worker>) | undefined;
  const pods = new Map<string, { readonly worker: Worker; readonly running: Promise<void> }>();
  const queueOf = ({ run, group }: PodRequest): string => podQueue(run.runId, group);
  const say = async ({ run, group }: PodRequest, state: Omit<PodState, "group">): Promise<void> => {
    const whole: PodState = { ...state, ...(group === undefined ? {} : { group }) };
    await Context.current().client.workflow.getHandle(run.runId).signal(POD_SIGNAL, whole);
  };
  return {
    serve: (how) => {
      create = how;
    },
    activities: {
      startPod: async (request) => {
        const queue = queueOf(request);
        if (create === undefined || pods.has(queue)) throw new Error(`there can be no pod for ${queue} now`);
        const worker = await create(queue);
        pods.set(queue, { worker, running: worker.run() });
        note(`+${request.group ?? "run"}`, request.run.runId);
      },
      watchPod: async (request) => {
        const { heartbeat, sleep } = Context.current();
        await say(request, { phase: "running", reason: "running", sentence: "runs", pod: queueOf(request) });
        while (pods.has(queueOf(request))) {
          heartbeat();
          await sleep(BEAT_MS);
        }
      },
      stopPod: async (request) => {
        const pod = pods.get(queueOf(request));
        if (pod === undefined) return;
        note(`-${request.group ?? "run"}`, request.run.runId);
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
