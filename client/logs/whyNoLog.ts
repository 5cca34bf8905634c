/** Says why there is no log where somebody looked for one. */
import { ThawError } from "../../spec/errors.js";
import type { LiveStage } from "../../spec/pipeline/run.js";
import type { LogChunk } from "../../store/records/logs.js";
import type { RunView } from "../runs/watch.js";
import { isWanted, type LogFilter } from "./readLogs.js";

/**
 * @param view undefined when Temporal and the store have forgotten the run
 * @returns NOT_FOUND with the reason; undefined when there is a log, or it may still come
 */
export function whyNoLog(
  view: Pick<RunView, "runId" | "status" | "stages" | "failure"> | undefined,
  chunks: readonly LogChunk[],
  filter: LogFilter,
): ThawError | undefined {
  if (chunks.some((chunk) => isWanted(filter, chunk))) return undefined;
  const { stage: name, attempt } = filter;
  if (name !== undefined) {
    const attempts = new Set(chunks.filter(({ stage }) => stage === name).map((chunk) => chunk.attempt));
    if (attempts.size > 0) {
      return notFound(`stage ${name} has no attempt ${attempt}`, `it has ${[...attempts].join(", ")}`);
    }
    const stage = view?.stages.find((candidate) => candidate.name === name);
    if (stage === undefined) return unknownStage(name, view, chunks);
    if (view?.failure?.atLookup && view.failure.stage === name) {
      return notFound(
        `stage ${name} has no log: the look-up before it failed, so it did not begin`,
        EXPLAINED,
      );
    }
    return notFound(`stage ${name} has no log: ${whyStage(stage)}`, "`thaw explain` says more of the run");
  }
  if (chunks.length > 0) {
    return notFound(`no stage has had an attempt ${attempt}`, "leave --attempt out to see all of them");
  }
  if (view?.stages.length && view.stages.every(({ state }) => state === "cached" || state === "skipped")) {
    return notFound(
      "the run has no log: every stage's artifact was in the store already, so nothing was computed",
      "the runs that computed them have logs: `thaw runs` lists them",
    );
  }
  if (view?.status === "running") {
    return notFound(
      "the run has no log yet: no stage has begun",
      "`thaw logs -f` waits for it; `thaw explain` says what the run waits for",
    );
  }
  if (view?.failure?.atLookup) {
    const { stage } = view.failure;
    return notFound(
      `the run has no log: it failed at the look-up before ${stage}, so no stage began`,
      EXPLAINED,
    );
  }
  return notFound("there is no log of this run in the store", REMOVED);
}

const EXPLAINED = "`thaw explain` says why";

const REMOVED =
  "a version of thaw without logs made it, or `thaw gc` has removed it with other things of old runs";

function whyStage({ state, note }: LiveStage): string {
  switch (state) {
    case "cached":
      return "its artifact was in the store already, so nothing was computed";
    case "skipped":
      return `it was left out${note === undefined ? "" : `, because ${note}`}`;
    case "waiting":
      return "it has not begun";
    case "not-run":
      return `it did not run${note === undefined ? "" : `: ${note}`}`;
    case "running":
      return "its first lines are still to come";
    default:
      return REMOVED;
  }
}

function unknownStage(
  name: string,
  view: Pick<RunView, "stages"> | undefined,
  chunks: readonly LogChunk[],
): ThawError {
  const names = view?.stages.map((stage) => stage.name) ?? [...new Set(chunks.map(({ stage }) => stage))];
  return notFound(`the run has no stage ${name}`, `it has ${names.join(", ")}`);
}

function notFound(message: string, hint: string): ThawError {
  return new ThawError("NOT_FOUND", message, { hint });
}
