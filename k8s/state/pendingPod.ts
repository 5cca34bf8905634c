/** What a pod waits for: a node, and then its image, its volumes and its container. */
import type { CoreV1Event, V1Pod } from "@kubernetes/client-node";
import { endedWith, type Seen } from "./seen.js";
import { latestEvent } from "./snapshot.js";
import { clause, lastLine } from "./words.js";

export function pendingPod(pod: V1Pod, events: readonly CoreV1Event[]): Seen {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status !== "True") {
    const since = pod.metadata?.creationTimestamp;
    if (scheduled?.reason === "Unschedulable" || scheduled?.reason === "SchedulingGated") {
      const sentence = clause(scheduled.message ?? "no node has room for it");
      return {
        phase: "waiting",
        reason: scheduled.reason === "SchedulingGated" ? "held" : "unschedulable",
        sentence,
        since,
      };
    }
    return { phase: "waiting", reason: "creating", sentence: "it waits for a node", since };
  }
  return { ...starting(pod, events), since: scheduled.lastTransitionTime ?? pod.metadata?.creationTimestamp };
}

/** Reasons of a container's state Waiting: kubelet's `images` and `container` packages. */
const IMAGE_REASONS = [
  "ErrImagePull",
  "ImagePullBackOff",
  "ErrImageNeverPull",
  "InvalidImageName",
  "ImageInspectError",
  "RegistryUnavailable",
];
const CONTAINER_REASONS = ["CreateContainerConfigError", "CreateContainerError", "RunContainerError"];

function starting(pod: V1Pod, events: readonly CoreV1Event[]): Seen {
  const uid = pod.metadata?.uid;
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const stuck = statuses.find(({ state }) =>
    [...IMAGE_REASONS, ...CONTAINER_REASONS].includes(state?.waiting?.reason ?? ""),
  );
  const { reason = "", message } = stuck?.state?.waiting ?? {};
  if (IMAGE_REASONS.includes(reason)) {
    const failed = latestEvent(events, uid, ["Failed"])?.message;
    // The back-off's own message says nothing of the cause, the event before it does.
    const why = reason === "ImagePullBackOff" && failed?.startsWith("Failed to pull") ? failed : message;
    const sentence = `the image ${stuck?.image} cannot be had: ${lastLine(why) ?? reason}`;
    if (reason !== "InvalidImageName") return { phase: "starting", reason: "image-pull", sentence };
    return {
      ...endedWith("image-pull", sentence, { code: "POD_REJECTED", hint: "correct kubernetes.image" }),
      phase: "starting",
    };
  }
  if (reason !== "")
    return {
      phase: "starting",
      reason: "container",
      sentence: `its container cannot be made: ${lastLine(message) ?? reason}`,
    };
  const mount = latestEvent(events, uid, ["FailedMount", "FailedAttachVolume"]);
  if (mount !== undefined)
    return {
      phase: "starting",
      reason: "volume",
      sentence: lastLine(mount.message) ?? "a volume cannot be mounted",
    };
  const sandbox = latestEvent(events, uid, ["FailedCreatePodSandBox"]);
  if (sandbox !== undefined)
    return {
      phase: "starting",
      reason: "container",
      sentence: lastLine(sandbox.message) ?? "its sandbox cannot be made",
    };
  const pulled = latestEvent(events, uid, ["Pulling", "Pulled"]);
  if (pulled?.reason === "Pulling")
    return {
      phase: "starting",
      reason: "pulling",
      sentence: `its node ${pod.spec?.nodeName} pulls the image`,
    };
  return { phase: "starting", reason: "scheduled", sentence: `it starts on node ${pod.spec?.nodeName}` };
}
