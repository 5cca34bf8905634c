/**
 * The heavy stages of a run one after the other in this process, as its engine is asked for them: no Temporal, no store, no
 * checkpoints. Started by `durability.ts`, to which it writes what came out as JSON:
 *   node dist/bench/speed/inProcess.js RUN-FILE-AS-JSON FOLDER
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Outside, runJob } from "../../engine/jobs.js";
import type { EngineJob } from "../../spec/engine/job.js";
import { FEATURES_FILE, WEIGHTS_FILE } from "../../spec/pipeline/artifactFiles.js";
import { tuningDepths } from "../../spec/pipeline/stages.js";
import { unfreezeStages } from "../../spec/pipeline/unfreezing.js";
import type { RecipeSummary } from "../../spec/records/recipe.js";
import type { StageSummary } from "../../spec/records/training.js";
import { type RunFile, runFileSchema } from "../../spec/runFile/runFile.js";
import { contextsIn } from "../contexts.js";

export interface StageInProcess {
  readonly stage: string;
  readonly seconds: number;
  /** SHA-256 of what it wrote, by the files' names. */
  readonly digests: Readonly<Record<string, string>>;
}

export interface InProcess {
  readonly stages: readonly StageInProcess[];
  /** Of the whole process, its start included. */
  readonly processorSeconds: number;
}

const OUTSIDE: Outside = {
  onProgress: () => undefined,
  onResumed: () => undefined,
  onWritten: () => undefined,
  onUnwritten: () => undefined,
  control: { take: () => [], applied: () => undefined },
};

async function run(file: RunFile, folder: string): Promise<InProcess> {
  const stages: StageInProcess[] = [];
  const dataset = join(folder, "ingest");
  const contextOf = contextsIn(folder, dataset, file);
  const boundaries = unfreezeStages(file, undefined);
  const features = join(folder, "features", FEATURES_FILE);
  const weightsOf = (stage: string): string => join(folder, stage, WEIGHTS_FILE);

  const does = async (stage: string, job: EngineJob): Promise<unknown> => {
    const out = job.kind === "ingest" ? job.out : join(folder, stage);
    const started = performance.now();
    const summary = await runJob(job, OUTSIDE);
    const seconds = (performance.now() - started) / 1000;
    stages.push({ stage, seconds, digests: await digestsIn(out) });
    return summary;
  };

  const { path: source, ...data } = file.data;
  await mkdir(dataset, { recursive: true });
  const digestCache = join(folder, "digests.json");
  await does("ingest", { kind: "ingest", source, data, seed: file.seed, digestCache, out: dataset });
  const common = async (stage: string) => ({ ...(await contextOf(stage)), boundaries });
  const depths = tuningDepths(file, undefined);
  const settings = {
    asked: file.recipe,
    planned: depths.length,
    folds: file.evaluation.folds,
    gate: file.unfreeze.gate,
  };
  await does("features", { kind: "features", ...(await common("features")), keepPixels: false, settings });
  const { decision } = (await does("recipe", {
    ...{ kind: "recipe", ...(await common("recipe")), features },
    settings,
  })) as RecipeSummary;
  await does("head", { kind: "head", ...(await common("head")), head: file.head, features });
  const candidates: { stage: string; weights: string; deepest?: string }[] = [
    { stage: "head", weights: weightsOf("head") },
  ];
  const { stages: _stages, surgical: _surgical, ...tuning } = file.unfreeze;
  for (const [index, deepest] of depths.slice(0, decision.stages).entries()) {
    const stage = `tune-${index + 1}`;
    const before = candidates.at(-1);
    const { kept } = (await does(stage, {
      ...{ kind: "tune", ...(await common(stage)), previous: before?.weights ?? "" },
      settings: { ...tuning, deepest, stage: index + 1 },
    })) as StageSummary;
    const reached = kept ? deepest : before?.deepest;
    candidates.push({
      stage,
      weights: weightsOf(stage),
      ...(reached === undefined ? {} : { deepest: reached }),
    });
  }
  await does("evaluate", {
    ...{ kind: "evaluate", ...(await common("evaluate")), candidates, folds: [], features },
  });
  const { user, system } = process.cpuUsage();
  return { stages, processorSeconds: (user + system) / 1e6 };
}

async function digestsIn(folder: string): Promise<Readonly<Record<string, string>>> {
  const digests: Record<string, string> = {};
  for (const name of (await readdir(folder)).sort())
    digests[name] = createHash("sha256")
      .update(await readFile(join(folder, name)))
      .digest("hex");
  return digests;
}

const [text = "{}", folder = "."] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await run(runFileSchema.parse(JSON.parse(text)), folder)));
