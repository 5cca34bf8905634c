/** Names and labels of a run's objects in the cluster. */
import { createHash } from "node:crypto";
import { lineageOf } from "../../spec/pipeline/lineage.js";
import type { RunInput } from "../../spec/pipeline/run.js";
import type { PodGroup } from "../../spec/pods/groups.js";
import { podNameOf } from "../../spec/pods/pod.js";

export const MANAGED_BY = "app.kubernetes.io/managed-by";
export const RUN_LABEL = "thaw.dev/run";
/** On Jobs and pods for stages with settings of their own. */
export const GROUP_LABEL = "thaw.dev/pod-group";
/** On Jobs and pods that work beside the run's first. */
export const LANE_LABEL = "thaw.dev/pod-lane";
/** Which Temporal a Job's run is in: only there it is known whether the run goes on. */
export const INSTALLATION_LABEL = "thaw.dev/installation";
/** The container that trains. */
export const CONTAINER = "training";
/** The image's entry point is Node, its folder that of thaw. */
export const TRAINING_ARGS: readonly string[] = ["dist/worker/training.js"];

/** The Job controller makes a label and host names of it, and appends six letters for pods: RFC 1123's 63. */
const MOST_LETTERS = 57;
const DIGEST_LETTERS = 8;

/** Deterministic, so that whoever comes second finds what the first has made. */
export function jobName(runId: string, group?: PodGroup, lane?: number): string {
  const id = podNameOf(runId, group, lane);
  const name = `thaw-${id}`;
  if (name.length <= MOST_LETTERS) return name;
  const digest = createHash("sha256").update(id).digest("hex").slice(0, DIGEST_LETTERS);
  return `${name.slice(0, MOST_LETTERS - DIGEST_LETTERS - 1).replace(/-+$/, "")}-${digest}`;
}

export function labelsOf(
  run: RunInput,
  { group, lane }: { readonly group?: PodGroup; readonly lane?: number },
): Record<string, string> {
  const { runId, file } = run;
  return {
    [MANAGED_BY]: "thaw",
    "app.kubernetes.io/name": "thaw-training",
    [RUN_LABEL]: runId,
    ...(group === undefined ? {} : { [GROUP_LABEL]: group }),
    ...(lane === undefined ? {} : { [LANE_LABEL]: String(lane) }),
    "thaw.dev/model": file.name,
    // The retraining that started it, or the first of the runs that it goes on from; of a first run itself.
    "thaw.dev/lineage": labelValue(lineageOf(run)),
  };
}

/** Kubernetes' limit for the value of a label. */
const MOST_OF_LABEL = 63;

/** As much of the text as a label can hold, and a digest where that is not all of it. */
function labelValue(text: string): string {
  if (text.length <= MOST_OF_LABEL) return text;
  const digest = createHash("sha256").update(text).digest("hex").slice(0, DIGEST_LETTERS);
  return `${text.slice(0, MOST_OF_LABEL - DIGEST_LETTERS - 1)}-${digest}`;
}

/** Finds the pods of one of the run's Jobs. */
export const selectorOf = ({ runId, group, lane }: WhichPod): string =>
  [
    `${MANAGED_BY}=thaw`,
    `${RUN_LABEL}=${runId}`,
    group === undefined ? `!${GROUP_LABEL}` : `${GROUP_LABEL}=${group}`,
    lane === undefined ? `!${LANE_LABEL}` : `${LANE_LABEL}=${lane}`,
  ].join(",");

interface WhichPod {
  readonly runId: string;
  readonly group?: PodGroup;
  readonly lane?: number;
}
