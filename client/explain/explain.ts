/** Explains a run in sentences: what it does or waits for, or why it ended as it did. A pure function of what is known. */
import { autoPrecisionSentence } from "../../spec/pipeline/precision.js";
import { depthWords } from "../../spec/retraining/depth.js";
import type { DepthDecision } from "../../spec/retraining/depthDecision.js";
import { explainEnd } from "./end.js";
import { explainProgress } from "./progress.js";
import type { Explanation, Situation } from "./situation.js";
import { asClause } from "./words.js";

export function explain(situation: Situation): Explanation {
  const { runId, status, warnings = [] } = situation.view;
  const { depth, autoPrecision, lastLines } = situation;
  const found = status === "running" ? explainProgress(situation) : explainEnd(situation);
  const sentences = [
    ...found.sentences,
    ...(depth === undefined ? [] : [depthSentence(depth)]),
    ...(autoPrecision === undefined ? [] : [`${autoPrecisionSentence(autoPrecision)}.`]),
  ];
  return { runId, status, ...found, sentences, warnings, lastLines };
}

/** What has been decided before the run began. */
function depthSentence(depth: DepthDecision): string {
  return `The retraining trains ${depthWords(depth)}: ${asClause(depth.reason)}.`;
}
