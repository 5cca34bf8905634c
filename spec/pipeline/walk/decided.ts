/** What the recipe's decision makes of the stages planned. */
import type { StagePlan } from "../stages.js";
import type { Decided } from "./facts.js";

/** Why the recipe leaves the stage out; undefined when the stage runs. */
export function whySkipped({ kind, parameters }: StagePlan, decided: Decided): string | undefined {
  if (kind === "tune") return Number(parameters.stage) > decided.stages ? decided.reason : undefined;
  if (kind !== "fold") return undefined;
  const { count = 0, reason = NO_FOLDS } = decided.folds ?? {};
  return Number(parameters.fold) > count ? reason : undefined;
}

/** A decision from before there were folds. */
const NO_FOLDS = "the recipe says nothing of folds";

/** The plan without the stages named, and without what they would have handed on. */
export function withoutStages(plans: readonly StagePlan[], left: ReadonlySet<string>): readonly StagePlan[] {
  return plans
    .filter(({ name }) => !left.has(name))
    .map((plan) => ({ ...plan, inputs: plan.inputs.filter((input) => !left.has(input)) }));
}

/** The stages that run once the recipe has decided. */
export function followRecipe(plans: readonly StagePlan[], decided: Decided): readonly StagePlan[] {
  const skipped = plans.filter((plan) => whySkipped(plan, decided) !== undefined);
  return withoutStages(plans, new Set(skipped.map(({ name }) => name))).map((plan) =>
    plan.kind === "fold" ? decidedFold(plan, decided) : plan,
  );
}

/** A fold that is one of as many, and goes as deep, as the recipe says. */
function decidedFold(plan: StagePlan, { stages, folds }: Decided): StagePlan {
  const { stages: all, ...others } = plan.parameters;
  return {
    ...plan,
    parameters: { ...others, folds: folds?.count, stages: (all as readonly unknown[]).slice(0, stages) },
  };
}

/** Kinds that the recipe may leave out. */
export function isOptional({ kind }: Pick<StagePlan, "kind">): boolean {
  return kind === "tune" || kind === "fold";
}
