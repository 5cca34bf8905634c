/** JSON of the commands about runs. */
import { z } from "zod";
import { logLineSchema } from "../../log.js";
import { pauseSchema, runControlSchema, steerRecordSchema } from "../../steering/schema.js";
import {
  countSchema,
  digestSchema,
  forewarningsSchema,
  missingAttributesSchema,
  shareSchema,
  timeSchema,
} from "../parts.js";
import { foldsInBriefSchema } from "../records/folds.js";
import { modelVersionSchema } from "../records/model.js";
import { baseComparisonSchema } from "../records/recipe.js";
import { runCostSchema } from "../records/report.js";
import { errorCodeSchema, liveStageSchema, podStateSchema, runResultSchema } from "../records/run.js";
import { autoPrecisionSchema } from "../records/training.js";
import { warningsSchema } from "../records/warning.js";
import { damagedSchema } from "./damaged.js";

const statusSchema = z.enum(["running", "completed", "failed", "cancelled", "terminated", "timed-out"]);

/** Of `thaw run --detach`. */
const forecastSchema = z.object({
  seconds: z.number().describe("Of the stages that would be computed."),
  isMeasured: z.boolean().describe("False where it is a guess: nothing like it was computed here before."),
  withoutFolds: z.boolean().describe("Whether folds may come on top, as the recipe decides."),
  cost: z
    .object({ amount: z.number(), currency: z.string() })
    .exactOptional()
    .describe("Only where THAW_PRICES names a price table."),
});

export const startedRunSchema = z.object({
  runId: z.string(),
  url: z.string().exactOptional().describe("The run in the Temporal UI, if it is known where that is."),
  missingAttributes: missingAttributesSchema,
  forecast: forecastSchema
    .exactOptional()
    .describe("Absent where nothing has to be computed, and where it cannot be told."),
  warnings: forewarningsSchema,
});

const failureSchema = z.object({
  code: errorCodeSchema,
  message: z.string(),
  hint: z.string().exactOptional(),
  stage: z.string().exactOptional(),
  atLookup: z
    .literal(true)
    .exactOptional()
    .describe("The look-up before the stage failed: no attempt at it began."),
});

/** Of `thaw run`, and a line for each change of `thaw watch` and `thaw run --watch`; the last is of the ended run. */
export const runSchema = z.object({
  runId: z.string(),
  model: z.string(),
  status: statusSchema,
  startedAt: timeSchema,
  closedAt: timeSchema.exactOptional(),
  url: z.string().exactOptional(),
  stages: z.array(liveStageSchema).describe("In the order in which they run."),
  result: runResultSchema.exactOptional().describe("Of a completed run."),
  failure: failureSchema.exactOptional().describe("Of a run that ended otherwise."),
  noWorker: z
    .boolean()
    .exactOptional()
    .describe("True while a Temporal task of the run waits for a worker that is not there."),
  warning: z.string().exactOptional().describe("What keeps the run from going on, and what mends it."),
  control: runControlSchema
    .exactOptional()
    .describe("What the run was told while it went on, and what became of it."),
  pod: podStateSchema
    .exactOptional()
    .describe("The pod that trains, while there is one or it is waited for; of several the first that runs."),
  otherPods: z
    .array(podStateSchema)
    .exactOptional()
    .describe("Where stages run side by side: the pods that work beside that one, or are waited for."),
  resumedFrom: z.string().exactOptional().describe("The run that this one goes on from."),
  warnings: warningsSchema
    .exactOptional()
    .describe("Of images and figures, as far as the run has come, the strongest first."),
});

/** Of `thaw cancel`. */
export const cancelSchema = z.object({
  runId: z.string(),
  outcome: z.enum(["requested", "already-closed"]),
});

const runListingSchema = z.object({
  runId: z.string(),
  model: z.string(),
  status: statusSchema,
  startedAt: timeSchema,
  closedAt: timeSchema.exactOptional(),
  testAccuracy: shareSchema.exactOptional().describe("In [0, 1] on the held-out images, of completed runs."),
  folds: foldsInBriefSchema.exactOptional(),
  paused: pauseSchema.exactOptional().describe("Of a running run that is paused, or about to be."),
  warnings: warningsSchema.exactOptional().describe("Of a completed run, the strongest first."),
});

export const runsSchema = z.object({
  runs: z.array(runListingSchema).describe("Newest first."),
  more: countSchema
    .exactOptional()
    .describe("Older runs that match and are beyond --limit; absent where there are none."),
  damaged: damagedSchema.exactOptional().describe("Absent when every record could be read."),
});

