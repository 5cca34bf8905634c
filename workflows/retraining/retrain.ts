/** One look at a model's images and what follows: nothing, or a run, a proof, and what becomes of the version. */
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  ChildWorkflowFailure,
  defineQuery,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  patched,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from "@temporalio/workflow";
import type { ErrorCode } from "../../spec/errors.js";
import { attributePairs } from "../../spec/pipeline/attributePairs.js";
import { candidatesOf } from "../../spec/pipeline/candidates.js";
import { lineageOf } from "../../spec/pipeline/lineage.js";
import { priorityOf } from "../../spec/pipeline/priority.js";
import { CONTROL_QUEUE, type RunInput, type RunResult, WORKFLOW_TYPE } from "../../spec/pipeline/run.js";
import { RUN_ID_SUFFIX_LENGTH, runIdAt } from "../../spec/pipeline/runId.js";
import type { FindableState } from "../../spec/pipeline/searchAttributes.js";
import type { AliasDecision } from "../../spec/records/aliasDecision.js";
import type { DriftRef } from "../../spec/records/drift.js";
import { type ModelProof, proofInFull } from "../../spec/records/proof.js";
import { fateOf, reasonText, waitsForImages } from "../../spec/retraining/decision.js";
import {
  type Look,
  RETRAIN_STATE_QUERY,
  type RetrainInput,
  type RetrainingActivities,
  type RetrainState,
  type Tick,
} from "../../spec/retraining/retraining.js";
import { codeSpan } from "../../spec/text/markdown.js";
import { shortened, visible } from "../../spec/text/visible.js";
import { doubtsText, newDoubts, voiding } from "../../spec/warnings/doubts.js";
import { percent } from "../../spec/warnings/words.js";
import { notifyEnd } from "../announce.js";
import { findableBy } from "../attributes.js";
import { shownFailure } from "../failure.js";
import type { transferLearning } from "../transferLearning.js";
import { ask } from "./ask.js";
import { atItsDepth } from "./depth.js";
import { describeRetraining, type RetrainView } from "./details.js";
import { driftOf } from "./drift.js";
import type { Held } from "./heavy.js";
import { light } from "./light.js";
import { askAboutNewest } from "./newest.js";

/** As of the runs that a client starts: Temporal refuses summaries of more than 400 bytes. */
const MOST_OF_SUMMARY = 130;

export async function retrain(input: RetrainInput): Promise<Tick> {
  const { workflowId, startTime, namespace } = workflowInfo();
  const { name: model, model: policy } = input.run.file;
  // Looks of before there were attributes write none.
  const find = input.run.attributes === undefined ? () => undefined : findableBy(input.run.attributes);
  find({
    ...{ model, state: "running", lineage: workflowId },
    ...(input.schedule === undefined ? {} : { schedule: input.schedule }),
  });
  let state: RetrainState = { model, steps: [] };
  setHandler(defineQuery<RetrainState>(RETRAIN_STATE_QUERY), () => state);
  const say = (step: string, more: Pick<RetrainState, "runId" | "end"> = {}): void => {
    state = { ...state, ...more, steps: [...state.steps, step] };
    show();
  };
  let known: Partial<Tick> = {};
  let seen: Seen = {};
  const show = (): void =>
    setCurrentDetails(describeRetraining({ model, policy, namespace, tick: known, ...seen }));
  const note = (more: Partial<Tick>, also: Seen = {}): void => {
    known = { ...known, ...more };
    seen = { ...seen, ...also };
    show();
  };
  const held: Held = (kind, usage) => note({ usage: { ...known.usage, [kind]: usage } });
  show();
  const end = async (verdict: Tick["verdict"], sentence: string): Promise<Tick> => {
    const tick: Tick = {
      model,
      at: startTime.toISOString(),
      endedAt: new Date().toISOString(),
      workflowId,
      ...(input.schedule === undefined ? {} : { schedule: input.schedule }),
      reasons: [],
      ...known,
      verdict,
      sentence,
    };
    note({ verdict, sentence });
    say(sentence, { end: state.steps.length });
    const { version, testAccuracy: accuracy } = tick;
    find({
      state: END_STATES[verdict] ?? "finished",
      ...(version === undefined ? {} : { version }),
      ...(accuracy === undefined ? {} : { accuracy }),
    });
    await light("record", "write down what the look came to").recordTick(tick);
    await notifyEnd(tick);
    return tick;
  };
  try {
    return await lookAndTrain(input, workflowId, { say, note, held, end });
  } catch (error) {
    if (isCancellation(error)) {
      const before = known.runId === undefined ? "before a run began" : `with run ${known.runId}`;
      const isWhole = CancellationScope.current().consideredCancelled;
      const sentence = isWhole ? `cancelled ${before}` : `run ${known.runId} was cancelled`;
      const tick = await CancellationScope.nonCancellable(() => end("cancelled", sentence));
      if (isWhole) throw error;
      return tick;
    }
    const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
    const failure = shownFailure(cause);
    await end(
      "failed",
      `${failure?.message ?? String(cause)}${failure?.hint === undefined ? "" : ` (${failure.hint})`}`,
    );
    if (input.schedule !== undefined) await pauseFailing(input.schedule, model, say);
    throw error;
  }
}

