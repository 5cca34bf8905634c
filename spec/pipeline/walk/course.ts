/** The stages of a run as far as they are known: planned anew for the base that was chosen, cut down by the recipe. */
import { candidatesOf } from "../candidates.js";
import { planStages, type StagePlan } from "../stages.js";
import { followRecipe, whySkipped, withoutStages } from "./decided.js";
import { chosenBase, onBase, type RunFacts, refuses, type Verdict } from "./facts.js";

export interface Course {
  /** In order, those that are left out among them. */
  readonly stages: readonly StagePlan[];
  /** Why stages are left out, by name. */
  readonly leftOut: ReadonlyMap<string, string>;
  /** Those that are made anew whatever is in the store. */
  readonly anew: ReadonlySet<string>;
}

/** In keys, until the run has an id. */
const NO_RUN = "";

/** The last one is kept, as {@link mostPlans} are: it changes when a base is chosen and when the recipe has decided. */
export function courseOf(facts: RunFacts): Course {
  const chosen = chosenBase(facts);
  const decision = decisionIn(facts);
  const of = [...plannedOf(facts), facts.from, facts.runId, chosen, decision];
  if (lastCourse === undefined || differs(of, lastCourse.of))
    lastCourse = { of, course: courseWith(facts, chosen, decision) };
  return lastCourse.course;
}

let lastCourse: { readonly of: readonly unknown[]; readonly course: Course } | undefined;

function courseWith(
  run: Omit<RunFacts, "outcomes">,
  chosen: string | undefined,
  decision: Verdict | undefined,
): Course {
  const first = mostPlans(run);
  const own = chosen === undefined ? first : plansOf(onBase(run, chosen));
  const order = inOrder(own, first);
  const anew = anewFrom(order, run.from);
  const runId = run.runId ?? NO_RUN;
  const planned = order.map((plan) =>
    anew.has(plan.name) ? { ...plan, parameters: { ...plan.parameters, anew: runId } } : plan,
  );
  const leftOut = new Map(
    planned.flatMap((plan): readonly [string, string][] => {
      const why = own.some(({ name }) => name === plan.name)
        ? decision && whySkipped(plan, decision)
        : `the base ${chosen}, which was chosen, has no such stage`;
      return why === undefined ? [] : [[plan.name, why]];
    }),
  );
  const kept = withoutStages(planned, new Set(leftOut.keys()));
  const followed = new Map(
    (decision === undefined ? kept : followRecipe(kept, decision)).map((plan) => [plan.name, plan]),
  );
  return { stages: planned.map((plan) => followed.get(plan.name) ?? plan), leftOut, anew };
}

/** All stages that the run may come to have, whichever base it chooses. */
export function possibleStages(run: Omit<RunFacts, "outcomes">): readonly string[] {
  return mostPlans(run).map(({ name }) => name);
}

/** What {@link mostPlans} came to last, and what of: the walk asks before each stage of a run, and it is always the same. */
let last: { readonly of: readonly unknown[]; readonly plans: readonly StagePlan[] } | undefined;

/** With the candidate that has most stages, the first of those: until one is chosen, `file.base` need not be any of them. */
function mostPlans(run: Omit<RunFacts, "outcomes">): readonly StagePlan[] {
  const of = plannedOf(run);
  if (last === undefined || differs(of, last.of)) last = { of, plans: planMost(run) };
  return last.plans;
}

/** What decides over the plans. */
function plannedOf(run: Omit<RunFacts, "outcomes">): readonly unknown[] {
  const { file, base, candidates, earlier, drift, depth, autoPrecision, knows } = run;
  return [file, base, candidates, earlier, drift, depth, autoPrecision, knows];
}

const differs = (some: readonly unknown[], others: readonly unknown[]): boolean =>
  some.some((one, i) => one !== others[i]);

function planMost(run: Omit<RunFacts, "outcomes">): readonly StagePlan[] {
  const [first, ...others] = candidatesOf(run.file).map((name) => plansOf(onBase(run, name)));
  if (first === undefined) return plansOf(run);
  return others.reduce((most, plans) => (plans.length > most.length ? plans : most), first);
}

/** Runs in progress that began before there were recipes or folds go on without. */
function plansOf(run: Omit<RunFacts, "outcomes">): readonly StagePlan[] {
  const { file, base, candidates, earlier, drift, depth, autoPrecision, knows } = run;
  const plans = planStages(file, base, candidates, { earlier, drift: drift?.digest, depth, autoPrecision });
  const unknown = plans.filter(
    ({ name, kind }) =>
      (name === "recipe" && knows?.recipe === false) || (kind === "fold" && knows?.folds === false),
  );
  return unknown.length === 0 ? plans : withoutStages(plans, new Set(unknown.map(({ name }) => name)));
}

/** Two plans as one: where only the second has a stage, it comes after what it comes after there. */
function inOrder(plans: readonly StagePlan[], others: readonly StagePlan[]): readonly StagePlan[] {
  const all = [...plans];
  others.forEach((other, index) => {
    if (all.some(({ name }) => name === other.name)) return;
    const before = all.findIndex(({ name }) => name === others[index - 1]?.name);
    all.splice(before + 1, 0, other);
  });
  return all;
}

/**
 * The stage named and those after it. Their keys are the run's own: so the artifacts that there are stay what they are
 * for everybody else, and attempts of this run still find what this run has made.
 */
function anewFrom(plans: readonly StagePlan[], stage: string | undefined): ReadonlySet<string> {
  const first = stage === undefined ? -1 : plans.findIndex(({ name }) => name === stage);
  return new Set(first < 0 ? [] : plans.slice(first).map(({ name }) => name));
}

/** The decision that the run follows; a candidate's is evidence for the choice between bases, no more. */
function decisionIn({ outcomes }: RunFacts): Verdict | undefined {
  const { recipe } = outcomes;
  if (recipe?.state !== "done" || refuses({ kind: "recipe" }, recipe.decision)) return undefined;
  return recipe.decision;
}
