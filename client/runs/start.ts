/** Starts a run: one workflow, whose id is the run's id. */
import { WorkflowExecutionAlreadyStartedError } from "@temporalio/common";
import { stringify } from "yaml";
import { ThawError } from "../../spec/errors.js";
import { attributePairs } from "../../spec/pipeline/attributePairs.js";
import { candidatesOf } from "../../spec/pipeline/candidates.js";
import { lineageOf } from "../../spec/pipeline/lineage.js";
import { autoPrecisionSentence } from "../../spec/pipeline/precision.js";
import { priorityOf } from "../../spec/pipeline/priority.js";
import { CONTROL_QUEUE, type RunInput, WORKFLOW_TYPE } from "../../spec/pipeline/run.js";
import { unfreezeStages } from "../../spec/pipeline/unfreezing.js";
import type { RunFile } from "../../spec/runFile/runFile.js";
import { codeBlock, codeSpan } from "../../spec/text/markdown.js";
import { shortened, visible } from "../../spec/text/visible.js";
import { referToUpload } from "../../store/images/uploads.js";
import { type KnownBases, withBases } from "../bases/ofFile.js";
import type { ListedSource } from "../images/list.js";
import type { Session } from "../session.js";
import { temporalCall } from "../temporal/call.js";
import { missingDetails, startFindable } from "../temporal/findable.js";
import { runUrl } from "../temporal/links.js";
import { thawVersion } from "../version.js";
import { newRunId, startOfRun } from "./id.js";

export interface RunRequest extends ListedSource {
  readonly file: RunFile;
  /** An id from {@link newRunId}; a new one when left out. */
  readonly runId?: string;
  /** The closed run that this one goes on from, what it has of that one, and from which stage on all is made anew. */
  readonly lineage?: Pick<
    RunInput,
    "resumedFrom" | "from" | "lineage" | "earlier" | "drift" | "depth" | "autoPrecision"
  >;
  /** What the bases' names meant in that run; looked up when left out. */
  readonly recorded?: KnownBases;
}

export interface StartedRun {
  readonly runId: string;
  /** The run in the Temporal UI, if it is known where that is. */
  readonly url?: string;
  /** Search attributes that the server lacks and did not let us register; absent where it has all. */
  readonly missingAttributes?: readonly string[];
}

/** @throws ThawError USAGE for an id that is taken or malformed, BASE_UNKNOWN, RUN_FILE_INVALID (layer groups), NOT_FOUND, TEMPORAL_UNREACHABLE */
export async function startRun(session: Session, request: RunRequest): Promise<StartedRun> {
  const { dataPath, upload, recorded, runId = newRunId(request.file.name, new Date()) } = request;
  if (startOfRun(runId) === undefined) {
    throw new ThawError("USAGE", `"${runId}" is no run id`, {
      hint: "run ids are NAME-YYYYMMDD-HHMMSS-xxxx",
    });
  }
  const input: RunInput = {
    runId,
    ...(await withBases(session.store, request.file, {
      ...{ source: request, platform: session.platform },
      ...(recorded && { recorded }),
    })),
    dataPath,
    ...(upload === undefined ? {} : { upload }),
    thawVersion: thawVersion(),
    ...request.lineage,
  };
  if (upload !== undefined) await referToUpload(session.store, upload, runId);
  const missing = await startFindable(session, (attributes, lacking) =>
    temporalCall(session, "starting the run", () =>
      startWorkflow(session, { ...input, attributes }, lacking),
    ),
  );
  const url = runUrl(session.platform, runId);
  return {
    runId,
    ...(url === undefined ? {} : { url }),
    ...(missing.length === 0 ? {} : { missingAttributes: missing }),
  };
}

async function startWorkflow(
  { temporal }: Session,
  input: RunInput & { readonly attributes: readonly string[] },
  missing: readonly string[],
): Promise<void> {
  const { runId, file, dataPath, attributes } = input;
  const findable = {
    model: file.name,
    state: "running",
    lineage: lineageOf(input),
    ...(candidatesOf(file).length === 0 ? { base: basesOf(file) } : {}),
  } as const;
  try {
    await temporal.workflow.start(WORKFLOW_TYPE, {
      workflowId: runId,
      taskQueue: CONTROL_QUEUE,
      args: [input],
      workflowIdReusePolicy: "REJECT_DUPLICATE",
      priority: priorityOf(file, "person"),
      typedSearchAttributes: attributePairs(findable, attributes),
      // Search attributes may be missing on foreign servers; a memo never is.
      memo: {
        model: file.name,
        base: basesOf(file),
        dataPath,
        ...(input.resumedFrom === undefined ? {} : { resumedFrom: input.resumedFrom }),
        lineage: lineageOf(input),
      },
      staticSummary: shortened(visible(summaryOf(input)), MOST_OF_SUMMARY),
      staticDetails: detailsOf(input, missing),
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) {
      throw new ThawError("USAGE", `there is a run ${runId} already`, { cause: error });
    }
    throw error;
  }
}

/** Temporal refuses summaries of more than 400 bytes by default; most characters are one or two. */
const MOST_OF_SUMMARY = 130;

/** One line for the Temporal UI. */
function summaryOf({ file, base }: RunInput): string {
  const { name } = file;
  if (candidatesOf(file).length > 0) return `${name} on ${basesOf(file)}`;
  const count = unfreezeStages(file, base).length;
  return `${name} on ${basesOf(file)}, ${count} unfreezing stage${count === 1 ? "" : "s"}`;
}

function basesOf(file: RunFile): string {
  const bases = candidatesOf(file);
  return bases.length === 0 ? file.base : bases.join(" or ");
}

/** Markdown for the Temporal UI; tables lose their columns there, code blocks do not. */
function detailsOf(
  { runId, file, dataPath, upload, resumedFrom, autoPrecision }: RunInput,
  missing: readonly string[],
): string {
  return [
    `Images: ${codeSpan(dataPath)}${upload === undefined ? "" : `, uploaded as \`${upload.slice(0, 12)}\``}`,
    "",
    ...(resumedFrom === undefined ? [] : [`Goes on from ${codeSpan(resumedFrom)}`, ""]),
    ...(autoPrecision === undefined ? [] : [`${autoPrecisionSentence(autoPrecision)}.`, ""]),
    codeBlock("yaml", stringify(file).trimEnd().split("\n")),
    "",
    `\`thaw watch ${runId}\` follows this run, \`thaw cancel ${runId}\` ends it.`,
    ...missingDetails(missing),
  ].join("\n");
}
