/** The stages of a run as data: what each one is, which parameters it reads and what it builds on. */

import type { ArtifactRef } from "../artifact.js";
import { type BaseSpec, baseIdentity, datasetsOf } from "../base.js";
import type { AutoPrecision } from "../engine/precision.js";
import { isWithoutGpu } from "../pods/groups.js";
import { POD_STAGES, type PodStage } from "../pods/stages.js";
import type { RunDepth } from "../retraining/depthDecision.js";
import { augmentIdentity, gateIdentity, lossIdentity, precisionIdentity } from "../runFile/identities.js";
import type { RunFile } from "../runFile/runFile.js";
import { candidatesOf } from "./candidates.js";
import { unfreezeStages } from "./unfreezing.js";
import { settledAugment } from "./views.js";

/** Those that pods do, and those of the control worker. */
export type StageKind = PodStage | "base" | "register" | "report";

/**
 * Version of each stage's code. Raised whenever the same inputs would give another artifact, so that
 * artifacts of older code are not reused.
 */
const STAGE_VERSIONS: Readonly<Record<StageKind, number>> = {
  ingest: 6,
  features: 3,
  recipe: 6,
  base: 5,
  head: 2,
  tune: 13,
  fold: 10,
  evaluate: 9,
  scratch: 8,
  register: 5,
  report: 10,
};

/** Of the code that makes the frozen activations and the pixels of views, which workers keep for several stages. */
export const ACTIVATIONS_VERSION = STAGE_VERSIONS.features;

/** Depth of the stage that trains the first layer groups alone: `unfreeze.surgical`. */
export const FIRST_BLOCK = "first-block";

/** One stage of a run, before anything is known of its inputs' contents. */
export interface StagePlan {
  /** Unique within the run; also the Temporal activity id. */
  readonly name: string;
  readonly kind: StageKind;
  readonly codeVersion: number;
  /** Everything of the run file that can change the artifact. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Names of the stages whose artifacts it reads. */
  readonly inputs: readonly string[];
  /** Stages that give inputs of another name: a candidate's `features` come from `features-2`. */
  readonly sources?: Readonly<Record<string, string>>;
  /** The candidate of `bases` that the stage works for, as the run file has it. */
  readonly candidate?: string;
  /** Whether its numbers depend on the TensorFlow build. */
  readonly usesEngine: boolean;
  /** Set where the run file asks for no GPU: the engine for GPUs computes on processors. */
  readonly device?: "cpu";
}

/** What a run begins with besides its file and its bases. */
export interface KnownBeforehand {
  /** Datasets whose images keep their splits. */
  readonly earlier?: readonly ArtifactRef[] | undefined;
  /** Digest of what is known of the new images, for the report. */
  readonly drift?: string | undefined;
  /** Of a retraining. */
  readonly depth?: RunDepth | undefined;
  /** What `precision: auto` came to, for the report. */
  readonly autoPrecision?: AutoPrecision | undefined;
}

/**
 * The stages of a run, in order. A pure function of the run file; what becomes of them on the way is in `walk/`.
 * With several `bases` the stages after `base` are those of `file.base`: of the one that is chosen, once it is.
 * @param spec what `file.base` means where it is not a base of the catalogue
 * @param candidates what the names in `file.bases` mean, likewise
 */
