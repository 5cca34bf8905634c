/** Retraining, started by a person: one look at a model's images and what follows. */
import { setTimeout as sleep } from "node:timers/promises";
import { WorkflowFailedError } from "@temporalio/client";
import { ThawError } from "../../spec/errors.js";
import { attributePairs } from "../../spec/pipeline/attributePairs.js";
import { priorityOf } from "../../spec/pipeline/priority.js";
import { CONTROL_QUEUE, type ImageSource } from "../../spec/pipeline/run.js";
import { podSentence } from "../../spec/pods/sentence.js";
import type { DamagedRecord } from "../../spec/records/damaged.js";
import { POD_QUESTION_TYPE, QUESTION_POD_QUERY } from "../../spec/retraining/podQuestion.js";
import {
  newSteps,
  RETRAIN_STATE_QUERY,
  RETRAIN_TYPE,
  type RetrainInput,
  type RetrainState,
  type Tick,
} from "../../spec/retraining/retraining.js";
import type { RunFile } from "../../spec/runFile/runFile.js";
import { podStateSchema } from "../../spec/schemas/records/run.js";
import { codeSpan } from "../../spec/text/markdown.js";
import { referToUpload } from "../../store/images/uploads.js";
import { listTicks } from "../../store/records/ticks.js";
import { withBases } from "../bases/ofFile.js";
import { newRunId } from "../runs/id.js";
import type { Session } from "../session.js";
import { temporalCall } from "../temporal/call.js";
import { missingDetails, startFindable } from "../temporal/findable.js";
import { runUrl } from "../temporal/links.js";
import { thawVersion } from "../version.js";
import { whoAmI } from "../whoAmI.js";
import { requireModel } from "./requireModel.js";

export interface RetrainRequest extends ImageSource {
  readonly file: RunFile;
  /** Trains whatever the images say. */
  readonly asked?: boolean;
}

export interface StartedRetraining {
  readonly workflowId: string;
  readonly url?: string;
  /** Search attributes that the server lacks and did not let us register; absent where it has all. */
  readonly missingAttributes?: readonly string[];
}

/** The run that retraining would start; what the bases' names mean is settled here. @throws ThawError as `startRun` does */
export async function retrainInput(
  { store, platform }: Pick<Session, "store" | "platform">,
  { file, dataPath, upload, asked }: RetrainRequest,
): Promise<RetrainInput> {
  const source = { dataPath, ...(upload === undefined ? {} : { upload }) };
  return {
    run: {
      ...(await withBases(store, file, { source, platform })),
      dataPath,
      ...(upload === undefined ? {} : { upload }),
      thawVersion: thawVersion(),
    },
    ...(asked === true ? { asked } : {}),
  };
}

/** @throws ThawError BASE_UNKNOWN, RUN_FILE_INVALID (layer groups), NOT_FOUND, TEMPORAL_UNREACHABLE, STORE_… */
export async function startRetraining(session: Session, request: RetrainRequest): Promise<StartedRetraining> {
  const input = await retrainInput(session, request);
  const { name } = request.file;
  const workflowId = `retrain-${newRunId(name, new Date())}`;
  if (request.upload !== undefined) await referToUpload(session.store, request.upload, workflowId);
  const missing = await startFindable(session, (attributes, lacking) =>
    temporalCall(session, "starting the retraining", async () => {
      await session.temporal.workflow.start(RETRAIN_TYPE, {
        workflowId,
        taskQueue: CONTROL_QUEUE,
        args: [{ ...input, run: { ...input.run, attributes }, by: whoAmI() }],
        priority: priorityOf(request.file, "person"),
        typedSearchAttributes: attributePairs(
          { model: name, state: "running", lineage: workflowId },
          attributes,
        ),
        memo: { model: name, dataPath: request.dataPath, lineage: workflowId },
        staticSummary: `retrain ${name}: look at the images, train if something changed`,
        staticDetails: [...retrainDetails(request), ...missingDetails(lacking)].join("\n"),
      });
    }),
  );
  const url = runUrl(session.platform, workflowId);
  return {
    workflowId,
    ...(url === undefined ? {} : { url }),
    ...(missing.length === 0 ? {} : { missingAttributes: missing }),
  };
}

