/** The end of a followed run: its result to stdout, its failure to stderr, and the exit code. */

import type { RunView } from "../client/runs/watch.js";
import type { Session } from "../client/session.js";
import { runUrl } from "../client/temporal/links.js";
import { tellFailure } from "./failure.js";
import { runJson } from "./json/run.js";
import type { Output } from "./output.js";
import { afterCancel, afterFailure, nextCommands } from "./render/runs/advice.js";
import { resultSummary } from "./render/runs/result.js";
import { EXIT_INTERRUPTED } from "./signals.js";

/** @param isDocument whether the run is to be written to stdout; JSON lines have had it already */
export function finishRun(session: Session, view: RunView, output: Output, isDocument: boolean): void {
  const { result, failure, status, runId } = view;
  process.exitCode = status === "completed" ? 0 : status === "running" ? EXIT_INTERRUPTED : 1;
  if (isDocument) {
    const surroundings = { url: runUrl(session.platform, runId), warning: undefined };
    output.data(
      runJson(view, surroundings),
      (shown, screen) => (shown.result === undefined ? "" : resultSummary(shown, shown.result, screen)),
      view,
    );
  }
  if (result !== undefined && !output.json) output.tell(result, nextCommands);
  if (failure !== undefined) {
    const { code, message, hint, stage } = failure;
    const where = stage === undefined ? "" : `${stage}: `;
    tellFailure(
      { code, message: where + message, ...(hint === undefined ? {} : { hint }), exitCode: 1 },
      output,
    );
    if (output.json) return;
    // Whoever has cancelled it knows why.
    if (status === "failed") output.tell(runId, afterFailure);
    if (status === "cancelled") output.tell(runId, afterCancel);
  }
}
