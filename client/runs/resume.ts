/** Starts a run that goes on from a closed one: its recorded run file, perhaps with other values. */
import { stringify } from "yaml";
import { z } from "zod";
import { ThawError } from "../../spec/errors.js";
import { lineageOf } from "../../spec/pipeline/lineage.js";
import type { ImageSource, RunInput } from "../../spec/pipeline/run.js";
import { possibleStages } from "../../spec/pipeline/walk/course.js";
import type { RunFacts } from "../../spec/pipeline/walk/facts.js";
import { readingOf } from "../../spec/runFile/folders.js";
import { type KnownBases, withBases } from "../bases/ofFile.js";
import { listImages } from "../images/list.js";
import { nearest } from "../nearest.js";
import type { PlannedStage } from "../plan/foresee.js";
import { planRun } from "../plan/plan.js";
import { dataPathFrom } from "../runFile/load.js";
import { parseRunFile } from "../runFile/parse.js";
import type { Session } from "../session.js";
import { fetchEvents, inputIn } from "../temporal/eventHistory.js";
import { describeRun, statusOf } from "../temporal/executions.js";
import { resolveRunId } from "./resolve.js";
import type { RunRequest } from "./start.js";

export interface ResumeOptions {
  /** The values of `--set`. */
  readonly overrides: readonly string[];
  /** This stage and those after it are made anew. */
  readonly from?: string;
  /** Of the TensorFlow build that the training worker has. */
  readonly engineFingerprint: string;
}

export interface ResumePlan {
  readonly resumedFrom: string;
  /** For `startRun`. */
  readonly request: RunRequest;
  /** What the new run will do, and why. */
  readonly stages: readonly PlannedStage[];
}

/**
 * @param ref of a closed run
 * @throws ThawError NOT_FOUND (also when Temporal has forgotten the run), USAGE for a run that goes on or a stage that
 * it does not have, RUN_FILE_INVALID, those of `planRun`
 */
export async function planResume(
  session: Session,
  ref: string,
  { overrides, from, engineFingerprint }: ResumeOptions,
): Promise<ResumePlan> {
  const resumedFrom = await resolveRunId(session, ref);
  const old = await recordedInput(session, resumedFrom);
  const file = parseRunFile(stringify(old.file), `the run file of ${resumedFrom}`, overrides);
  const changed = file.data.path !== old.file.data.path;
  // The list of an upload has the labels that the folders meant then, and no file that was left out.
  const isReadAnew =
    file.data.folders !== old.file.data.folders ||
    (file.data.outside === "allow") !== (old.file.data.outside === "allow");
  const found: ImageSource = changed
    ? { dataPath: dataPathFrom(process.cwd(), file.data.path) }
    : { dataPath: old.dataPath, ...(old.upload === undefined || isReadAnew ? {} : { upload: old.upload }) };
  const source = { ...found, listed: await listImages(session.store, { ...found, ...readingOf(file) }) };
  const sameBases =
    JSON.stringify([file.base, file.bases]) === JSON.stringify([old.file.base, old.file.bases]);
  const { platform } = session;
  const run = await withBases(session.store, file, {
    source,
    platform,
    ...(sameBases && { recorded: basesOf(old) }),
  });
  if (from !== undefined) requireStage(from, run);
  // What was written out in the old run's file was decided there.
  const autoPrecision =
    run.autoPrecision ?? (file.precision === old.file.precision ? old.autoPrecision : undefined);
  const asBefore = {
    ...(from === undefined ? {} : { from }),
    // The run of a retraining: what was learned from before must not be held out now.
    ...(old.earlier === undefined ? {} : { earlier: old.earlier }),
    ...(old.drift === undefined ? {} : { drift: old.drift }),
    // It says what the base is that the run started from: on another one it means nothing.
    ...(old.depth === undefined || !sameBases ? {} : { depth: old.depth }),
    ...(autoPrecision === undefined ? {} : { autoPrecision }),
  };
  // The plan and the run that follows it must mean the same by the bases' names.
  const recorded = basesOf(run);
  return {
    resumedFrom,
    // What `auto` came to is settled here: the run that follows must not look again.
    request: {
      file: run.file,
      ...source,
      lineage: { resumedFrom, lineage: lineageOf(old), ...asBefore },
      recorded,
    },
    stages: await planRun(session, run.file, source, engineFingerprint, { recorded, ...asBefore }),
  };
}

function basesOf({ base, candidates }: KnownBases): KnownBases {
  return {
    ...(base === undefined ? {} : { base }),
    ...(candidates === undefined ? {} : { candidates }),
  };
}

function requireStage(from: string, run: Omit<RunFacts, "outcomes">): void {
  const names = possibleStages(run);
  if (names.includes(from)) return;
  const [close] = nearest(from, names);
  throw new ThawError("USAGE", `the run has no stage "${from}"`, {
    hint: close === undefined ? `its stages are ${names.join(", ")}` : `did you mean ${close}?`,
  });
}

const inputSchema = z.looseObject({ runId: z.string(), file: z.looseObject({}), dataPath: z.string() });

/** What the run was started with, from its history. */
async function recordedInput(session: Session, runId: string): Promise<RunInput> {
  const run = await describeRun(session, runId);
  if (run === undefined) {
    throw new ThawError("NOT_FOUND", `Temporal has forgotten ${runId}, and with it its run file`, {
      hint: "`thaw run` with the file itself finds every stage that is still in the store",
    });
  }
  if (statusOf(run) === "running") {
    throw new ThawError("USAGE", `${runId} has not ended`, {
      hint: `\`thaw unpause ${runId}\` if it is paused; \`thaw cancel ${runId}\` ends it first`,
    });
  }
  const parsed = inputSchema.safeParse(inputIn(await fetchEvents(session, runId)));
  // The file itself is parsed with the overrides, so that an older one gets today's defaults.
  if (parsed.success) return parsed.data as unknown as RunInput;
  throw new ThawError("NOT_FOUND", `${runId} was started by a version of thaw that is too different`);
}