/** Markdown for the Temporal UI: what is looked at, and what would follow. */
function retrainDetails({
  file: { name, model },
  dataPath,
  upload,
  asked,
}: RetrainRequest): readonly string[] {
  const { alias, promote, rule, margin } = model;
  const proof = rule === "better" ? "to be better" : `not to be worse by ${margin}`;
  const then = {
    automatic: "is promoted without asking",
    ask: "waits for a person",
    never: "is left for whoever promotes it",
  }[promote];
  return [
    `Looks at ${codeSpan(dataPath)}${upload === undefined ? "" : `, uploaded as \`${upload.slice(0, 12)}\``}. ${
      asked === true ? "Trains whatever it sees." : "Trains where something changed since the newest version."
    }`,
    "",
    `What it trains is held against \`${name}@${alias}\`, and where it is proven ${proof}, it ${then}.`,
    "",
    `\`thaw models ticks ${name}\` lists what looks came to, \`thaw models history ${name}\` which version was in use.`,
  ];
}

const INTERVAL_MS = 500;

export interface RetrainingFollower {
  /** Called with each sentence once, but for the tick's. */
  readonly onStep: (sentence: string) => void;
  /** Called once when the run has started; the waiting goes on when it is over. */
  readonly onRun: (runId: string) => Promise<void>;
  /** Ends the waiting, not the retraining. */
  readonly signal: AbortSignal;
}

/**
 * Waits for the end, and tells of each step.
 * @returns undefined when `signal` ended the waiting
 * @throws ThawError RUN_CANCELLED, TEMPORAL_UNREACHABLE, STORE_…
 */
export async function followRetraining(
  session: Session,
  model: string,
  workflowId: string,
  { onStep, onRun, signal }: RetrainingFollower,
): Promise<Tick | undefined> {
  const handle = session.temporal.workflow.getHandle(workflowId);
  let told = 0;
  let run: string | undefined;
  let lastPod: string | undefined;
  while (!signal.aborted) {
    const { status, raw } = await temporalCall(session, `reading ${workflowId}`, () => handle.describe());
    // A worker that starts answers no query: the next round asks again.
    const state = await handle.query<RetrainState>(RETRAIN_STATE_QUERY).catch(() => undefined);
    const isOver = status.name !== "RUNNING";
    for (const step of state === undefined ? [] : newSteps(state, told, isOver)) onStep(step);
    told = state?.steps.length ?? told;
    const question = raw.pendingChildren?.find((child) => child.workflowTypeName === POD_QUESTION_TYPE);
    const pod = question?.workflowId && (await podOfQuestion(session, question.workflowId));
    if (pod && pod !== lastPod) onStep(pod);
    lastPod = pod || lastPod;
    if (isOver) return endOf(session, model, workflowId);
    if (state?.runId !== undefined && run === undefined) {
      run = state.runId;
      await onRun(run);
      continue;
    }
    await sleep(INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

/** A sentence about the pod in which a question is answered; undefined while there is none, or no worker tells. */
async function podOfQuestion(session: Session, workflowId: string): Promise<string | undefined> {
  const handle = session.temporal.workflow.getHandle(workflowId);
  const { data } = podStateSchema.safeParse(await handle.query(QUESTION_POD_QUERY).catch(() => null));
  return data && podSentence(data).replace(/\.$/, "");
}

async function endOf(session: Session, model: string, workflowId: string): Promise<Tick> {
  try {
    return await session.temporal.workflow.getHandle(workflowId).result();
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const tick = (await listTicks(session.store, model, 20)).find((one) => one.workflowId === workflowId);
    if (tick !== undefined) return tick;
    throw new ThawError("RUN_CANCELLED", `${workflowId} was ended before it came to anything`, {
      hint: "`thaw retrain` looks again",
      cause: error,
    });
  }
}

/** What the looks at a model's images came to, the newest first. @throws ThawError NOT_FOUND without a look and a model, STORE_… */
export async function modelTicks(
  { store }: Pick<Session, "store">,
  model: string,
  limit: number,
): Promise<{ readonly ticks: readonly Tick[]; readonly damaged: readonly DamagedRecord[] }> {
  const damaged: DamagedRecord[] = [];
  const ticks = await listTicks(store, model, limit, damaged);
  // Of a model that has yet to be made there are looks all the same.
  if (ticks.length + damaged.length === 0) await requireModel(store, model);
  return { ticks, damaged };
}
