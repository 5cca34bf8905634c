/** The stages of a run as data: what each one is, which parameters it reads and what it builds on. */
import { type BaseSpec, baseIdentity } from "./base.js";
import type { RunFile } from "./runFile.js";
import { unfreezeStages } from "./unfreezing.js";

export type StageKind =
  | "ingest"
  | "features"
  | "recipe"
  | "head"
  | "tune"
  | "evaluate"
  | "scratch"
  | "register"
  | "report";

/**
 * Version of each stage's code. Raised whenever the same inputs would give another artifact, so that
 * artifacts of older code are not reused.
 */
const STAGE_VERSIONS: Readonly<Record<StageKind, number>> = {
  ingest: 2,
  features: 1,
  recipe: 1,
  head: 1,
  tune: 1,
  evaluate: 2,
  scratch: 1,
  register: 2,
  report: 3,
};

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
  /** Whether its numbers depend on the TensorFlow build. */
  readonly usesEngine: boolean;
}

/**
 * The stages of a run, in order. A pure function of the run file: the workflow, `thaw plan` and the
 * activities must agree on it.
 * @param spec what `file.base` means where it is not a base of the catalogue
 */
export function planStages(file: RunFile, spec?: BaseSpec): readonly StagePlan[] {
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
  const { path: _path, ...data } = file.data;
  const { seed, augment } = file;
  const base = baseIdentity(file.base, spec);
  const stages = unfreezeStages(file, spec);
  const tuneNames = stages.map((_, index) => `tune-${index + 1}`);
  const trained = ["head", ...tuneNames];

  add("ingest", "ingest", false, [], { ...data, seed });
  add("features", "features", true, ["ingest"], { base, augment, seed });
  add("recipe", "recipe", true, ["ingest", "features"], {
    asked: file.recipe,
    planned: tuneNames.length,
    base,
    seed,
  });
  add("head", "head", true, ["ingest", "features"], { ...file.head, seed });
  tuneNames.forEach((name, index) => {
    const { stages: _stages, ...unfreeze } = file.unfreeze;
    add(name, "tune", true, ["ingest", trained[index] as string], {
      ...unfreeze,
      deepest: stages[index],
      // Part of the seed's coordinates: two stages must not draw the same shuffles.
      stage: index + 1,
      base,
      augment,
      seed,
    });
  });
  if (file.compare.scratch) {
    add("scratch", "scratch", true, ["ingest", ...trained], {
      base,
      augment,
      seed,
      classes: "from ingest",
      batch_size: file.unfreeze.batch_size,
    });
  }
  const evaluated = file.compare.scratch ? [...trained, "scratch"] : trained;
  add("evaluate", "evaluate", true, ["ingest", ...evaluated], {
    base,
    flip: augment.flip,
  });
  add("register", "register", false, ["ingest", ...trained, "evaluate"], { name: file.name, base });
  add("report", "report", false, ["ingest", "features", "recipe", ...evaluated, "evaluate", "register"], {
    file: { ...file, unfreeze: { ...file.unfreeze, stages } },
  });
  return plans;
}

/** Depth of a stage of unfreezing, counted from 1 at the top; 0 for any other stage. */
function depthOf({ kind, parameters }: StagePlan): number {
  return kind === "tune" ? Number(parameters.stage) : 0;
}

/** Whether the recipe leaves the stage out. @param stages how many stages of unfreezing may run */
export function isSkipped(plan: StagePlan, stages: number): boolean {
  return depthOf(plan) > stages;
}

/** The plan without the stages named, and without what they would have handed on. */
export function withoutStages(plans: readonly StagePlan[], left: ReadonlySet<string>): readonly StagePlan[] {
  return plans
    .filter(({ name }) => !left.has(name))
    .map((plan) => ({ ...plan, inputs: plan.inputs.filter((input) => !left.has(input)) }));
}

/** The stages that run once the recipe has decided. @param stages how many stages of unfreezing may run */
export function followRecipe(plans: readonly StagePlan[], stages: number): readonly StagePlan[] {
  const skipped = plans.filter((plan) => isSkipped(plan, stages));
  return withoutStages(plans, new Set(skipped.map(({ name }) => name)));
}