export function planStages(
  file: RunFile,
  spec?: BaseSpec,
  candidates: Readonly<Record<string, BaseSpec>> = {},
  { earlier = [], drift, depth, autoPrecision }: KnownBeforehand = {},
): readonly StagePlan[] {
  const plans: StagePlan[] = [];
  const add = (
    name: string,
    kind: StageKind,
    usesEngine: boolean,
    inputs: readonly string[],
    parameters: Readonly<Record<string, unknown>>,
  ): void => {
    plans.push({ name, kind, codeVersion: STAGE_VERSIONS[kind], parameters, inputs, usesEngine });
  };
  // What folders mean is in the labels and splits of the source's digest, and what is read in its files.
  const { path: _path, folders: _folders, outside: _outside, ...data } = file.data;
  const { seed } = file;
  const augment = augmentIdentity(settledAugment(file.augment));
  const base = baseIdentity(file.base, spec);
  const loss = lossIdentity(file.loss);
  const precision = precisionIdentity(file.precision);
  const { mixup, ...head } = file.head;
  const { stages: _stages, surgical: _surgical, ...tuning } = file.unfreeze;
  const { mixup: mixed, cutmix, gate, keep_rolled_back: keepsRolledBack, ...unfreeze } = tuning;
  const stages = unfreezeStages(file, spec);
  const depths = tuningDepths(file, spec);
  const tuneNames = depths.map((_, index) => `tune-${index + 1}`);
  const trained = ["head", ...tuneNames];

  const met = datasetsOf(spec, candidates).map(({ digest }) => digest);
  const kept = earlier.map(({ digest }) => digest).sort();
  add("ingest", "ingest", false, [], {
    ...{ ...data, seed },
    ...(met.length === 0 ? {} : { met }),
    // What ties their splits together was trained on once.
    ...(kept.length === 0 ? {} : { kept, ties: "left out" }),
  });
  plans.push(...planCandidates(file, candidates));
  plans.push(...planBase(file, base, tuneNames.length, spec, depth));
  add("head", "head", true, ["ingest", "features"], { ...head, ...switchedOn({ mixup }), ...loss, seed });
  tuneNames.forEach((name, index) => {
    add(name, "tune", true, ["ingest", trained[index] as string], {
      ...unfreeze,
      ...switchedOn({ mixup: mixed, cutmix }),
      ...gateIdentity(gate),
      ...(keepsRolledBack ? { keep_rolled_back: true } : {}),
      ...loss,
      deepest: depths[index],
      // Part of the seed's coordinates: two stages must not draw the same shuffles.
      stage: index + 1,
      base,
      augment,
      ...precision,
      seed,
    });
  });
  const recipeOf = (kind: StageKind) =>
    plans
      .filter((plan) => plan.kind === kind)
      .map(({ codeVersion, parameters: { keep_rolled_back: _kept, ...parameters } }) => ({
        codeVersion,
        ...parameters,
      }));
  const foldNames = Array.from({ length: mostFolds(file) }, (_, index) => `fold-${index + 1}`);
  foldNames.forEach((name, index) => {
    // A fold does what these stages do, on other images: all that decides their numbers decides the fold's. It
    // stores no weights at all.
    add(name, "fold", true, ["ingest", "features"], {
      fold: index + 1,
      folds: foldNames.length,
      base,
      augment,
      ...precision,
      seed,
      head: recipeOf("head"),
      // A surgical stage would need every fold's pixels, for a step that is six times as slow.
      stages: recipeOf("tune").slice(0, stages.length),
    });
  });
  if (file.compare.scratch) {
    add("scratch", "scratch", true, ["ingest", ...trained], {
      base,
      augment,
      seed,
      classes: "from ingest",
      batch_size: file.unfreeze.batch_size,
      ...loss,
    });
  }
  const evaluated = file.compare.scratch ? [...trained, "scratch"] : trained;
  add("evaluate", "evaluate", true, ["ingest", ...evaluated, ...foldNames], {
    base,
    flip: file.augment.flip,
  });
  add("register", "register", false, ["ingest", ...trained, "evaluate"], { name: file.name, base });
  const compared = candidatesOf(file).length === 0 ? [] : ["base"];
  const before = ["ingest", ...compared, "features", "recipe"];
  const shown = [...before, ...evaluated, ...foldNames, "evaluate", "register"];
  // What becomes of the version comes after its report; how many stages ran at once, before whom, in which parts, and where activations lay, say nothing of it.
  const {
    model: _model,
    parallel: _parallel,
    priority: _priority,
    scratch: _scratch,
    shards: _shards,
    ...told
  } = file;
  add("report", "report", false, shown, {
    file: { ...told, unfreeze: { ...file.unfreeze, stages } },
    ...(drift === undefined ? {} : { drift }),
    ...(depth === undefined ? {} : { depth }),
    ...(autoPrecision === undefined ? {} : { autoPrecision }),
  });
  return plans.map((plan) => withDevice(plan, file));
}

function withDevice(plan: StagePlan, file: RunFile): StagePlan {
  return isOfPods(plan.kind) && isWithoutGpu(file, plan.kind) ? { ...plan, device: "cpu" } : plan;
}

