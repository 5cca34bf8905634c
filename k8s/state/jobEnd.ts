/** Ends of a Job, after which no pod follows. */
import type { V1Job, V1Pod } from "@kubernetes/client-node";
import type { PodState } from "../../spec/pods/pod.js";
import { CONTAINER } from "../job/names.js";
import { type PodEnd, podEnd } from "./podEnd.js";
import { endedWith, type Seen } from "./seen.js";
import { clause } from "./words.js";

/** So many pods in a row that ended by themselves within a minute: the next one would, too. Seen after some 70 s of back-off. */
const CRASHES = 4;
const SHORT_LIFE_MS = 60_000;

/** Reasons of a Job's condition Failed: k8s.io/api/batch/v1, `JobReason…`. */
export function jobEnd(job: V1Job, ends: readonly V1Pod[]): Seen | undefined {
  const conditions = job.status?.conditions ?? [];
  const failed = conditions.find(
    ({ type, status }) => (type === "Failed" || type === "FailureTarget") && status === "True",
  );
  const last = ends.at(-1);
  const end = last === undefined ? undefined : podEnd(last);
  if (failed?.reason === "DeadlineExceeded") {
    const seconds = job.spec?.activeDeadlineSeconds ?? 0;
    return endedWith("deadline", `its ${seconds} s are over (kubernetes.timeouts.run)`, {
      code: "POD_FAILED",
      hint: "raise kubernetes.timeouts.run; `thaw run` with the same file goes on from the last artifact",
    });
  }
  if (failed?.reason === "PodFailurePolicy") {
    return endedWith(
      "settings",
      end?.sentence ?? clause(failed.message ?? "its worker cannot work like this"),
      {
        code: "POD_FAILED",
        hint: "another pod would end the same: look at image, env and secrets of the section kubernetes",
      },
    );
  }
  if (failed !== undefined) {
    return endedWith(
      "crash-loop",
      endsText(ends.length, end) ?? clause(failed.message ?? "its Job has failed"),
      CRASHED,
    );
  }
  if (conditions.some(({ type, status }) => type === "Complete" && status === "True")) {
    return endedWith("ended", "it ended by itself before the run was over", {
      code: "POD_FAILED",
      hint: "the image's command must be thaw's training worker",
    });
  }
  return undefined;
}

const CRASHED: NonNullable<PodState["final"]> = {
  code: "POD_FAILED",
  hint: "`kubectl logs` of an ended pod has all that it wrote, as long as its Job is there",
};

/** Ends that nobody asked for, one after the other, each soon after the start. */
export function crashLoop(ends: readonly V1Pod[]): Seen | undefined {
  const last = ends.slice(-CRASHES);
  if (last.length < CRASHES || !last.every(crashedSoon)) return undefined;
  const end = podEnd(last.at(-1) as V1Pod);
  return endedWith("crash-loop", endsText(CRASHES, end) ?? "", CRASHED);
}

function crashedSoon(pod: V1Pod): boolean {
  if (podEnd(pod)?.reason !== "crashed") return false;
  const { startedAt, finishedAt } =
    pod.status?.containerStatuses?.find(({ name }) => name === CONTAINER)?.state?.terminated ?? {};
  return (finishedAt?.getTime() ?? 0) - (startedAt?.getTime() ?? 0) < SHORT_LIFE_MS;
}

function endsText(count: number, end: PodEnd | undefined): string | undefined {
  return end === undefined ? undefined : `${count} pods have ended, the last one so: ${end.sentence}`;
}
