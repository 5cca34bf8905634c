/** Why a run ended as it did. */
import type { LiveStage, RunResult } from "../../spec/run.js";
import type { Explanation, Situation } from "./situation.js";
import { choicesMade } from "./story.js";
import { asClause, capital, countText, listText, percentText, timeText } from "./words.js";

type Found = Pick<Explanation, "condition" | "sentences" | "advice">;

export function explainEnd(situation: Situation): Found {
  switch (situation.view.status) {
    case "completed":
      return completed(situation);
    case "cancelled":
    case "terminated":
      return cancelled(situation);
    default:
      return failed(situation);
  }
}

function completed({ view }: Situation): Found {
  const { stages, result, runId } = view;
  const model = result === undefined ? "" : `: ${reached(result)}`;
  return {
    condition: "completed",
    sentences: [
      `The run completed${took(secondsOf(view))}${model}.`,
      ...whatWasComputed(stages),
      ...choicesMade(stages),
    ],
    advice: [`\`thaw report ${runId}\` fetches its report`],
  };
}

/** For small sets what the folds say is the figure to quote. */
function reached({ model, version, testAccuracy, folds }: RunResult): string {
  const held = `${percentText(testAccuracy)} on the held-out images`;
  if (folds === undefined) return `${model}@${version}, ${held}`;
  const [low, high] = folds.accuracyInterval.map(percentText);
  return `${model}@${version}, ${percentText(folds.accuracy)} over ${folds.count} folds (95 % interval ${low} to ${high}); the registered model ${held}`;
}

/** Why it was quick, or where the time went. */
function whatWasComputed(stages: readonly LiveStage[]): readonly string[] {
  const cached = stages.filter(({ state }) => state === "cached").map(({ name }) => name);
  const made = stages.filter(({ state }) => state === "done" || state === "rolled-back");
  if (cached.length > 0 && made.length === 0) {
    return [
      `It was so quick because nothing was computed: the artifacts of ${cached.length === 1 ? "its stage" : `all ${cached.length} stages`} were in the store already, made by earlier runs with the same images and settings.`,
    ];
  }
  const timed = made.filter(({ seconds }) => seconds !== undefined);
  const slowest = timed.toSorted((a, b) => (b.seconds ?? 0) - (a.seconds ?? 0)).slice(0, MOST_SLOW);
  const times = slowest.map(({ name, seconds = 0 }) => `${name} (${timeText(seconds)})`);
  return [
    ...(cached.length === 0
      ? []
      : [`${countText(cached.length, "stage")} came from the store and cost nothing: ${listText(cached)}.`]),
    ...(times.length === 0 ? [] : [`Most of the time went into ${listText(times)}.`]),
  ];
}

const MOST_SLOW = 3;

function cancelled({ view, causes }: Situation): Found {
  const { failure, stages } = view;
  const message = failure?.message ?? `the run was ${view.status}`;
  const during = stages.filter(({ state }) => state === "cancelled").map(({ name }) => name);
  const where = during.length === 0 ? "" : ` during ${listText(during)}`;
  return {
    condition: "cancelled",
    sentences: [
      `${capital(asClause(message))}${where}${took(secondsOf(view), "after")}.`,
      ...beyond(causes, message),
      ...kept(stages),
    ],
    advice: startAgain(stages),
  };
}

function failed({ view, causes }: Situation): Found {
  const { failure, stages, runId } = view;
  const { code = "RUN_FAILED", message = "no reason is known", stage, hint } = failure ?? {};
  const where = stage === undefined ? "The run" : `Stage ${stage}`;
  return {
    condition: "failed",
    sentences: [
      `${where} failed${took(secondsOf(view), "after")} with ${code}: ${asClause(message)}.`,
      ...beyond(causes, message),
      ...kept(stages),
      ...choicesMade(stages),
    ],
    advice: [
      ...(hint === undefined ? [] : [hint]),
      ...(stage === undefined ? [] : [`\`thaw logs ${runId} --stage ${stage}\` has what the stage wrote`]),
      ...startAgain(stages),
    ],
  };
}

/** What Temporal's failures say besides what was said. */
function beyond(causes: readonly string[], message: string): readonly string[] {
  const more = causes.filter((cause) => !cause.includes(message));
  return more.length === 0
    ? []
    : [`What Temporal recorded, from the outside in: ${more.map(asClause).join("; ")}.`];
}

function kept(stages: readonly LiveStage[]): readonly string[] {
  const names = stages.filter(({ artifact }) => artifact !== undefined).map(({ name }) => name);
  return names.length === 0
    ? []
    : [`${capital(listText(names))} ${names.length === 1 ? "is" : "are"} in the store.`];
}

function startAgain(stages: readonly LiveStage[]): readonly string[] {
  return stages.some(({ artifact }) => artifact !== undefined)
    ? ["`thaw run` with the same file reuses what is in the store"]
    : [];
}

function secondsOf({ startedAt, closedAt }: Situation["view"]): number | undefined {
  return closedAt === undefined ? undefined : (closedAt.getTime() - startedAt.getTime()) / 1000;
}

const took = (seconds: number | undefined, word = "in"): string =>
  seconds === undefined ? "" : ` ${word} ${timeText(seconds)}`;
