/** How a pod ended, or why it is about to: from the cluster's own notes. */
import type { V1ContainerStateTerminated, V1Pod } from "@kubernetes/client-node";
import { LEFT_EXIT_CODE, type PodReason } from "../../spec/pods/pod.js";
import { CONTAINER } from "../job/names.js";
import { lastLine } from "./words.js";

export interface PodEnd {
  readonly reason: PodReason;
  /** Without a full stop. */
  readonly sentence: string;
}

/** 128 + SIGKILL, as shells count. */
const KILLED_EXIT_CODE = 137;

/** Reasons of the condition DisruptionTarget: k8s.io/api/core/v1, `PodReason…`. */
const DISRUPTIONS: Readonly<Record<string, PodEnd>> = {
  PreemptionByScheduler: { reason: "preempted", sentence: "a pod of higher priority took its place" },
  EvictionByEvictionAPI: { reason: "evicted", sentence: "it was evicted, as when a node is drained" },
  DeletionByTaintManager: {
    reason: "node-lost",
    sentence: "its node does not answer, or must not be used any more",
  },
  DeletionByPodGC: { reason: "node-lost", sentence: "its node is gone" },
  TerminationByKubelet: { reason: "evicted", sentence: "its node made it end" },
};

/** Reasons that a kubelet, or a node's controller, gives a pod as a whole. */
const POD_REASONS: Readonly<Record<string, PodReason>> = {
  Evicted: "evicted",
  Preempting: "preempted",
  NodeLost: "node-lost",
  NodeShutdown: "evicted",
  Terminated: "evicted",
  NodeAffinity: "evicted",
  UnexpectedAdmissionError: "evicted",
  DeadlineExceeded: "deadline",
};

/** Undefined while nothing ends it. */
export function podEnd(pod: V1Pod): PodEnd | undefined {
  const { phase, reason = "", message } = pod.status ?? {};
  const terminated = containerEnd(pod);
  if (phase === "Succeeded") return { reason: "ended", sentence: "it ended by itself, with exit code 0" };
  const isOver = phase === "Failed";
  const isLeaving = pod.metadata?.deletionTimestamp !== undefined;
  if (!isOver && !isLeaving) return undefined;
  if (terminated?.reason === "OOMKilled") return outOfMemory(pod);
  const disrupted = disruptionOf(pod);
  if (disrupted !== undefined) return disrupted;
  if (reason !== "") {
    const known = POD_REASONS[reason] ?? (reason.startsWith("OutOf") ? "evicted" : "crashed");
    return { reason: known, sentence: lastLine(message) ?? reason };
  }
  if (isLeaving && !isOver) return { reason: "leaving", sentence: "it has been asked to leave" };
  return terminated === undefined ? { reason: "crashed", sentence: "it failed" } : ofExitCode(terminated);
}

function containerEnd({ status }: V1Pod): V1ContainerStateTerminated | undefined {
  return status?.containerStatuses?.find(({ name }) => name === CONTAINER)?.state?.terminated;
}

/** The kubelet's message says what the node ran out of. */
function disruptionOf({ status }: V1Pod): PodEnd | undefined {
  const condition = status?.conditions?.find(
    ({ type, status: is }) => type === "DisruptionTarget" && is === "True",
  );
  if (condition === undefined) return undefined;
  const known = DISRUPTIONS[condition.reason ?? ""];
  const own = condition.reason === "TerminationByKubelet" ? lastLine(status?.message) : undefined;
  return {
    reason: known?.reason ?? "evicted",
    sentence: own ?? known?.sentence ?? lastLine(condition.message) ?? "the cluster took it away",
  };
}

function outOfMemory(pod: V1Pod): PodEnd {
  const limit = pod.spec?.containers.find(({ name }) => name === CONTAINER)?.resources?.limits?.memory;
  return {
    reason: "out-of-memory",
    sentence: `it was killed because it used more memory than its limit${limit === undefined ? "" : ` of ${limit}`}`,
  };
}

function ofExitCode({ exitCode, message, reason }: V1ContainerStateTerminated): PodEnd {
  if (exitCode === LEFT_EXIT_CODE) return { reason: "leaving", sentence: "it was told to leave, and left" };
  if (exitCode === KILLED_EXIT_CODE)
    return { reason: "killed", sentence: "its process was killed (SIGKILL)" };
  const said = lastLine(message);
  const what =
    reason === "StartError" ? "it could not be started" : `its worker ended with exit code ${exitCode}`;
  return { reason: "crashed", sentence: said === undefined ? what : `${what}: ${said}` };
}
