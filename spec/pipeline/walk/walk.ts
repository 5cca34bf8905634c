/**
 * Where a run is among its stages, and what may come next: a pure function of what is known. The workflow goes by it,
 * `thaw plan` and `thaw resume` foresee by it, and the views of a run show by it.
 */
import { type StagePlan, sourceOf } from "../stages.js";
import { courseOf } from "./course.js";
import { isOptional } from "./decided.js";
import { type RunFacts, refuses, type StageFact } from "./facts.js";

export type Standing =
  | { readonly state: "done" | "running" | "failed" }
  /** All that it reads is there, and nothing can leave it out any more. */
  | { readonly state: "ready" }
  /** For these stages, in order: what it reads, and the decision whether it runs. */
  | { readonly state: "waits"; readonly for: readonly string[] }
  /** What it is, or what it reads, is known only after that stage. */
  | { readonly state: "undecided"; readonly until: "base" | "recipe" }
  | { readonly state: "skipped"; readonly why: string }
  /** The run has failed before it. */
  | { readonly state: "not-run"; readonly why: string };

export interface Step {
  /** As far as it is known. */
  readonly stage: StagePlan;
  readonly standing: Standing;
  /** Stages that give what it reads, and are not done. */
  readonly missing: readonly string[];
  /** Whether it is made anew, whatever is in the store. */
  readonly isAnew: boolean;
}

/** All stages in order, each with where it stands. */
export function walk(facts: RunFacts): readonly Step[] {
  const { stages, leftOut, anew } = courseOf(facts);
  const { outcomes } = facts;
  const isDone = (name: string): boolean => outcomes[name]?.state === "done";
  const optional = new Set(stages.filter(isOptional).map(({ name }) => name));
  const ending = whyEnded(stages, outcomes);
  let open: "base" | "recipe" | undefined;
  return stages.map((stage): Step => {
    const { name } = stage;
    const missing = stage.inputs.map((input) => sourceOf(stage, input)).filter((source) => !isDone(source));
    const isUnsettled =
      stage.kind === "fold" || (stage.kind !== "tune" && stage.inputs.some((input) => optional.has(input)));
    const standing = ((): Standing => {
      const outcome = outcomes[name];
      if (outcome !== undefined)
        return { state: refusal(stage, outcome) === undefined ? outcome.state : "failed" };
      const why = leftOut.get(name);
      if (why !== undefined) return { state: "skipped", why };
      if (ending !== undefined) return { state: "not-run", why: ending };
      if (open === "base" || (open === "recipe" && isUnsettled)) return { state: "undecided", until: open };
      // A run that is refused trains nothing, whatever order its stages are taken in.
      const awaited = open === undefined || missing.includes(open) ? missing : [open, ...missing];
      return awaited.length === 0 ? { state: "ready" } : { state: "waits", for: awaited };
    })();
    if ((name === "base" || (name === "recipe" && open === undefined)) && !isDone(name)) open = name;
    return { stage, standing, missing, isAnew: anew.has(name) };
  });
}

/** The stages that may start now: in any order, or side by side. */
export function readyStages(steps: readonly Step[]): readonly StagePlan[] {
  return steps.flatMap(({ stage, standing }) => (standing.state === "ready" ? [stage] : []));
}

/** The stages that are still to be done, as far as is known. */
export function stagesToCome(steps: readonly Step[]): readonly StagePlan[] {
  return steps.flatMap(({ stage, standing }) => (OVER.has(standing.state) ? [] : [stage]));
}

const OVER: ReadonlySet<Standing["state"]> = new Set(["done", "failed", "skipped", "not-run"]);

/** Why the stages that have not begun will not; undefined while the run goes on. */
function whyEnded(stages: readonly StagePlan[], outcomes: RunFacts["outcomes"]): string | undefined {
  for (const stage of stages) {
    const outcome = outcomes[stage.name];
    if (outcome?.state === "failed") return `${stage.name} failed`;
    const reason = refusal(stage, outcome);
    if (reason !== undefined) return `${stage.name} ends the run: ${reason}`;
  }
  return undefined;
}

function refusal(stage: StagePlan, outcome: StageFact | undefined): string | undefined {
  if (outcome?.state !== "done" || !refuses(stage, outcome.decision)) return undefined;
  return outcome.decision?.reason;
}
