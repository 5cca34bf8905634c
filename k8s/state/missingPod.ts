/** Why the Job controller has no pod to show: its own words stand in events. */
import type { CoreV1Event, V1Job, V1Pod } from "@kubernetes/client-node";
import { podEnd } from "./podEnd.js";
import type { Seen } from "./seen.js";
import { latestEvent, timeOf } from "./snapshot.js";
import { clause } from "./words.js";

export function missingPod(job: V1Job, last: V1Pod | undefined, events: readonly CoreV1Event[]): Seen {
  const since = last === undefined ? job.metadata?.creationTimestamp : undefined;
  const refused = latestEvent(events, job.metadata?.uid, ["FailedCreate"]);
  const made = latestEvent(events, job.metadata?.uid, ["SuccessfulCreate"]);
  const message = refused?.message;
  if (
    refused === undefined ||
    message === undefined ||
    (made !== undefined && timeOf(made) > timeOf(refused))
  ) {
    const end = last === undefined ? undefined : podEnd(last);
    const sentence =
      end === undefined
        ? "its pod is being made"
        : `the next pod is being made, because the last one ended: ${end.sentence}`;
    return { phase: "waiting", reason: "creating", sentence, since };
  }
  if (/exceeded quota/.test(message)) {
    return { phase: "waiting", reason: "quota", sentence: clause(withoutPrefix(message)), since };
  }
  // A policy has spoken; a webhook that does not answer may come back.
  const isJudged =
    /denied the request|violates PodSecurity|is forbidden: \[?(maximum|minimum)|is invalid/.test(message);
  return {
    phase: "waiting",
    reason: "admission",
    sentence: clause(withoutPrefix(message)),
    since,
    ...(isJudged
      ? {
          final: {
            code: "POD_REJECTED",
            hint: "a policy of the cluster refuses the pod: change it, or the section kubernetes",
          },
        }
      : {}),
  };
}

const withoutPrefix = (message: string): string => message.replace(/^Error creating: /, "");
