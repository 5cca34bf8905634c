/** Goes through a run by the walk alone, as the workflow does: artifacts are made up, decisions are the case's. */
import assert from "node:assert/strict";
import type { ArtifactRef } from "../../../spec/artifact.js";
import { inputsFrom, type StagePlan } from "../../../spec/pipeline/stages.js";
import type { StageFact } from "../../../spec/pipeline/walk/facts.js";
import { readyStages, type Step, walk } from "../../../spec/pipeline/walk/walk.js";
import { stageKey } from "../../../store/artifacts/keys.js";
import type { Case } from "./cases.js";

export const ENGINE = "e".repeat(64);
export const SOURCE = "5".repeat(64);
/** More than any run has stages. */
const MOST_ROUNDS = 60;

/** Artifacts by key. */
export type MadeUpStore = Map<string, ArtifactRef>;

export interface Way {
  /** Which of the ready stages is done next; the first one when left out. */
  readonly pick?: (ready: readonly StagePlan[]) => StagePlan | undefined;
  readonly store?: MadeUpStore;
  /** Ends with an error. */
  readonly failing?: string;
  /** Called before each stage. */
  readonly see?: (steps: readonly Step[]) => void;
}

export interface Gone {
  readonly steps: readonly Step[];
  readonly order: readonly string[];
  /** By stage name. */
  readonly made: Readonly<Record<string, ArtifactRef>>;
  /** Those that were in the store. */
  readonly found: ReadonlySet<string>;
}

export function goThrough(
  one: Case,
  { pick = ([first]) => first, store = new Map(), failing, see }: Way = {},
): Gone {
  const outcomes: Record<string, StageFact> = {};
  const made: Record<string, ArtifactRef> = {};
  const order: string[] = [];
  const found = new Set<string>();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const steps = walk({ ...one.run, outcomes });
    see?.(steps);
    const stage = pick(readyStages(steps));
    if (stage === undefined) return { steps, order, made, found };
    assert.ok(!(stage.name in outcomes), `${stage.name} would be done twice: ${one.label}`);
    order.push(stage.name);
    if (stage.name === failing) {
      outcomes[stage.name] = { state: "failed" };
      continue;
    }
    const key = keyOf(stage, made);
    const there = store.get(key);
    if (there !== undefined) found.add(stage.name);
    // What is made twice from the same is not the same to the last bit; what a digest looks like is nobody's matter here.
    const artifact = there ?? { kind: stage.kind, key, digest: `${key} of ${one.run.runId}` };
    store.set(key, artifact);
    made[stage.name] = artifact;
    outcomes[stage.name] = outcomeOf(stage, one);
  }
  return assert.fail(`the run does not end: ${one.label}`);
}

/** @throws Error for a stage that would begin before its inputs are made */
export function keyOf(stage: StagePlan, made: Readonly<Record<string, ArtifactRef>>): string {
  const inputs = Object.entries(inputsFrom(stage, made)).map(([name, { digest }]) => [name, digest]);
  return stageKey(stage, stage.kind === "ingest" ? { source: SOURCE } : Object.fromEntries(inputs), ENGINE);
}

/** A candidate's decision is the worst there is: it must not matter. */
const OF_CANDIDATE = { choice: "unlearnable", stages: 0, reason: "no better than chance" };

export function outcomeOf(
  stage: StagePlan,
  { chosen, verdict }: Case,
): StageFact & { readonly state: "done" } {
  if (stage.kind === "base") return { state: "done", base: chosen ?? assert.fail("nothing to choose") };
  if (stage.kind !== "recipe") return { state: "done" };
  return { state: "done", decision: stage.candidate === undefined ? verdict : OF_CANDIDATE };
}
