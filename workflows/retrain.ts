/** One look at a model's images and what follows: nothing, or a run, a proof, and what becomes of the version. */
import {
  ChildWorkflowFailure,
  defineQuery,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  uuid4,
  workflowInfo,
} from "@temporalio/workflow";
import { CONTROL_QUEUE, type RunInput, type RunResult, WORKFLOW_TYPE } from "../spec/pipeline/run.js";
import { runIdAt } from "../spec/pipeline/runId.js";
import type { FindableState } from "../spec/pipeline/searchAttributes.js";
import type { ModelProof } from "../spec/records/proof.js";
import { fateOf, reasonText } from "../spec/retraining/decision.js";
import {
  type Look,
  RETRAIN_STATE_QUERY,
  type RetrainInput,
  type RetrainingActivities,
  type RetrainState,
  type Tick,
} from "../spec/retraining/retraining.js";
import { codeSpan } from "../spec/text/markdown.js";
import { shortened, visible } from "../spec/text/visible.js";
import { attributePairs, findableBy } from "./attributes.js";
import { shownFailure } from "./failure.js";
import { describeRetraining, type RetrainView } from "./retrainDetails.js";
import type { transferLearning } from "./transferLearning.js";

const TIME = "5 minutes";
/** As of the runs that a client starts: Temporal refuses summaries of more than 400 bytes. */
const MOST_OF_SUMMARY = 130;
const HEARTBEAT_TIME = "10 seconds";
const RETRY = {
  initialInterval: "1 second",
  backoffCoefficient: 2,
  maximumInterval: "30 seconds",
  maximumAttempts: 10,
};

export async function retrain(input: RetrainInput): Promise<Tick> {
  const { workflowId, startTime, namespace } = workflowInfo();
  const { name: model, model: policy } = input.run.file;
  const find = findableBy(input.run.attributes);
  find({ model, state: "running", ...(input.schedule === undefined ? {} : { schedule: input.schedule }) });
  let state: RetrainState = { model, steps: [] };
  setHandler(defineQuery<RetrainState>(RETRAIN_STATE_QUERY), () => state);
  const say = (step: string, more: Pick<RetrainState, "runId"> = {}): void => {
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
    if (more.runId !== undefined) find({ lineage: more.runId });
    show();
  };
  show();
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
    note({ verdict, sentence });
    say(sentence);
    const { version, testAccuracy: accuracy } = tick;
    find({
      state: END_STATES[verdict] ?? "finished",
      ...(version === undefined ? {} : { version }),
      ...(accuracy === undefined ? {} : { accuracy }),
    });
    await light("record", "write down what the look came to").recordTick(tick);
    return tick;
  };
  try {
    return await lookAndTrain(input, workflowId, { say, note, end });
  } catch (error) {
    if (isCancellation(error)) find({ state: "cancelled" });
    if (isCancellation(error)) throw error;
    const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
    const failure = shownFailure(cause);
    await end(
      "failed",
      `${failure?.message ?? String(cause)}${failure?.hint === undefined ? "" : ` (${failure.hint})`}`,
    );
    throw error;
  }
}

/** Those that are not simply finished. */
const END_STATES: Partial<Record<Tick["verdict"], FindableState>> = {
  waits: "waiting-for-person",
  failed: "failed",
};

/** For people, beside what the tick has of it. */
type Seen = Pick<RetrainView, "look" | "proof">;

interface Telling {
  readonly say: (step: string, more?: Pick<RetrainState, "runId">) => void;
  readonly note: (more: Partial<Tick>, seen?: Seen) => void;
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
  note({ look: inBrief(look), reasons: look.reasons }, { look });
  say(`looked at ${look.images} images`);
  if (look.reasons.length === 0)
    return end(
      "unchanged",
      `${look.images} images, nothing changed since version ${look.version}: nothing to do`,
    );
  say(`trains: ${look.reasons.map((reason) => reasonText(reason, look)).join("; ")}`);
  const result = await train(input, look, (runId) => {
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
  if (proof !== undefined) {
    note({ proof: proof.seq }, { proof });
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
      const promoting = light("promote", `make ${label} the ${policy.alias}`);
      const decision = await promoting.promoteVersion({
        ...request,
        ...(proof === undefined ? {} : { proof }),
      });
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
  { run, schedule }: RetrainInput,
  look: Look,
  onStart: (runId: string) => void,
): Promise<RunResult> {
  const { name, base, bases } = run.file;
  const runId = runIdAt(name, new Date(), uuid4());
  const input: RunInput = {
    ...run,
    runId,
    ...(look.earlier.length === 0 ? {} : { earlier: look.earlier }),
  };
  onStart(runId);
  const why = look.reasons.map((reason) => reasonText(reason, look)).join("; ");
  return executeChild<typeof transferLearning>(WORKFLOW_TYPE, {
    workflowId: runId,
    taskQueue: CONTROL_QUEUE,
    args: [input],
    workflowIdReusePolicy: "REJECT_DUPLICATE",
    // Whoever ends the look ends its run, which then tidies up after itself.
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    typedSearchAttributes: attributePairs(
      {
        ...{ model: name, state: "running", lineage: runId },
        ...(bases.length === 0 ? { base } : {}),
        ...(schedule === undefined ? {} : { schedule }),
      },
      run.attributes,
    ),
    memo: { model: name, base: bases.length === 0 ? base : bases.join(" or "), dataPath: run.dataPath },
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

function prove({ run }: RetrainInput, champion: number, challenger: number): Promise<ModelProof> {
  const title = `hold version ${challenger} against version ${champion}`;
  return light("prove", title).proveVersion({ run, champion, challenger });
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
