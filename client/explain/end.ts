/** Why a run ended as it did. */

import { withoutAdvice } from "../../spec/pipeline/advice.js";
import type { LiveStage, RunResult } from "../../spec/pipeline/run.js";
import { warningOf } from "../../spec/records/resemblance.js";
import type { Explanation, Situation } from "./situation.js";
import { choicesMade, commandsGiven } from "./story.js";
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
  const warning = warningOf(result?.resemblance);
  return {
    condition: "completed",
    sentences: [
      ...(warning === undefined ? [] : [warning]),
      `The run completed${took(secondsOf(view))}${model}.`,
      ...whatWasComputed(stages),
      ...choicesMade(warning === undefined ? stages : stages.map(unadvised)),
      ...commandsGiven(view.control),
    ],
    advice: [`\`thaw report ${runId}\` fetches its report`],
  };
}

const unadvised = (stage: LiveStage): LiveStage =>
  stage.note === undefined ? stage : { ...stage, note: withoutAdvice(stage.note) };

/** For small sets what the folds say is the figure to quote. */
function reached({ model, version, testAccuracy, folds }: RunResult): string {
  const held = `${percentText(testAccuracy)} on the held-out images`;
  if (folds === undefined) return `${model}@${version}, ${held}`;
  const [low, high] = folds.accuracyInterval.map(percentText);
  return `${model}@${version}, ${percentText(folds.accuracy)} over ${folds.count} folds (95 % interval ${low} to ${high}); the registered model ${held}`;
}

const allOf = (count: number): string => (count === 2 ? "both stages" : `all ${count} stages`);

/** Why it was quick, or where the time went. */
function whatWasComputed(stages: readonly LiveStage[]): readonly string[] {
  const made = stages.filter(({ state }) => state === "done" || state === "rolled-back");
  const found = stages.filter(({ state }) => state === "cached");
  // The chosen base's stages find what the comparison has made.
  const ownMade = found.filter(
    ({ artifact }) => artifact !== undefined && made.some((one) => one.artifact?.key === artifact.key),
  );
  const cached = found.filter((stage) => !ownMade.includes(stage)).map(({ name }) => name);
  const own = ownMade.map(({ name }) => name);
  if (cached.length > 0 && made.length === 0) {
    return [
      `It was so quick because nothing was computed: the artifacts of ${cached.length === 1 ? "its stage" : allOf(cached.length)} were in the store already, made by earlier runs with the same images and settings.`,
    ];
  }
  return [
    ...(cached.length === 0
      ? []
      : [`${countText(cached.length, "stage")} came from the store and cost nothing: ${listText(cached)}.`]),
    ...(own.length === 0
      ? []
      : [
          `${capital(listText(own))} ${own.length === 1 ? "was" : "were"} made by this run itself, for the choice between the bases.`,
        ]),
    ...whereTimeWent(made),
    ...heldByPauses(stages),
  ];
}

/** A run of hours whose stages took minutes would be a riddle. */
function heldByPauses(stages: readonly LiveStage[]): readonly string[] {
  const held = stages.flatMap(({ name, paused }) => (paused === undefined ? [] : [{ name, paused }]));
  const times = held.map(({ name, paused }) => `${name} for ${timeText(paused)}`);
  return held.length === 0 ? [] : [`Besides, pauses held ${listText(times)}.`];
}

const MOST_SLOW = 3;
/** A smaller share of the time is not worth a sentence. */
const MUCH_WAITING = 0.1;

function whereTimeWent(made: readonly LiveStage[]): readonly string[] {
  const timed = made.flatMap(({ name, seconds, waited = 0 }) =>
    seconds === undefined ? [] : [{ name, waited, worked: seconds - waited }],
  );
  if (timed.length === 0) return [];
  const slowest = timed.toSorted((a, b) => b.worked - a.worked).slice(0, MOST_SLOW);
  const times = listText(slowest.map(({ name, worked }) => `${name} (${timeText(worked)})`));
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const waited = sum(timed.map((stage) => stage.waited));
  const worked = sum(timed.map((stage) => stage.worked));
  const wait = timeText(waited);
  if (waited > worked)
    return [`Most of the time its stages waited for a worker (${wait}); the most work was ${times}.`];
  const isMuch = waited > MUCH_WAITING * (waited + worked);
  return [
    `Most of the time went into ${times}${isMuch ? `; besides, its stages waited for a worker (${wait})` : ""}.`,
  ];
}

function cancelled({ view, causes }: Situation): Found {
  const { failure, stages, runId } = view;
  const message = failure?.message ?? `the run was ${view.status}`;
  const during = stages.filter(({ state }) => state === "cancelled").map(({ name }) => name);
  const where = during.length === 0 ? "" : ` during ${listText(during)}`;
  return {
    condition: "cancelled",
    sentences: [
      `${capital(asClause(message))}${where}${took(secondsOf(view), "after")}.`,
      ...beyond(causes, message),
      ...kept(stages),
      ...notRun(stages),
    ],
    advice: [`\`thaw resume ${runId}\` goes on from what is done`],
  };
}

function failed({ view, causes, lastLines }: Situation): Found {
  const { failure, stages, runId } = view;
  const { code = "RUN_FAILED", message = "no reason is known", stage, atLookup, hint } = failure ?? {};
  const where =
    stage === undefined
      ? "The run"
      : atLookup
        ? `The look-up before stage ${stage}, which did not begin,`
        : `Stage ${stage}`;
  const hasLog = atLookup === undefined || lastLines.length > 0;
  return {
    condition: "failed",
    sentences: [
      `${where} failed${took(secondsOf(view), "after")} with ${code}: ${asClause(message)}.`,
      ...beyond(causes, message),
      ...(code === "DATA_UNLEARNABLE" ? whatIngestFound(stages) : []),
      ...kept(stages),
      ...notRun(stages),
      ...choicesMade(stages),
      ...commandsGiven(view.control),
    ],
    advice: [
      ...(hint === undefined ? [] : [hint]),
      ...(stage === undefined || !hasLog
        ? []
        : [`\`thaw logs ${runId} --stage ${stage}\` has what the stage wrote`]),
      ...startAgain(stages),
    ],
  };
}

/** Contradicting labels, for example: a likely reason why labels cannot be learned. */
function whatIngestFound(stages: readonly LiveStage[]): readonly string[] {
  const note = stages.find(({ name }) => name === "ingest")?.note;
  return note === undefined ? [] : [`Of the images it was known: ${asClause(note)}.`];
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

function notRun(stages: readonly LiveStage[]): readonly string[] {
  const names = stages.filter(({ state }) => state === "not-run").map(({ name }) => name);
  return names.length === 0 ? [] : [`${capital(listText(names))} did not run.`];
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