/** Those that are not simply finished. */
const END_STATES: Partial<Record<Tick["verdict"], FindableState>> = {
  waits: "waiting-for-person",
  failed: "failed",
  cancelled: "cancelled",
};

/** For people, beside what the tick has of it. */
type Seen = Pick<RetrainView, "look" | "proof">;

/** The look has failed either way: that this could not be looked at is only said. */
async function pauseFailing(schedule: string, model: string, say: Telling["say"]): Promise<void> {
  const { workflowId } = workflowInfo();
  try {
    const asking = light("pause", "look whether so many looks failed that the schedule is paused");
    const sentence = await asking.pauseFailing({ schedule, model, workflowId });
    if (sentence !== null) say(sentence);
  } catch (error) {
    if (isCancellation(error)) throw error;
    say(
      `whether to pause schedule ${schedule} could not be looked at: ${shownFailure(error)?.message ?? String(error)}`,
    );
  }
}

interface Telling {
  readonly say: (step: string, more?: Pick<RetrainState, "runId">) => void;
  readonly note: (more: Partial<Tick>, seen?: Seen) => void;
  readonly held: Held;
  readonly end: (verdict: Tick["verdict"], sentence: string) => Promise<Tick>;
}

async function lookAndTrain(
  input: RetrainInput,
  workflowId: string,
  { say, note, held, end }: Telling,
): Promise<Tick> {
  const { run } = input;
  const { name, model: policy } = run.file;
  const look = await light("look", `look at the images of ${name}`).lookAtImages(input);
  note({ look: inBrief(look), reasons: look.reasons }, { look });
  say(`looked at ${look.images} images`);
  const waits = waitsForImages(look, policy);
  if (waits !== undefined) return end("too-few-new", waits);
  if (look.reasons.length === 0)
    return end(
      "unchanged",
      `${look.images} images, nothing changed since version ${look.version}: nothing to do`,
    );
  const drift = await driftOf(input, look, { at: new Date().toISOString(), workflowId }, held);
  if (drift !== undefined) {
    note({ drift });
    say(`new images against ${name}@${drift.version}: ${drift.sentence}`);
  }
  say(`trains: ${look.reasons.map((reason) => reasonText(reason, look)).join("; ")}`);
  const deep = atItsDepth(input, look, drift, { say, note });
  const result = await train(deep, look, drift?.record, (runId) => {
    note({ runId });
    say(`run ${runId}`, { runId });
  });
  const { version, testAccuracy } = result;
  note({ version, testAccuracy });
  const label = `${name}@${version}`;
  if (version === look.inUse)
    return end("same-result", `the run gave ${label} again, which is in use: nothing else was learned`);
  say(`${label}: test accuracy ${percent(testAccuracy)}`);
  const proof = look.inUse === undefined ? undefined : await prove(input, look.inUse, version, { say, held });
  const waitForPerson = async (proven: ModelProof | undefined, reason: string): Promise<Tick> => {
    const because = `${reason}${doubtsText(voiding(result.warnings))}`;
    const { approval, isNew } = await ask(input, look, result, proven, because);
    note({ approval });
    return end(
      "waits",
      `${label} waits for a person${isNew ? "" : ", who is asked already"}, \`thaw approve ${label}\` or \`thaw reject ${label}\`: ${because}`,
    );
  };
  if (typeof proof === "string") {
    const sentence = `${label} cannot be held against version ${look.inUse}: ${proof}`;
    if (policy.promote === "never") return end("left", `${sentence}; model.promote is never`);
    return waitForPerson(undefined, sentence);
  }
  if (proof !== undefined) {
    note({ proof: proof.seq }, { proof });
    say(`against ${name}@${look.inUse}: ${proofInFull(proof)}`);
  }
  const why = proof === undefined ? `no version was in use (${policy.alias})` : proofInFull(proof);
  const doubts = newDoubts(result.warnings, look.accepted ?? []);
  // A look that began before doubts counted goes on as it began.
  const isDoubtful = policy.promote === "automatic" && doubts.length > 0 && patched("doubts-ask");
  switch (fateOf(policy.promote, proof, isDoubtful)) {
    case "promote": {
      const request = {
        run,
        workflowId,
        result: { version, artifacts: result.artifacts },
        expected: look.aliasEntry,
      };
      const decision = await promote(`make ${label} the ${policy.alias}`, {
        ...request,
        ...(proof === undefined ? {} : { proof }),
      });
      if (typeof decision === "string")
        return end("overtaken", `${label} is left, somebody decided meanwhile: ${decision}`);
      if (decision.by !== workflowId)
        return end("overtaken", `${label} is ${name}@${policy.alias} already: ${decision.by} made it that`);
      note({ decision: decision.seq });
      return end(
        "promoted",
        `${label} is ${name}@${policy.alias} now: ${why}${doubtsText(voiding(result.warnings))}`,
      );
    }
    case "ask":
      return waitForPerson(proof, why);
    case "leave":
      return end("left", `${label} was trained, and model.promote is never: ${why}${doubtsText(doubts)}`);
    case "not-proven":
      return end(
        "not-proven",
        `${label} does not take the place of version ${look.inUse}: ${[why, ...(proof?.vetoes ?? [])].join("; ")}`,
      );
  }
}