const plannedStagesSchema = z
  .array(
    z.object({
      name: z.string(),
      action: z.enum(["reuse", "run", "skip", "maybe"]),
      why: z.string(),
      artifact: z
        .object({ key: digestSchema, digest: digestSchema })
        .exactOptional()
        .describe("The one that would be reused."),
    }),
  )
  .describe("In the order in which they would run.");

const reasonedSchema = z.array(z.object({ name: z.string(), why: z.string() }));

const plannedShardsSchema = z.object({
  shards: z.int().min(2),
  images: z.int().min(1),
  parallel: z.int().min(1),
});

export const planSchema = z.object({
  model: z.string(),
  warnings: forewarningsSchema,
  stages: plannedStagesSchema,
  forecast: forecastSchema.exactOptional().describe("Absent where nothing has to be computed."),
  bases: z
    .object({ taken: reasonedSchema, leftOut: reasonedSchema })
    .exactOptional()
    .describe("What `bases: auto` came to, and why; absent where the run file names its bases."),
  precision: autoPrecisionSchema.exactOptional(),
  imageShards: plannedShardsSchema
    .exactOptional()
    .describe(
      "In about how many parts the images would be read, of how many images at most, and how many at once; absent where there are none.",
    ),
  shards: plannedShardsSchema
    .exactOptional()
    .describe(
      "In about how many parts the features would be computed, of how many images at most, and how many at once; absent where there are none.",
    ),
  activations: z
    .object({
      bytes: countSchema.describe("Of what would be kept."),
      wanted: countSchema.describe("Of all that the stages of training read."),
      kept: z
        .array(z.string())
        .describe("Layer groups whose input is kept; `pixels` for the views themselves."),
      recomputed: z.array(z.string()).describe("What does not fit, and is computed in every epoch."),
      budget: z.number().describe("Bytes; of this machine's disk where it is a share."),
      isExact: z.boolean().describe("False where the splits of the images are not known yet."),
    })
    .exactOptional()
    .describe(
      "What would be kept of the frozen layers' activations; absent where no stage that reads them would run, for bases that are not of the catalogue, and for a share of a pod's disk.",
    ),
});

/** Of `thaw resume --detach` and `--dry-run`; without `runId` when nothing was started. */
export const resumeSchema = z.object({
  ...startedRunSchema.partial().shape,
  resumedFrom: z.string(),
  stages: plannedStagesSchema,
});

/** Without WHAT: what is known of the run or the model, and the files of its stages. */
export const getSchema = z.object({
  warnings: warningsSchema
    .exactOptional()
    .describe("Of images and figures, as far as the run has come, the strongest first; absent without any."),
  run: runSchema.exactOptional(),
  model: modelVersionSchema.exactOptional(),
  cost: runCostSchema.exactOptional(),
  bases: baseComparisonSchema
    .exactOptional()
    .describe("The bases that were compared, the best first; absent where the run started from one."),
  files: z.array(
    z.object({
      what: z.string().describe("What to give as WHAT: `STAGE/FILE`; `STAGE` means all files of the stage."),
      bytes: countSchema,
    }),
  ),
});

/** With WHAT. */
export const gotFilesSchema = z.object({
  written: z.array(z.string()).describe("Absolute paths of the files that were written."),
});

export const explainSchema = z.object({
  runId: z.string(),
  status: statusSchema,
  condition: z
    .enum([
      "waiting-for-worker",
      "waiting-for-pod",
      "queued",
      "working",
      "retrying",
      "paused",
      "failed",
      "cancelled",
      "completed",
    ])
    .describe("What it does, in a word."),
  sentences: z.array(z.string()),
  advice: z.array(z.string()).describe("What can be done about it."),
  warnings: warningsSchema,
  lastLines: z.array(logLineSchema).describe("Of the log of the stage that failed."),
});

/** Of `thaw pin` and `unpin`. */
export const pinSchema = z.object({ runId: z.string(), pinned: z.boolean() });

export const initSchema = z.object({
  runFile: z.string().describe("Absolute path of the run file that was written."),
  model: z.string().describe("The model's name in it."),
  images: countSchema,
  classes: z.array(z.object({ name: z.string(), images: countSchema })),
  kind: z.object({
    kind: z.string().describe("What the images seem to show: `augment.kind`."),
    reason: z.string(),
  }),
  splits: z.string().exactOptional().describe("What says which images are held out; absent if nothing does."),
  ignored: z
    .array(z.object({ reason: z.string(), files: countSchema, example: z.string() }))
    .describe("Files that were passed over."),
  warnings: z.array(z.string()),
});

/**
 * Of `thaw pause`, `unpause`, `set` and `stop`, as it was when the command ended: with `--wait` applied or missed, else
 * usually accepted.
 */
export const steerSchema = steerRecordSchema.extend({ runId: z.string() });
