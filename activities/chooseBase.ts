/** Compares the candidates of `bases` by what their recipe stages measured. */
import { compareBases, type MeasuredBase } from "../learn/bases/compare.js";
import type { StageOutcome, StageRequest } from "../spec/activities.js";
import { PROBE_FILE } from "../spec/artifactFiles.js";
import type { BaseComparison } from "../spec/baseComparison.js";
import type { RecipeSummary } from "../spec/recipe.js";
import type { ArtifactRef } from "../spec/run.js";
import { candidatesOf } from "../spec/stages.js";
import { readArtifactFile, requireManifest } from "../store/artifacts.js";
import { commitOnce } from "./commitOnce.js";
import type { ControlDependencies } from "./context.js";

export async function chooseBase(
  dependencies: ControlDependencies,
  request: StageRequest,
): Promise<StageOutcome> {
  return commitOnce(dependencies, request, async () => ({ summary: await compare(dependencies, request) }));
}

async function compare(
  { store }: ControlDependencies,
  { run, inputs }: StageRequest,
): Promise<BaseComparison> {
  const measured: MeasuredBase[] = [];
  for (const [index, name] of candidatesOf(run.file).entries()) {
    const recipe = await requireManifest(store, inputs[`recipe-${index + 1}`] as ArtifactRef);
    const features = await requireManifest(store, inputs[`features-${index + 1}`] as ArtifactRef);
    const { rows, seconds } = features.summary as { readonly rows: number; readonly seconds: number };
    const probe = (await readArtifactFile(store, recipe, PROBE_FILE)).toString("utf8").trimEnd();
    measured.push({
      name,
      evidence: (recipe.summary as RecipeSummary).evidence,
      secondsPerView: seconds / rows,
      correct: probe.split("\n").map(isRight),
    });
  }
  return compareBases(measured);
}

/** Whether the probe, trained on the other folds, names the image's class. */
function isRight(line: string): boolean {
  const { label, probabilities } = JSON.parse(line) as { label: number; probabilities: readonly number[] };
  return probabilities.indexOf(Math.max(...probabilities)) === label;
}
