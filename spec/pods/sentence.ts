/** A pod's state as a sentence for people. */
import type { PodState } from "./pod.js";

/** E.g. `Pod thaw-digits-…-x7k2p (unschedulable): 0/3 nodes are available: 3 Insufficient nvidia.com/gpu.` */
export function podSentence({ pod, group, lane, reason, sentence, node, lastEnd, phase }: PodState): string {
  const which = lane === undefined ? "The run's pod" : `The run's pod ${lane}`;
  const whose = group === undefined ? which : `${which} for ${group}`;
  const who = pod === undefined ? whose : `Pod ${pod}`;
  const now =
    reason === "running"
      ? `${who} runs${node === undefined ? "" : ` on node ${node}`}`
      : `${who} (${reason}): ${sentence}`;
  // While the last end is the present state it has been said.
  const before =
    lastEnd === undefined || phase === "ended" || sentence.includes(lastEnd.sentence)
      ? ""
      : `; the one before ended (${lastEnd.reason}): ${lastEnd.sentence}`;
  return `${now}${before}.`;
}
