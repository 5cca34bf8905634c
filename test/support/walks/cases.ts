/** Runs of every make: run files that a client would accept, with decisions that their recipes may come to. */
import { randomStream } from "../../../rng/stream.js";
import { type BaseSpec, LAYERS_MODEL } from "../../../spec/base.js";
import { ThawError } from "../../../spec/errors.js";
import { suitsAll, withStages } from "../../../spec/pipeline/unfreezing.js";
import { possibleStages } from "../../../spec/pipeline/walk/course.js";
import type { RunFacts, Verdict } from "../../../spec/pipeline/walk/facts.js";
import { runFileSchema } from "../../../spec/runFile/runFile.js";

export interface Case {
  /** For messages. */
  readonly label: string;
  readonly run: Omit<RunFacts, "outcomes">;
  /** The base that the comparison comes to, where there is one. */
  readonly chosen: string | undefined;
  readonly verdict: Verdict;
}

export const RUN_ID = "m-1";
/** A base that gives features and has no stages of unfreezing. */
const FROZEN = "frozen";
const SPECS: Readonly<Record<string, BaseSpec>> = {
  [FROZEN]: {
    name: `${FROZEN}@1`,
    architecture: LAYERS_MODEL,
    layers: [],
    lineage: [],
    digest: "f".repeat(64),
    origin: { source: "test", licence: "none", pretrainedOn: "nothing" },
  },
};
const LITE = ["efficientnet-lite0", "efficientnet-lite1"];
const BASES = [[LITE[0]], [FROZEN], LITE, [...LITE, FROZEN], [FROZEN, LITE[1]]] as string[][];
const STAGES = [undefined, [], ["top"], ["top", "blocks.6"], ["top", "blocks.6", "blocks.5"]];
const FOLDS = [0, "auto", 5] as const;
const RECIPES = ["auto", "staged", "extractor-only"] as const;
const BOTH = [false, true];

/**
 * Each file with each base that may be chosen, and one in so many of the decisions.
 * @param seed of what is drawn: decisions, stages from which runs are made anew, and what the file asks of the recipe
 */
export function allCases(seed: number): readonly Case[] {
  const cases: Case[] = [];
  let number = 0;
  const draw = <T>(purpose: string, from: readonly T[]): T =>
    from[Math.floor(randomStream(seed, purpose, number).uniform(0) * from.length)] as T;
  for (const bases of BASES)
    for (const stages of STAGES)
      for (const surgical of BOTH)
        for (const folds of FOLDS)
          for (const scratch of BOTH)
            for (const chosen of bases.length === 1 ? [undefined] : bases)
              for (
                let decision = 0;
                decision < (bases.includes(FROZEN) ? FROZEN_DECISIONS : DECISIONS);
                decision++
              ) {
                number++;
                const recipe = draw("recipe", RECIPES);
                const run = acceptedOnce({ bases, stages, surgical, folds, scratch, recipe });
                if (run === undefined) continue;
                const verdict = draw("verdict", verdicts(run));
                const names = possibleStages(run);
                // Half of them have nothing made anew.
                const from = draw("from", [...names, ...names.map(() => undefined)]);
                const label = JSON.stringify({ ...run.file, candidates: bases, chosen, verdict, from });
                cases.push({
                  label,
                  run: { ...run, ...(from === undefined ? {} : { from }) },
                  chosen,
                  verdict,
                });
              }
  return cases;
}

/** Of each file and choice. */
const DECISIONS = 3;
/** Most settings are refused with such a base, and the others matter most: its stages are not those of the others. */
const FROZEN_DECISIONS = 12;

interface Settings {
  readonly bases: readonly string[];
  readonly stages: readonly string[] | undefined;
  readonly surgical: boolean;
  readonly folds: 0 | 5 | "auto";
  readonly scratch: boolean;
  readonly recipe: (typeof RECIPES)[number];
}

/** A file is tried with several decisions. */
const known = new Map<string, Case["run"] | undefined>();

function acceptedOnce(settings: Settings): Case["run"] | undefined {
  const key = JSON.stringify(settings);
  if (!known.has(key)) known.set(key, accepted(settings));
  return known.get(key);
}

/** As the run would start; undefined where a client would refuse the file. */
function accepted({ bases, stages, surgical, folds, scratch, recipe }: Settings): Case["run"] | undefined {
  const [base = ""] = bases;
  const file = runFileSchema.parse({
    name: "m",
    data: { path: "images" },
    ...(bases.length === 1 ? { base } : { bases }),
    unfreeze: { ...(stages === undefined ? {} : { stages }), surgical: surgical ? "first-block" : "none" },
    evaluation: { folds },
    compare: { scratch },
    recipe,
  });
  const common = { runId: RUN_ID };
  try {
    if (bases.length > 1) return { ...common, file: suitsAll(file, SPECS), candidates: SPECS };
    const spec = SPECS[base];
    return { ...common, file: withStages(file, spec), ...(spec === undefined ? {} : { base: spec }) };
  } catch (error) {
    if (error instanceof ThawError && error.code === "RUN_FILE_INVALID") return undefined;
    throw error;
  }
}

function verdicts({ file }: Case["run"]): readonly Verdict[] {
  const most = 4;
  const counts = file.evaluation.folds === 0 ? [undefined] : [0, 2, 5];
  const decided = Array.from({ length: most + 1 }, (_, stages) =>
    counts.map((count): Verdict => {
      const folds = count === undefined ? {} : { folds: { count, reason: `${count} folds` } };
      return {
        choice: stages === 0 ? "extractor-only" : "staged",
        stages,
        reason: `${stages} stages`,
        ...folds,
      };
    }),
  ).flat();
  return [...decided, { choice: "unlearnable", stages: 0, reason: "no better than chance" }];
}