/** Whether a training worker does it: what the control worker does needs no GPU. */
export function isOfPods(kind: StageKind): kind is PodStage {
  return POD_STAGES.some((name) => name === kind);
}

/** What each stage of unfreezing trains: down to a layer group, or the first block. */
export function tuningDepths(file: RunFile, spec: BaseSpec | undefined): readonly string[] {
  // Runs of older clients say nothing of surgery.
  const surgical = file.unfreeze.surgical === "first-block" ? [FIRST_BLOCK] : [];
  return [...unfreezeStages(file, spec), ...surgical];
}

/** What is found out about a base before anything is trained. */
function planBase(
  file: RunFile,
  base: string,
  planned: number,
  spec: BaseSpec | undefined,
  depth: RunDepth | undefined,
): readonly StagePlan[] {
  const { seed, recipe } = file;
  const augment = augmentIdentity(settledAugment(file.augment));
  return [
    {
      name: "features",
      kind: "features",
      codeVersion: STAGE_VERSIONS.features,
      parameters: { base, augment, ...precisionIdentity(file.precision), seed },
      inputs: ["ingest"],
      usesEngine: true,
    },
    {
      name: "recipe",
      kind: "recipe",
      codeVersion: STAGE_VERSIONS.recipe,
      parameters: {
        asked: recipe,
        planned,
        folds: file.evaluation?.folds,
        base,
        seed,
        // What is said of a tuned base is another thing where it has met the images.
        ...(spec?.tunedOn === undefined ? {} : { tuned: true }),
        // Whether anything could be kept is a matter of what judges.
        ...gateIdentity(file.unfreeze.gate),
        // Any other depth leaves it to decide as it does for every run.
        ...(depth?.depth === "head" ? { headOnly: depth.reason } : {}),
      },
      inputs: ["ingest", "features"],
      usesEngine: true,
    },
  ];
}

/**
 * The same stages for each candidate, and the choice between them. Their keys are those of a run with that
 * base alone, so what is computed here is found there.
 */
function planCandidates(file: RunFile, specs: Readonly<Record<string, BaseSpec>>): readonly StagePlan[] {
  const bases = candidatesOf(file);
  if (bases.length === 0) return [];
  const plans = bases.flatMap((candidate, index) => {
    const own = (name: string): string => `${name}-${index + 1}`;
    const spec = specs[candidate];
    const planned = tuningDepths({ ...file, base: candidate }, spec).length;
    return planBase(file, baseIdentity(candidate, spec), planned, spec, undefined).map((plan) => ({
      ...plan,
      name: own(plan.name),
      candidate,
      ...(plan.inputs.includes("features") ? { sources: { features: own("features") } } : {}),
    }));
  });
  const choice: StagePlan = {
    name: "base",
    kind: "base",
    codeVersion: STAGE_VERSIONS.base,
    // Names are part of what it says; what they mean is in the inputs.
    parameters: { bases },
    inputs: plans.map(({ name }) => name),
    usesEngine: false,
  };
  return [...plans, choice];
}

/** The stage whose artifact is the input of that name. */
export function sourceOf({ sources }: StagePlan, input: string): string {
  return sources?.[input] ?? input;
}

/** What the stage reads of what was made, by the input's name. @throws Error for an input that was not made */
export function inputsFrom<T>(
  stage: StagePlan,
  made: Readonly<Record<string, T>>,
): Readonly<Record<string, T>> {
  return Object.fromEntries(
    stage.inputs.map((input) => {
      const source = sourceOf(stage, input);
      const value = made[source];
      if (value === undefined) throw new Error(`${stage.name} would begin before ${source} is made`);
      return [input, value];
    }),
  );
}

/** Options above nought: those that are off leave the numbers and the keys as they were before they existed. */
function switchedOn(options: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value > 0));
}

/** Folds of `evaluation.folds: auto` where there are any: the shares of a hold-out of 20 %, the default. */
export const AUTO_FOLDS = 5;

/** Before the images are counted: the recipe may leave some or all of them out. */
function mostFolds({ evaluation }: RunFile): number {
  // A client from before there were folds does not say.
  const asked = evaluation?.folds ?? 0;
  return asked === "auto" ? AUTO_FOLDS : asked;
}
