/** Walks a run beforehand: what is in the store is taken for done, and the rest is said of from there. */
import type { ArtifactRef } from "../../spec/artifact.js";
import type { StageKind, StagePlan } from "../../spec/pipeline/stages.js";
import type { RunFacts, StageFact } from "../../spec/pipeline/walk/facts.js";
import { type Step, walk } from "../../spec/pipeline/walk/walk.js";

export interface PlannedStage {
  readonly name: string;
  readonly kind: StageKind;
  /**
   * `skip`: the recipe or the choice between bases, which is in the store, leaves the stage out. `maybe`: a fold, and
   * the recipe that says how many there are is not in the store.
   */
  readonly action: "reuse" | "run" | "skip" | "maybe";
  /** One plain sentence without a full stop. */
  readonly why: string;
  /** The artifact that is reused. */
  readonly artifact?: ArtifactRef;
}

/** What the store says of a stage. */
export type Finding =
  | {
      readonly artifact: ArtifactRef;
      readonly why: string;
      readonly outcome: Pick<StageFact & { readonly state: "done" }, "base" | "decision">;
    }
  | { readonly artifact?: undefined; readonly why: string };

/** @param made the artifacts that the stage reads are among them, by stage name */
export type LookUp = (stage: StagePlan, made: Readonly<Record<string, ArtifactRef>>) => Promise<Finding>;

/** @param run as it would start, without outcomes */
export async function foresee(
  run: Omit<RunFacts, "outcomes">,
  lookUp: LookUp,
): Promise<readonly PlannedStage[]> {
  const said = new Map<string, PlannedStage>();
  const made: Record<string, ArtifactRef> = {};
  let outcomes: Readonly<Record<string, StageFact>> = {};
  for (;;) {
    const steps = walk({ ...run, outcomes });
    const next = steps.find((step) => !said.has(step.stage.name) && hasKey(step));
    if (next === undefined)
      return steps.map((step) => said.get(step.stage.name) ?? withoutLookUp(step, run.from));
    const { name, kind } = next.stage;
    const found = await lookUp(next.stage, made);
    if (found.artifact === undefined) {
      said.set(name, { name, kind, action: "run", why: found.why });
      continue;
    }
    const { artifact, why, outcome } = found;
    said.set(name, { name, kind, action: "reuse", why, artifact });
    made[name] = artifact;
    outcomes = { ...outcomes, [name]: { state: "done", ...outcome } };
  }
}

/** Whether its key is known: a stage that waits for nothing but the recipe's decision has the one that it will run with. */
function hasKey({ standing, missing, isAnew }: Step): boolean {
  if (isAnew || missing.length > 0) return false;
  return standing.state === "ready" || standing.state === "waits";
}

function withoutLookUp({ stage, standing, missing, isAnew }: Step, from: string | undefined): PlannedStage {
  const { name, kind } = stage;
  const of = (action: PlannedStage["action"], why: string): PlannedStage => ({ name, kind, action, why });
  if (standing.state === "skipped" || standing.state === "not-run") return of("skip", standing.why);
  if (kind === "fold" && standing.state === "undecided" && standing.until === "recipe")
    return of("maybe", UNDECIDED_FOLD);
  if (isAnew)
    return of(
      "run",
      name === from ? `--from ${from} asks for it` : `it comes after ${from}, which is made anew`,
    );
  if (standing.state === "undecided" && standing.until === "base")
    return of("run", "the base is chosen first");
  const [source] = missing;
  return of("run", source === undefined ? UNDECIDED_INPUTS : `its input \`${source}\` will be made anew`);
}

const UNDECIDED_FOLD =
  "the recipe decides on the folds once the images are read: how many, and how much is unfrozen in them";
const UNDECIDED_INPUTS = "the recipe will be made anew, and decides what this stage builds on";