function inBrief(look: Look): NonNullable<Tick["look"]> {
  const { source, images, added, removed, changed, version, inUse } = look;
  return {
    ...{ source, images, added, removed, changed },
    ...(version === undefined ? {} : { version }),
    ...(inUse === undefined ? {} : { inUse }),
  };
}

async function train(
  { run, schedule }: RetrainInput,
  look: Look,
  drift: DriftRef | undefined,
  onStart: (runId: string) => void,
): Promise<RunResult> {
  const { name, base } = run.file;
  const bases = candidatesOf(run.file);
  // No drawn number: a worker that traces draws others, and a reset workflow has the same first run. Its last digits are random.
  const runId = runIdAt(name, new Date(), workflowInfo().firstExecutionRunId.slice(-RUN_ID_SUFFIX_LENGTH));
  const input: RunInput = {
    ...run,
    runId,
    lineage: workflowInfo().workflowId,
    ...(look.earlier.length === 0 ? {} : { earlier: look.earlier }),
    ...(drift === undefined ? {} : { drift }),
  };
  onStart(runId);
  const why = look.reasons.map((reason) => reasonText(reason, look)).join("; ");
  return executeChild<typeof transferLearning>(WORKFLOW_TYPE, {
    workflowId: runId,
    taskQueue: CONTROL_QUEUE,
    args: [input],
    workflowIdReusePolicy: "REJECT_DUPLICATE",
    priority: priorityOf(run.file, schedule === undefined ? "person" : "schedule"),
    // Whoever ends the look ends its run, which then tidies up after itself.
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    typedSearchAttributes: attributePairs(
      {
        ...{ model: name, state: "running", lineage: lineageOf(input) },
        ...(bases.length === 0 ? { base } : {}),
        ...(schedule === undefined ? {} : { schedule }),
      },
      run.attributes,
    ),
    memo: {
      model: name,
      base: bases.length === 0 ? base : bases.join(" or "),
      dataPath: run.dataPath,
      lineage: lineageOf(input),
    },
    staticSummary: shortened(visible(`${name}, trained again: ${why}`), MOST_OF_SUMMARY),
    staticDetails: [
      `${look.images} images at ${codeSpan(run.dataPath)}; ${why}.`,
      "",
      `Started by ${codeSpan(workflowInfo().workflowId)}, which holds what comes out against the version in use.`,
      "",
      `${codeSpan(`thaw watch ${runId}`)} follows this run.`,
    ].join("\n"),
  });
}

/** @returns a sentence where what the versions answered is not there any more */
async function prove(
  input: RetrainInput,
  champion: number,
  challenger: number,
  telling: Pick<Telling, "say" | "held">,
): Promise<ModelProof | string> {
  await askAboutNewest(input, champion, challenger, telling);
  const title = `hold version ${challenger} against version ${champion}`;
  return light("prove", title)
    .proveVersion({ run: input.run, champion, challenger })
    .catch(sentenceOf("NOT_FOUND", "ARTIFACT_CORRUPT"));
}

/** @returns a sentence where the alias means something else by now */
function promote(
  title: string,
  request: Parameters<RetrainingActivities["promoteVersion"]>[0],
): Promise<AliasDecision | string> {
  return light("promote", title).promoteVersion(request).catch(sentenceOf("ALIAS_MOVED"));
}

/** What an activity failed of, for failures that decide something; others are thrown on. */
function sentenceOf(...codes: readonly ErrorCode[]): (error: unknown) => string {
  return (error) => {
    const cause = error instanceof ActivityFailure ? error.cause : undefined;
    if (cause instanceof ApplicationFailure && codes.some((code) => code === cause.type))
      return cause.message;
    throw error;
  };
}
