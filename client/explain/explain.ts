/** Explains a run in sentences: what it does or waits for, or why it ended as it did. A pure function of what is known. */
import { explainEnd } from "./end.js";
import { explainProgress } from "./progress.js";
import type { Explanation, Situation } from "./situation.js";

export function explain(situation: Situation): Explanation {
  const { runId, status, warnings = [] } = situation.view;
  const found = status === "running" ? explainProgress(situation) : explainEnd(situation);
  return { runId, status, ...found, warnings, lastLines: situation.lastLines };
}
