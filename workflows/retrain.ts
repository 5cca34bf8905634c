/** One look at a model's images and what follows: nothing, or a run, a proof, and what becomes of the version. */
import { defineSearchAttributeKey } from "@temporalio/common";
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  ChildWorkflowFailure,
  defineQuery,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from "@temporalio/workflow";
import type { ErrorCode } from "../spec/errors.js";
import {
  CONTROL_QUEUE,
  type RunInput,
  type RunResult,
  SEARCH_ATTRIBUTES,
  WORKFLOW_TYPE,
} from "../spec/pipeline/run.js";
import { RUN_ID_SUFFIX_LENGTH, runIdAt } from "../spec/pipeline/runId.js";
import type { AliasDecision } from "../spec/records/aliasDecision.js";
import type { ModelProof } from "../spec/records/proof.js";
import { changesText, fateOf, reasonText } from "../spec/retraining/decision.js";
import {
  type Look,
  RETRAIN_STATE_QUERY,
  type RetrainInput,
  type RetrainingActivities,
  type RetrainState,
  type Tick,
} from "../spec/retraining/retraining.js";
import { markdownText } from "../spec/text/markdown.js";
import { shownFailure } from "./failure.js";
import type { transferLearning } from "./transferLearning.js";

const modelKey = defineSearchAttributeKey(SEARCH_ATTRIBUTES.model, "KEYWORD");

const TIME = "5 minutes";
const HEARTBEAT_TIME = "10 seconds";
const RETRY = {
  initialInterval: "1 second",
  backoffCoefficient: 2,
  maximumInterval: "30 seconds",
  maximumAttempts: 10,
};

export async function retrain(input: RetrainInput): Promise<Tick> {
  const { workflowId, startTime } = workflowInfo();
  const model = input.run.file.name;
  let state: RetrainState = { model, steps: [] };
  setHandler(defineQuery<RetrainState>(RETRAIN_STATE_QUERY), () => state);
  const say = (step: string, more: Pick<RetrainState, "runId"> = {}): void => {
    state = { ...state, ...more, steps: [...state.steps, step] };
    setCurrentDetails(state.steps.map((each) => `- ${markdownText(each, { keepCode: true })}`).join("\n"));
  };
  let known: Partial<Tick> = {};
  const note = (more: Partial<Tick>): void => {
    known = { ...known, ...more };
  };
  const end = async (verdict: Tick["verdict"], sentence: string): Promise<Tick> => {
    const tick: Tick = {
      model,
      at: startTime.toISOString(),
      workflowId,
      ...(input.schedule === undefined ? {} : { schedule: input.schedule }),
      reasons: [],
      ...known,
      verdict,
      sentence,
    };
    say(sentence);
    await light("record", "write down what the look came to").recordTick(tick);
    return tick;
  };
  try {
    return await lookAndTrain(input, workflowId, { say, note, end });
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
    throw error;
  }
}

interface Telling {
  readonly say: (step: string, more?: Pick<RetrainState, "runId">) => void;
  readonly note: (more: Partial<Tick>) => void;
  readonly end: (verdict: Tick["verdict"], sentence: string) => Promise<Tick>;
}

async function lookAndTrain(
  input: RetrainInput,
  workflowId: string,
  { say, note, end }: Telling,
): Promise<Tick> {
  const { run } = input;
  const { name, model: policy } = run.file;
  const look = await light("look", `look at the images of ${name}`).lookAtImages(input);
  note({ look: inBrief(look), reasons: look.reasons });
  say(`looked at ${look.images} images`);
  if (look.reasons.length === 0)
    return end(
      "unchanged",
      `${look.images} images, nothing changed since version ${look.version}: nothing to do`,
    );
  say(`trains: ${look.reasons.map((reason) => reasonText(reason, look)).join("; ")}`);
  const result = await train(run, look, (runId) => {
    note({ runId });
    say(`run ${runId}`, { runId });
  });
  const { version, testAccuracy } = result;
  note({ version, testAccuracy });
  const label = `${name}@${version}`;
  if (version === look.inUse)
    return end("same-result", `the run gave ${label} again, which is in use: nothing else was learned`);
  say(`${label}: test accuracy ${percent(testAccuracy)}`);
  const proof = look.inUse === undefined ? undefined : await prove(input, look.inUse, version);
  if (typeof proof === "string") {
    const sentence = `${label} cannot be held against version ${look.inUse}: ${proof}`;
    if (policy.promote === "never") return end("left", `${sentence}; model.promote is never`);
    return end("waits", `${label} waits for a person, \`thaw promote ${label}\`: ${sentence}`);
  }
  if (proof !== undefined) {
    note({ proof: proof.seq });
    say(`against ${name}@${look.inUse}: ${proof.sentence}`);
  }
  const why = proof === undefined ? `no version was in use (${policy.alias})` : proof.sentence;
  switch (fateOf(policy.promote, proof)) {
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
      return end("promoted", `${label} is ${name}@${policy.alias} now: ${why}`);
    }
    case "ask":
      return end("waits", `${label} waits for a person, \`thaw promote ${label}\`: ${why}`);
    case "leave":
      return end("left", `${label} was trained, and model.promote is never: ${why}`);
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
  run: RetrainInput["run"],
  look: Look,
  onStart: (runId: string) => void,
): Promise<RunResult> {
  const { name, base, bases } = run.file;
  // Not drawn: a worker that traces draws numbers of its own, and would come to another id when it takes over.
  const runId = runIdAt(name, new Date(), workflowInfo().firstExecutionRunId.slice(-RUN_ID_SUFFIX_LENGTH));
  const input: RunInput = {
    ...run,
    runId,
    ...(look.earlier.length === 0 ? {} : { earlier: look.earlier }),
  };
  onStart(runId);
  return executeChild<typeof transferLearning>(WORKFLOW_TYPE, {
    workflowId: runId,
    taskQueue: CONTROL_QUEUE,
    args: [input],
    workflowIdReusePolicy: "REJECT_DUPLICATE",
    // Whoever ends the look ends its run, which then tidies up after itself.
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    typedSearchAttributes: [{ key: modelKey, value: name }],
    memo: { model: name, base: bases.length === 0 ? base : bases.join(" or "), dataPath: run.dataPath },
    staticSummary: `${name}, trained again: ${changesText(look)}`,
    staticDetails: `Started by \`${workflowInfo().workflowId}\`. \`thaw watch ${runId}\` follows this run.`,
  });
}

/** @returns a sentence where what the versions answered is not there any more */
function prove({ run }: RetrainInput, champion: number, challenger: number): Promise<ModelProof | string> {
  const title = `hold version ${challenger} against version ${champion}`;
  return light("prove", title)
    .proveVersion({ run, champion, challenger })
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

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function light(activityId: string, summary: string): RetrainingActivities {
  return proxyActivities<RetrainingActivities>({
    activityId,
    summary,
    taskQueue: CONTROL_QUEUE,
    startToCloseTimeout: TIME,
    heartbeatTimeout: HEARTBEAT_TIME,
    retry: RETRY,
  });
}
