/** What is known of a run on its way: what it was started with, and what its stages have come to so far. */
import type { FoldDecision } from "../../records/folds.js";
import type { RecipeDecision } from "../../records/recipe.js";
import type { RunInput } from "../run.js";
import type { StagePlan } from "../stages.js";

export interface RunFacts
  extends Pick<
    RunInput,
    "file" | "base" | "candidates" | "earlier" | "drift" | "depth" | "autoPrecision" | "from"
  > {
  /** Stands in the keys of what is made anew; absent before the run has one. */
  readonly runId?: string;
  /** Kinds of stages that runs of older versions do not have; all when left out. */
  readonly knows?: Knowledge;
  /** By stage name; a stage that has not begun has none. */
  readonly outcomes: Readonly<Record<string, StageFact>>;
}

export interface Knowledge {
  readonly recipe: boolean;
  readonly folds: boolean;
}

/** What a stage has come to. */
export type StageFact =
  | { readonly state: "running" | "failed" }
  | {
      readonly state: "done";
      /** Of `base`: the name of the base that the run goes on with. */
      readonly base?: string;
      /** Of a recipe. */
      readonly decision?: Verdict;
    };

/** What the walk reads of the recipe's decision. */
export interface Decided {
  /** How many stages of unfreezing may run. */
  readonly stages: number;
  readonly reason: string;
  readonly folds?: FoldDecision;
}

export interface Verdict extends Decided {
  /** One of {@link RecipeDecision}'s, or what another version of thaw knows. */
  readonly choice: string;
}

const UNLEARNABLE = "unlearnable" satisfies RecipeDecision["choice"];

/**
 * Whether the run ends over the outcome, although the stage's artifact is stored. A candidate that cannot learn the
 * labels is not chosen, and that is all.
 */
export function refuses(
  { kind, candidate }: Pick<StagePlan, "kind" | "candidate">,
  decision: Pick<Verdict, "choice"> | undefined,
): boolean {
  return kind === "recipe" && candidate === undefined && decision?.choice === UNLEARNABLE;
}

/** The run as it would be with that base alone. */
export function onBase<Run extends Pick<RunInput, "file" | "base" | "candidates">>(
  { base: _base, ...run }: Run,
  name: string,
): Omit<Run, "base"> & Pick<Run, "file" | "base"> {
  const spec = run.candidates?.[name];
  return { ...run, file: { ...run.file, base: name }, ...(spec === undefined ? {} : { base: spec }) };
}

/** The base that the run goes on with, where it had to choose and has done so. */
export function chosenBase({ outcomes }: Pick<RunFacts, "outcomes">): string | undefined {
  const choice = outcomes.base;
  return choice?.state === "done" ? choice.base : undefined;
}
