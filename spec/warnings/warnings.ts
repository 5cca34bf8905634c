/** All warnings of a run, graded, from the summaries of its stages. */
import type { DatasetSummary } from "../records/dataset.js";
import type { Evaluation } from "../records/evaluation.js";
import type { RecipeSummary } from "../records/recipe.js";
import { datasetWarnings } from "./dataset.js";
import { evaluationWarnings } from "./evaluation.js";
import { recipeWarnings } from "./recipe.js";
import { mergeWarnings, type Warning } from "./warning.js";

export interface Judged {
  readonly dataset?: DatasetSummary | undefined;
  readonly recipe?: RecipeSummary | undefined;
  readonly evaluation?: Evaluation | undefined;
}

/** The strongest first. @param judged what is known of the run so far */
export function warningsOf({ dataset, recipe, evaluation }: Judged): readonly Warning[] {
  return mergeWarnings([
    ofPart(dataset, datasetWarnings),
    ofPart(recipe, recipeWarnings),
    ofPart(evaluation, evaluationWarnings),
  ]);
}

/** A summary of another version may lack what is read here: that must not fail a stage whose artifact is whole. */
function ofPart<Part>(part: Part | undefined, warn: (part: Part) => readonly Warning[]): readonly Warning[] {
  if (part === undefined) return [];
  try {
    return warn(part);
  } catch (error) {
    if (error instanceof TypeError) return [];
    throw error;
  }
}

/** Stages whose outcomes bring warnings; those of candidates between which the run chooses do not count. */
const WARNING_STAGES: readonly string[] = ["ingest", "recipe", "evaluate"];

/** Of a run as its stages show it. */
export function warningsOfStages(
  stages: readonly { readonly name: string; readonly warnings?: readonly Warning[] }[],
): readonly Warning[] {
  return mergeWarnings(
    WARNING_STAGES.map((name) => stages.find((stage) => stage.name === name)?.warnings ?? []),
  );
}

/** Of one stage's artifact, for its outcome; none for other kinds. @param summary of the artifact's manifest */
export function warningsOfArtifact(kind: string, summary: unknown): readonly Warning[] {
  switch (kind) {
    case "ingest":
      return warningsOf({ dataset: summary as DatasetSummary });
    case "recipe":
      return warningsOf({ recipe: summary as RecipeSummary });
    case "evaluate":
      return warningsOf({ evaluation: summary as Evaluation });
    default:
      return [];
  }
}
